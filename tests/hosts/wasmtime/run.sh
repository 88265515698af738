#!/bin/sh
# Builds the component as it is tested and plays the golden vectors through it: run.sh VENV
set -eu
python=$(cd "$1" && pwd)/bin/python
cd "$(dirname "$0")/../../.."
target=${CARGO_TARGET_DIR:-$PWD/target}
export BRIGHTPEARL_COMPONENT="$target/tested-component/brightpearl.wasm" BRIGHTPEARL_EVENTS="$target/host/events.json"

wasm/build.sh --tested
python3 tests/supply/contents.py component "$target/tested-component"
tests/cargo.sh build --quiet --bin bless-vectors
"$target/host/bless-vectors" --events "$BRIGHTPEARL_EVENTS"
# What ran is told to the table of capabilities (tests/capabilities/proofs.py).
"$python" -m pytest -c tests/hosts/wasmtime/pytest.ini ${STEPS:+"--junitxml=$STEPS/component.xml"} tests/hosts/wasmtime
