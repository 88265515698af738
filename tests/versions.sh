#!/usr/bin/env bash
# One version number for all artefacts: the workspace's, in every place that must repeat it.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
wrong=0

# expect PLACE FOUND
expect() {
    if [ "$2" != "$version" ]; then
        echo "$1 has version ${2:-none}; the workspace has $version" >&2
        wrong=1
    fi
}

expect wit/brightpearl.wit "$(sed -n 's/^package brightpearl:connector@\(.*\);/\1/p' wit/brightpearl.wit)"
expect ffi/include/brightpearl.h "$(sed -n 's/^#define BP_VERSION "\(.*\)"/\1/p' ffi/include/brightpearl.h)"
expect ffi/node/package.json "$(sed -n 's/^  "version": "\(.*\)",/\1/p' ffi/node/package.json)"
expect "CHANGELOG.md (its newest entry)" "$(sed -n 's/^## \([0-9.]*\).*/\1/p' CHANGELOG.md | head -1)"
# The shared library's real name as cargo-c makes it: the interface, and as much of the release as there is room for.
abi=$(sed -n 's/^#define BP_ABI_VERSION //p' ffi/include/brightpearl.h)
real=$(sed -n '/^\[package.metadata.capi.library\]/,/^\[/s/^version = "\(.*\)"/\1/p' ffi/Cargo.toml)
if [ "$real" != "$abi.${version%.*}" ]; then
    echo "ffi/Cargo.toml has ${real:-nothing} for cargo-c; the interface and the release are $abi.${version%.*}" >&2
    wrong=1
fi
for manifest in core ffi wasm wasm/component wasm/http wasm/wasi wasm/webhook python tests/emulator; do
    grep -q '^version.workspace = true' "$manifest/Cargo.toml" || { echo "$manifest/Cargo.toml has a version of its own" >&2; wrong=1; }
done
for crate in core emulator; do
    expect "the workspace's dependency on brightpearl-$crate" \
        "$(sed -n "s/^brightpearl-$crate = .*version = \"\(.*\)\".*/\1/p" Cargo.toml)"
done
[ "$wrong" -eq 0 ]
echo "version $version everywhere"
