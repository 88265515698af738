#!/bin/sh
# Builds the library and the C hosts, and runs them: run.sh [--valgrind]
# BRIGHTPEARL_BASE_URL names a server to pull from (the emulator); without it nothing is pulled.
set -eu
cd "$(dirname "$0")"
root=$(cd ../../.. && pwd)
build=${CARGO_TARGET_DIR:-$root/target}/hosts-c

announce() { echo "== $*" >&2; }
case "${1:-}" in
--valgrind)
    command -v valgrind >/dev/null || { echo "missing: valgrind (Debian: valgrind)" >&2; exit 1; }
    memory="valgrind --quiet --error-exitcode=1 --leak-check=full --errors-for-leak-kinds=definite,possible"
    ;;
"") memory= ;;
*) echo "usage: $0 [--valgrind]" >&2; exit 2 ;;
esac

"$root/ffi/install.sh" "$build/prefix" --debug
# The library's file is always newer than what was linked against it, so its users are always linked anew.
rm -rf "$build/bin"
make --no-print-directory --silent PREFIX="$build/prefix" BUILD="$build/bin"

vectors() { "$@" "$root"/tests/vectors/*.json; }
# shellcheck disable=SC2086 # $memory is a command with arguments, or nothing
announce vectors $memory && vectors $memory "$build/bin/vectors"
for variant in vectors-static vectors-c++ vectors-sanitized; do
    announce "$variant" && vectors "$build/bin/$variant"
done

export BRIGHTPEARL_APP_REF=acme_sync BRIGHTPEARL_ACCOUNT_TOKEN="${BRIGHTPEARL_ACCOUNT_TOKEN:-token-of-acme}"
pull() { "$@" "${BRIGHTPEARL_BASE_URL}" "${BRIGHTPEARL_ACCOUNT:-acme}" >"$build/orders.tsv"; }
refuse() {
    if "$@" "http://example.invalid" acme 2>"$build/refused.txt"; then
        echo "pull sends tokens over plain http" >&2
        exit 1
    fi
    grep -q "base_url" "$build/refused.txt"
}
# shellcheck disable=SC2086
refuse $memory "$build/bin/pull"
refuse "$build/bin/pull-sanitized"
if [ -n "${BRIGHTPEARL_BASE_URL:-}" ]; then
    # shellcheck disable=SC2086
    announce pull $memory && pull $memory "$build/bin/pull"
    announce pull-sanitized && pull "$build/bin/pull-sanitized"
    announce pull-c++ && pull "$build/bin/pull-c++"
    [ -s "$build/orders.tsv" ]
fi

exported=$(nm -D --defined-only "$build/prefix/lib/libbrightpearl.so" | awk '$3 !~ /^bp_/ { print $3 }')
[ -z "$exported" ] || { echo "exported besides bp_*: $exported" >&2; exit 1; }
