#!/bin/sh
# Builds the simulation beside the other packages that drive the engine, and runs it: run.sh [OPTION...]
set -eu
cd "$(dirname "$0")/../.."
cargo build --locked --quiet --profile host -p brightpearl-simulation -p brightpearl-host-rust -p brightpearl-fuzz --bin simulate
exec "${CARGO_TARGET_DIR:-target}/host/simulate" "$@"
