#!/bin/sh
# Asks cargo-deny about licences, sources, duplicates and known weaknesses. It takes minutes to compile, so `make test` has
# check.py instead, which reads the same lists.
set -eu
cd "$(dirname "$0")/../.."
command -v cargo-deny >/dev/null || cargo install --locked --quiet cargo-deny --version 0.20.2
cargo deny --locked check licenses sources bans
# Fetching is a step of its own, so that whatever goes wrong after it is about our dependencies.
if ! cargo deny --locked fetch db; then
    echo "NOT CHECKED: known weaknesses, since their database cannot be fetched from here" >&2
    exit
fi
cargo deny --locked check --disable-fetch advisories
echo "no known weaknesses"
