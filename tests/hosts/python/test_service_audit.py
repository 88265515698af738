"""The trail of what a service writes: each write with its flow, nothing sent that is not there, and its head."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import served
from brightpearl import Client
from brightpearl.audit import verify
from brightpearl.service.configuration import examine
from brightpearl.testing import Emulator, EmulatorServer
from pushed import ORDERS, found, orders
from served import TOKEN, Beside, configured, until

KEY = "an-invented-key-0123456789"
FLOW = """
[audit]
file = "audit.jsonl"
key = "env:AUDIT_KEY"

[[flow]]
name = "orders of the shop"
push = "orders.json"
from = "POST /push/orders"
token = "env:PUSH_TOKEN"
"""


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=20, contacts=30, products=20, uncapped=True).serve() as server:
        yield server


@pytest.fixture
def client(server: EmulatorServer) -> Iterator[Client]:
    with server.client() as client:
        yield client


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch, server: EmulatorServer, tmp_path: Path) -> None:
    for name, value in served.variables(server).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AUDIT_KEY", KEY)
    (tmp_path / "orders.json").write_text(json.dumps(ORDERS))


def push(service: Beside, records: list[Any]) -> None:
    content = "".join(json.dumps(record) + "\n" for record in records).encode()
    answer = service.request("POST", "/push/orders", content, headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 202


def test_each_write_stands_in_the_trail_and_its_head_in_the_ledger(tmp_path: Path, client: Client) -> None:
    trail = tmp_path / "audit.jsonl"
    with Beside(configured(tmp_path, FLOW)) as service:
        records = orders(client, 2)
        push(service, records)
        until(lambda: all(found(client, record["number"]) for record in records))
        until(lambda: service.service.ledger.runs.list(name="orders of the shop")[0].outcome == "done")
        lines = [json.loads(line) for line in trail.read_text().splitlines()]
        assert {line["flow"] for line in lines} == {"orders of the shop"}
        assert {line["account"] for line in lines} == {"demo"}
        outcomes = [line["outcome"] for line in lines]
        assert outcomes.count("sent") == outcomes.count("applied") > 0
        assert verify(trail, key=KEY).findings == ()
        service.service._look()
        head, entries = service.service.ledger.standings.head(str(trail)) or ("", 0)
        assert (head, entries) == (verify(trail, key=KEY).head, len(lines))
        assert service.service.health().level == "ok"
        # The last line is cut off.
        trail.write_text("".join(f"{line}\n" for line in trail.read_text().splitlines()[:-1]))
        service.service._look()
        [finding] = service.service.health().findings
        assert (finding.rule, finding.level) == ("audit", "failing")
        assert head in finding.advice
    kept = trail.read_text()
    assert KEY not in kept
    assert not [secret for secret in (TOKEN, served.SECRET, served.OLD_SECRET) if secret in kept]


def test_what_cannot_be_told_before_is_not_sent(tmp_path: Path, client: Client) -> None:
    with Beside(configured(tmp_path, FLOW)) as service:
        (tmp_path / "audit.jsonl").mkdir()
        [record] = orders(client, 1)
        record["number"] = "W-untold"
        push(service, [record])
        until(lambda: service.service.ledger.standings.flows() and service.service.ledger.standings.flows()[0].failures)
        assert found(client, "W-untold") == 0
        assert "audit" in service.service.ledger.standings.flows()[0].reason


@pytest.mark.parametrize(
    ("table", "place", "part"),
    [
        ("", "file", "it is missing"),
        ('file = "."', "file", "it is a directory"),
        ('file = "no/where"', "file", "there is no directory"),
        ('file = "a"\nkey = "env:SHORT"', "key", "expected at least 16 bytes"),
        ('file = "a"\nkey = "env:NOT_THERE"', "key", "NOT_THERE"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, place: str, part: str) -> None:
    monkeypatch.setenv("SHORT", "short")
    problems = examine(configured(tmp_path, f"[audit]\n{table}\n"))[1]
    assert part in {problem.place: problem.message for problem in problems}[f"[audit]: {place}"]
