#!/usr/bin/env bash
# Every host pulls all orders of an emulated account over real HTTP, each through its own transport; all of them must print the
# same orders, byte for byte, in the same number of requests. Then they push by one journal. Hosts that are not built are named and
# left out.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
target=${CARGO_TARGET_DIR:-$root/target}
work=$(mktemp -d)
# shellcheck source=tests/hosts/emulator.sh
. tests/hosts/emulator.sh

stop() {
    [ -z "$emulator" ] || kill "$emulator" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT

tests/emulator/build.sh
tests/cargo.sh build --quiet --example pull

passed=0
failed=0
reference=
reference_requests=

# pull NAME COMMAND...: the command prints a line per order whose last field is its JSON.
pull() {
    local name=$1
    shift
    # A fresh emulator for each host, so that each is counted alone.
    start_emulator --config "{\"credentials\": $credentials}" --orders 2500 --statistics
    if ! "$@" "$BRIGHTPEARL_BASE_URL" "$BRIGHTPEARL_ACCOUNT" >"$work/$name.out" 2>"$work/$name.err"; then
        echo "$name: failed:" >&2
        tail -5 "$work/$name.err" >&2
        failed=$((failed + 1))
        stop_emulator
        return
    fi
    stop_emulator
    awk -F '\t' '{ print $NF }' "$work/$name.out" | sort >"$work/$name.orders"
    local requests
    requests=$(sed -n 's/.*"requests": *\([0-9]*\).*/\1/p' "$work/emulator.err" | head -1)
    echo "$name: $(wc -l <"$work/$name.orders") orders in ${requests:-?} requests"
    if [ -z "$reference" ]; then
        reference=$name
        reference_requests=$requests
    elif [ "$requests" != "$reference_requests" ]; then
        echo "$name: needs $requests requests; $reference needs $reference_requests" >&2
        failed=$((failed + 1))
        return
    elif ! cmp -s "$work/$reference.orders" "$work/$name.orders"; then
        echo "$name: prints other orders than $reference" >&2
        failed=$((failed + 1))
        return
    fi
    passed=$((passed + 1))
}

pull rust "$target/host/examples/pull"

if [ -x "$target/hosts-c/bin/pull" ]; then
    pull c "$target/hosts-c/bin/pull"
else
    echo "skipped c: not built (tests/hosts/c/run.sh builds it)"
fi
if [ -f "$target/tested-component/brightpearl.wasm" ] && .venv/bin/python -c 'import wasmtime' 2>/dev/null; then
    pull wasmtime .venv/bin/python tests/hosts/wasmtime/pull.py "$target/tested-component/brightpearl.wasm"
else
    echo "skipped wasmtime: not built (make test-component builds it)"
fi
if [ -f ffi/node/dist/index.mjs ]; then
    pull node node tests/hosts/node/pull.mjs
else
    echo "skipped node: not built (ffi/node/build.sh builds it)"
fi
if [ -x .venv/bin/python ]; then
    pull python .venv/bin/python tests/hosts/python/pull.py
else
    echo "skipped python: no .venv (make test-python makes it)"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

tests/hosts/one-journal.sh
tests/hosts/one-state.sh
