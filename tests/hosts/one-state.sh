#!/usr/bin/env bash
# One state of a pull among all hosts: while one host has its file, every other is refused; and when the first is killed, any host
# reads what it put there. Hosts that are not built are named and left out.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-$PWD/target}
venv=${VENV:-.venv}
work=$(mktemp -d)
holder=

stop() {
    [ -z "$holder" ] || kill -9 "$holder" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT

hosts=()
if [ -x "$target/hosts-c/bin/state" ]; then hosts+=(c); else echo "skipped c: not built (tests/hosts/c/run.sh builds it)"; fi
if [ -f ffi/node/dist/index.mjs ]; then hosts+=(node); else echo "skipped node: not built (ffi/node/build.sh builds it)"; fi
if [ -x "$venv/bin/brightpearl" ]; then hosts+=(python); else echo "skipped python: no .venv (make test-python makes it)"; fi
[ "${#hosts[@]}" -gt 0 ] || exit 0
echo "== $(printf '%s, ' "${hosts[@]}" | sed 's/, $//'): one-state.sh"

# has HOST: the program that has a state.
has() {
    case $1 in
    c) command=("$target/hosts-c/bin/state") ;;
    node) command=(node tests/hosts/node/state.mjs) ;;
    python) command=("$venv/bin/python" tests/hosts/python/kept_state.py) ;;
    esac
}

# More characters than stand in the names beside it, of which one has two bytes.
state=$work/é$(printf 'long-%.0s' {1..14}).state
held=nothing
refused=0
for first in "${hosts[@]}"; do
    mkfifo "$work/$first.fifo"
    exec 8<>"$work/$first.fifo"
    has "$first"
    put="{\"version\":1,\"account\":\"$first\"}"
    "${command[@]}" "$state" "$put" <"$work/$first.fifo" 8>&- >"$work/out" 2>"$work/err" &
    holder=$!
    until grep -qx ready "$work/out"; do
        kill -0 "$holder" 2>/dev/null || { cat "$work/err" >&2; exit 1; }
        sleep 0.05
    done
    grep -qxF "held $held" "$work/out" || { echo "$first: read $(head -n 1 "$work/out"); expected held $held" >&2; exit 1; }
    for second in "${hosts[@]}"; do
        has "$second"
        if "${command[@]}" "$state" </dev/null >/dev/null 2>"$work/err"; then
            echo "$second: has the state while $first has it" >&2
            exit 1
        fi
        grep -q "another pull has the state" "$work/err" || { cat "$work/err" >&2; exit 1; }
        refused=$((refused + 1))
    done
    kill -9 "$holder"
    wait "$holder" 2>/dev/null || true
    holder=
    exec 8>&-
    held=$put
done
echo "one state: $refused second pulls refused, and what each host put there was read by the next"
