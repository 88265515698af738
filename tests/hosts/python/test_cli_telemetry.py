"""The options of the command that keep a trail of what is written, and metrics of runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from brightpearl import Client
from brightpearl.testing import EmulatorServer
from command_line import Ended, settings
from pushed import ORDERS, orders, shop

__all__ = ["settings"]

KEY = "an-invented-key-0123456789"


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with shop().serve() as server:
        yield server


@pytest.fixture
def client(server: EmulatorServer) -> Iterator[Client]:
    with server.client() as client:
        yield client


@pytest.fixture
def records(tmp_path: Path, client: Client) -> tuple[str, str]:
    """A mapping and a file of three orders."""
    mapping, file = tmp_path / "shop.json", tmp_path / "orders.jsonl"
    mapping.write_text(json.dumps(ORDERS))
    file.write_text("".join(json.dumps(record) + "\n" for record in orders(client, 3)))
    return str(mapping), str(file)


def test_a_push_is_told_to_the_trail_and_to_the_metrics(
    tmp_path: Path, records: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    trail, metrics = tmp_path / "audit.jsonl", tmp_path / "push.prom"
    monkeypatch.setenv("BRIGHTPEARL_AUDIT_KEY", KEY)
    options = ("--audit", str(trail), "--metrics-file", str(metrics))
    for _ in range(2):
        ended = Ended("push", *records, "--write", *options)
        assert ended.code == 0, ended.err
    told = [json.loads(line) for line in trail.read_text().splitlines()]
    assert [line["note"] for line in told if line["outcome"] == "noted"] == ["begun", "begun"]
    written = [line for line in told if line.get("note") == "created"]
    assert {line["record"] for line in written} == {"W-0", "W-1", "W-2"}
    assert all(line["id"] and line["flow"] == "push" and line["account"] for line in written)
    sent = [line for line in told if line["outcome"] == "sent"]
    assert sent
    assert all(line["method"] == "POST" and line["body"].startswith("sha256:") for line in sent)
    text = metrics.read_text()
    assert 'brightpearl_records_total{flow="shop",outcome="created"} 3\n' in text
    assert 'brightpearl_records_total{flow="shop",outcome="unchanged"} 3\n' in text
    assert 'brightpearl_flow_runs_total{flow="shop",outcome="done"} 2\n' in text
    assert 'service="order-service"' in text

    verified = Ended("audit", "verify", str(trail))
    assert verified.code == 0, verified.out
    head = verified.out.strip()
    assert head.startswith(f"{len(told)}:hmac-sha256:")
    lines = trail.read_bytes().splitlines(keepends=True)
    trail.write_bytes(b"".join(lines[:-2]))
    ended = Ended("audit", "verify", str(trail), "--head", head)
    assert (ended.code, "cut-off" in ended.out, "what to do" in ended.out) == (4, True, True)
    trail.write_bytes(b"".join(lines[:1] + lines[2:]))
    found = json.loads(Ended("audit", "verify", str(trail), "--json").out)
    assert [finding["fault"] for finding in found["findings"]] == ["removed"]
    monkeypatch.delenv("BRIGHTPEARL_AUDIT_KEY")
    assert "key-needed" in Ended("audit", "verify", str(trail)).out


def test_single_writes_and_tasks_are_told(tmp_path: Path) -> None:
    trail = tmp_path / "audit.jsonl"
    note = tmp_path / "note.json"
    note.write_text('{"text": "x"}')
    assert Ended("post", "order-service/order/1/note", str(note), "--audit", str(trail)).code == 0
    arguments = ("--arg", "orderId=1", "--arg", "text=y", "--audit", str(trail))
    assert Ended("task", "add-order-note", *arguments).code == 0
    writes = tmp_path / "writes.jsonl"
    writes.write_text('{"method": "POST", "path": "order-service/order/1/note", "body": {"text": "z"}}\n')
    assert Ended("batch", str(writes), "--audit", str(trail)).code == 0
    assert Ended("delete", "order-service/order/999999/row/1", "--audit", str(trail)).code == 4
    told = [json.loads(line) for line in trail.read_text().splitlines()]
    assert [(line["flow"], line["outcome"]) for line in told] == [
        (flow, outcome)
        for flow, last in (
            ("post", "applied"),
            ("add-order-note", "applied"),
            ("batch", "applied"),
            ("delete", "rejected"),
        )
        for outcome in ("noted", "sent", last)
    ]
    assert len({line["run"] for line in told}) == 4
    assert Ended("audit", "verify", str(trail)).code == 0


def test_a_trail_that_cannot_be_written_stops_a_command_before_anything_is_sent(
    tmp_path: Path, server: EmulatorServer
) -> None:
    note = tmp_path / "note.json"
    note.write_text('{"text": "x"}')
    before = server.emulator.statistics()["requests"]
    other = tmp_path / "other.json"
    other.write_text("no trail")
    for trail, code in ((tmp_path / "no" / "audit.jsonl", 7), (tmp_path, 7), (other, 7), (note, 2)):
        ended = Ended("post", "order-service/order/1/note", str(note), "--audit", str(trail))
        assert ended.code == code, ended.err
        assert "Nothing was " in ended.err
    assert server.emulator.statistics()["requests"] == before
    assert Ended("audit", "verify", str(tmp_path / "no")).code == 7
    (tmp_path / "x").write_text("")
    assert Ended("audit", "verify", str(tmp_path / "x"), "--head", "5").code == 2


def test_a_pull_and_a_tap_are_metered_however_they_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = tmp_path / "pull.prom"
    options = ("--metrics-file", str(metrics))
    out, state = str(tmp_path / "orders.jsonl"), str(tmp_path / "state.json")
    ended = Ended("pull", "order", "--out", out, *options)
    assert ended.code == 0, ended.err
    ended = Ended("pull", "product", "--out", str(tmp_path / "p.jsonl"), "--state", state, *options)
    assert ended.code == 0, ended.err
    text = metrics.read_text()
    assert 'brightpearl_records_total{flow="order",outcome="pulled"}' in text
    assert 'brightpearl_watermark_age_seconds{flow="product"}' in text
    assert 'brightpearl_flow_failures{flow="order"} 0\n' in text
    monkeypatch.setenv("BRIGHTPEARL_ACCOUNT_TOKEN", "another-token")
    assert Ended("pull", "order", "--out", out, *options).code == 3
    text = metrics.read_text()
    assert 'brightpearl_flow_failures{flow="order"} 1\n' in text
    assert 'outcome="unauthorised"} ' in text
    assert Ended("pull", "order", "--out", out, "--metrics-file", str(tmp_path / "no" / "x.prom")).code == 7
