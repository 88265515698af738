#!/usr/bin/env bash
# Cargo's RUSTC_WORKSPACE_WRAPPER where crates are linted as they are compiled, rather than checked once more. Cargo keeps what this
# made apart from other builds, so that nothing that was compiled without lints is taken for linted.
#   clippy.sh RUSTC [ARGUMENT...]
# In bash, because other shells do not hand on variables such as CARGO_BIN_EXE_brightpearl-emulator.
set -euo pipefail
# Only the packages that were named: those are built for themselves, the others for what depends on them.
if [ -z "${CARGO_PRIMARY_PACKAGE:-}" ]; then
    exec "$@"
fi
# Where LINTED names a folder, what is linted is noted there, for linted.py, which looks for what was left out.
if [ -n "${LINTED:-}" ]; then
    kind=target
    root=
    for argument in "$@"; do
        case $argument in
        --test) kind='test' ;;
        # A package may have a crate that begins in another one's folder.
        *.rs) root=$(realpath --relative-to=. "$argument") ;;
        esac
    done
    mkdir -p "$LINTED"
    : >"$LINTED/$kind ${root//\//:}"
fi
exec clippy-driver "$@" -D warnings
