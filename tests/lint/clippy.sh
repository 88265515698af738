#!/bin/sh
# Cargo's RUSTC_WORKSPACE_WRAPPER where crates are linted as they are compiled, rather than checked once more. Cargo keeps what this
# made apart from other builds, so that nothing that was compiled without lints is taken for linted.
#   clippy.sh RUSTC [ARGUMENT...]
set -eu
# Only the packages that were named: those are built for themselves, the others for what depends on them.
if [ -z "${CARGO_PRIMARY_PACKAGE:-}" ]; then
    exec "$@"
fi
exec clippy-driver "$@" -D warnings
