#!/usr/bin/env bash
# Measures the Python host beside what one would use instead. Usage: run.sh VENV
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python=$(cd "$1" && pwd)/bin/python
"$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$here/requirements.txt"
cd "$here"
"$python" imports.py
"$python" pages.py
"$python" memory.py
"$python" mapping.py
"$python" notifications.py
