"""The Singer tap, on an emulated account."""

from __future__ import annotations

import importlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from brightpearl import Client
from brightpearl._native import load_json
from brightpearl.cli.emulator import environment
from brightpearl.cli.tap_streams import CHILDREN
from brightpearl.shapes import Shape, without
from brightpearl.testing import Emulator, EmulatorServer
from command_line import Ended, settings
from conftest import TOKEN
from test_cli_pull_changes import lines
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
    assert [message["type"] for message in messages(Ended(*tap, "--state", str(state)))] == ["SCHEMA", "STATE"]
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
    assert stream["metadata"][0]["metadata"]["valid-replication-keys"] == ["updatedOn", "createdOn"]
    assert stream["schema"]["properties"]["updatedOn"]["format"] == "date-time"
    everything = configured(server, tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    del config["streams"]
    (tmp_path / "config.json").write_text(json.dumps(config))
    ended = Ended(*everything)
    assert ended.code == 2
    assert "nothing says what to pull" in ended.err
    found = json.loads(Ended(*everything, "--discover").out)
    assert {"order", "order-row", "product", "contact"} <= {stream["stream"] for stream in found["streams"]}
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


def of_type(told: list[dict[str, Any]], kind: str, stream: str | None = None) -> list[dict[str, Any]]:
    return [message for message in told if message["type"] == kind and stream in (None, message.get("stream"))]


def discovered(tap: list[str]) -> dict[str, Any]:
    ended = Ended(*tap, "--discover")
    assert ended.code == 0, ended.err
    found: dict[str, Any] = json.loads(ended.out)
    return found


def without_streams(tap: list[str]) -> list[str]:
    path = Path(tap[2])
    path.write_text(json.dumps({name: one for name, one in json.loads(path.read_text()).items() if name != "streams"}))
    return tap


def test_every_stream_is_run_as_it_was_discovered(server: EmulatorServer, tmp_path: Path) -> None:
    tap = without_streams(configured(server, tmp_path))
    found = discovered(tap)
    for stream in found["streams"]:
        assert stream["schema"]["properties"].keys() >= set(stream["key_properties"])
        stream["metadata"][0]["metadata"]["selected"] = True
    catalog = tmp_path / "catalog.json"
    catalog.write_text(json.dumps(found))
    ended = Ended(*tap, "--catalog", str(catalog))
    assert ended.code == 0, ended.err
    told = [load_json(line.encode()) for line in ended.out.splitlines()]
    schemas = {message["stream"]: message for message in of_type(told, "SCHEMA")}
    # No record shows more than was said before, so that each stream has one SCHEMA.
    assert len(of_type(told, "SCHEMA")) == len(schemas) == len(found["streams"])
    for stream in found["streams"]:
        message = schemas[stream["stream"]]
        assert message["schema"] == stream["schema"]
        assert message["key_properties"] == stream["key_properties"]
        assert message["bookmark_properties"] == [stream[name] for name in ("replication_key",) if name in stream]
        validator = jsonschema_rs.Draft7Validator(message["schema"], validate_formats=True)
        records = [one["record"] for one in of_type(told, "RECORD", stream["stream"])]
        assert records or stream["stream"] == "contact-group"
        for record in records:
            validator.validate(record)
            assert record.keys() <= message["schema"]["properties"].keys()
        keys = [tuple(record[name] for name in stream["key_properties"]) for record in records]
        assert len(set(keys)) == len(keys)


def test_what_a_mapping_makes_is_discovered_too(server: EmulatorServer, tmp_path: Path) -> None:
    streams = [{"resource": "order", "name": "shop", "mapping": "order-to-woocommerce"}, {"resource": "order"}]
    tap = configured(server, tmp_path, streams=streams)
    found = {stream["stream"]: stream for stream in discovered(tap)["streams"]}
    schema = found["shop"]["schema"]["properties"]
    assert {"id", "status", "currency", "set_paid", "billing", "line_items", "_sdc_deleted_at"} <= schema.keys()
    assert schema["set_paid"]["type"] == ["null", "boolean"]
    assert schema["line_items"]["items"]["properties"]["quantity"]["type"] == ["null", "integer"]
    assert found["shop"]["replication_method"] == "INCREMENTAL"
    assert found["shop"]["metadata"][0]["metadata"]["valid-replication-keys"] == []
    told = [json.loads(line) for line in Ended(*tap).out.splitlines()]
    (message,) = of_type(told, "SCHEMA", "shop")
    assert message["schema"]["properties"] == schema
    assert of_type(told, "RECORD", "shop")


def test_rows_are_a_stream_of_their_own(client: Client, server: EmulatorServer, tmp_path: Path) -> None:
    tap = configured(server, tmp_path, streams=["order", "order-row"])
    before = server.emulator.statistics()["requests"]
    told = messages(Ended(*tap))
    both = server.emulator.statistics()["requests"] - before
    orders = {one["record"]["id"]: one["record"] for one in of_type(told, "RECORD", "order")}
    rows = [one["record"] for one in of_type(told, "RECORD", "order-row")]
    assert len(rows) == sum(len(order["orderRows"]) for order in orders.values())
    for row in rows:
        order = orders[row["orderId"]]
        assert row["orderUpdatedOn"] == order.get("updatedOn")
        assert row.items() >= order["orderRows"][str(row["id"])].items()
    state = tmp_path / "state.json"
    state.write_text(json.dumps(told[-1]["value"]))
    assert of_type(messages(Ended(*tap, "--state", str(state))), "RECORD") == []
    touch(client, rows[0]["orderId"])
    again = of_type(messages(Ended(*tap, "--state", str(state))), "RECORD")
    assert {one["record"]["orderId"] for one in again if one["stream"] == "order-row"} == {rows[0]["orderId"]}
    # By themselves they need the same requests.
    before = server.emulator.statistics()["requests"]
    alone = messages(Ended(*configured(server, tmp_path, streams=["order-row"])))
    assert len(of_type(alone, "RECORD", "order-row")) == len(rows)
    assert of_type(alone, "RECORD", "order") == []
    assert server.emulator.statistics()["requests"] - before == both


def test_fields_are_selected_by_breadcrumbs(server: EmulatorServer, tmp_path: Path) -> None:
    tap = configured(server, tmp_path)
    found = discovered(tap)
    [stream] = found["streams"]
    told = {tuple(one["breadcrumb"]): one["metadata"] for one in stream["metadata"]}
    assert told["properties", "id"] == told["properties", "updatedOn"] == {"inclusion": "automatic"}
    for breadcrumb in (
        ("properties", "id"),
        ("properties", "reference"),
        ("properties", "totalValue", "properties", "net"),
        ("properties", "orderRows", "additionalProperties", "properties", "productName"),
        ("properties", "invoices", "items", "properties", "taxDate"),
    ):
        told[breadcrumb]["selected"] = False
    del told["properties", "version"]["selected-by-default"]
    told["properties", "version"]["inclusion"] = "unsupported"
    catalog = tmp_path / "catalog.json"
    catalog.write_text(json.dumps(found))
    messages_ = messages(Ended(*tap, "--properties", str(catalog)))
    (schema,) = (message["schema"]["properties"] for message in of_type(messages_, "SCHEMA"))
    assert "id" in schema
    assert not {"reference", "version"} & schema.keys()
    assert "net" not in schema["totalValue"]["properties"]
    assert "productName" not in schema["orderRows"]["additionalProperties"]["properties"]
    for message in of_type(messages_, "RECORD"):
        record = message["record"]
        assert "id" in record
        assert not {"reference", "version"} & record.keys()
        assert "net" not in record["totalValue"]
        assert "gross" not in record["totalValue"]
        assert not any("productName" in row for row in record["orderRows"].values())
        assert not any("taxDate" in invoice for invoice in record["invoices"])
        assert record.keys() <= schema.keys()


def test_streams_that_are_added_or_left_out_later_keep_the_others_where_they_are(
    server: EmulatorServer, tmp_path: Path
) -> None:
    told = messages(Ended(*configured(server, tmp_path, streams=["order"])))
    state = tmp_path / "state.json"
    state.write_text(json.dumps(told[-1]["value"]))
    told = messages(Ended(*configured(server, tmp_path, streams=["product", "order"]), "--state", str(state)))
    assert {one["stream"] for one in of_type(told, "RECORD")} == {"product"}
    assert told[-1]["value"]["bookmarks"].keys() == {"order", "product"}
    state.write_text(json.dumps(told[-1]["value"]))
    told = messages(Ended(*configured(server, tmp_path, streams=["product"]), "--state", str(state)))
    assert of_type(told, "RECORD") == []
    assert told[-1]["value"]["bookmarks"].keys() == {"order", "product"}


@pytest.mark.parametrize(
    ("catalog", "message"),
    [
        ("[]", "expected an object"),
        ('{"streams": 7}', "expected an array of objects"),
        ('{"streams": [7]}', "expected an array of objects"),
        ('{"streams": [{"selected": true}]}', "expected a text"),
        ('{"streams": [{"stream": "ordre", "selected": true}]}', "there is no stream 'ordre'"),
        ('{"streams": [{"stream": "order", "selected": false}]}', "no stream is selected"),
    ],
)
def test_a_wrong_catalogue_is_said(server: EmulatorServer, tmp_path: Path, catalog: str, message: str) -> None:
    path = tmp_path / "catalog.json"
    path.write_text(catalog)
    ended = Ended(*configured(server, tmp_path), "--catalog", str(path))
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err


@pytest.mark.parametrize("state", ['{"checkpoint": "x"}', '{"bookmarks": 7}', '{"bookmarks": {"order": {"at": 1}}}'])
def test_a_state_of_something_else_is_refused(server: EmulatorServer, tmp_path: Path, state: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(state)
    ended = Ended(*configured(server, tmp_path), "--state", str(path))
    assert (ended.code, ended.out) == (2, "")
    assert "expected the value of a STATE message of this tap" in ended.err


def test_tap_and_target_say_what_they_are_configured_with() -> None:
    for command, module in (("tap", "brightpearl.cli.tap"), ("target", "brightpearl.cli.target_config")):
        about = json.loads(Ended(command, "--about").out)
        assert about["name"] == f"{command}-brightpearl"
        assert set(importlib.import_module(module).OWN) <= about["settings"]["properties"].keys()
        assert about["settings"]["properties"]["account_token"]["secret"]
        ended = Ended(command)
        assert ended.code == 2
        assert "--config" in ended.err


@pytest.mark.parametrize("command", ["tap", "target"])
def test_each_has_a_command_of_its_own(command: str) -> None:
    program = f"import sys; sys.argv[1:] = ['--about']; from brightpearl.cli import main_of_{command} as main; main()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["name"] == f"{command}-brightpearl"


def test_the_schemas_are_what_the_emulated_account_shows() -> None:
    path = Path(__file__).parents[3] / "python" / "generate_schemas.py"
    spec = importlib.util.spec_from_file_location("generate_schemas", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.FILE.read_text() == module.file(), "run make generate"


def test_children_are_members_of_what_is_pulled() -> None:
    from brightpearl.record_schemas import record_schema

    for resource, member in CHILDREN.values():
        assert {"additionalProperties", "items"} & record_schema(resource)["properties"][member].keys()


def test_a_shape_grows_with_what_records_show() -> None:
    shape = Shape({"type": "object", "properties": {"id": {"type": "integer"}}})
    assert shape.grow({"id": 1, "name": None, "at": "2026-01-31T12:00:00Z"})
    assert shape.schema()["properties"] == {
        "id": {"type": ["null", "integer"]},
        # Nothing is known of it yet, and nothing else fits into more columns.
        "name": {"type": ["null", "string"]},
        "at": {"type": ["null", "string"], "format": "date-time"},
    }
    assert not shape.grow({"id": 2, "at": "2026-02-01T00:00:00.000+00:00"})
    assert shape.grow({"id": 3, "name": "x", "at": "soon", "rows": [1], "net": Decimal("1.5")})
    assert shape.grow({"7": 1, "by": {"7": {"a": 1}, "8": {"b": None}}, "rows": [{"a": "x"}]})
    assert shape.schema()["properties"] == {
        "id": {"type": ["null", "integer"]},
        "name": {"type": ["null", "string"]},
        "at": {"type": ["null", "string"]},
        "rows": {
            "type": ["null", "array"],
            "items": {
                "type": ["null", "integer", "object"],
                "properties": {"a": {"type": ["null", "string"]}},
            },
        },
        "net": {"type": ["null", "number"]},
        "7": {"type": ["null", "integer"]},
        "by": {
            "type": ["null", "object"],
            "additionalProperties": {
                "type": ["null", "object"],
                "properties": {"a": {"type": ["null", "integer"]}, "b": {"type": ["null", "string"]}},
            },
        },
    }
    assert not shape.grow({"id": 4, "net": 2, "by": {"9": {"a": 1}}, "rows": []})
    assert without(shape.schema(), [["properties", "by"], ["properties", "none", "properties", "x"]]) == {
        "type": ["null", "object"],
        "properties": {name: one for name, one in shape.schema()["properties"].items() if name != "by"},
    }
