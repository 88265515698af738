"""Files that one run at a time has, and what killed runs leave of them."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from brightpearl import Client, PrivateApp, TransportError, ValidationError
from brightpearl.async_http import AsyncHttpxTransport
from brightpearl.http import HttpxTransport
from brightpearl.locking import NameLock
from brightpearl.private_file import replacing
from brightpearl.testing import Emulator, EmulatorServer
from command_line import Ended, server, settings, start

__all__ = ["server", "settings"]

HOLDS = """
import sys
from brightpearl.locking import NameLock
lock = NameLock(sys.argv[1])
assert lock.take()
print("taken", flush=True)
sys.stdin.read()
"""

WRITES = """
import sys
from brightpearl.private_file import replacing
with replacing(sys.argv[1]) as file:
    file.write(b"half")
    file.flush()
    print("begun", flush=True)
    sys.stdin.read()
"""


def other_process(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Another process, when it has said that it is at work."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    return process


def test_two_processes_do_not_pull_with_one_state(tmp_path: Path) -> None:
    state = tmp_path / "orders.state"
    client = Emulator(orders=5).client()
    with other_process(HOLDS, state) as other:
        with pytest.raises(ValidationError, match="another pull has the state") as caught:
            client.pull("order", state=state)
        assert caught.value.location == "state"
        assert client.statistics().requests == 0
        link = tmp_path / "link"
        link.symlink_to(state)
        with pytest.raises(ValidationError, match="another pull"):
            client.pull("order", state=link)
        other.kill()
        other.wait()
    assert len(list(client.pull("order", state=state))) == 5
    assert sorted(os.listdir(tmp_path)) == ["link", "orders.state"]


def test_a_pull_whose_lock_was_removed_leaves_the_state_to_the_next(tmp_path: Path) -> None:
    state = tmp_path / "state"
    client = Emulator(orders=5).client()
    first = client.pull("order", state=state)
    assert next(first).resource == "order"
    (tmp_path / ".state.lock").unlink()
    with other_process(HOLDS, state):
        with pytest.raises(ValidationError, match=r"the lock beside the state .* was removed") as caught:
            list(first)
        assert caught.value.location == "state"
        assert "comes again" in caught.value.advice
        assert not state.exists()
    first.close()


def test_nor_do_two_commands(tmp_path: Path, server: EmulatorServer) -> None:
    state = tmp_path / "state"
    pull = ("pull", "order", "--state", str(state), "--out", str(tmp_path / "out.jsonl"))
    before = server.emulator.statistics()["requests"]
    with other_process(HOLDS, state) as other:
        ended = Ended(*pull)
        assert (ended.code, server.emulator.statistics()["requests"]) == (2, before)
        assert "another pull has the state" in ended.err
        serves = Ended("emulator", "--state", str(state))
        assert serves.code == 2
        assert "another emulator has the file" in serves.err
        other.kill()
    assert Ended(*pull).code == 0


def test_a_pull_that_ended_early_keeps_nobody_from_the_next(tmp_path: Path) -> None:
    state = tmp_path / "state"
    client = Emulator(orders=5).client()
    first = client.pull("order", state=state)
    assert next(first).resource == "order"
    second = client.pull("order", state=state)
    assert len(list(second)) == 5
    third = client.pull("order", state=state)
    del second
    gc.collect()
    with pytest.raises(ValidationError, match="later pull"):
        list(first)
    third.close()
    assert os.listdir(tmp_path) == ["state"]


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    target = tmp_path / "orders.jsonl"
    killed = other_process(WRITES, target)
    alive = other_process(WRITES, target)
    assert len(os.listdir(tmp_path)) == 2
    killed.kill()
    killed.communicate()
    with replacing(target) as file:
        file.write(b"whole")
        assert len(os.listdir(tmp_path)) == 2
    assert target.read_bytes() == b"whole"
    assert len(os.listdir(tmp_path)) == 2
    alive.communicate("")
    assert target.read_bytes() == b"half"
    assert os.listdir(tmp_path) == ["orders.jsonl"]


def test_a_command_that_was_killed_leaves_nothing_for_long(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    process = start("pull", "order", "--out", str(out))
    while not os.listdir(tmp_path):
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert Ended("pull", "order", "--limit", "3", "--out", str(out)).code == 0
    assert os.listdir(tmp_path) == ["out.jsonl"]


def test_a_name_that_is_locked_is_free_when_it_is_given_back(tmp_path: Path) -> None:
    path = str(tmp_path / "name")
    first, second = NameLock(path), NameLock(path)
    assert first.take()
    assert not second.take()
    first.give_back()
    assert second.take()
    second.give_back()
    assert os.listdir(tmp_path) == []


def test_whoever_replaces_a_file_leaves_it_to_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "state"
    target.write_bytes(b"old")
    target.chmod(0o640)
    # Only root gives files away; others find it as it is.
    with contextlib.suppress(PermissionError):
        os.chown(target, 12345, 23456)

    def replaced(text: bytes) -> os.stat_result:
        with replacing(target) as file:
            file.write(text)
        return target.stat()

    before, after = target.stat(), replaced(b"new")
    assert after.st_ino != before.st_ino
    assert (after.st_uid, after.st_gid, after.st_mode) == (before.st_uid, before.st_gid, before.st_mode)
    if before.st_uid == os.geteuid():
        return

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "fchown", refuse)
    with pytest.raises(PermissionError, match="cannot be left to its owner, user 12345"):
        replaced(b"lost")
    assert target.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["state"]
    target.chmod(0o644)
    assert replaced(b"all may read it").st_uid == os.geteuid()


def test_output_that_goes_to_a_file_of_an_option_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text("{}\n")
    (tmp_path / "state").write_text("")
    for redirected, arguments in {
        "in.jsonl": ("push", "csv-order", "in.jsonl", "--dry-run"),
        "state": ("pull", "order", "--state", "./state", "--out", "out.jsonl"),
    }.items():
        with open(tmp_path / redirected, "ab") as file:
            ended = subprocess.run(
                [sys.executable, "-m", "brightpearl", *arguments],
                cwd=tmp_path,
                stdout=file,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
                timeout=60,
            )
        assert ended.returncode == 2, ended.stderr
        assert "the output of this command" in ended.stderr


@pytest.mark.parametrize(
    ("client", "said"),
    [
        (lambda: httpx.Client(timeout=-1), "connect timeout"),
        (lambda: httpx.Client(timeout=httpx.Timeout(5, read=1e300)), "read timeout"),
        (lambda: httpx.Client(timeout=httpx.Timeout(5, write="5")), "write timeout"),  # type: ignore[arg-type]
    ],
)
def test_an_http_client_that_could_send_nothing_has_sent_nothing(client: object, said: str) -> None:
    own = client()  # type: ignore[operator]
    with Emulator(orders=1).serve() as server:
        settings = {"account": "demo", "base_url": server.url, "credentials": PrivateApp("demo_connector", "x")}
        for closes in (False, True):
            if closes:
                own.close()
            with pytest.raises(TransportError, match="is closed" if closes else said) as caught:
                Client(transport=HttpxTransport(client=own), **settings).post(
                    "order-service/order/1/note", {"text": "x"}
                )
            assert caught.value.delivery == "not-sent"
            assert not caught.value.retryable


def test_only_its_own_kind_of_client_is_taken() -> None:
    with pytest.raises(TypeError, match=r"httpx\.Client"):
        HttpxTransport(client=httpx.AsyncClient())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"httpx\.AsyncClient"):
        AsyncHttpxTransport(client=5)  # type: ignore[arg-type]
