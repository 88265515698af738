"""The service's receiver of webhooks, and a flow on events, in the same process."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

import served
from brightpearl import Client
from brightpearl.ledger import open_ledger
from brightpearl.service import running, storing
from brightpearl.testing import Emulator, EmulatorServer
from served import OLD_SECRET, Beside, address, change, configured, lines, notification, until

FLOW = """
[[flow]]
name = "orders"
pull = ["order"]
on = ["order.modified", "goods-out-note"]
to = "file: out.jsonl"
"""


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=60, seed=5, uncapped=True).serve() as server:
        yield server


@pytest.fixture
def client(server: EmulatorServer) -> Iterator[Client]:
    with server.client() as client:
        yield client


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch, server: EmulatorServer) -> None:
    for name, value in served.variables(server).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Beside]:
    with Beside(configured(tmp_path, FLOW)) as service:
        yield service


def post(service: Beside, content: Any, path: str | None = None) -> int:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return service.request("POST", path or address(), body).status_code


def queue(folder: Path) -> tuple[int, int]:
    """How many notifications there are, and how many are handled."""
    with open_ledger(folder / "brightpearl-ledger.sqlite") as ledger:
        return ledger.notifications.count(), ledger.notifications.queue_of("orders").handled


def test_a_notification_is_stored_and_its_record_delivered_once(
    service: Beside, client: Client, tmp_path: Path
) -> None:
    [order] = change(client)
    for _ in range(3):
        assert post(service, notification(order)) == 200
    until(lambda: queue(tmp_path) == (1, 1))
    [message] = lines(tmp_path / "out.jsonl")
    assert (message["type"], message["record"], message["data"]["id"]) == ("order.changed", order, order)
    assert message["id"].startswith("msg_")
    # Another notification about the same state of it.
    assert post(service, notification(order, "order.modified")) == 200
    until(lambda: queue(tmp_path) == (2, 2))
    assert len(lines(tmp_path / "out.jsonl")) == 1
    change(client)
    assert post(service, notification(order, raisedOn="2026-06-01T10:00:01.000+00:00")) == 200
    until(lambda: queue(tmp_path) == (3, 3))
    first, second = lines(tmp_path / "out.jsonl")
    assert first["id"] != second["id"]


def test_the_order_of_a_note_is_read(service: Beside, client: Client, tmp_path: Path) -> None:
    note = next(iter(client.search("warehouse-service/goods-note/goods-out-search", limit=1)))
    assert post(service, notification(note["goodsOutNoteId"], "goods-out-note.modified.shipped")) == 200
    until(lambda: queue(tmp_path) == (1, 1))
    [message] = lines(tmp_path / "out.jsonl")
    assert (message["type"], message["record"]) == ("order.changed", note["orderId"])


def test_what_no_search_finds_is_read_by_its_ids(client: Client, tmp_path: Path) -> None:
    text = FLOW.replace('["order"]', '["product-availability"]')
    text = text.replace('["order.modified", "goods-out-note"]', '["product.modified.on-hand-modified"]')
    product = next(iter(client.search("product-service/product-search", {"stockTracked": True}, limit=1)))["productId"]
    with Beside(configured(tmp_path, text)) as service:
        assert post(service, notification(product, "product.modified.on-hand-modified")) == 200
        until(lambda: queue(tmp_path) == (1, 1))
    [message] = lines(tmp_path / "out.jsonl")
    assert (message["type"], message["record"]) == ("product-availability.changed", product)
    assert "total" in message["data"]


def test_what_is_gone_is_told(service: Beside, tmp_path: Path) -> None:
    assert post(service, notification(999_999)) == 200
    until(lambda: queue(tmp_path) == (1, 1))
    [message] = lines(tmp_path / "out.jsonl")
    assert (message["type"], message["record"], message["data"]) == ("order.deleted", 999_999, None)


@pytest.mark.parametrize(
    ("content", "path", "status"),
    [
        (notification(1), address(OLD_SECRET), 200),
        (notification(1), address("another-secret-0123456789"), 401),
        (notification(1), "/elsewhere", 404),
        (b"{no JSON", None, 400),
        (notification(1, accountCode="other"), None, 403),
        (notification(1, "widget.modified"), None, 422),
        (notification(1, padding="x" * 400_000), None, 413),
        (b"x" * (10 << 20), address("another-secret-0123456789"), 401),
        (notification(1, raisedOn="2099-01-01T00:00:00.000+00:00"), None, 200),
    ],
    ids=["old secret", "wrong secret", "address", "no JSON", "account", "event", "large", "10 MB", "future"],
)
def test_each_request_has_the_status_that_the_engine_says(
    service: Beside, tmp_path: Path, content: Any, path: str | None, status: int
) -> None:
    assert post(service, content, path) == status
    assert queue(tmp_path)[0] == (1 if status == 200 else 0)


def test_an_address_whose_path_a_proxy_took_away_is_known(service: Beside) -> None:
    assert post(service, notification(1), address().removeprefix("/brightpearl")) == 200


def test_another_method_is_refused(service: Beside) -> None:
    assert service.request("GET", address()).status_code == 405


def test_a_secret_that_was_changed_meanwhile_is_taken(service: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    new = "a-new-and-invented-secret-0123"
    assert post(service, notification(1), address(new)) == 401
    monkeypatch.setenv("HOOK_SECRET", new)
    receiver = service.service.receiver
    receiver._looked_at = time.monotonic() - 2
    assert post(service, notification(1), address(new)) == 200


def test_what_cannot_be_stored_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "open_ledger", partial(open_ledger, seconds_for_lock=0.05))
    with Beside(configured(tmp_path, FLOW)) as service:
        with sqlite3.connect(tmp_path / "brightpearl-ledger.sqlite") as other:
            other.execute("BEGIN IMMEDIATE")
            assert post(service, notification(1)) == 503
            assert service.request("GET", "/readyz").status_code == 503
            assert service.request("GET", "/healthz").json()["level"] == "failing"
            other.rollback()
        assert post(service, notification(1)) == 200
        until(lambda: service.request("GET", "/readyz").status_code == 200)


def test_more_than_can_be_stored_is_asked_for_again(service: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as crowded:
        crowded.setattr(storing, "MOST_WAITING", 0)
        assert post(service, notification(1)) == 503
    assert post(service, notification(1)) == 200


def test_a_mistake_while_it_is_stored_leaves_nobody_waiting(service: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> list[bool]:
        raise KeyError("something")

    with monkeypatch.context() as mistaken:
        mistaken.setattr(service.service.ledger.notifications, "store", fail)
        assert post(service, notification(1)) == 503
    assert post(service, notification(1)) == 200


def test_a_full_disk_is_told_and_all_goes_on_when_there_is_room(
    tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    [order] = change(client)
    is_full = False

    def limit(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {1 if is_full else 1 << 30}")

    with Beside(configured(tmp_path, FLOW)) as service:
        event.listen(service.service.ledger._database.engine, "begin", limit)
        is_full = True
        # Until the pages that there are have no room left.
        many = range(order, order + 2_000)
        number = next(number for number in many if post(service, notification(number, padding="x" * 2_000)) == 503)
        until(lambda: "ledger" in service.request("GET", "/healthz").json()["rules"])
        is_full = False
        until(lambda: post(service, notification(number)) == 200)
        until(lambda: queue(tmp_path) == (number - order + 1,) * 2, 60)
        until(lambda: service.request("GET", "/healthz").json()["level"] == "ok")
    assert order in {message["record"] for message in lines(tmp_path / "out.jsonl")}


def test_many_at_once_are_all_stored(service: Beside, tmp_path: Path) -> None:
    receiver = service.service.receiver
    path = address()

    async def send() -> list[int]:
        return await asyncio.gather(
            *(receiver.receive("POST", path, json.dumps(notification(number)).encode()) for number in range(1, 501))
        )

    # In a loop of its own, as requests of several threads come.
    assert set(asyncio.run(send())) == {200}
    assert queue(tmp_path)[0] == 500


def test_health_and_metrics_are_served(service: Beside, client: Client, tmp_path: Path) -> None:
    [order] = change(client)
    post(service, notification(order))
    post(service, notification(order), address("another-secret-0123456789"))
    until(lambda: queue(tmp_path) == (1, 1))
    health = service.request("GET", "/healthz")
    assert (health.status_code, health.json()) == (200, {"level": "ok", "rules": []})
    assert service.request("GET", "/readyz").json() == {"ready": True}
    text = service.request("GET", "/metrics").text
    accepted = 'brightpearl_notifications_total{event="order.modified.order-status",outcome="accepted"} 1'
    assert accepted in text
    assert 'brightpearl_notifications_total{event="other",outcome="wrong-secret"} 1' in text
    assert 'brightpearl_queue_length{queue="orders"} 0' in text
