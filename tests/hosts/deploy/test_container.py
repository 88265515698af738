"""The steps of the container file, taken from it, in a clean environment and as an ordinary user who may write to one
directory only: the service starts, is well by the file's own check, delivers, and ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brightpearl.cli.emulator import environment
from brightpearl.testing import Emulator
from served import until

REPOSITORY = Path(__file__).parents[3]
DEPLOY = REPOSITORY / "docs" / "deploy"
# Whoever has no files of his own.
NOBODY = 65_534
ACCOUNT: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}

FILE = re.sub(r"\\\n\s*", "", (DEPLOY / "Containerfile").read_text())


def instruction(name: str) -> str:
    """The last instruction of that name."""
    return re.findall(rf"^{name}\s+(.*)$", FILE, flags=re.MULTILINE)[-1]


def interpreter() -> str:
    """One that an ordinary user may run: what made the tests' environment, or Debian's where that one is root's own."""

    def is_usable(path: str) -> bool:
        try:
            return subprocess.run([path, "-c", ""], **ACCOUNT).returncode == 0
        except OSError:
            return False

    base = str(getattr(sys, "_base_executable", sys.executable))
    return next(filter(is_usable, (base, "/usr/bin/python3")))


def installed(place: Path) -> Path:
    """What the file installs, at another place and with the wheel that is there already; its programs."""
    [run] = [line for line in re.findall(r"^RUN (.*)$", FILE, flags=re.MULTILINE) if "venv /opt/brightpearl" in line]
    [wheel] = (REPOSITORY / ".build").glob("brightpearl-*.whl")
    steps = run.replace("/wheels/brightpearl-*.whl", str(wheel)).replace("/opt/brightpearl", str(place))
    steps = re.sub(r"^python ", f"{interpreter()} ", steps)
    done = subprocess.run(["bash", "-ec", steps], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return place / "bin"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may look into; pytest's own are for one user."""
    with tempfile.TemporaryDirectory(prefix="brightpearl-deploy-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_the_service_of_the_container_runs_as_an_ordinary_user(folder: Path) -> None:
    programs = installed(folder / "opt")
    state = folder / "state"
    state.mkdir(mode=0o700)
    if ACCOUNT:
        os.chown(state, NOBODY, NOBODY)
    configuration = folder / "brightpearl.toml"
    text = (DEPLOY / "brightpearl.toml").read_text()
    text = text.replace("/var/lib/brightpearl", str(state)).replace("0.0.0.0:8080", "127.0.0.1:0")
    configuration.write_text(text)
    [program] = json.loads(instruction("ENTRYPOINT"))
    arguments = [str(configuration) if "/" in word else word for word in json.loads(instruction("CMD"))]
    with Emulator(orders=4, seed=3, uncapped=True).serve() as server:
        variables = environment(server) | {
            "PATH": f"{programs}:/usr/bin:/bin",
            "HOME": "/nonexistent",
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOOK_SECRET": "an-invented-secret-0123456789",
            "DASHBOARD_TOKEN": "an-invented-secret-0123456789",
        }
        running = subprocess.Popen(
            [programs / program, *arguments],
            env=variables,
            cwd=state,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **ACCOUNT,
        )
        try:
            assert running.stdout is not None
            told = running.stdout.readline()
            assert told.startswith("listening on "), running.communicate()
            checked = json.loads(re.findall(r"CMD (\[.*\])", instruction("HEALTHCHECK"))[0])
            checked = [word.replace("http://127.0.0.1:8080", told.split()[-1]) for word in checked]
            health = subprocess.run(checked, env=variables, cwd=state, capture_output=True, text=True, **ACCOUNT)
            assert health.returncode == 0, health.stderr
            delivered = state / "orders.jsonl"
            until(lambda: delivered.exists() and len(delivered.read_text().splitlines()) == 4)
        finally:
            running.send_signal(signal.SIGTERM)
            _, said = running.communicate(timeout=30)
        assert running.returncode == 0, said
    # Only there, and for nobody else.
    assert {path.name for path in state.iterdir()} >= {"ledger.sqlite", "orders.jsonl"}
    assert (state / "ledger.sqlite").stat().st_mode & 0o077 == 0
    done = subprocess.run(
        [programs / "brightpearl", "status", "--ledger", state / "ledger.sqlite"],
        env=variables,
        cwd=state,
        capture_output=True,
        text=True,
        **ACCOUNT,
    )
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stderr
