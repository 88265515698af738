"""The command that pushes, on an emulated account."""

from __future__ import annotations

import csv
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brightpearl import Client
from brightpearl.testing import EmulatorServer
from command_line import Ended, settings, start
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


def written(path: Path, records: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return str(path)


def test_a_push_must_say_whether_it_writes(mapping: str, tmp_path: Path, client: Client) -> None:
    file = written(tmp_path / "orders.jsonl", orders(client, 1))
    for options in ([], ["--dry-run", "--write"]):
        ended = Ended("push", mapping, file, *options)
        assert ended.code == 2
        assert "--dry-run" in ended.err
    assert found(client, "W-0") == 0


def test_a_dry_run_and_then_a_push(mapping: str, tmp_path: Path, client: Client) -> None:
    records = orders(client, 3)
    file = written(tmp_path / "orders.jsonl", records)
    ended = Ended("push", mapping, file, "--dry-run")
    assert ended.code == 0, ended.err
    assert "record 0 (W-0): would be created" in ended.out
    assert found(client, "W-0") == 0
    ended = Ended("push", mapping, file, "--write")
    assert ended.code == 0, ended.err
    assert "record" not in ended.out.splitlines()[0] or "state" in ended.out.splitlines()[0]
    assert "created" in ended.out
    assert [found(client, f"W-{number}") for number in range(3)] == [1, 1, 1]
    records[0]["warehouse"] = 3
    records[1]["lines"][0]["price"] = "13.00"
    ended = Ended("push", mapping, written(tmp_path / "orders.jsonl", records), "--dry-run")
    assert ended.code == 0
    assert "/warehouseId: 2 -> 3" in ended.out
    assert '-> "13.00"' in ended.out


def test_records_that_are_not_written_are_explained_and_kept(mapping: str, tmp_path: Path, client: Client) -> None:
    records = orders(client, 3)
    records[1]["lines"][0]["qty"] = "many"
    records.append(order(7, "NO-SUCH"))
    file = written(tmp_path / "orders.jsonl", records)
    letters = tmp_path / "dead.jsonl"
    ended = Ended("push", mapping, file, "--write", "--dead-letters", str(letters))
    assert ended.code == 4
    assert "record 1 (W-1): not written" in ended.out
    assert 'lines[0].qty is "many"' in ended.out
    assert "NO-SUCH" in ended.out
    kept = [json.loads(line) for line in letters.read_text().splitlines()]
    assert sorted(one["record"] for one in kept) == [1, 3]
    assert {one["source"]["number"] for one in kept} == {"W-1", "W-7"}
    assert all(one["state"] == "rejected" for one in kept)


def test_json_has_a_line_for_each_record(mapping: str, tmp_path: Path, client: Client) -> None:
    records = orders(client, 2)
    records[1]["lines"][0]["qty"] = "many"
    ended = Ended("push", mapping, written(tmp_path / "orders.jsonl", records), "--write", "--json")
    assert ended.code == 4
    told = {line["record"]: line for line in map(json.loads, ended.out.splitlines())}
    assert (told[0]["state"], told[0]["key"]) == ("created", "W-0")
    assert told[0]["id"] > 0
    assert told[1]["failures"][0]["source"] == "lines[0].qty"
    assert "1 created, 1 rejected" in ended.err


def test_the_write_guard_and_what_is_there_already(mapping: str, tmp_path: Path, client: Client) -> None:
    records = [record | {"email": "buyer0@example.com"} for record in orders(client, 4)]
    Ended("push", mapping, written(tmp_path / "first.jsonl", records[:1]), "--write")
    file = written(tmp_path / "orders.jsonl", records)
    ended = Ended("push", mapping, file, "--write", "--max-writes", "2", "--json")
    states = sorted(json.loads(line)["state"] for line in ended.out.splitlines())
    assert (ended.code, states) == (4, ["created", "created", "rejected", "unchanged"])
    ended = Ended("push", mapping, file, "--dry-run", "--existing", "reject", "--json")
    assert sum(json.loads(line)["state"] == "rejected" for line in ended.out.splitlines()) == 3


def test_lines_of_a_flat_file_are_grouped(tmp_path: Path, client: Client) -> None:
    flat = ORDERS | {
        "csv": {"groupBy": "Order"},
        "fields": [
            {"to": "/ref", "from": "rows[0].Order", "required": True},
            {
                "to": "/customer/id",
                "from": "rows[0].Email",
                "required": True,
                "resolve": {"search": "contact-service/contact-search", "column": "primaryEmail"},
            },
            {"to": "/currency/code", "value": "USD"},
            {
                "to": "/rows",
                "each": "rows",
                "required": True,
                "fields": [
                    {"to": "/name", "from": "Name", "required": True},
                    {"to": "/quantity", "from": "Quantity", "required": True, "as": "decimal"},
                    {"to": "/net", "from": "Price", "required": True, "as": "money"},
                    {"to": "/tax", "value": "0.00"},
                    {"to": "/taxCode", "value": "T20"},
                ],
            },
        ],
    }
    flat.pop("mappings")
    flat.pop("when")
    document = tmp_path / "flat.json"
    document.write_text(json.dumps(flat))
    sale = next(row["orderId"] for row in client.search("order-service/order-search", {"orderTypeId": 1}))
    email = next(iter(client.get("order-service/order", sale)))["parties"]["customer"]["email"]
    file = tmp_path / "orders.csv"
    with file.open("w", newline="") as target:
        lines = csv.writer(target)
        lines.writerow(["Order", "Email", "Name", "Quantity", "Price"])
        lines.writerows([["C-1", email, "Mug", "1", "9.00"], ["C-1", email, "Plate", "2", "7.00"]])
        lines.writerow(["C-2", email, "Mug", "1", "9.00"])
    ended = Ended("push", str(document), str(file), "--write", "--json")
    assert ended.code == 0, ended.err + ended.out
    ids = {line["key"]: line["id"] for line in map(json.loads, ended.out.splitlines())}
    [both] = client.get("order-service/order", ids["C-1"])
    assert len(both["orderRows"]) == 2


def test_a_push_that_is_killed_goes_on_by_its_journal(mapping: str, tmp_path: Path, client: Client) -> None:
    count = 120
    file = written(tmp_path / "orders.jsonl", orders(client, count))
    journal = tmp_path / "journal"
    arguments = ["push", mapping, file, "--write", "--journal", str(journal)]
    with start(*arguments) as first:
        for _ in range(600):
            if journal.exists() and '"write"' in journal.read_text():
                break
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
        first.wait(timeout=30)
    ended = Ended(*arguments)
    assert ended.code == 0, ended.err + ended.out
    assert all(found(client, f"W-{number}") == 1 for number in range(0, count, 7))
    again = Ended(*arguments, "--json")
    assert all(json.loads(line)["journaled"] for line in again.out.splitlines())


def test_a_document_that_builds_other_systems_records_cannot_be_pushed(tmp_path: Path, client: Client) -> None:
    ended = Ended("push", "order-to-shopify", written(tmp_path / "orders.jsonl", []), "--write")
    assert ended.code == 2
    assert "target" in ended.err
