#!/usr/bin/env bash
# Types, stubs, vectors, command line and real HTTP of the Python host. Usage: run.sh VENV
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# What ran is told to the table of capabilities (tests/capabilities/proofs.py).
report=()
[ -z "${STEPS:-}" ] || report=(--junitxml="$PWD/$STEPS/python.xml")
python=$(cd "$1" && pwd)/bin/python
# The types need no extension: its stub lies beside the sources.
(cd "$here/../../../python" && "$python" -m mypy)
# What is tested is the installed package, from a place without its sources.
cd "$here"
"$python" -m mypy.stubtest brightpearl._native --allowlist stubtest-allowlist.txt
echo "== python: surface_types.py"
"$python" -m mypy --strict --cache-dir ../../../python/.mypy_cache surface.py surface_types.py
# The checker of many editors, which reads types in other ways here and there.
if [ ! -f pyright/node_modules/.package-lock.json ] || [ pyright/package-lock.json -nt pyright/node_modules/.package-lock.json ]; then
    (cd pyright && npm ci --no-audit --no-fund --loglevel=error)
fi
pyright/node_modules/.bin/pyright --pythonpath "$python" --project pyright/pyrightconfig.json
"$python" -m pytest "${report[@]}"
