#!/usr/bin/env bash
# Builds the component and the hosts in Rust around it: their lints, their tests, the example of wasm/README.md, and a pull over real
# HTTP.
set -euo pipefail
cd "$(dirname "$0")/../../.."
target=${CARGO_TARGET_DIR:-$PWD/target}
work=$(mktemp -d)
# shellcheck source=tests/hosts/emulator.sh
. tests/hosts/emulator.sh

stop() {
    [ -z "$emulator" ] || kill "$emulator" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT

wasm/build.sh
tests/emulator/build.sh
BRIGHTPEARL_COMPONENTS=$target/component RUSTC_WORKSPACE_WRAPPER=$PWD/tests/lint/clippy.sh cargo test --locked --profile host -p brightpearl-host-wasmtime

start_emulator --config "{\"credentials\": $credentials}" --orders 250
"$target/host/examples/pull-component" "$target/component/brightpearl.wasm" "$BRIGHTPEARL_BASE_URL" "$BRIGHTPEARL_ACCOUNT" >"$work/orders"
"$target/host/examples/over-wasi-http" "$target/component/brightpearl-http.wasm" "$BRIGHTPEARL_BASE_URL" "$BRIGHTPEARL_ACCOUNT" >"$work/driven"
stop_emulator
orders=$(cut -f 1 "$work/orders" | sort -u | wc -l)
[ "$orders" -eq 250 ] || { echo "the pull printed $orders orders; expected 250" >&2; exit 1; }
grep -qx '250 rows' "$work/driven" || { echo "over wasi:http came: $(cat "$work/driven"); expected 250 rows" >&2; exit 1; }
echo "2 passed: 250 orders were pulled, and found over wasi:http"
