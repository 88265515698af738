#!/usr/bin/env bash
# Types, stubs, vectors, command line and real HTTP of the Python host. Usage: run.sh VENV
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python=$(cd "$1" && pwd)/bin/python
# Beside the sources lies no extension: the installed package is what is tested, from a place without sources.
cd "$here"
"$python" -m mypy --config-file ../../../python/pyproject.toml
"$python" -m mypy.stubtest brightpearl._native --allowlist stubtest-allowlist.txt
"$python" -m pytest
