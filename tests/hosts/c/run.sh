#!/bin/sh
# Builds the library and the C hosts, and runs them: run.sh [--valgrind]
set -eu
cd "$(dirname "$0")"
root=$(cd ../../.. && pwd)
build=${CARGO_TARGET_DIR:-$root/target}/hosts-c

announce() { echo "== c: $*" >&2; }
case "${1:-}" in
--valgrind)
    command -v valgrind >/dev/null || { echo "missing: valgrind (Debian: valgrind)" >&2; exit 1; }
    memory="valgrind --quiet --error-exitcode=1 --leak-check=full --errors-for-leak-kinds=definite,possible --suppressions=valgrind.supp"
    ;;
"") memory= ;;
*) echo "usage: $0 [--valgrind]" >&2; exit 2 ;;
esac

"$root/ffi/install.sh" "$build/prefix" --debug --curl
python3 "$root/tests/supply/contents.py" --debug c "$build/prefix"
announce "the package, as others use it"
"$root/tests/hosts/c/package/run.sh" "$build/prefix"
announce "what must not compile"
"$root/tests/hosts/c/refused.sh" "$build/prefix/include"
# The library's file is always newer than what was linked against it, so its users are always linked anew.
rm -rf "${build:?}/bin"
make --no-print-directory --silent PREFIX="$build/prefix" BUILD="$build/bin"

# The example pulls from an emulator of its own.
export BRIGHTPEARL_APP_REF=acme_sync BRIGHTPEARL_ACCOUNT_TOKEN=token-of-acme
"$root/tests/emulator/build.sh"
rm -f "$build/emulator.out"
"${CARGO_TARGET_DIR:-$root/target}/host/brightpearl-emulator" --port 0 --account acme --orders 600 --config \
    '{"quota": 100000, "credentials": [{"kind": "system", "app_ref": "acme_sync", "account_token": "token-of-acme"}]}' \
    >"$build/emulator.out" &
emulator=$!
trap 'kill "$emulator" 2>/dev/null || true' EXIT
tries=0
until url=$(sed -n 's/^listening on //p' "$build/emulator.out" 2>/dev/null) && [ -n "$url" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { echo "the emulator does not start" >&2; exit 1; }
    sleep 0.1
done

refuse() {
    if "$@" "http://example.invalid" acme 2>"$build/refused.txt"; then
        echo "pull sends tokens over plain http" >&2
        exit 1
    fi
    grep -q "base_url" "$build/refused.txt"
}
pull() {
    announce "$@"
    "$@" "$url" acme >"$build/orders.tsv"
    lines=$(cut -f 1 "$build/orders.tsv" | sort -u | wc -l)
    [ "$lines" -eq 600 ] || { echo "pull printed $lines orders, not 600" >&2; exit 1; }
}
for program in pull-sanitized pull-c++; do
    refuse "$build/bin/$program"
    pull "$build/bin/$program"
done
# shellcheck disable=SC2086 # $memory is a command with arguments, or nothing
refuse $memory "$build/bin/pull"
# shellcheck disable=SC2086
pull $memory "$build/bin/pull"

# Thirty orders of a shop, of which one cannot be mapped: a dry run writes none of them, two runs with one journal write
# each once, and without the journal they are found.
write_orders() {
    awk -v name="$1" 'BEGIN {
        for (number = 1; number <= 29; number++)
            printf "{\"number\": \"%s-%d\", \"email\": \"buyer%d@example.com\", \"name\": \"Buyer\", " \
                "\"placed\": \"2026-06-30T10:00:00Z\", \"lines\": [{\"title\": \"Mug\", \"qty\": 2, \"price\": \"4.50\"}]}\n", \
                name, number, number % 7
        print "{\"number\": \"none\"}"
    }' >"$build/orders.jsonl"
}
push() {
    expected=$1
    shift
    announce "$@"
    code=0
    "$@" >"$build/outcomes.tsv" || code=$?
    [ "$code" -eq 3 ] || { echo "push ended with $code, not with the 3 of a rejected record" >&2; exit 1; }
    found=$(cut -f 2 "$build/outcomes.tsv" | sort | uniq -c | awk '{ printf "%s%d %s", (NR > 1 ? ", " : ""), $1, $2 }')
    [ "$found" = "$expected" ] || { echo "push had the outcomes: $found; expected $expected" >&2; exit 1; }
}
push_all() {
    name=$1
    shift
    write_orders "$name"
    rm -f "$build/push.journal"
    set -- "$@" "$url" acme ../orders.mapping.json "$build/orders.jsonl"
    push "29 created, 1 rejected" "$@"
    push "29 created, 1 rejected" "$@" "$build/push.journal"
    journaled=$(wc -l <"$build/push.journal")
    printf '{"write":{"what":"\303' >>"$build/push.journal" # a line that a crash cut off, in the midst of a letter
    push "29 created, 1 rejected" "$@" "$build/push.journal"
    [ "$(wc -l <"$build/push.journal")" -ge "$journaled" ] || { echo "the journal shrank" >&2; exit 1; }
    push "1 rejected, 29 unchanged" "$@"
}

# A journal that cannot grow stops the push, which tells truly what it wrote before. One that another program has, or that is not
# a file, is refused.
guard_journal() {
    announce "$* with a journal that is full, taken, or no file"
    write_orders guarded
    journal=$build/guarded.journal
    rm -f "$journal"
    set -- "$@" "$url" acme ../orders.mapping.json "$build/orders.jsonl"
    { (trap '' XFSZ && ulimit -f 8 && exec "$@" "$journal" 2>"$build/refused.txt") || echo "code $?"; } | cat >"$build/outcomes.tsv"
    if ! grep -q "cannot be written: File too large; no write is sent" "$build/refused.txt" ||
        ! grep -q "^code 1$" "$build/outcomes.tsv"; then
        echo "a push does not say that its journal is full" >&2
        exit 1
    fi
    told=$(grep -c "	created	[1-9]" "$build/outcomes.tsv" || true)
    unsent=$(grep -c "	rejected	0	it was not written" "$build/outcomes.tsv" || true)
    [ "$told" -gt 0 ] && [ "$unsent" -gt 0 ] && [ $((told + unsent)) -eq 29 ] ||
        { echo "a push with a full journal tells of $told written and $unsent unsent orders, not of 29 in all" >&2; exit 1; }
    push "$unsent created, 1 rejected, $told unchanged" "$@" # a dry run, which knows no journal
    refused_journal "another push is writing to the journal" flock "$journal" "$@" "$journal"
    refused_journal "is a directory; expected a regular file" "$@" "$build"
    mkfifo "$build/guarded.fifo" 2>/dev/null || true
    refused_journal "is a FIFO; expected a regular file" "$@" "$build/guarded.fifo"
}
refused_journal() {
    said=$1
    shift
    if "$@" >"$build/outcomes.tsv" 2>"$build/refused.txt" || ! grep -q "$said" "$build/refused.txt" || [ -s "$build/outcomes.tsv" ]; then
        echo "a push does not say: $said" >&2
        exit 1
    fi
}
push_all sanitized "$build/bin/push-sanitized"
push_all plusplus "$build/bin/push-c++"
# shellcheck disable=SC2086
push_all plain $memory "$build/bin/push"

guard_journal "$build/bin/push-sanitized"

readme() {
    announce "$@"
    rm -f "$build/readme.journal"
    "$@" "$url" acme ../orders.mapping.json "$build/readme.journal" >"$build/readme.txt"
    for said in '^create-sales-order: {"orderId":[0-9]' '^{"index":1,"reply":' '^{"body":{"ref":"README-1","customer":{"id":208}' \
        '^README-1 [a-z]*, as [1-9]' '^README-2 rejected, as 0: ' '^order: 1 changed {' '^wrong-format at /placedOn: '; do
        grep -q "$said" "$build/readme.txt" || { echo "the examples of ffi/README.md do not say: $said" >&2; exit 1; }
    done
}
readme "$build/bin/readme-sanitized"
readme "$build/bin/readme-c++"
# shellcheck disable=SC2086
readme $memory "$build/bin/readme"

# What a transport frees at once is what the reply has later.
headers() {
    announce "$@"
    "$@" "$url" acme >"$build/headers.txt"
    for name in content-type brightpearl-requests-remaining; do
        grep -qix "$name" "$build/headers.txt" || { echo "the headers of an answer lack $name" >&2; exit 1; }
    done
    if grep -qv '^[A-Za-z0-9-]*$' "$build/headers.txt"; then
        echo "the headers of an answer have other names than were sent" >&2
        exit 1
    fi
}
headers "$build/bin/headers-sanitized"
# shellcheck disable=SC2086
headers $memory "$build/bin/headers"

announce "patience-sanitized"
"$build/bin/patience-sanitized"

announce "driver-sanitized"
"$build/bin/driver-sanitized"
announce "driver $memory"
# shellcheck disable=SC2086
$memory "$build/bin/driver"

for program in inputs-sanitized inputs-c++; do
    announce "$program"
    "$build/bin/$program"
done
announce "inputs $memory"
# shellcheck disable=SC2086
$memory "$build/bin/inputs"

announce "nulls-sanitized"
"$build/bin/nulls-sanitized"
announce "nulls $memory"
# shellcheck disable=SC2086
$memory "$build/bin/nulls"

announce "secrets"
"$build/bin/secrets-sanitized"

# Neither sanitised nor in Valgrind: both keep what was freed.
announce "memory"
"$build/bin/memory"

exported=$(nm -D --defined-only "$build/prefix/lib/libbrightpearl.so" | awk '$3 !~ /^bp_/ { print $3 }')
[ -z "$exported" ] || { echo "exported besides bp_*: $exported" >&2; exit 1; }

vectors() { "$@" "$root"/tests/vectors/*.json "$root"/tests/vectors/functions/*.json; }
for program in vectors-static vectors-c++ vectors-sanitized; do
    announce "$program"
    vectors "$build/bin/$program"
done
announce "vectors $memory"
# shellcheck disable=SC2086 # $memory is a command with arguments, or nothing
vectors $memory "$build/bin/vectors"
