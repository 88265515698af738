"""The flows of many accounts under a real Ray, one worker of which is killed: `make test-ray` runs it, since Ray is
large to install."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from pathlib import Path

import ray
from sqlalchemy import select

from brightpearl.accounts import AccountRun, run_account
from brightpearl.ledger import open_ledger
from brightpearl.ledger.tables import FLOWS
from many_accounts import many_accounts

ACCOUNTS = 12
# What this ends with where Ray itself did not start; run.sh knows it, too.
NOT_STARTED = 75


def main() -> None:
    """Runs them, kills a worker that has a flow, and looks whether each record is where it should be, once."""
    try:
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, _node_ip_address="127.0.0.1")
    except Exception as error:
        print(f"Ray did not start: {error}", file=sys.stderr)
        sys.exit(NOT_STARTED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with many_accounts(folder, ACCOUNTS, pushed=3, latency=0.02) as accounts:
            path = accounts.configuration(str(folder / "ledger"))
            run = ray.remote(max_retries=3)(run_account)
            environment = {"env_vars": {"BRIGHTPEARL_CONFIG": os.environ["BRIGHTPEARL_CONFIG"]}}
            left = [run.options(runtime_env=environment).remote(str(path), one) for one in accounts.profiles]
            ended: list[AccountRun] = []
            has_killed = False
            with open_ledger(folder / "ledger") as ledger:
                while left:
                    ready, left = ray.wait(left, timeout=0.05)
                    ended += ray.get(ready)
                    if not has_killed and len(ended) >= 2:
                        with ledger._database.reading() as connection:
                            held = [one for one in connection.execute(select(FLOWS.c.process)).scalars() if one]
                        if held:
                            os.kill(json.loads(held[0])["pid"], signal.SIGKILL)
                            has_killed = True
            assert has_killed
            assert sorted(one.profile for one in ended if one.is_done) == sorted(accounts.profiles), ended
            accounts.check()
    ray.shutdown()
    print(f"{len(ended)} accounts were run under Ray, and one worker was killed: nothing lost, nothing doubled")


if __name__ == "__main__":
    main()
