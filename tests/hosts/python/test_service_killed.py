"""The service is killed twenty times while webhooks come late, doubled, in another order or not at all, records are
pushed, and the disk fills and is emptied again. In the end nothing is lost and nothing doubled, as the emulated account
itself has it."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import resource
import socket
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
import pytest

import served
from brightpearl import Client, ask
from brightpearl.ledger import open_ledger
from brightpearl.testing import Emulator, EmulatorServer
from brightpearl.testing.webhooks import Delivery
from pushed import ORDERS, order, skus
from served import SECRET, lines, until

KILLS = 20

ROOM = (0, 24 << 10, 96 << 10)
"""How large a file may become while the disk is full: not one byte can be written, or the ledger's log goes on for a
while."""

CONFIGURATION = """
[listen]
address = "127.0.0.1:{port}"
public_url = "http://127.0.0.1:{port}/brightpearl"
secrets = ["env:HOOK_SECRET"]

[[flow]]
name = "out"
pull = ["order"]
on = ["order"]
every = "1s"
to = "file: out.jsonl"

[[flow]]
name = "in"
push = "orders.json"
from = "directory: inbox"
every = "1s"
looks = [1, 5]
"""

HOLES = {"delay_ms": 20, "jitter_ms": 400, "retry_after_ms": [100, 100], "duplicate_rate": 0.3}
"""Deliveries overtake each other, are made twice, and are given up while the service is away."""


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=20, contacts=30, products=20, uncapped=True, webhooks=HOLES).serve() as server:
        yield server


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What the account sent, and what it was answered."""
    noted: list[tuple[str, int]] = []
    answered = Delivery.answered

    def note(delivery: Delivery, status: int) -> None:
        noted.append((delivery.request.body.decode(), status))
        answered(delivery, status)

    monkeypatch.setattr(Delivery, "answered", note)
    return noted


def serve(path: str, environment: dict[str, str]) -> None:
    """The service, in a process that has imported what it needs."""
    os.environ.update(environment)
    from brightpearl.service.configuration import read_configuration
    from brightpearl.service.serving import serve

    serve(read_configuration(path))


class Killed:
    """A service that is killed and started again."""

    def __init__(self, path: Path, port: int, environment: dict[str, str], target: Callable[..., None] = serve) -> None:
        self._target = target
        self._context = multiprocessing.get_context("forkserver")
        # Otherwise each start would import for a second.
        self._context.set_forkserver_preload(["test_service_killed", "brightpearl.service.serving"])
        self._arguments = (str(path), environment)
        self._port = port
        self._process: BaseProcess | None = None

    def start(self) -> None:
        self._process = self._context.Process(target=self._target, args=self._arguments)
        self._process.start()
        until(self._is_up)

    def _is_up(self) -> bool:
        assert self._process is not None
        assert self._process.is_alive()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def fill(self, room: int | None) -> None:
        """Lets no file of the service become larger than that, as on a disk that is full; None for any size."""
        assert self._process is not None
        assert self._process.pid is not None
        unlimited = resource.RLIM_INFINITY
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (unlimited if room is None else room, unlimited))

    def health(self) -> dict[str, Any]:
        """What the service says of itself."""
        with httpx.Client(trust_env=False, timeout=30) as client:
            told: dict[str, Any] = client.get(f"http://127.0.0.1:{self._port}/healthz").json()
        return told

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.join()
        self._process.close()


def register(client: Client, public_url: str) -> None:
    receiver = {
        "accounts": [{"account": "demo", "secrets": [SECRET]}],
        "public_url": public_url,
        "subscriptions": ["order"],
    }
    told = {"receiver": json.dumps(receiver), "account": "demo", "registered": "[]"}
    for creation in ask({"plan_webhooks": told})["create"]:
        client.post("integration-service/webhook", json.loads(creation["body"]))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def put(inbox: Path, name: str, records: list[dict[str, Any]]) -> None:
    """A file that somebody put there a moment ago, complete."""
    written = inbox / f".{name}"
    written.write_text("".join(json.dumps(record) + "\n" for record in records))
    os.utime(written, (time.time() - 10,) * 2)
    written.rename(inbox / name)


def test_nothing_is_lost_and_nothing_doubled(
    tmp_path: Path, server: EmulatorServer, answers: list[tuple[str, int]]
) -> None:
    draw = random.Random(7)
    port = free_port()
    (tmp_path / "inbox").mkdir()
    (tmp_path / "orders.json").write_text(json.dumps(ORDERS))
    path = tmp_path / "brightpearl.toml"
    path.write_text(CONFIGURATION.format(port=port))
    with server.client() as client:
        register(client, f"http://127.0.0.1:{port}/brightpearl")
        known = skus(client)
        ids = [row["orderId"] for row in client.search("order-service/order-search", {"orderTypeId": 1})]
        references = []
        service = Killed(path, port, served.variables(server))
        for kill in range(KILLS):
            service.start()
            is_full = kill % 2 == 1
            if is_full:
                # It listens a moment before it is at work.
                assert service.health()["level"]
                time.sleep(draw.random() * 0.3)
                room = ROOM[kill // 2 % len(ROOM)]
                service.fill(room)
                before = len(answers)
            for id in draw.sample(ids, 2):
                client.update_order_status(orderId=id, orderStatusId=draw.choice([2, 3]))
            records = [order(100 * kill + number, known[number % len(known)]) for number in range(3)]
            references += [record["number"] for record in records]
            put(tmp_path / "inbox", f"{kill}.jsonl", records)
            time.sleep(draw.random() * 0.3)
            if is_full and kill % 4 == 1:
                # It says so while it lasts, and goes on by itself when there is room again.
                until(lambda: "ledger" in service.health()["rules"])
                # Without any room, nothing is accepted that comes now.
                until(lambda room=room, before=before: room or 503 in [status for _, status in answers[before:]])
                service.fill(None)
                until(lambda: "ledger" not in service.health()["rules"])
            service.kill()
        service.start()
        with open_ledger(tmp_path / "brightpearl-ledger.sqlite") as ledger:
            done = tmp_path / "inbox" / "done"
            until(lambda: len(list(done.iterdir())) == KILLS, 60)
            now = {str(one.resource_id): one.value for one in client.get("order-service/order", ids)}

            def is_delivered() -> bool:
                last = {str(message["record"]): message["data"] for message in lines(tmp_path / "out.jsonl")}
                is_there = all(last.get(id, {}).get("orderStatus") == value["orderStatus"] for id, value in now.items())
                return is_there and ledger.notifications.queue_of("out").waiting == 0

            until(is_delivered, 60)
            service.kill()
            stored = ledger.notifications.count()
            queue = ledger.notifications.queue_of("out")
            # What came just before the service was killed waits for the next start.
            assert (queue.handled + queue.waiting, queue.dead) == (stored, 0)
            assert ledger.dead_letters.count() == 0
            # A killed process takes a moment to be gone.
            until(lambda: all(run.outcome != "running" for run in ledger.runs.list(limit=10_000)))
            assert {run.outcome for run in ledger.runs.list(limit=10_000)} <= {"done", "interrupted"}
            with ledger._database.reading() as connection:
                contents = connection.exec_driver_sql("SELECT content FROM brightpearl_notifications").scalars().all()
        # Whatever was answered as stored is in the ledger, and there is nothing that was not sent.
        kept = {(one["event"], one["ids"], one["raised_ms"]) for one in map(json.loads, contents)}
        assert len(kept) == stored
        accepted = {body for body, status in answers if status == 200}
        assert 0 < len(accepted) <= stored
        assert {status for _, status in answers} <= {200, 503}
        # Nothing is delivered under two ids, and what comes twice has the same.
        last: dict[int, dict[str, Any]] = {}
        for message in lines(tmp_path / "out.jsonl"):
            before = last.get(message["record"])
            if before is not None and before["id"] != message["id"]:
                assert before["data"] != message["data"]
            last[message["record"]] = message
        # Each record that was pushed is there once.
        for reference in references:
            rows = client.search("order-service/order-search", {"customerRef": reference})
            assert sum(row["customerRef"] == reference for row in rows) == 1, reference
        assert server.emulator.audit() == []
