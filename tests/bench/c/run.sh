#!/usr/bin/env bash
# Measures the C library beside jansson.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=$(mktemp -d)
trap '[ -z "${emulator:-}" ] || kill "$emulator"; rm -rf "$work"' EXIT
# shellcheck source=tests/bench/answers.sh
. "$root/tests/bench/answers.sh"

"$root/ffi/install.sh" "$work/prefix" >/dev/null
read_answers
export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig
# shellcheck disable=SC2046 # these are several arguments each
cc -std=c99 -D_POSIX_C_SOURCE=199309L -O2 -Wall -Wextra -Werror "$here/pages.c" -o "$work/pages" \
    $(pkg-config --cflags --libs brightpearl jansson) "-Wl,-rpath,$work/prefix/lib"
"$work/pages" "$work/page.json" "$work/resources.json" "$ids"
