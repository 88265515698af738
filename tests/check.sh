#!/usr/bin/env bash
# The quick lane for Rust: lints and unit tests of the packages that differ from a commit, and the golden vectors.
#   check.sh [COMMIT]    by default, where this branch left the main one, or else the last commit
set -euo pipefail
cd "$(dirname "$0")/.."
since=${1:-$(git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD main 2>/dev/null || git rev-parse HEAD)}

# The others have tests of other kinds only.
has_unit_tests() {
    case $1 in
    brightpearl-python | brightpearl-wasm | brightpearl-simulation | brightpearl-host-rust) return 1 ;;
    *) return 0 ;;
    esac
}

# package_of FILE: the workspace's package that a file belongs to, or nothing.
package_of() {
    local folder
    folder=$(dirname "$1")
    while [ "$folder" != . ] && [ ! -f "$folder/Cargo.toml" ]; do folder=$(dirname "$folder"); done
    if [ "$folder" != . ] && ! grep -q '^\[workspace\]' "$folder/Cargo.toml"; then
        sed -n 's/^name = "\(.*\)"/\1/p' "$folder/Cargo.toml" | head -1
    fi
}

changed_packages() {
    { git diff --name-only "$since"; git ls-files --others --exclude-standard; } |
        while IFS= read -r file; do package_of "$file"; done | sort -u
}

mapfile -t changed < <(changed_packages)
linted=()
tested=()
for package in "${changed[@]}"; do
    # It needs minutes before its first line is compiled.
    if [ "$package" = brightpearl-host-wasmtime ]; then
        echo "left to make test-embedded: $package"
        continue
    fi
    linted+=(-p "$package")
    if has_unit_tests "$package"; then tested+=(-p "$package"); fi
done
echo "changed since $(git rev-parse --short "$since"): ${changed[*]:-nothing in Rust}"
if [ ${#linted[@]} -gt 0 ]; then
    cargo clippy --locked --quiet "${linted[@]}" --all-targets -- -D warnings
fi
if [ ${#tested[@]} -gt 0 ]; then
    cargo test --locked --quiet "${tested[@]}" --lib --bins
fi
cargo run --locked --quiet -p brightpearl-host-rust --bin bless-vectors -- --check
