#!/bin/sh
# Cargo's RUSTC_WRAPPER while it builds this package, which clippy then lints as it compiles it: checked with the rest of the
# workspace, it would have all of wasmtime checked besides being built.
#   lint.sh RUSTC [ARGUMENT...]
set -eu
if [ "${CARGO_PKG_NAME:-}" = brightpearl-host-wasmtime ]; then
    exec clippy-driver "$@" -D warnings
fi
exec "$@"
