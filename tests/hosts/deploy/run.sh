#!/usr/bin/env bash
# What the container file does, without a container. Usage: run.sh VENV, where the package and the test tools are; the wheel is
# the one of .build.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python=$(cd "$1" && pwd)/bin/python
cd "$here"
PYTHONPATH=../python "$python" -m pytest -c ../python/pytest.ini --rootdir . .
