#!/usr/bin/env bash
# Runs one step of a larger command under a heading, and says how long it took:
#   step.sh NAME COMMAND [ARGUMENT...]
# With STEPS in the environment, a folder, steps may run side by side: each says everything at once when it is over, and is noted
# there with its cases, its seconds and those that it kept processors busy. `step.sh --table` then prints these notes, and what a step that failed said last.
set -uo pipefail

# count_cases FILE: how many cases the step's own summaries name: those of cargo, pytest, Node, the simulation and our runners.
count_cases() {
    grep -av '^== ' "$1" | grep -aoE '(^|[^0-9])[0-9]+ passed|^[^0-9]{1,5}pass [0-9]+|^[0-9]+ seeds in' |
        grep -oE '[0-9]+' | awk '{ sum += $1 } END { print sum + 0 }'
}

print_table() {
    local name state cases seconds computed log failed=
    printf '\n%-36s %8s %8s %9s\n' suite cases seconds computed
    while IFS=$'\t' read -r name state cases seconds computed log; do
        [ "$cases" -gt 0 ] || cases=-
        printf '%-36s %8s %8s %9s%s\n' "$name" "$cases" "$seconds" "$computed" "$([ "$state" = 0 ] || echo '  failed')"
        [ "$state" = 0 ] || failed=$log
    done <"$STEPS/notes"
    if [ -n "$failed" ]; then
        printf '\n== what failed said last (all of it is in %s)\n' "$failed"
        tail -60 "$failed"
    fi
}

if [ "$*" = --table ]; then
    print_table
    exit
fi

name=$1
shift
# The step's own compilers and makes share no jobs with the make that runs this.
unset MAKEFLAGS MFLAGS
start=$SECONDS

# run COMMAND...: under its heading, with its verdict.
run() {
    printf '\n== %s\n' "$name"
    "$@"
    local status=$?
    if [ "$status" -ne 0 ]; then
        printf '== %s: failed with status %d after %d s: %s\n' "$name" "$status" "$((SECONDS - start))" "$*" >&2
    else
        printf '== %s: done in %d s\n' "$name" "$((SECONDS - start))"
    fi
    return "$status"
}

if [ -z "${STEPS:-}" ]; then
    run "$@"
    exit
fi
log=$STEPS/${name//[^a-zA-Z0-9]/-}.log
TIMEFORMAT='%0U %0S'
{ time run "$@" >"$log" 2>&1; } 2>"$log.computed"
status=$?
read -r user system <"$log.computed"
rm -f "$log.computed"
(
    flock 9
    printf '%s\t%d\t%d\t%d\t%d\t%s\n' "$name" "$status" "$(count_cases "$log")" "$((SECONDS - start))" \
        "$((user + system))" "$log" >>"$STEPS/notes"
    cat "$log"
) 9>"$STEPS/lock"
exit "$status"
