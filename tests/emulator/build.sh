#!/bin/sh
# Builds the server for the tests of the hosts: with the packages of `make test-rust`, whose build this shares. Named alone, it would
# have the engine and the emulator compiled once more, for other features of their dependencies.
set -eu
cd "$(dirname "$0")/../.."
cargo test --locked --quiet -p brightpearl-core --all-features -p brightpearl-ffi -p brightpearl-emulator --no-run --test server
