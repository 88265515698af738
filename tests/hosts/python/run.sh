#!/usr/bin/env bash
# Types, stubs, vectors, command line and real HTTP of the Python host. Usage: run.sh VENV
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python=$(cd "$1" && pwd)/bin/python
# The types need no extension: its stub lies beside the sources.
(cd "$here/../../../python" && "$python" -m mypy)
# What is tested is the installed package, from a place without its sources.
cd "$here"
"$python" -m mypy.stubtest brightpearl._native --allowlist stubtest-allowlist.txt
"$python" -m mypy --strict --cache-dir ../../../python/.mypy_cache surface.py
"$python" -m pytest
