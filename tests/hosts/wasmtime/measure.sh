#!/bin/sh
# Builds the component and measures it beside the engine itself.
set -eu
cd "$(dirname "$0")/../../.."
component=${CARGO_TARGET_DIR:-target}/component/brightpearl.wasm

wasm/build.sh
cargo run --locked --quiet --release --package brightpearl-host-wasmtime --bin measure -- "$component"
