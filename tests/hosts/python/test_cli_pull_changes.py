"""The commands that pull what changed: into files, and as a Singer tap."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brightpearl import Client
from brightpearl.cli.emulator import environment
from brightpearl.cli.singer import Schema
from brightpearl.testing import Emulator, EmulatorServer
from command_line import Ended, settings
from conftest import TOKEN
from test_pull import OUT, touch

__all__ = ["settings"]


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=60, contacts=20, products=10).serve() as server:
        yield server


@pytest.fixture
def client(server: EmulatorServer) -> Iterator[Client]:
    with server.client() as client:
        yield client


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_pull_with_a_state_writes_only_what_changed(client: Client, tmp_path: Path) -> None:
    out, state = tmp_path / "orders.jsonl", tmp_path / "state"
    arguments = ["pull", "order", "--out", str(out), "--state", str(state)]
    ended = Ended(*arguments)
    assert ended.code == 0, ended.err
    everything = lines(out)
    assert f"{len(everything)} records with" in ended.err
    assert len(everything) == 60
    out.unlink()
    ended = Ended(*arguments)
    assert (ended.code, out.read_text()) == (0, "")
    touch(client, everything[4]["id"])
    ended = Ended(*arguments)
    assert [order["reference"] for order in lines(out)] == [f"touched {everything[4]['id']}"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["orders.jsonl", "state"]


def test_what_nobody_has_read_yet_is_not_replaced(client: Client, tmp_path: Path, server: EmulatorServer) -> None:
    out, state = tmp_path / "orders.jsonl", tmp_path / "state"
    arguments = ["pull", "order", "--state", str(state), "--out"]
    assert Ended(*arguments, str(out)).code == 0
    everything, stood = out.read_bytes(), state.read_bytes()
    touch(client, lines(out)[4]["id"])
    before = server.emulator.statistics()["requests"]
    ended = Ended(*arguments, str(out))
    assert ended.code == 2
    assert "--append" in ended.err
    assert "{time}" in ended.err
    assert server.emulator.statistics()["requests"] == before
    assert (out.read_bytes(), state.read_bytes()) == (everything, stood)
    out.write_bytes(everything[:-1])
    assert Ended(*arguments, str(out), "--append").code == 0
    assert out.read_bytes().startswith(everything)
    assert len(lines(out)) == 61
    assert Ended(*arguments, str(tmp_path / "orders-{time}.jsonl")).code == 0
    assert len(list(tmp_path.glob("orders-20*Z.jsonl"))) == 1
    assert Ended(*arguments, str(out), "--renew").code == 0
    assert len(lines(out)) == 60
    # Of a pull without a state nothing is lost: the next one brings it all again.
    assert Ended("pull", "order", "--out", str(out)).code == 0


def test_only_lines_are_written_behind_others(tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    for arguments, said in (
        (("--out", str(tmp_path / "orders.csv"), "--state", state), "{time}"),
        (("--out", str(tmp_path / "orders.jsonl")), "--state"),
    ):
        ended = Ended("pull", "order", *arguments, "--append")
        assert ended.code == 2
        assert said in ended.err
    assert not list(tmp_path.iterdir())


def test_a_limit_leaves_the_rest_for_the_next_pull(tmp_path: Path) -> None:
    out, state = tmp_path / "orders.jsonl", tmp_path / "state"
    arguments = ["pull", "order", "--out", str(out), "--state", str(state)]
    seen = []
    for _ in range(2):
        assert Ended(*arguments, "--limit", "7").code == 0
        seen += [order["id"] for order in lines(out)]
        out.unlink()
    assert Ended(*arguments).code == 0
    seen += [order["id"] for order in lines(out)]
    assert len(seen) == len(set(seen)) == 60


def test_a_pull_that_fails_leaves_the_state_as_it_was(tmp_path: Path) -> None:
    state = tmp_path / "state"
    ended = Ended("pull", "order", "--out", str(tmp_path / "none" / "orders.jsonl"), "--state", str(state))
    assert ended.code == 2
    assert not state.exists()
    ended = Ended("pull", "order", "--out", str(tmp_path / "o.jsonl"), "--state", str(state), "--since", "yesterday")
    assert ended.code == 2
    assert "since" in ended.err
    assert not list(tmp_path.iterdir())


def test_a_mapping_makes_the_records_and_keeps_those_that_fail(tmp_path: Path) -> None:
    document = tmp_path / "out.json"
    document.write_text(json.dumps(OUT))
    out = tmp_path / "orders.csv"
    ended = Ended("pull", "order", "--out", str(out), "--mapping", str(document))
    assert ended.code == 0, ended.err
    assert "59 records, 1 left out by the mapping" in ended.err
    assert out.read_text().splitlines()[0] == "number,reference"
    failing = OUT | {"fields": [*OUT["fields"], {"to": "/invoice", "from": "noSuchMember", "required": True}]}  # type: ignore[misc]
    document.write_text(json.dumps(failing))
    letters = tmp_path / "dead.jsonl"
    ended = Ended(
        "pull", "order", "--out", str(out), "--mapping", str(document), "--dead-letters", str(letters), "--limit", "5"
    )
    assert ended.code == 4
    kept = lines(letters)
    assert len(kept) in (4, 5)
    assert kept[0]["failures"][0]["source"] == "noSuchMember"
    assert kept[0]["source"]["id"] == kept[0]["id"]


def configured(server: EmulatorServer, tmp_path: Path, **members: Any) -> list[str]:
    names = {name.removeprefix("BRIGHTPEARL_").lower(): value for name, value in environment(server).items()}
    config = tmp_path / "config.json"
    config.write_text(json.dumps(names | {"streams": ["order"]} | members))
    return ["tap", "--config", str(config)]


def messages(ended: Ended) -> list[dict[str, Any]]:
    assert ended.code == 0, ended.err
    return [json.loads(line) for line in ended.out.splitlines()]


def test_a_tap_writes_schemas_records_and_states(client: Client, server: EmulatorServer, tmp_path: Path) -> None:
    tap = configured(server, tmp_path)
    told = messages(Ended(*tap))
    assert {message["type"] for message in told} == {"SCHEMA", "RECORD", "STATE"}
    assert (told[0]["type"], told[0]["key_properties"]) == ("SCHEMA", ["id"])
    assert told[-1]["type"] == "STATE"
    records = [message["record"] for message in told if message["type"] == "RECORD"]
    assert len({record["id"] for record in records}) == 60
    schema: dict[str, Any] = {}
    for message in told:
        if message["type"] == "SCHEMA":
            schema = message["schema"]["properties"]
        elif message["type"] == "RECORD":
            assert message["record"].keys() <= schema.keys()
    assert schema["id"] == {"type": ["integer"]}
    assert schema["_sdc_deleted_at"]["format"] == "date-time"

    state = tmp_path / "state.json"
    state.write_text(json.dumps(told[-1]["value"]))
    assert [message["type"] for message in messages(Ended(*tap, "--state", str(state)))] == ["STATE"]
    touch(client, records[0]["id"])
    again = messages(Ended(*tap, "--state", str(state)))
    assert [message["record"]["id"] for message in again if message["type"] == "RECORD"] == [records[0]["id"]]


def test_every_state_covers_what_stands_before_it(server: EmulatorServer, tmp_path: Path) -> None:
    tap = configured(server, tmp_path, streams=["order", "product"])
    told = messages(Ended(*tap))
    total = sum(message["type"] == "RECORD" for message in told)
    before = 0
    for message in told:
        before += message["type"] == "RECORD"
        if message["type"] == "STATE":
            state = tmp_path / "state.json"
            state.write_text(json.dumps(message["value"]))
            rest = messages(Ended(*tap, "--state", str(state)))
            assert before + sum(one["type"] == "RECORD" for one in rest) == total


def test_the_catalogue_says_what_can_be_pulled(server: EmulatorServer, tmp_path: Path) -> None:
    tap = configured(server, tmp_path)
    found = json.loads(Ended(*tap, "--discover").out)
    [stream] = found["streams"]
    assert (stream["tap_stream_id"], stream["key_properties"]) == ("order", ["id"])
    assert stream["metadata"][0]["metadata"]["valid-replication-keys"] == ["createdOn", "updatedOn"]
    assert stream["schema"]["properties"]["updatedOn"]["format"] == "date-time"
    everything = configured(server, tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    del config["streams"]
    (tmp_path / "config.json").write_text(json.dumps(config))
    ended = Ended(*everything)
    assert ended.code == 2
    assert "nothing says what to pull" in ended.err
    found = json.loads(Ended(*everything, "--discover").out)
    assert {"order", "product", "contact"} <= {stream["stream"] for stream in found["streams"]}
    assert not any(stream["metadata"][0]["metadata"]["selected"] for stream in found["streams"])
    for stream in found["streams"]:
        stream["metadata"][0]["metadata"]["selected"] = stream["stream"] == "product"
    catalog = tmp_path / "catalog.json"
    catalog.write_text(json.dumps(found))
    told = messages(Ended(*everything, "--catalog", str(catalog)))
    assert {message["stream"] for message in told if "stream" in message} == {"product"}


def test_a_tap_maps_and_keeps_what_fails(server: EmulatorServer, tmp_path: Path) -> None:
    letters = tmp_path / "dead.jsonl"
    failing = OUT | {"fields": [*OUT["fields"], {"to": "/invoice", "from": "noSuchMember", "required": True}]}  # type: ignore[misc]
    tap = configured(
        server,
        tmp_path,
        streams=[{"resource": "order", "name": "sales", "mapping": OUT}, {"resource": "order", "mapping": failing}],
        dead_letters=str(letters),
    )
    ended = Ended(*tap)
    assert ended.code == 4
    told = [json.loads(line) for line in ended.out.splitlines()]
    records = [message for message in told if message["type"] == "RECORD"]
    assert {message["stream"] for message in records} == {"sales"}
    assert records[0]["record"].keys() == {"id", "number", "reference"}
    assert len(lines(letters)) == 59
    assert "failed: order" in ended.err


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"streams": "order"}, "not an array"),
        ({"streams": [{"name": "x"}]}, "with resource"),
        ({"streams": [{"resource": "order", "colour": 1}]}, "'colour' is not an option"),
        ({"streams": ["ordre"]}, "ordre"),
        ({"account_token": ""}, "BRIGHTPEARL_ACCOUNT_TOKEN"),
    ],
)
def test_a_wrong_configuration_is_said(
    server: EmulatorServer, tmp_path: Path, members: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BRIGHTPEARL_ACCOUNT_TOKEN")
    ended = Ended(*configured(server, tmp_path, **members))
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert TOKEN not in ended.err


def test_a_schema_grows_with_what_records_show() -> None:
    schema = Schema({"id": {"type": "integer"}}, "id")
    assert schema.grow({"id": 1, "name": None, "at": "2026-01-31T12:00:00Z"})
    assert schema.properties() == {
        "id": {"type": ["integer"]},
        "name": {"type": ["null"]},
        "at": {"type": ["null", "string"], "format": "date-time"},
    }
    assert not schema.grow({"id": 2, "at": "2026-02-01T00:00:00.000+00:00"})
    assert schema.grow({"id": 3, "name": "x", "at": "soon", "rows": [1], "net": 1.5})
    assert schema.properties() == {
        "id": {"type": ["integer"]},
        "name": {"type": ["null", "string"]},
        "at": {"type": ["null", "string"]},
        "rows": {"type": ["null", "array"]},
        "net": {"type": ["null", "number"]},
    }
    assert not schema.grow({"id": 4, "net": 2})
