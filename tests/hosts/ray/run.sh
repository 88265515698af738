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
export RAY_AUTH_MODE=disabled PYTHONPATH=$here/../python
# A busy machine takes longer than the 30 s that Ray gives its node. Its node gives the agents beside it 15 s, and ends where they
# take longer, for which there is no setting: what Ray has started is then read, and starts sooner the next time.
export RAY_raylet_start_wait_time_s=90
not_started=75
for attempt in 1 2 3; do
    status=0
    "$environment/bin/python" "$here/ray_accounts.py" || status=$?
    [ "$status" -eq $not_started ] && [ "$attempt" -lt 3 ] || exit "$status"
    echo "Ray is started once more"
done
