#!/usr/bin/env bash
# The flows of many accounts under Ray. Usage: run.sh VENV, where the package and the test tools are.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python=$(cd "$1" && pwd)/bin/python
cd "$here/../../.."
environment=$PWD/.build/ray

# Made anew when the requirements have changed.
if ! cmp -s "$here/requirements.txt" "$environment/requirements.txt"; then
    rm -rf "$environment"
    "$python" -m venv "$environment"
    "$environment/bin/python" -m pip --quiet --disable-pip-version-check install --require-hashes -r "$here/requirements.txt"
    own=$("$environment/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    "$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >"$own/tools.pth"
    cp "$here/requirements.txt" "$environment/requirements.txt"
fi
# It is for this process alone, and leaves no token in the home folder.
RAY_AUTH_MODE=disabled PYTHONPATH=$here/../python "$environment/bin/python" "$here/ray_accounts.py"
