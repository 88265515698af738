#!/bin/sh
# Proves the npm package that ffi/node/build.sh built: over HTTP, packed and installed, and with the golden vectors.
set -eu
cd "$(dirname "$0")"
command -v node >/dev/null || { echo "missing: Node 20 or newer" >&2; exit 1; }
[ -f ../../../ffi/node/dist/index.mjs ] || { echo "missing: ffi/node/dist; run ffi/node/build.sh" >&2; exit 1; }
node ../../../ffi/node/generate-tasks.mjs --check
node ../../../ffi/node/generate-catalog.mjs --check
node --test --test-reporter=spec ./*.test.mjs
packaging/run.sh
packaging/everywhere.sh
node vectors.mjs
BRIGHTPEARL_BACKEND=component node vectors.mjs
