#!/bin/sh
# Writes ffi/include/brightpearl.h from the sources; with --check only says whether it is up to date.
set -eu
cd "$(dirname "$0")/.."
# With the packages of `make test-rust`, whose build this shares.
test_header() {
    cargo test --locked --quiet -p brightpearl-core --all-features -p brightpearl-ffi -p brightpearl-emulator --test header
}
case "${1:-}" in
--check) test_header ;;
"")
    export BRIGHTPEARL_WRITE_HEADER=1
    test_header
    ;;
*) echo "usage: $0 [--check]" >&2; exit 2 ;;
esac
