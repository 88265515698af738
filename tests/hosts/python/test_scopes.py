"""What a journal and a state belong to: the same mapping, resource and options, and how to go on with others."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest

from brightpearl import Client, PullResource, ValidationError
from brightpearl.cli.emulator import environment
from brightpearl.testing import Emulator, EmulatorServer
from command_line import Ended, server, settings
from pushed import ORDERS, found, orders, shop

__all__ = ["server", "settings"]


def pushed(
    client: Client, document: dict[str, Any], records: list[dict[str, Any]], journal: Path, **options: Any
) -> Any:
    with client.push(document, records, write=True, journal=journal, **options) as outcomes:
        return [(outcome.state, outcome.journaled) for outcome in sorted(outcomes, key=lambda one: one.record)]


def edited() -> dict[str, Any]:
    document = copy.deepcopy(ORDERS)
    document["fields"].append({"to": "/channelId", "value": 1})
    return document


def test_a_journal_of_a_document_that_was_edited_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    account = shop()
    client, journal = account.client(), tmp_path / "journal"
    records = orders(client, 3)
    assert pushed(client, ORDERS, records, journal) == [("created", False)] * 3
    assert pushed(client, json.loads(json.dumps(ORDERS, indent=3)), records, journal) == [("created", True)] * 3
    before = account.statistics()["requests"]
    for document, options, said in [(edited(), {}, "has changed"), (ORDERS, {"existing": "leave"}, "`existing` was")]:
        with pytest.raises(ValidationError, match=said) as caught:
            pushed(client, document, records, journal, **options)
        assert "`renew`" in str(caught.value)
        assert str(caught.value.location).startswith("journal")
    assert account.statistics()["requests"] == before


def test_a_renewed_journal_looks_at_what_is_done_and_writes_nothing_twice(tmp_path: Path) -> None:
    client, journal = shop().client(), tmp_path / "journal"
    records = orders(client, 3)
    pushed(client, ORDERS, records, journal)
    again = pushed(client, edited(), records, journal, renew=True)
    assert [journaled for _, journaled in again] == [False] * 3
    # The channel of an order cannot be changed.
    assert all(state == "differs" for state, _ in again), again
    assert [found(client, record["number"]) for record in records] == [1, 1, 1]
    assert pushed(client, edited(), records[:0], journal) == []


def test_the_command_says_what_comes_from_the_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with shop().serve() as shop_server:
        for name, value in environment(shop_server).items():
            monkeypatch.setenv(name, value)
        document, file = tmp_path / "orders.json", tmp_path / "in.jsonl"
        document.write_text(json.dumps(ORDERS))
        with shop_server.client() as client:
            file.write_text("".join(json.dumps(one) + "\n" for one in orders(client, 3)))
        push = ("push", str(document), str(file), "--write", "--journal", str(tmp_path / "journal"))
        assert "earlier" not in Ended(*push).out
        again = Ended(*push)
        assert "3 of them in an earlier run, as the journal has it" in " ".join(again.out.split())
        lines = Ended(*push, "--json")
        assert [json.loads(line)["journaled"] for line in lines.out.splitlines()] == [True] * 3
        assert "3 created, 3 of them in an earlier run" in lines.err
        document.write_text(json.dumps(edited()))
        refused = Ended(*push)
        assert (refused.code, "has changed" in refused.err, "renew" in refused.err) == (2, True, True)
        assert Ended(*push, "--renew").code in (0, 4)


@pytest.mark.parametrize(
    ("first", "then", "said"),
    [
        ({"filters": {"orderTypeId": 2}}, {}, "has the filters orderTypeId=2, and this pull no filters"),
        ({}, {"filters": {"orderTypeId": 2}}, "has no filters"),
        ({"filters": {"orderTypeId": 1}}, {"filters": {"orderTypeId": 2}}, "orderTypeId=1, and this pull"),
        ({}, {"resources": "product"}, "the state is of order, and this pull of product"),
        ({}, {"resources": PullResource("product", name="order")}, "as 'order'"),
    ],
)
def test_a_state_of_another_pull_is_refused(
    tmp_path: Path, first: dict[str, Any], then: dict[str, Any], said: str
) -> None:
    client, state = Emulator(orders=20).client(), tmp_path / "state"
    list(client.pull(**({"resources": "order", "state": state} | first)))
    kept = state.read_bytes()
    sent = client.statistics().requests
    with pytest.raises(ValidationError, match=said) as caught:
        client.pull(**({"resources": "order", "state": state} | then))
    assert caught.value.location == "state"
    assert "renew" in caught.value.advice
    assert (client.statistics().requests, state.read_bytes()) == (sent, kept)
    assert list(client.pull(**({"resources": "order", "state": state, "renew": True} | then)))


def test_the_same_pull_said_otherwise_is_the_same(tmp_path: Path) -> None:
    client, state = Emulator(orders=20).client(), tmp_path / "state"
    filters = {"orderTypeId": 1, "orderId": "1-9999"}
    list(client.pull("order", state=state, filters=filters))
    other = PullResource("order-service/order", name="order", filters=list(reversed(filters.items())))
    assert list(client.pull(other, state=state)) == []
    assert list(client.pull([other, "product"], state=state))


def test_the_command_refuses_it_too(tmp_path: Path, server: EmulatorServer) -> None:
    pull = ("pull", "order", "--state", str(tmp_path / "s"), "--out", str(tmp_path / "out.jsonl"))
    assert Ended(*pull, "--where", "orderTypeId=2").code == 0
    before = server.emulator.statistics()["requests"]
    refused = Ended(*pull)
    assert refused.code == 2
    assert "belongs" in refused.err or "has the filters orderTypeId=2" in refused.err
    assert "renew" in refused.err
    assert server.emulator.statistics()["requests"] == before
    assert Ended(*pull, "--renew").code == 0
    (tmp_path / "out.jsonl").unlink()
    assert Ended(*pull).code == 0
    assert sorted(os.listdir(tmp_path)) == ["out.jsonl", "s"]
