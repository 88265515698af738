#!/bin/sh
# Installs packages, by their hashes, into a virtual environment: install.sh VENV REQUIREMENTS
# uv does it in a tenth of the time. It knows nothing of pip's configuration, such as another index; where it gets nowhere, pip does it.
set -eu
python=$1/bin/python
requirements=$2
pip="$python -m pip --quiet --disable-pip-version-check"
$pip install --require-hashes -r "$(dirname "$0")/installer.txt"
"$1/bin/uv" pip install --quiet --python "$python" --require-hashes -r "$requirements" ||
    $pip install --require-hashes -r "$requirements"
