#!/usr/bin/env bash
# Measures the component in wasmtime for Python. Usage: run.sh VENV, whose test tools have wasmtime
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
python=$(cd "$1" && pwd)/bin/python
work=$(mktemp -d)
trap '[ -z "${emulator:-}" ] || kill "$emulator"; rm -rf "$work"' EXIT
# shellcheck source=tests/bench/answers.sh
. "$root/tests/bench/answers.sh"

[ -f "$target/component/brightpearl.wasm" ] || "$root/wasm/build.sh"
read_answers
"$python" "$here/pages.py" "$target/component/brightpearl.wasm" "$work/page.json" "$work/resources.json" "$ids"
