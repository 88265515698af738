#!/usr/bin/env bash
# One journal among all hosts: while a push of one host has it, a push of any host is refused; and when the first is killed, any host
# goes on from there without doubling anything. Hosts that are not built are named and left out.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
target=${CARGO_TARGET_DIR:-$root/target}
work=$(mktemp -d)
# shellcheck source=tests/hosts/emulator.sh
. tests/hosts/emulator.sh
holder=

stop() {
    [ -z "$holder" ] || kill -9 "$holder" 2>/dev/null || true
    [ -z "$emulator" ] || kill "$emulator" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT

mapping=tests/hosts/orders.mapping.json
hosts=()
if [ -x "$target/hosts-c/bin/push" ]; then
    hosts+=(c)
else
    echo "skipped c: not built (tests/hosts/c/run.sh builds it)"
fi
if [ -f ffi/node/dist/index.mjs ]; then
    hosts+=(node)
else
    echo "skipped node: not built (ffi/node/build.sh builds it)"
fi
if [ -x .venv/bin/brightpearl ]; then
    hosts+=(python)
else
    echo "skipped python: no .venv (make test-python makes it)"
fi
[ "${#hosts[@]}" -gt 0 ] || exit 0
echo "== $(printf '%s, ' "${hosts[@]}" | sed 's/, $//'): one-journal.sh"

# push HOST JOURNAL: what pushes the records of the standard input, in `command`.
push() {
    local here=("$BRIGHTPEARL_BASE_URL" "$BRIGHTPEARL_ACCOUNT" "$mapping")
    case $1 in
    c) command=("$target/hosts-c/bin/push" "${here[@]}" /dev/stdin "$2") ;;
    node) command=(node tests/hosts/node/push.mjs "${here[@]}" - "$2") ;;
    python) command=(.venv/bin/brightpearl push "$mapping" - --format jsonl --write --json --journal "$2") ;;
    esac
}

# records NAME COUNT
records() {
    awk -v name="$1" -v count="$2" 'BEGIN {
        for (number = 1; number <= count; number++)
            printf "{\"number\": \"%s-%d\", \"email\": \"buyer%d@example.com\", \"name\": \"Buyer\", " \
                "\"placed\": \"2026-06-30T10:00:00Z\", \"lines\": [{\"title\": \"Mug\", \"qty\": 2, \"price\": \"4.50\"}]}\n", \
                name, number, number % 7
    }'
}

fail() {
    echo "$1" >&2
    tail -n 5 "$work"/*.err >&2
    exit 1
}

count_done() { if [ -f "$journal" ]; then grep -c '^{"done"' "$journal" || true; else echo 0; fi; }

start_emulator --config "{\"quota\": 100000, \"credentials\": $credentials}" --orders 5
refused=0
for index in "${!hosts[@]}"; do
    first=${hosts[index]}
    journal=$work/$first.journal
    # It gets as many records as are worked on together, and waits for more: the pipe stays open.
    mkfifo "$work/$first.fifo"
    exec 8<>"$work/$first.fifo"
    push "$first" "$journal"
    "${command[@]}" <"$work/$first.fifo" 8>&- >"$work/first.out" 2>"$work/first.err" &
    holder=$!
    records "$first" 200 >&8
    until [ "$(count_done)" -ge 200 ]; do
        kill -0 "$holder" 2>/dev/null || fail "$first: the push ended before its records did"
        sleep 0.05
    done
    for second in "${hosts[@]}"; do
        push "$second" "$journal"
        if records "$first" 1 | "${command[@]}" >"$work/second.out" 2>"$work/second.err"; then
            fail "$second: pushes while $first has the journal"
        fi
        grep -q "another push is writing to the journal" "$work/second.err" || fail "$second: does not say that $first has the journal"
        refused=$((refused + 1))
    done
    kill -9 "$holder"
    wait "$holder" 2>/dev/null || true
    holder=
    exec 8>&-
    # It was killed while it wrote a line.
    truncate -s -5 "$journal"
    next=${hosts[(index + 1) % ${#hosts[@]}]}
    push "$next" "$journal"
    records "$first" 210 | "${command[@]}" >"$work/next.out" 2>"$work/next.err" || fail "$next: does not go on where $first was killed"
    created=$(grep -c 'created' "$work/next.out" || true)
    [ "$created" -eq 210 ] || fail "$next: tells of $created orders, not of the 210 that $first began"
    echo "$first was killed, $next went on"
done

"$target/host/examples/pull" "$BRIGHTPEARL_BASE_URL" "$BRIGHTPEARL_ACCOUNT" >"$work/orders.out" 2>"$work/orders.err"
for host in "${hosts[@]}"; do
    found=$(grep -c "\"reference\":\"$host-" "$work/orders.out" || true)
    [ "$found" -eq 210 ] || fail "$host: there are $found orders, not 210"
done
echo "one journal: $refused second pushes refused, nothing doubled"
