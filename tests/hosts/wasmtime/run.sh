#!/bin/sh
# Builds the component and plays the golden vectors through it.
set -eu
cd "$(dirname "$0")/../../.."
component=${CARGO_TARGET_DIR:-target}/component/brightpearl.wasm

wasm/build.sh
python3 tests/supply/contents.py component "$(dirname "$component")"
# The packages that drive the engine, together: alone, this one would have the engine compiled once more.
packages="-p brightpearl-simulation -p brightpearl-host-rust -p brightpearl-host-wasmtime"
# What was built without lints is built again, with them.
cargo clean --locked --quiet --profile host -p brightpearl-host-wasmtime
export RUSTC_WRAPPER="$PWD/tests/hosts/wasmtime/lint.sh"
# shellcheck disable=SC2086 # a list of arguments
cargo test --locked --quiet --profile host $packages --test difference
# shellcheck disable=SC2086
cargo build --locked --quiet --profile host $packages --bin vectors --bin secrets --bin measure --example pull-component
unset RUSTC_WRAPPER
"${CARGO_TARGET_DIR:-target}/host/vectors" "$component"
"${CARGO_TARGET_DIR:-target}/host/secrets" "$component"
