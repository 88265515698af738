"""A client that was closed sends nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from brightpearl import AsyncClient, Client, MisuseError, PrivateApp, TransportError
from brightpearl.testing import Emulator
from pushed import MAPPING, orders

CALLS: dict[str, Callable[[Any], Any]] = {
    "search": lambda client: client.search("order"),
    "get": lambda client: client.get("order", 1),
    "pull": lambda client: client.pull("order"),
    "batch": lambda client: client.batch([("POST", "order-service/order/1/note", {"text": "x"})]),
    "push": lambda client: client.push(MAPPING, [{"number": "1"}], write=True),
    "request": lambda client: client.request("GET", "order/1"),
    "post": lambda client: client.post("order-service/order/1/note", {"text": "x"}),
    "task": lambda client: client.add_order_note(orderId=1, text="x"),
    "options": lambda client: client.options("order-service/order", 1),
    "view": lambda client: client.with_options(timeout=5).request("GET", "order/1"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_calls_that_begin_later_are_refused(call: Callable[[Any], Any]) -> None:
    emulator = Emulator(orders=5)
    with emulator.client() as client:
        client.request("GET", "order/1")
    before = emulator.statistics()["requests"]
    with pytest.raises(MisuseError, match="the client is closed"):
        call(client)
    assert client.statistics().requests == before
    assert emulator.statistics()["requests"] == before


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_so_they_are_in_an_event_loop(call: Callable[[Any], Any]) -> None:
    async def act() -> None:
        emulator = Emulator(orders=5)
        async with emulator.async_client() as client:
            await client.request("GET", "order/1")
        with pytest.raises(MisuseError, match="the client is closed"):
            result = call(client)
            await result
        assert emulator.statistics()["requests"] == 1

    asyncio.run(act())


def test_calls_under_way_end_without_another_request() -> None:
    emulator = Emulator(orders=50)
    with emulator.client(page_size=10) as client:
        rows = client.search("order")
        for _ in range(10):
            next(rows)
    with pytest.raises(TransportError, match="the client is closed") as raised:
        next(rows)
    assert raised.value.delivery == "not-sent"
    assert emulator.statistics()["requests"] == 1


def test_a_write_that_was_announced_is_known_not_to_be_sent(tmp_path: Any) -> None:
    emulator = Emulator(orders=5)
    client = emulator.client()
    records = orders(client, 5)
    journal = tmp_path / "journal"
    outcomes = client.push(MAPPING, records, write=True, journal=journal, window=1)
    first = next(outcomes)
    assert first.state == "created"
    client.close()
    with pytest.raises((TransportError, MisuseError)):
        list(outcomes)
    again = emulator.client()
    found = list(again.push(MAPPING, records, write=True, journal=journal))
    assert sorted(outcome.state for outcome in found) == ["created"] * 5
    assert not any(outcome.verified for outcome in found)


def test_connections_are_not_opened_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: object) -> None:
        raise AssertionError("a connection was opened")

    client = Client(account="acme", base_url="http://127.0.0.1:9", credentials=PrivateApp("app", "token"))
    client.close()
    client.close()
    monkeypatch.setattr("socket.create_connection", opened)
    with pytest.raises(MisuseError):
        client.request("GET", "order/1")


def test_closing_a_view_closes_nothing() -> None:
    client = Emulator(orders=5).client()
    with client.with_options(timeout=5) as view:
        view.request("GET", "order/1")
    assert client.request("GET", "order/1").status == 200
    assert isinstance(client, Client)
    assert not isinstance(client, AsyncClient)


def test_another_block_opens_it_again() -> None:
    client = Emulator(orders=5).client()
    for _ in range(2):
        with client:
            assert client.request("GET", "order/1").status == 200
        with pytest.raises(MisuseError):
            client.request("GET", "order/1")

    async def act() -> None:
        client = Emulator(orders=5).async_client()
        for _ in range(2):
            async with client:
                assert (await client.request("GET", "order/1")).status == 200
            with pytest.raises(MisuseError):
                await client.request("GET", "order/1")

    asyncio.run(act())
