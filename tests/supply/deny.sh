#!/bin/sh
# Asks cargo-deny about licences, sources, duplicates and known weaknesses. It takes minutes to compile, so `make test` has
# check.py instead, which reads the same lists.
set -eu
cd "$(dirname "$0")/../.."
command -v cargo-deny >/dev/null || cargo install --locked --quiet cargo-deny --version 0.20.2
for manifest in Cargo.toml tests/fuzz/Cargo.toml; do
    cargo deny --locked --config "$PWD/deny.toml" --manifest-path "$manifest" check licenses sources bans
done
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if cargo deny --locked check advisories >"$log" 2>&1; then
    echo "no known weaknesses"
elif grep -q 'fetch advisory database\|failed to fetch\|unable to fetch\|failed to acquire\|failed to load advisory' "$log"; then
    echo "not checked: known weaknesses, since their database cannot be fetched from here"
else
    cat "$log" >&2
    exit 1
fi
