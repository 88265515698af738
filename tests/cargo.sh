#!/bin/sh
# Cargo for what the tests build: cargo.sh COMMAND [ARGUMENT...]
#
# One profile, and all packages that are tested together, since their features make one build of the engine and of all that it is
# made of. Whoever names fewer has the engine compiled once more, for other features of its dependencies; so what is wanted is
# chosen by its target: `cargo.sh test --test suite`. And whoever builds no test and no example has none of the features that the
# tests' dependencies ask for: so an example is built with every program.
set -eu
cd "$(dirname "$0")/.."
command=$1
shift
if [ "$command" = build ]; then
    set -- --example pull "$@"
fi
# The date of what is shipped would have whatever is compiled of C, and all that is made of it, built once more.
unset SOURCE_DATE_EPOCH
export RUSTDOC="$PWD/tests/rustdoc.sh"
export RUSTC_WORKSPACE_WRAPPER="${RUSTC_WORKSPACE_WRAPPER-$PWD/tests/rustc.sh}"
exec cargo "$command" --locked --profile host \
    -p brightpearl-core -p brightpearl-ffi -p brightpearl-emulator --features brightpearl-emulator/server \
    -p brightpearl-simulation -p brightpearl-host-rust -p brightpearl-fuzz \
    -p brightpearl-contract -p brightpearl-bench -p brightpearl-component \
    -p brightpearl-wasm -p brightpearl-wasm-http -p brightpearl-wasm-wasi -p brightpearl-wasm-webhook "$@"
