#!/usr/bin/env bash
# Meltano with the tap and the target, both ways. Usage: run.sh VENV, where the package and the test tools are.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python=$(cd "$1" && pwd)/bin/python
cd "$here/../../.."
environments=$PWD/.build/meltano

# installed NAME REQUIREMENTS: an environment with just that, made anew when the requirements have changed.
installed() {
    local environment=$environments/$1
    if ! cmp -s "$2" "$environment/requirements.txt"; then
        rm -rf "$environment"
        "$python" -m venv "$environment"
        "$environment/bin/python" -m pip --quiet --disable-pip-version-check install --require-hashes -r "$2"
        cp "$2" "$environment/requirements.txt"
    fi
}

installed runner "$here/requirements.txt"
installed loader "$here/loader-requirements.txt"
cd "$here"
PATH=$environments/runner/bin:$environments/loader/bin:$PATH "$python" -m pytest -c ../python/pytest.ini --rootdir . .
