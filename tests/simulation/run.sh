#!/bin/sh
# Builds the simulation, and runs it: run.sh [OPTION...]
set -eu
cd "$(dirname "$0")/../.."
tests/cargo.sh build --quiet --bin simulate
exec "${CARGO_TARGET_DIR:-target}/host/simulate" "$@"
