#!/bin/sh
# Writes ffi/include/brightpearl.h from the sources; with --check only says whether it is up to date.
set -eu
cd "$(dirname "$0")/.."
case "${1:-}" in
--check) tests/cargo.sh test --quiet --test header ;;
"")
    export BRIGHTPEARL_WRITE_HEADER=1
    tests/cargo.sh test --quiet --test header
    ;;
*) echo "usage: $0 [--check]" >&2; exit 2 ;;
esac
