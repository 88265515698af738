#!/usr/bin/env bash
# Runs one step of a larger command under a heading, and says how long it took. Usage: step.sh NAME COMMAND [ARGUMENT...]
set -uo pipefail
name=$1
shift
printf '\n== %s\n' "$name"
start=$SECONDS
"$@"
status=$?
if [ "$status" -ne 0 ]; then
    printf '== %s: failed with status %d after %d s: %s\n' "$name" "$status" "$((SECONDS - start))" "$*" >&2
    exit "$status"
fi
printf '== %s: done in %d s\n' "$name" "$((SECONDS - start))"
