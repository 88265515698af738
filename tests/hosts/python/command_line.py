"""The command `brightpearl` at work, on an emulated account."""

from __future__ import annotations

# Its hooks for forks must not be registered by another thread amid one.
import concurrent.futures.thread  # noqa: F401
import functools
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer.testing
from typer.testing import CliRunner

from brightpearl.cli.app import app
from brightpearl.cli.emulator import environment
from brightpearl.testing import Emulator, EmulatorServer

# The runner would make all commands anew for each that it runs, which takes longer than most of them do.
typer.testing._get_command = functools.cache(typer.main.get_command)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    """An account with 700 orders, for all tests of a module."""
    with Emulator(orders=700, seed=5).serve() as server:
        yield server


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, server: EmulatorServer) -> None:
    """The environment that points at it, for every test of a module that takes this in."""
    for name in list(os.environ):
        if name.startswith("BRIGHTPEARL_"):
            monkeypatch.delenv(name)
    for name, value in environment(server).items():
        monkeypatch.setenv(name, value)


class Ended:
    """How a command ended."""

    def __init__(self, *arguments: str, stdin: str | None = None) -> None:
        saved = dict(os.environ)
        result = CliRunner().invoke(app, arguments, input=stdin)
        # The command is a process of its own and may change its environment; this process may not.
        os.environ.clear()
        os.environ.update(saved)
        self.code = result.exit_code
        self.out = result.stdout
        self.err = result.stderr
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception


def start(*arguments: str, ignored: tuple[signal.Signals, ...] = (), stdin: bool = False) -> subprocess.Popen[str]:
    """The command as a process of its own, which ignores some signals from the start, and no others, although whoever
    runs the tests may: under `nohup`, say."""

    def heed() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)

    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "brightpearl", *arguments],
        stdin=subprocess.PIPE if stdin else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        preexec_fn=heed,
    )
