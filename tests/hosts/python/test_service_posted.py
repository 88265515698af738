"""Records that are posted again: with a key they are pushed once, whatever happens in between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import served
from brightpearl.ledger import Ledger, LedgerError, open_ledger
from brightpearl.service.inbound import InboundRunner
from brightpearl.service.posted import KeyUsedOtherwise, key_of
from brightpearl.testing import Emulator, EmulatorServer
from pushed import ORDERS
from served import TOKEN, Beside, configured
from test_service_inbound import Answering, flow, runner_of

BODY = b'[{"number": "W-1"}, {"number": "W-2"}]'


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=5, uncapped=True).serve() as server:
        yield server


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch, server: EmulatorServer, tmp_path: Path) -> None:
    for name, value in served.variables(server).items():
        monkeypatch.setenv(name, value)
    (tmp_path / "orders.json").write_text(json.dumps(ORDERS))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "brightpearl-ledger.sqlite") as ledger:
        yield ledger


@pytest.fixture
def client() -> Answering:
    return Answering()


@pytest.fixture
def runner(tmp_path: Path, ledger: Ledger, client: Answering) -> InboundRunner:
    return runner_of(tmp_path, client, ledger, flow("POST /push/orders", token="env:PUSH_TOKEN"))


def test_what_is_posted_again_with_its_key_is_pushed_once(runner: InboundRunner, client: Answering) -> None:
    names = []
    for _ in range(3):
        names.append(runner.posted.accept(BODY, "key-1"))
        runner.run(is_scheduled=False)
    assert (len(set(names)), client.pushes) == (1, 1)
    assert runner.posted.accept(BODY, "key-2") != names[0]
    runner.run(is_scheduled=False)
    assert client.pushes == 2
    with pytest.raises(KeyUsedOtherwise):
        runner.posted.accept(BODY + b" ", "key-1")
    runner.run(is_scheduled=False)
    assert client.pushes == 2


def test_a_crash_before_the_key_is_settled_neither_loses_nor_doubles(
    runner: InboundRunner, client: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any) -> None:
        raise LedgerError("full", "the disk is full", place=None)

    # Before the records are kept: they are not taken for kept.
    with monkeypatch.context() as crashing:
        crashing.setattr(runner.spool, "put", crash)
        with pytest.raises(LedgerError):
            runner.posted.accept(BODY, "key-1")
    runner.run(is_scheduled=False)
    assert client.pushes == 0
    # Behind that: whether they still wait, or were pushed already.
    for key, is_taken in (("key-1", False), ("key-2", True)):
        pushes = client.pushes
        with monkeypatch.context() as crashing:
            crashing.setattr(runner._ledger.push_keys, "settle", crash)
            with pytest.raises(LedgerError):
                runner.posted.accept(BODY, key)
        if is_taken:
            runner.run(is_scheduled=False)
        runner.posted.accept(BODY, key)
        runner.run(is_scheduled=False)
        assert client.pushes == pushes + 1


def test_threads_that_post_the_same_are_one(runner: InboundRunner, client: Answering) -> None:
    with ThreadPoolExecutor(8) as threads:
        names = set(threads.map(lambda _: runner.posted.accept(BODY, "key"), range(24)))
    runner.run(is_scheduled=False)
    assert (len(names), client.pushes) == (1, 1)


def test_a_key_is_a_header(tmp_path: Path) -> None:
    with Beside(configured(tmp_path, flow("POST /push/orders", token="env:PUSH_TOKEN"))) as service:

        def post(key: str, body: bytes = BODY, token: str = TOKEN) -> tuple[int, str]:
            headers = {"authorization": f"Bearer {token}", "idempotency-key": key}
            answer = service.request("POST", "/push/orders", body, headers=headers)
            return answer.status_code, answer.text

        first = post("8e03978e-40d5-43dd-bc93-6894a57f9324")
        assert (first[0], post('"8e03978e-40d5-43dd-bc93-6894a57f9324"')) == (202, first)
        assert post("8e03978e-40d5-43dd-bc93-6894a57f9324", b"{}")[0] == 422
        assert post("8e03978e-40d5-43dd-bc93-6894a57f9324", b"{}", "wrong")[0] == 401
        status, said = post("x" * 256)
        assert (status, "Idempotency-Key" in said) == (400, True)


@pytest.mark.parametrize("text", ["", " ", '""', "a\tb", "x" * 256, "\u00e9"])
def test_a_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected 1 to 255"):
        key_of(text)


def test_keys_may_be_quoted() -> None:
    assert (key_of(None), key_of("a b"), key_of(' "a" '), key_of("x" * 255)) == (None, "a b", "a", "x" * 255)
