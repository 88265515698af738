"""Crashes between two steps: what was not settled is known afterwards, and nothing is taken for done that was not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import served
from brightpearl.ledger import Ledger, open_ledger
from brightpearl.ledger.dead_letter import DeadLetter
from brightpearl.ledger.notifications import Notifications
from brightpearl.ledger.noting import noted
from brightpearl.ledger.standings import Standings
from brightpearl.service.configuration import read_configuration
from brightpearl.service.health import ledger_health
from brightpearl.service.leftovers import LONGEST_WAIT_MS, leftovers
from brightpearl.service.spool import folder_name
from brightpearl.state_file import StateFile
from brightpearl.testing import Emulator, EmulatorServer
from command_line import Ended
from pushed import ORDERS
from served import Beside, address, configured, lines, notification, until

NEVER_MAPPED = {
    "version": 1,
    "name": "out",
    "source": "order",
    "fields": [{"to": "/day", "from": "reference", "as": "datetime", "required": True}],
}


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=20, seed=5, uncapped=True).serve() as server:
        yield server


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch, server: EmulatorServer) -> None:
    for name, value in served.variables(server).items():
        monkeypatch.setenv(name, value)


def flow(to: str, **members: Any) -> str:
    listed = {"name": "orders", "pull": ["order"], "to": to} | members
    return "[[flow]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in listed.items())


def ledger_of(folder: Path) -> Ledger:
    return open_ledger(folder / "brightpearl-ledger.sqlite")


def test_letters_are_kept_before_the_mark_of_a_pull_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.json").write_text(json.dumps(NEVER_MAPPED))
    kept: list[int] = []
    original = Standings.advance_pull

    def watched(standings: Standings, *arguments: Any) -> Any:
        kept.append(ledger_of(tmp_path).dead_letters.count())
        return original(standings, *arguments)

    monkeypatch.setattr(Standings, "advance_pull", watched)
    with Beside(configured(tmp_path, flow("file: out.jsonl", mapping="own.json", every="1h"))):
        until(lambda: "partly" in {run.outcome for run in ledger_of(tmp_path).runs.list()})
    assert kept[0] > 0
    assert kept[-1] == 20


def test_letters_are_kept_before_their_notifications_are_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.json").write_text(json.dumps(NEVER_MAPPED))
    kept: list[int] = []
    original = Notifications.settle

    def watched(notifications: Notifications, name: str, ids: Any) -> None:
        listed = list(ids)
        if listed:
            kept.append(ledger_of(tmp_path).dead_letters.count())
        original(notifications, name, listed)

    monkeypatch.setattr(Notifications, "settle", watched)
    path = configured(tmp_path, flow("file: out.jsonl", mapping="own.json", on=["order.modified"]))
    with Beside(path) as service:
        service.request(
            "POST", address(), json.dumps(notification(1, raisedOn="2020-01-01T10:00:00.000+00:00")).encode()
        )
        until(lambda: kept)
    assert kept[0] == 1


def test_letters_are_kept_before_the_state_of_a_pull_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.json").write_text(json.dumps(NEVER_MAPPED))
    kept: list[int] = []
    original = StateFile.write

    def watched(file: StateFile, *arguments: Any) -> None:
        kept.append(ledger_of(tmp_path).dead_letters.count())
        original(file, *arguments)

    monkeypatch.setattr(StateFile, "write", watched)
    paths = {name: str(tmp_path / name) for name in ("out.jsonl", "state", "own.json", "brightpearl-ledger.sqlite")}
    ended = Ended(
        "pull",
        "order",
        *("--out", paths["out.jsonl"]),
        *("--state", paths["state"]),
        *("--mapping", paths["own.json"]),
        *("--ledger", paths["brightpearl-ledger.sqlite"]),
    )
    assert ended.code == 4
    assert kept == [20]


def letter(reason: str) -> DeadLetter:
    return DeadLetter("push", "push", "demo", {"reason": reason}, reason, "order", "W-1")


def test_the_last_of_a_record_within_a_run_is_what_holds(tmp_path: Path) -> None:
    """Another try of the older content would write it over the newer."""
    with ledger_of(tmp_path) as ledger:
        for kept_first in (False, True):
            with noted(ledger, "push", "push", "demo") as noting:
                noting.bury(letter("older"))
                if kept_first:
                    noting.flush()
                noting.settle(letter("newer"))
            assert ledger.dead_letters.count() == 0
        with noted(ledger, "push", "push", "demo") as noting:
            noting.settle(letter("older"))
            noting.bury(letter("newer"))
        assert [one.reason for one in ledger.dead_letters.list()] == ["newer"]


def test_a_letter_for_which_nothing_can_be_read_stays(tmp_path: Path) -> None:
    content = {"account": "demo", "event": "product.modified", "ids": "1", "key": "a"}
    content |= {"resource_type": "product", "lifecycle": "modified"}
    letters = [
        DeadLetter("orders", "pull", "demo", {"a": 1}, "no id", "order"),
        DeadLetter("orders", "notification", "demo", content | {"raised_ms": 1, "received_ms": 1}, "tried", key="a"),
    ]
    with ledger_of(tmp_path) as ledger:
        ledger.dead_letters.put(letters)
        ledger.dead_letters.ask_again([1, 2])
        with Beside(configured(tmp_path, flow("file: out.jsonl", on=["order.modified"]))):
            until(lambda: not ledger.dead_letters.list(asked=True))
        assert [(one.id, "read again" in one.reason) for one in ledger.dead_letters.list()] == [(1, True), (2, True)]


def test_what_a_renamed_flow_left_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "orders.json").write_text(json.dumps(ORDERS))
    inbound = '[[flow]]\nname = "{}"\npush = "orders.json"\nfrom = "POST /push/orders"\ntoken = "env:PUSH_TOKEN"\n'
    path = configured(tmp_path, flow("file: out.jsonl", on=["order.modified"]) + inbound.format("in"))
    [one] = read_configuration(path).inbound
    waiting = tmp_path / "brightpearl-work" / folder_name(one.name) / "waiting"
    waiting.mkdir(parents=True)
    (waiting / "a.jsonl").write_text("{}")
    content = {"account": "demo", "event": "order.modified", "key": "a", "raised_ms": 1, "received_ms": 1}
    with ledger_of(tmp_path) as ledger:
        ledger.notifications.store([(content, ["orders"])])
        ledger.dead_letters.put([DeadLetter("orders", "pull", "demo", {}, "no", "order", "1")])
        ledger.dead_letters.ask_again([1])
        renamed = configured(
            tmp_path, flow("file: out.jsonl", name="other", on=["order.modified"]) + inbound.format("renamed")
        )
        now_ms = time.time_ns() // 1_000_000
        configuration = read_configuration(renamed)

        def found(later_ms: int) -> list[tuple[str, str]]:
            names = [flow.name for flow in configuration.flows]
            told = leftovers(ledger, names, configuration.inbound, configuration.work, now_ms + later_ms)
            return [(one.subject, one.message.partition(" that")[0]) for one in told]

        assert [subject for subject, _ in found(0)] == ["orders"]
        assert found(LONGEST_WAIT_MS + 60_000) == [
            ("orders", "notifications"),
            ("orders", "dead letters"),
            (waiting.parent.name, "files with records"),
        ]
        with Beside(renamed) as service:
            until(lambda: "leftover" in service.request("GET", "/healthz").json()["rules"])
            until(
                lambda: "leftover" in {one.rule for one in ledger_health(ledger, time.time_ns() // 1_000_000).findings}
            )


def test_what_is_of_another_account_is_left_alone(tmp_path: Path) -> None:
    """As where a configuration was tried on a sandbox, and names the real account now."""
    (tmp_path / "orders.json").write_text(json.dumps(ORDERS))
    inbound = '[[flow]]\nname = "in"\npush = "orders.json"\nfrom = "POST /push/orders"\ntoken = "env:PUSH_TOKEN"\n'
    path = configured(tmp_path, flow("file: out.jsonl", on=["order.modified"]) + inbound)
    content = {"account": "sandbox", "event": "order.modified", "key": "a", "ids": "1", "resource_type": "order"}
    content |= {"lifecycle": "modified", "raised_ms": 1, "received_ms": 1}
    with ledger_of(tmp_path) as ledger:
        ledger.notifications.store([(content, ["orders"])])
        ledger.dead_letters.put(
            DeadLetter(name, kind, "sandbox", {}, "no", "order", "1")
            for name, kind in (("orders", "pull"), ("in", "push"))
        )
        ledger.dead_letters.ask_again([1, 2])
        with Beside(path) as service:
            until(lambda: not ledger.dead_letters.list(asked=True))
            service.request("POST", address(), json.dumps(notification(2, raisedOn="2020-01-01T10:00:00Z")).encode())
            until(lambda: ledger.notifications.queue_of("orders").handled == 1)
            assert ledger.notifications.queue_of("orders").waiting == 1
        assert all("account" in one.reason for one in ledger.dead_letters.list())
        assert ledger.notifications.next_due("orders", account="demo") is None
        assert [one.content["account"] for one in ledger.notifications.claim("orders", 10)] == ["sandbox"]
        assert ledger.standings.delivered("demo orders", [("order", 2)])
    assert [message["record"] for message in lines(tmp_path / "out.jsonl")] == [2]
