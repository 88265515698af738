"""What `logging` is told: nothing unless it is asked, then one line a request, with fields and without secrets."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brightpearl import AsyncClient, BrightpearlError, NotSent, PrivateApp, Request, Response, ValidationError, logs
from brightpearl.testing import Emulator, EmulatorServer, VirtualClock
from command_line import Ended, server, settings
from conftest import TOKEN, Account, page

__all__ = ["server", "settings"]

LIST = b'{"response": []}'
TYPES = ("GET", "order-service/order-type")
SCRIPT = """
from brightpearl.testing import Emulator
faults = {"script": [{"request": 1, "fault": {"kind": "outage"}}]}
client = Emulator(faults=faults).client()
client.request("GET", "order-service/order-type")
try:
    client.request("GET", "order-service/nothing")
except Exception:
    pass
"""


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The loggers as they were, after each test."""
    handlers, level = list(logs.ROOT.handlers), logs.ROOT.level
    yield
    logs.ROOT.handlers[:] = handlers
    logs.ROOT.setLevel(level)


def fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in logs.FIELDS if getattr(record, name, None) is not None}


def lines(caplog: pytest.LogCaptureFixture, area: str) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == f"brightpearl.{area}"]


def run(environment: dict[str, str], script: str = SCRIPT) -> str:
    import os

    clean = {name: value for name, value in os.environ.items() if not name.startswith("BRIGHTPEARL_")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == ""
    return done.stderr


def test_nothing_is_said_by_default() -> None:
    assert run({}) == ""


def test_a_request_is_one_line_with_its_fields(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "brightpearl")
    account.answers(LIST, page([]))
    client = account.client()
    client.request(*TYPES, query={"secret": "in-the-query"})
    list(client.search("order-service/order-search", {"customerRef": "in-the-query"}))
    first, second = lines(caplog, "requests")
    path = "/public-api/acme/order-service/order-type"
    assert first.getMessage() == f"GET {path} -> 200 in {first.duration_ms} ms"  # type: ignore[attr-defined]
    told = fields(first)
    assert told.pop("duration_ms") >= 0
    assert len(told.pop("run")) == 8
    assert told == {"flow": "request", "exchange": 1, "attempt": 1, "method": "GET", "path": path, "status": 200}
    assert fields(second)["flow"] == "search"
    assert fields(second)["run"] != fields(first)["run"]
    assert "in-the-query" not in caplog.text
    assert TOKEN not in caplog.text


def test_retries_are_warnings_and_waits_are_told(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "brightpearl")
    account.answers(Response(503, {}, b""), NotSent("no connection"), LIST)
    client = account.client(pool={"quota": 2, "period_ms": 60_000})
    client.request(*TYPES)
    assert [record.levelname for record in lines(caplog, "waits")] == ["WARNING", "WARNING"]
    assert [fields(record)["reason"] for record in lines(caplog, "waits")] == ["backoff", "backoff"]
    assert lines(caplog, "requests") == []
    caplog.clear()
    account.answers(LIST)
    client.request(*TYPES)
    waits = lines(caplog, "waits")
    assert {(record.levelname, fields(record)["reason"]) for record in waits} == {("INFO", "throttled")}


def test_a_request_without_an_answer_and_a_failed_call_are_told(
    account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "brightpearl")
    account.answers(
        OSError(f"the token {TOKEN} is odd"), Response(404, {}, b'{"errors": [{"code": "CMNC-404", "message": "x"}]}')
    )
    client = account.client(retry={"max_attempts": 1})
    for path in ("order-service/order/1/note", "order-service/order/2/note"):
        with pytest.raises(BrightpearlError):
            client.post(path, {"text": "x"})
    first, second = lines(caplog, "requests")
    assert first.getMessage().endswith(f"-> OSError in {first.duration_ms} ms")  # type: ignore[attr-defined]
    assert "status" not in fields(first)
    assert fields(second)["status"] == 404
    ended = lines(caplog, "calls")
    assert [fields(record)["reason"] for record in ended] == ["transport", "not-found"]
    assert ended[0].getMessage() == "request failed: transport (maybe-applied)"
    assert TOKEN not in caplog.text


def test_an_asynchronous_client_says_the_same(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "brightpearl")

    async def transport(request: Request) -> Response:
        if "order-type" in request.url:
            return Response(200, {}, LIST)
        raise NotSent("no connection")

    clock = VirtualClock()

    async def sleep(seconds: float) -> None:
        clock.sleep(seconds)

    async def act() -> None:
        client = AsyncClient(
            account="acme",
            datacentre="use1",
            credentials=PrivateApp("acme_sync", TOKEN),
            transport=transport,
            clock=clock,
            sleep=sleep,
            seed=7,
            retry={"max_attempts": 2},
        )
        await client.request(*TYPES)
        with pytest.raises(BrightpearlError):
            await client.request("GET", "order-service/order-status")

    asyncio.run(act())
    told = [record.getMessage().partition(" in ")[0] for record in lines(caplog, "requests")]
    assert told[0].endswith("order-type -> 200")
    assert [one.rpartition(" -> ")[2] for one in told[1:]] == ["NotSent", "NotSent"]
    assert len({fields(record)["run"] for record in lines(caplog, "requests")}) == 2
    assert lines(caplog, "waits")
    assert fields(lines(caplog, "calls")[0])["reason"] == "transport"


MAPPING = {
    "version": 1,
    "name": "orders",
    "target": "order-service/sales-order",
    "key": {"from": "ref"},
    "fields": [{"to": "/customer/id", "value": 208}, {"to": "/ref", "from": "ref"}],
}


def test_records_and_logins_have_lines(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(logging.DEBUG, "brightpearl")
    client = Emulator(orders=5).client()
    outcomes = list(client.push(MAPPING, [{"ref": "A\x1b"}, {"ref": "B"}], dry_run=True))
    told = lines(caplog, "records")
    assert len(told) == len(outcomes) == 2
    assert {fields(record)["flow"] for record in told} == {"push"}
    assert all(fields(record)["record"] is not None for record in told)
    assert "\x1b" not in "".join(record.getMessage() for record in told)


def test_a_variable_asks_for_lines() -> None:
    debug = run({"BRIGHTPEARL_LOG": "debug"}).splitlines()
    assert any(" DEBUG brightpearl.requests: GET " in line and "run=" in line for line in debug)
    assert any(" WARNING brightpearl.waits: " in line for line in debug)
    info = run({"BRIGHTPEARL_LOG": "INFO"}).splitlines()
    assert info
    assert not any(" DEBUG " in line for line in info)
    for wanted, has_debug in (("json", True), ("json,info", False)):
        told = [json.loads(line) for line in run({"BRIGHTPEARL_LOG": wanted}).splitlines()]
        assert any(line["level"] == "debug" for line in told) is has_debug
        assert all({"time", "level", "logger", "message", "run", "flow"} <= set(line) for line in told)
    assert run({"BRIGHTPEARL_LOG": ""}) == ""


@pytest.mark.parametrize("wanted", ["loud", "debug,info", "json,loud"])
def test_what_a_variable_cannot_ask_for_is_told(wanted: str) -> None:
    with pytest.raises(ValidationError, match="expected debug, info or json") as caught:
        logs.configure(wanted)
    assert caught.value.location == "BRIGHTPEARL_LOG"
    assert "BRIGHTPEARL_LOG" in run({"BRIGHTPEARL_LOG": wanted})


def test_the_command_takes_the_variable(
    server: EmulatorServer, monkeypatch: pytest.MonkeyPatch, settings: None
) -> None:
    monkeypatch.setenv("BRIGHTPEARL_LOG", "json")
    monkeypatch.setattr(logs, "_is_configured", False)
    ended = Ended("get", "order-type")
    assert ended.code == 0, ended.err
    told = [json.loads(line) for line in ended.err.splitlines() if line.startswith("{")]
    assert [line["status"] for line in told if line["logger"] == "brightpearl.requests"] == [200]
    for line in ended.out.splitlines():
        assert "brightpearl.requests" not in line


def test_a_line_for_people_has_no_controls() -> None:
    record = logging.LogRecord("brightpearl.requests", logging.DEBUG, "", 0, "a\x1bb\nc", None, None)
    assert "a\\x1bb\\nc" in logs._Text().format(record)
    assert json.loads(logs._Lines().format(record))["message"] == "a\x1bb\nc"
