"""Leases: one push at a time has an account's keys."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brightpearl import Client, FileLease, MisuseError, ValidationError
from brightpearl.testing import EmulatorServer
from command_line import Ended, settings
from pushed import ORDERS, found, orders, shop

__all__ = ["settings"]


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with shop().serve() as server:
        yield server


@pytest.fixture
def client(server: EmulatorServer) -> Iterator[Client]:
    with server.client() as client:
        yield client


def test_the_second_push_is_refused_before_anything_is_sent(client: Client, tmp_path: Path) -> None:
    lock = tmp_path / "lease"
    first = client.push(ORDERS, orders(client, 2), write=True, journal=tmp_path / "one", exclusive=lock)
    assert next(first).state == "created"
    records = orders(client, 2)
    before = client.statistics().requests
    with pytest.raises(ValidationError, match=rf"process {os.getpid()} of .* has had the lease .* since 20") as raised:
        client.push(ORDERS, records, write=True, journal=tmp_path / "two", exclusive=lock)
    assert raised.value.location == "exclusive"
    assert client.statistics().requests == before
    assert not (tmp_path / "two").exists()
    # Who only looks needs no lease.
    assert len(list(client.push(ORDERS, orders(client, 1), dry_run=True, exclusive=lock))) == 1
    assert [outcome.state for outcome in first] == ["created"]
    second = client.push(ORDERS, orders(client, 2), write=True, journal=tmp_path / "two", exclusive=lock)
    assert {outcome.state for outcome in second} == {"unchanged"}
    assert lock.read_bytes() == b""
    assert found(client, "W-0") == 1


def test_a_push_that_cannot_begin_gives_its_lease_back(client: Client, tmp_path: Path) -> None:
    lock = tmp_path / "lease"
    with pytest.raises(ValidationError):
        client.push({**ORDERS, "version": 2}, [], write=True, exclusive=lock)
    (tmp_path / "folder").mkdir()
    with pytest.raises(ValidationError, match="directory"):
        client.push(ORDERS, [], write=True, journal=tmp_path / "folder", exclusive=lock)
    with client.push(ORDERS, [], write=True, exclusive=lock):
        pass
    lease = FileLease(lock)
    lease.acquire()
    lease.release()


def test_a_folder_has_a_lease_for_each_account_and_kind(client: Client, tmp_path: Path) -> None:
    with client.push(ORDERS, [], write=True, exclusive=tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == ["brightpearl-demo-order-service-sales-order.lease"]
        contacts = {**ORDERS["mappings"]["contact"], "version": 1, "mappings": ORDERS["mappings"]}
        with client.push(contacts, [], write=True, journal=tmp_path / "journal", exclusive=FileLease(tmp_path)):
            assert len(list(tmp_path.glob("*.lease"))) == 2
        with pytest.raises(ValidationError, match="has had the lease"):
            client.push(ORDERS, [], write=True, exclusive=tmp_path)


def test_a_killed_process_has_no_lease_and_a_live_one_is_waited_for(tmp_path: Path) -> None:
    lock = tmp_path / "lease"
    code = (
        "import sys; from brightpearl import FileLease\n"
        "lease = FileLease(sys.argv[1]); lease.acquire(); print('has it', flush=True)\n"
        "sys.stdin.readline(); lease.release(); print('gave it back', flush=True); sys.stdin.read()"
    )

    def holder() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, str(lock)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "has it\n"
        return process

    with holder() as process:
        with pytest.raises(ValidationError, match=f"process {process.pid} "):
            FileLease(lock).acquire()
        process.kill()
        process.wait()
        lease = FileLease(lock, wait=60)
        lease.acquire()
        lease.release()
    with holder() as process:
        assert process.stdin is not None
        threading.Timer(0.3, lambda: print(file=process.stdin, flush=True)).start()
        waiting = FileLease(lock, wait=60)
        waiting.acquire()
        waiting.release()
        process.kill()


def test_a_lease_of_ones_own_is_renewed_and_ends_the_push_when_it_is_lost(client: Client, tmp_path: Path) -> None:
    class Shared:
        def __init__(self) -> None:
            self.calls: list[str] = []

        def acquire(self) -> None:
            self.calls.append("acquire")

        def renew(self) -> None:
            self.calls.append("renew")
            if self.calls.count("renew") > 2:
                raise TimeoutError("the lease has run out")

        def release(self) -> None:
            self.calls.append("release")

    shared = Shared()
    records = orders(client, 6)
    pushed = client.push(ORDERS, records, write=True, window=2, journal=tmp_path / "journal", exclusive=shared)
    states: list[Any] = []
    with pytest.raises(TimeoutError):
        states.extend(outcome.state for outcome in pushed)
    states.extend(outcome.state for outcome in pushed.rest())
    assert shared.calls == ["acquire", "renew", "renew", "renew", "release"]
    assert found(client, "W-0") == found(client, "W-1") == 1
    assert found(client, "W-4") == 0
    again = client.push(ORDERS, records, write=True, journal=tmp_path / "journal", exclusive=FileLease(tmp_path / "l"))
    assert all(outcome.ok for outcome in again)


def test_a_lease_whose_file_was_removed_is_lost(tmp_path: Path) -> None:
    lease = FileLease(tmp_path / "lease")
    lease.acquire()
    lease.renew()
    with pytest.raises(MisuseError, match="taken already"):
        lease.acquire()
    (tmp_path / "lease").unlink()
    with pytest.raises(ValidationError, match="was lost"):
        lease.renew()
    lease.release()
    lease.release()


@pytest.mark.parametrize("wrong", [7, object(), b"lease", ["lease"]])
def test_what_is_not_a_lease_is_refused(client: Client, wrong: Any) -> None:
    with pytest.raises(ValidationError, match="acquire, renew and release"):
        client.push(ORDERS, [], write=True, exclusive=wrong)


def test_another_file_is_never_taken_for_a_lease(tmp_path: Path) -> None:
    other = tmp_path / "orders.csv"
    other.write_text("id,sku\n")
    with pytest.raises(ValidationError, match="not that of a lease"):
        FileLease(other).acquire()
    assert other.read_text() == "id,sku\n"
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(ValidationError, match="FIFO"):
        FileLease(tmp_path / "fifo").acquire()


def test_what_cannot_be_a_lease_is_refused_by_what_it_is(tmp_path: Path) -> None:
    lease = tmp_path / "lease"
    for make, said in (
        (lease.mkdir, "is a directory"),
        (lambda: lease.symlink_to("nowhere/lease"), "leads nowhere, to 'nowhere/lease'"),
        (lambda: lease.symlink_to(lease), "leads nowhere"),
    ):
        make()
        with pytest.raises(ValidationError, match=said) as caught:
            FileLease(lease).acquire()
        assert (caught.value.location, "Remove it" in caught.value.advice) == ("exclusive", True)
        lease.rmdir() if lease.is_dir() else lease.unlink()
    # A link to a file that is not there yet is one to a lease.
    lease.symlink_to("other")
    taken = FileLease(lease)
    taken.acquire()
    taken.release()
    assert (tmp_path / "other").exists()


@pytest.mark.parametrize("left", [b'{"pid": 1, "ho', b'{"pi', b"\0" * 64, b'{"pid": 1\0\0\0'])
def test_a_lease_that_a_crash_cut_is_taken_by_the_next(tmp_path: Path, left: bytes) -> None:
    path = tmp_path / "lease"
    path.write_bytes(left)
    lease = FileLease(path)
    lease.acquire()
    assert json.loads(path.read_bytes())["pid"] == os.getpid()
    lease.release()


def test_the_command_is_refused_with_who_has_the_lease(client: Client, tmp_path: Path) -> None:
    mapping, file, lock = tmp_path / "mapping.json", tmp_path / "orders.jsonl", tmp_path / "lease"
    mapping.write_text(json.dumps(ORDERS))
    file.write_text("".join(json.dumps(order) + "\n" for order in orders(client, 1)))
    arguments = ("push", str(mapping), str(file), "--write")
    lease = FileLease(lock)
    lease.acquire()
    ended = Ended(*arguments, "--exclusive", str(lock), "--wait", "0.3")
    assert ended.code == 2, ended.err
    assert f"process {os.getpid()} " in ended.err
    assert found(client, "W-0") == 0
    lease.release()
    assert Ended(*arguments, "--exclusive", str(lock)).code == 0
    assert found(client, "W-0") == 1
    ended = Ended(*arguments, "--wait", "1")
    assert (ended.code, "--exclusive" in ended.err) == (2, True)
    ended = Ended(*arguments, "--exclusive", str(file))
    assert ended.code == 2
    assert "same file" in ended.err


def test_a_lease_tells_its_own_argument() -> None:
    with pytest.raises(TypeError) as raised:
        FileLease(5)  # type: ignore[arg-type]
    assert raised.value.location == "path"  # type: ignore[attr-defined]
