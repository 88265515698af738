"""The service as a process: its address, its signals, its end."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import served
from brightpearl.testing import Emulator, EmulatorServer
from command_line import Ended
from served import SECRET, Serving, address, configured, lines, notification, until

FLOW = '[[flow]]\nname = "orders"\npull = "order"\non = "order"\nto = "file: out.jsonl"\n'


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=10, seed=5, uncapped=True).serve() as server:
        yield server


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch, server: EmulatorServer) -> None:
    for name, value in served.variables(server).items():
        monkeypatch.setenv(name, value)


def test_a_signal_ends_it_cleanly_and_nothing_secret_is_said(tmp_path: Path, server: EmulatorServer) -> None:
    serving = Serving(configured(tmp_path, FLOW), server)
    assert httpx.post(f"{serving.url}{address()}", content=json.dumps(notification(3))).status_code == 200
    assert httpx.post(f"{serving.url}{address('a-wrong-secret-0123456789')}", content="{}").status_code == 401
    until(lambda: lines(tmp_path / "out.jsonl"))
    code, said = serving.stop()
    assert code == 0
    assert "started with 1 flow" in said
    assert "stopping: SIGTERM" in said
    assert "wrong-secret" in said
    secrets = [SECRET, "a-wrong-secret-0123456789", served.variables(server)["BRIGHTPEARL_ACCOUNT_TOKEN"]]
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    for secret in secrets:
        assert secret not in said
        assert not any(secret.encode() in content for content in written)


def test_a_command_that_does_not_end_is_ended_within_a_bounded_time(tmp_path: Path, server: EmulatorServer) -> None:
    slow = FLOW.replace("file: out.jsonl", "command: sh -c 'echo $$ >begun; exec sleep 60'") + 'every = "1h"\n'
    serving = Serving(configured(tmp_path, slow, stop_within="1s"), server)
    begun = tmp_path / "begun"
    until(lambda: begun.exists() and begun.read_text())
    code, said = serving.stop()
    assert (code, "stopped" in said) == (0, True)
    # It is gone, and the flow is due again.
    with pytest.raises(ProcessLookupError):
        os.killpg(int(begun.read_text()), 0)
    ledger = str(tmp_path / "brightpearl-ledger.sqlite")
    assert '"stopped"' in Ended("runs", "--ledger", ledger, "--json").out


def test_a_port_that_is_taken_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        path = configured(tmp_path, FLOW, address=f"127.0.0.1:{taken.getsockname()[1]}")
        ended = Ended("serve", str(path))
    assert ended.code == 2
    assert "another program has it" in ended.err
    ended = Ended("serve", str(path), "--address", "\u00fc..example:80")
    assert (ended.code, "it is not a name of a host" in ended.err) == (2, True), ended.err
    assert not (tmp_path / "brightpearl-ledger.sqlite").exists()
    ended = Ended("serve", str(path), "--address", "8080")
    assert ended.code == 2
    assert "expected a host and a port" in ended.err


def test_a_ledger_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "brightpearl-ledger.sqlite").write_text("something of somebody's, longer than a header is" * 20)
    ended = Ended("serve", str(configured(tmp_path, FLOW)))
    assert ended.code == 7
    assert "is not a ledger" in ended.err
