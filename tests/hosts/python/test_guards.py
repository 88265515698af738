"""What keeps a program from writing, or from saying what is not its to say."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from brightpearl import AsyncClient, BatchResults, Client, Reply, Response, ValidationError, Write
from brightpearl.environment import settings as settings_of
from brightpearl.testing import Emulator, EmulatorServer
from command_line import Ended, server, settings
from conftest import Account
from pushed import MAPPING, shop
from test_async import client_of
from test_environment import GOOD

__all__ = ["server", "settings"]

NOTE = "order-service/order/1/note"
DELETE = {"request": {"method": "DELETE", "path": "order-service/order/1/row/2"}}

RESERVED = [
    "Host",
    "content-length",
    "TRANSFER-ENCODING",
    "Connection",
    "TE",
    "Proxy-Connection",
    "Expect",
    " host ",
    "Authorization",
    "Cookie",
    "brightpearl-account-token",
    "Brightpearl-App-Ref",
    "X-Trace\r\nHost",
]


def checkpoint_of(operation: dict[str, Any]) -> str:
    return json.dumps({"version": 1, "account": "acme", "operation": operation, "position": "start"})


def refused(caught: pytest.ExceptionInfo[ValidationError]) -> tuple[str | None, str]:
    return caught.value.location, caught.value.delivery


def test_a_client_that_only_reads_sends_no_write(account: Account) -> None:
    client = account.client(read_only=True)
    writes = [
        lambda: client.post(NOTE, {"text": "x"}),
        lambda: client.put("product-service/product/1", {}, unchecked=True),
        lambda: client.patch("order-service/order/1/custom-field", [], unchecked=True),
        lambda: client.delete("order-service/order/1/row/2"),
        lambda: client.batch([Write("POST", NOTE, {"text": "x"})]),
        lambda: client.add_order_note(orderId=1, text="x"),
        lambda: client.task("change-custom-fields", resource="order", id=1, values={"Gift": "yes"}),
        lambda: client.push(MAPPING, [], write=True),
        lambda: client.resume(checkpoint_of(DELETE), allow_writes=True),
    ]
    for write in writes:
        with pytest.raises(ValidationError, match="read_only") as caught:
            write()
        assert refused(caught) == ("read_only", "not-sent")
    assert account.requests == []
    account.answers(b'{"response":[]}')
    assert client.request("GET", "order-service/order-type").json() == {"response": []}


def test_an_asynchronous_one_does_not_either(account: Account) -> None:
    async def act() -> None:
        client: AsyncClient = client_of(account, read_only=True)
        with pytest.raises(ValidationError) as caught:
            await client.post(NOTE, {"text": "x"})
        assert refused(caught) == ("read_only", "not-sent")

    asyncio.run(act())


def test_what_only_reads_goes_on() -> None:
    emulator = shop()
    client = emulator.client(read_only=True)
    assert list(client.search("order-service/order-search", limit=1))
    assert list(client.pull("order"))
    with client.push(MAPPING, [{"number": "A-1", "test": True}], dry_run=True) as outcomes:
        assert [outcome.state for outcome in outcomes] == ["skipped"]
    assert client.options("order-service/order", "1-3")


@pytest.mark.parametrize(("said", "means"), [("1", True), ("TRUE", True), ("yes", True), ("0", False), ("off", False)])
def test_the_environment_makes_one(said: str, means: bool) -> None:
    assert settings_of(GOOD | {"BRIGHTPEARL_READ_ONLY": said})["read_only"] is means


def test_a_misspelt_guard_is_not_off() -> None:
    with pytest.raises(ValidationError, match="neither yes nor no") as caught:
        settings_of(GOOD | {"BRIGHTPEARL_READ_ONLY": "ture"})
    assert caught.value.location == "BRIGHTPEARL_READ_ONLY"
    assert "read_only" not in settings_of(GOOD | {"BRIGHTPEARL_READ_ONLY": ""})


def test_a_command_that_only_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    note = ("post", NOTE, "-")
    for arguments, environment in [(("--read-only", *note), ""), (note, "true")]:
        monkeypatch.setenv("BRIGHTPEARL_READ_ONLY", environment)
        ended = Ended(*arguments, stdin='{"text": "x"}')
        assert ended.code == 2, ended.err
        assert "read_only" in ended.err
        assert "nothing was sent" in ended.err
    assert Ended("search", "order", "--limit", "1").code == 0
    batch = Ended("batch", "-", stdin=json.dumps({"method": "POST", "path": NOTE, "body": {"text": "x"}}))
    assert batch.code == 2
    assert "read_only" in batch.err


def test_a_checkpoint_that_writes_is_asked_about(account: Account, client: Client) -> None:
    text = checkpoint_of(DELETE)
    with pytest.raises(ValidationError, match="allow_writes") as caught:
        client.resume(text)
    assert refused(caught) == ("allow_writes", "not-sent")
    account.answers(Response(200, {}, b"{}"))
    assert isinstance(client.resume(text, allow_writes=True), Reply)
    assert [request.method for request in account.requests] == ["DELETE"]


def test_an_asynchronous_client_asks_too(account: Account) -> None:
    account.answers(Response(200, {}, b"{}"))

    async def act() -> None:
        client = client_of(account)
        with pytest.raises(ValidationError) as caught:
            await client.resume(checkpoint_of(DELETE))
        assert caught.value.location == "allow_writes"
        assert isinstance(await client.resume(checkpoint_of(DELETE), allow_writes=True), Reply)

    asyncio.run(act())


def test_a_batch_goes_on_when_that_is_allowed() -> None:
    emulator = Emulator(orders=10)
    requests = [{"method": "POST", "path": NOTE, "body": f'{{"text":"{number}"}}'} for number in range(3)]
    position = {"writes": {"consumed": 1}}
    text = json.dumps(
        {
            "version": 1,
            "account": emulator.account,
            "operation": {"batch": {"requests": requests}},
            "position": position,
        }
    )
    with pytest.raises(ValidationError):
        emulator.client().resume(text)
    rest = emulator.client().resume(text, allow_writes=True)
    assert isinstance(rest, BatchResults)
    assert [result.index for result in rest] == [1, 2]


@pytest.mark.parametrize("name", RESERVED)
def test_a_header_that_is_not_the_callers_is_refused(client: Client, name: str) -> None:
    calls = [
        lambda: client.post(NOTE, {"text": "x"}, headers={name: "hidden"}),
        lambda: client.request("GET", "order-service/order-type", headers={name: "hidden"}),
        lambda: client.batch([Write("POST", NOTE, {"text": "x"}, headers={name: "hidden"})]),
    ]
    for call in calls:
        with pytest.raises(ValidationError) as caught:
            call()
        assert str(caught.value.location).endswith("headers")
        assert caught.value.delivery == "not-sent"
        assert "hidden" not in str(caught.value)


def test_nor_in_a_line_of_a_batch(server: EmulatorServer) -> None:
    lines = [
        {"method": "POST", "path": NOTE, "body": {"text": "x"}},
        {"method": "POST", "path": NOTE, "body": {"text": "x"}, "headers": {"Brightpearl-Account-Token": "hidden"}},
    ]
    ended = Ended("batch", "-", stdin="\n".join(map(json.dumps, lines)))
    assert ended.code == 2, ended.err
    assert "/requests/1/headers" in ended.err
    assert "hidden" not in ended.err
