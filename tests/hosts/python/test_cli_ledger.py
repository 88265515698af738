"""The commands that note their runs, and those that show and retry what is in the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brightpearl import Client
from brightpearl.cli import retrying
from brightpearl.ledger import open_ledger
from brightpearl.ledger.notes import Notes
from brightpearl.testing import EmulatorServer
from command_line import Ended, settings
from pushed import ORDERS, found, order, orders, shop

__all__ = ["settings"]


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with shop().serve() as server:
        yield server


@pytest.fixture
def client(server: EmulatorServer) -> Iterator[Client]:
    with server.client() as client:
        yield client


@pytest.fixture
def mapping(tmp_path: Path) -> str:
    path = tmp_path / "orders.mapping.json"
    path.write_text(json.dumps(ORDERS))
    return str(path)


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    return str(tmp_path / "ledger")


def written(path: Path, records: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return str(path)


def told(ended: Ended) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ended.out.splitlines()]


def test_a_push_is_noted_and_what_was_not_written_is_kept_retried_and_gone(
    mapping: str, ledger: str, tmp_path: Path, client: Client
) -> None:
    records = [*orders(client, 2), order(7, "NO-SUCH")]
    records[1]["lines"][0]["qty"] = "many"
    file = written(tmp_path / "orders.jsonl", records)
    assert Ended("push", mapping, file, "--dry-run", "--ledger", ledger).code == 4
    assert not Path(ledger).exists()
    assert Ended("push", mapping, file, "--write", "--ledger", ledger).code == 4
    [run] = told(Ended("runs", "--ledger", ledger, "--json"))
    assert (run["name"], run["kind"], run["outcome"]) == ("orders", "push", "partly")
    assert run["counts"] == {"created": 1, "rejected": 2}
    first, second = told(Ended("dead-letters", "list", "--ledger", ledger, "--json"))
    assert {first["key"], second["key"]} == {"W-1", "W-7"}
    wrong = first if first["key"] == "W-1" else second
    shown = json.loads(Ended("dead-letters", "show", str(wrong["number"]), "--ledger", ledger).out)
    assert shown["record"] == records[1]
    assert "lines[0].qty" in shown["reason"]
    ended = Ended("status", "--ledger", ledger)
    assert (ended.code, ended.out.splitlines()[0]) == (4, "degraded")
    assert "dead-letters orders: orders: records and notifications that were given up: 2" in ended.out

    # The same once more: no other letters, but more tries.
    assert Ended("push", mapping, file, "--write", "--ledger", ledger).code == 4
    again = told(Ended("dead-letters", "list", "--ledger", ledger, "--json"))
    assert [letter["tries"] for letter in again] == [2, 2]

    # The mapping reads it now.
    lenient = json.loads(Path(mapping).read_text())
    lenient["fields"][-1]["fields"][1] = {"to": "/quantity", "value": "1"}
    Path(mapping).write_text(json.dumps(lenient))
    ended = Ended("dead-letters", "retry", "--all", "--ledger", ledger, "--json")
    assert ended.code == 4, ended.err
    assert {line["key"]: line["state"] for line in told(ended)} == {"W-1": "created", "W-7": "rejected"}
    assert found(client, "W-1") == 1
    [left] = told(Ended("dead-letters", "list", "--ledger", ledger, "--json"))
    assert (left["key"], left["tries"]) == ("W-7", 3)
    assert "1 dropped" in Ended("dead-letters", "drop", str(left["number"]), "--ledger", ledger).err
    assert Ended("status", "--ledger", ledger, "--json").code == 0


def test_letters_are_tried_by_one_command_at_a_time(
    mapping: str, ledger: str, tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = [order(1, "NO-SUCH")]
    Ended("push", mapping, written(tmp_path / "a.jsonl", wrong), "--write", "--ledger", ledger)
    with open_ledger(ledger) as opened:
        assert opened.notes.take(retrying._TURN, 1_000)
        ended = Ended("dead-letters", "retry", "--all", "--ledger", ledger)
        assert (ended.code, "another command" in ended.err) == (2, True)
        assert opened.dead_letters.list()[0].tries == 1
        opened.notes.drop(retrying._TURN)
        # Whoever was killed has it no more.
        opened.notes.put(retrying._TURN, "a process that ended")
        assert Ended("dead-letters", "retry", "--all", "--ledger", ledger).code == 4
        [letter] = opened.dead_letters.list()
        assert letter.tries == 2

        # What another command has dealt with meanwhile is not tried again.
        original = Notes.take

        def late(*arguments: Any) -> bool:
            opened.dead_letters.drop([letter.id])
            return original(*arguments)

        monkeypatch.setattr(Notes, "take", late)
        assert Ended("dead-letters", "retry", str(letter.id), "--ledger", ledger).code == 0
        assert opened.dead_letters.count() == 0


def test_what_a_later_push_writes_is_no_dead_letter_any_more(
    mapping: str, ledger: str, tmp_path: Path, client: Client
) -> None:
    records = orders(client, 1)
    wrong = [records[0] | {"lines": [{"sku": "NO-SUCH", "qty": 1, "price": "1.00"}]}]
    Ended("push", mapping, written(tmp_path / "a.jsonl", wrong), "--write", "--ledger", ledger)
    with open_ledger(ledger) as opened:
        assert opened.dead_letters.count() == 1
    assert Ended("push", mapping, written(tmp_path / "b.jsonl", records), "--write", "--ledger", ledger).code == 0
    with open_ledger(ledger) as opened:
        assert opened.dead_letters.count() == 0


def test_pulls_are_noted_by_the_variable(ledger: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTPEARL_LEDGER", ledger)
    state = str(tmp_path / "state")
    assert Ended("pull", "order", "--out", str(tmp_path / "a.jsonl"), "--state", state).code == 0
    assert Ended("pull", "order", "--out", str(tmp_path / "b.jsonl")).code == 0
    document = tmp_path / "out.json"
    fields = [{"to": "/day", "from": "reference", "as": "datetime", "required": True}]
    document.write_text(json.dumps({"version": 1, "name": "out", "source": "order", "fields": fields}))
    ended = Ended("pull", "order", "--out", str(tmp_path / "c.jsonl"), "--mapping", str(document))
    assert ended.code == 4
    last, _, first = told(Ended("runs", "--json"))
    assert (first["name"], first["outcome"], first["counts"]) == ("pull order", "done", {"records": 20})
    assert (last["outcome"], last["counts"]) == ("partly", {"failed": 20})
    assert len(told(Ended("dead-letters", "list", "--json", "--limit", "30"))) == 20
    assert "20 dead letters in all" in Ended("dead-letters", "list", "--limit", "5").err
    ended = Ended("dead-letters", "retry", "1")
    assert ended.code == 2
    assert "pull" in ended.err


def test_a_run_that_fails_says_why(
    mapping: str, ledger: str, tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path / "orders.jsonl", orders(client, 1))
    monkeypatch.setenv("BRIGHTPEARL_ACCOUNT_TOKEN", "invented-and-wrong")
    monkeypatch.delenv("BRIGHTPEARL_STAFF_TOKEN", raising=False)
    assert Ended("push", mapping, file, "--write", "--ledger", ledger).code == 3
    [run] = told(Ended("runs", "--ledger", ledger, "--json"))
    assert run["outcome"] == "failed"
    assert "invented-and-wrong" not in json.dumps(run)
    ended = Ended("status", "--ledger", ledger, "--json")
    assert [finding["rule"] for finding in json.loads(ended.out)["findings"]] == ["dead-letters", "flow"]


def test_a_ledger_that_cannot_be_used_is_told_before_anything_is_sent(
    mapping: str, tmp_path: Path, client: Client
) -> None:
    file = written(tmp_path / "orders.jsonl", orders(client, 1))
    other = tmp_path / "other"
    other.write_text("no ledger, but something of somebody's that is longer than a page's header" * 10)
    ended = Ended("push", mapping, file, "--write", "--ledger", str(other))
    assert ended.code == 7
    assert "is not a ledger" in ended.err
    assert found(client, "W-0") == 0
    for arguments in (["runs"], ["status"], ["dead-letters", "list"], ["runs", "--ledger", str(tmp_path / "none")]):
        ended = Ended(*arguments)
        assert ended.code in (2, 7)
        assert "ledger" in ended.err
    ended = Ended("push", mapping, file, "--write", "--ledger", file)
    assert ended.code == 2
    assert "name the same file" in ended.err


def test_letters_that_are_not_there_are_named(ledger: str) -> None:
    open_ledger(ledger).close()
    for arguments in (["show", "7"], ["drop", "7"], ["retry", "7"], ["drop"], ["retry", "7", "--all"]):
        assert Ended("dead-letters", *arguments, "--ledger", ledger).code == 2
