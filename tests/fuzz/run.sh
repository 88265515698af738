#!/usr/bin/env bash
# Builds the fuzz targets once, then runs them under libFuzzer and AddressSanitizer:
#   run.sh [--seconds N] [TARGET...]
# Each target replays its regressions, then all share that time (a minute each without a choice) and keep what they find new in
# .build/fuzz. An input that fails is kept there, too. The short run of `make test` is a test: tests/short.rs.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/tests/fuzz
work=$root/.build/fuzz
mapfile -t all < <(cd "$here/src/targets" && printf '%s\n' *.rs | sed -n '/^mod/!s/\.rs$//p')
seconds=
targets=()
while [ $# -gt 0 ]; do
    case $1 in
    --seconds) seconds=$2 && shift 2 ;;
    -*) echo "usage: $0 [--seconds N] [TARGET...]" >&2 && exit 2 ;;
    *) targets+=("$1") && shift ;;
    esac
done
[ ${#targets[@]} -gt 0 ] || targets=("${all[@]}")
[ -n "$seconds" ] || seconds=$((60 * ${#targets[@]}))

# What cargo-fuzz would set: coverage for libFuzzer, and AddressSanitizer. The sanitizer is not in stable releases;
# RUSTC_BOOTSTRAP lets this one compiler have it. A target named as such keeps the flags from build scripts.
triple=$(rustc -vV | sed -n 's/^host: //p')
target_dir=${CARGO_TARGET_DIR:-$root/target}/fuzz
export RUSTC_BOOTSTRAP=1
flags=(-Zsanitizer=address --cfg=fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares)
CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f' && echo "${flags[*]}") CARGO_TARGET_DIR=$target_dir \
    cargo build --locked --quiet --profile fuzz --target "$triple" -p brightpearl-fuzz --features libfuzzer
binaries=$target_dir/$triple/fuzz
program=$binaries/fuzz

seeds=$work/seeds
rm -rf "$seeds"
"$binaries/seeds" "$root/tests/vectors" "$seeds"

export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1:symbolize=1
failed=()
passed=0
for target in "${targets[@]}"; do
    found=$work/found/$target
    grown=$work/corpus/$target
    mkdir -p "$found" "$grown" "$seeds/$target"
    options=(-artifact_prefix="$found/" -max_len=16384 -rss_limit_mb=3072 -timeout=60 -verbosity=0 -print_funcs=0
        -dict="$here/dictionaries/json.dict")
    regressions=("$here/regressions/$target"/*)
    log=$found/last.log
    started=$SECONDS
    status=0
    : >"$log"
    if [ -e "${regressions[0]}" ]; then
        FUZZ_TARGET=$target "$program" "${options[@]}" "${regressions[@]}" >>"$log" 2>&1 || status=$?
    fi
    if [ "$status" -eq 0 ]; then
        FUZZ_TARGET=$target "$program" "${options[@]}" -max_total_time=$((seconds / ${#targets[@]} + 1)) "$grown" "$seeds/$target" \
            >>"$log" 2>&1 || status=$?
    fi
    if [ "$status" -eq 0 ]; then
        passed=$((passed + 1))
        echo "$target: $(find "$seeds/$target" -type f | wc -l) seeds, nothing found in $((SECONDS - started)) s"
    else
        failed+=("$target")
        echo "$target: FAILED after $((SECONDS - started)) s" >&2
        grep -aE 'panicked at|ERROR: |SUMMARY|Test unit written' "$log" -A 2 | head -40 >&2
        echo "$target: all of its output is in $log" >&2
    fi
done
echo "$passed passed, ${#failed[@]} failed"
[ ${#failed[@]} -eq 0 ]
