"""Two replicas of the service, each with a folder of its own, and one ledger: one dies between keeping what was posted
and noting that. Whoever posts again, and wherever, has it pushed once."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import served
from brightpearl.ledger import open_ledger
from brightpearl.ledger.push_keys import PushKeys
from brightpearl.service.posted import PostedRecords
from brightpearl.testing import Emulator, EmulatorServer
from pushed import ORDERS, found, order, skus
from served import TOKEN, until
from test_service_killed import Killed, free_port, serve

CONFIGURATION = """
ledger = "../ledger.sqlite"

[listen]
address = "127.0.0.1:{port}"

[[flow]]
name = "in"
push = "orders.json"
from = "POST /push/orders"
token = "env:PUSH_TOKEN"
looks = [1, 5]
"""

HEADERS = {"authorization": f"Bearer {TOKEN}", "idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=5, contacts=30, products=20, uncapped=True).serve() as server:
        yield server


def serve_until_kept(path: str, environment: dict[str, str]) -> None:
    """The service, which dies when it has kept what was posted, and is about to note that."""

    def die(*_: Any) -> bool:
        os.kill(os.getpid(), signal.SIGKILL)
        return True

    PushKeys.settle = die  # type: ignore[method-assign]
    serve(path, environment)


def serve_until_taken(path: str, environment: dict[str, str]) -> None:
    """The service, which dies when it has noted what was posted, before anything of it is pushed."""

    def die(posted: PostedRecords) -> None:
        if not posted._spool.is_empty():
            os.kill(os.getpid(), signal.SIGKILL)

    PostedRecords.take = die  # type: ignore[method-assign,assignment]
    serve(path, environment)


class Replica:
    """One of them."""

    def __init__(self, folder: Path, server: EmulatorServer) -> None:
        self._folder = folder
        self._port = free_port()
        self._variables = served.variables(server)
        folder.mkdir()
        # Without a search that finds what is there: what is pushed twice is there twice.
        document = ORDERS | {"key": {"target": "/ref"}}
        (folder / "orders.json").write_text(json.dumps(document))
        (folder / "brightpearl.toml").write_text(CONFIGURATION.format(port=self._port))

    def started(self, target: Any = serve) -> Killed:
        service = Killed(self._folder / "brightpearl.toml", self._port, self._variables, target)
        service.start()
        return service

    def post(self, body: bytes) -> int:
        with httpx.Client(trust_env=False, timeout=30) as client:
            url = f"http://127.0.0.1:{self._port}/push/orders"
            return client.post(url, content=body, headers=HEADERS).status_code

    def kept(self) -> list[str]:
        """The files that it has not pushed."""
        found = self._folder.glob("brightpearl-work/*/w*/*.jsonl")
        return sorted(path.parent.name for path in found)


@pytest.mark.parametrize("dies", [serve_until_kept, serve_until_taken])
@pytest.mark.parametrize("again", ["at the other", "at the same", "at the other, which is late"])
def test_what_is_posted_again_after_a_death_is_pushed_once(
    tmp_path: Path, server: EmulatorServer, dies: Any, again: str
) -> None:
    first, second = (Replica(tmp_path / name, server) for name in ("first", "second"))
    with server.client() as client:
        body = json.dumps([order(1, skus(client)[0])]).encode()

        def is_there() -> bool:
            return found(client, "W-1") > 0

        dying = first.started(dies)
        if dies is serve_until_kept:
            with pytest.raises(httpx.TransportError):
                first.post(body)
        else:
            # It may die before it has answered.
            with contextlib.suppress(httpx.TransportError):
                assert first.post(body) == 202
        dying.kill()
        assert first.kept() == ["waiting"]
        running = []
        if again != "at the other":
            running.append(first.started())
        if again == "at the other, which is late":
            until(is_there)
        if again != "at the same":
            running.append(second.started())
        assert (first if again == "at the same" else second).post(body) == 202
        if again == "at the other" and dies is serve_until_kept:
            until(is_there)
        if again == "at the other":
            running.append(first.started())
        until(lambda: is_there() and not first.kept() and not second.kept())
        with open_ledger(tmp_path / "ledger.sqlite") as ledger:
            # What is begun ends, too.
            until(lambda: all(run.outcome != "running" for run in ledger.runs.list()))
            assert ledger.dead_letters.count() == 0
        for service in running:
            service.kill()
        assert found(client, "W-1") == 1
    assert server.emulator.audit() == []
