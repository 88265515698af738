#!/bin/sh
# Builds the component and plays the golden vectors through it.
set -eu
cd "$(dirname "$0")/../../.."
component=${CARGO_TARGET_DIR:-target}/component/brightpearl.wasm

wasm/build.sh
python3 tests/supply/contents.py component "$(dirname "$component")"
cargo test --locked --quiet --profile host --package brightpearl-host-wasmtime
cargo build --locked --quiet --profile host --package brightpearl-host-wasmtime --example pull-component
cargo run --locked --quiet --profile host --package brightpearl-host-wasmtime --bin vectors -- "$component"
cargo run --locked --quiet --profile host --package brightpearl-host-wasmtime --bin secrets -- "$component"
