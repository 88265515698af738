#!/usr/bin/env bash
# The documenter of what the tests build, as Cargo's RUSTDOC: whoever has the examples of a crate tested has its documentation
# written first, without a warning. Cargo by itself would have all that the crate depends on checked once more for that.
#   rustdoc.sh [ARGUMENT...]
set -euo pipefail
kept=()
is_tested=
skips=
for argument in "$@"; do
    if [ -n "$skips" ]; then
        skips=
        continue
    fi
    case $argument in
    --test) is_tested=yes ;;
    # Of tests alone.
    --test-run-directory | --test-args) skips=yes ;;
    --test-run-directory=* | --test-args=*) ;;
    *) kept+=("$argument") ;;
    esac
done
if [ -n "$is_tested" ]; then
    rustdoc "${kept[@]}" -D warnings --out-dir "${CARGO_TARGET_DIR:-target}/doc"
fi
exec rustdoc "$@"
