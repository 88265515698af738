#!/bin/sh
# Builds the server for the tests of the hosts.
set -eu
cd "$(dirname "$0")/../.."
tests/cargo.sh build --quiet --bin brightpearl-emulator
