#!/bin/sh
# Proves the npm package that ffi/node/build.sh built: over HTTP, packed and installed, and with the golden vectors.
# With STEPS in the environment the log is read for the table of capabilities, as tests/capabilities/proofs.py says.
set -eu
cd "$(dirname "$0")"
command -v node >/dev/null || { echo "missing: Node 20 or newer" >&2; exit 1; }
[ -f ../../../ffi/node/dist/index.mjs ] || { echo "missing: ffi/node/dist; run ffi/node/build.sh" >&2; exit 1; }
node ../../../ffi/node/generate-tasks.mjs --check
node ../../../ffi/node/generate-catalog.mjs --check
announce() { echo "== $*"; }
announce "node: tests"
node --test --test-reporter=spec ./*.test.mjs
announce "node: packaging/run.sh"
packaging/run.sh
announce "node, node-component: packaging/everywhere.sh"
packaging/everywhere.sh
announce "node: vectors.mjs"
node vectors.mjs
announce "node-component: vectors.mjs"
BRIGHTPEARL_BACKEND=component node vectors.mjs
# What the vectors do not reach: the ways in which a program takes what comes.
announce "node-component: tests"
BRIGHTPEARL_BACKEND=component node --test --test-reporter=spec component.test.mjs host.test.mjs batch.test.mjs pull.test.mjs \
    mapping.test.mjs wording.test.mjs webhooks.test.mjs streams.test.mjs once.test.mjs log.test.mjs arrow.test.mjs call-options.test.mjs \
    values.test.mjs feeding.test.mjs writes.test.mjs options.test.mjs
