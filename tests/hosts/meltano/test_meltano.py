"""Meltano runs the tap into a target of others, and a tap of others into the target; counts agree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brightpearl import Client
from brightpearl.cli.emulator import environment
from brightpearl.testing import Emulator, EmulatorServer

HERE = Path(__file__).parent
BESIDE_PYTHON = Path(sys.executable).parent


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=60, contacts=20, products=10).serve() as server:
        yield server


@pytest.fixture
def client(server: EmulatorServer) -> Iterator[Client]:
    with server.client() as client:
        yield client


def account(server: EmulatorServer) -> dict[str, str]:
    return {name.removeprefix("BRIGHTPEARL_").lower(): value for name, value in environment(server).items()}


def plugin(name: str, executable: str, config: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "name": name,
        "namespace": name.replace("-", "_"),
        "executable": executable,
        "settings": [{"name": setting} for setting in config],
        "config": config,
        **members,
    }


class Project:
    """A Meltano project of one extractor and one loader."""

    def __init__(self, folder: Path, extractor: dict[str, Any], loader: dict[str, Any]) -> None:
        self.folder = folder
        self.names = [extractor["name"], loader["name"]]
        project = {
            "default_environment": "test",
            "environments": [{"name": "test"}],
            "send_anonymous_usage_stats": False,
            "plugins": {"extractors": [extractor], "loaders": [loader]},
        }
        # All JSON is YAML.
        (folder / "meltano.yml").write_text(json.dumps(project))

    def run(self) -> None:
        variables = {name: value for name, value in os.environ.items() if not name.startswith("BRIGHTPEARL_")}
        done = subprocess.run(
            ["meltano", "run", *self.names],
            cwd=self.folder,
            env=variables,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def test_the_tap_fills_a_target_of_others(server: EmulatorServer, client: Client, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    tap = plugin(
        "tap-brightpearl",
        str(BESIDE_PYTHON / "tap-brightpearl"),
        account(server),
        capabilities=["catalog", "discover", "state"],
        # All streams, so that a library of others judges every schema and record.
        select=["*.*", "!order.parties"],
    )
    project = Project(tmp_path, tap, plugin("target-jsonl", "target-jsonl", {"destination_path": "out"}))

    def written(stream: str) -> list[dict[str, Any]]:
        # Behind the name of a stream stands the time of a run.
        lines = [line for path in out.glob(f"{stream}-2*.jsonl") for line in path.read_text().splitlines()]
        return [json.loads(line) for line in lines]

    project.run()
    orders = list(client.get("order-service/order", [order["id"] for order in written("order")]))
    assert len(orders) == len(written("order")) == 60
    for stream in ("contact", "product", "sales-order", "sales-order-row", "goods-out", "warehouse", "option"):
        assert written(stream), stream
    assert len(written("order-row")) == sum(len(order["orderRows"]) for order in orders)
    assert all("parties" not in order and "totalValue" in order for order in written("order"))
    project.run()
    assert len(written("order")) == 60
    client.patch(f"order-service/order/{orders[0]['id']}", [{"op": "replace", "path": "/reference", "value": "new"}])
    project.run()
    assert [order["reference"] for order in written("order")].count("new") == 1
    assert len(written("order")) == 61


def test_a_tap_of_others_fills_the_target(server: EmulatorServer, client: Client, tmp_path: Path) -> None:
    document = {
        "version": 1,
        "name": "orders",
        "target": "order-service/sales-order",
        "key": {
            "target": "/ref",
            "verify": {"search": "order-service/order-search", "column": "customerRef", "by": {"orderTypeId": 1}},
        },
        "fields": [
            {"to": "/ref", "from": "number", "required": True},
            {"to": "/customer/id", "from": "customer", "required": True},
            {"to": "/currency/code", "value": "USD"},
            {
                "to": "/rows",
                "each": "lines",
                "required": True,
                "fields": [
                    {"to": "/name", "from": "name", "required": True},
                    {"to": "/quantity", "from": "quantity", "as": "decimal"},
                    {"to": "/net", "from": "price", "as": "money"},
                    {"to": "/tax", "value": "0.00"},
                    {"to": "/taxCode", "value": "T20"},
                ],
            },
        ],
    }
    (tmp_path / "orders.json").write_text(json.dumps(document))
    (customer,) = client.search("contact-service/contact-search", {"isCustomer": True}, limit=1)
    file = tmp_path / "orders.jsonl"
    line = {"name": "Mug", "quantity": 2, "price": 12.5}
    orders = [{"number": f"M-{number}", "customer": customer["contactId"], "lines": [line]} for number in range(12)]
    # Brightpearl has no such customer.
    orders[5]["customer"] = 999_999
    tap = plugin(
        "tap-lines",
        str(tmp_path / "tap-lines"),
        {"file": str(file)},
        capabilities=["catalog", "discover", "state"],
    )
    (tmp_path / "tap-lines").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE / "lines_tap.py"}" "$@"\n')
    (tmp_path / "tap-lines").chmod(0o755)
    members = {"streams": {"orders": "orders.json"}, "directory": "kept", "rejected": "pass"}
    target = plugin("target-brightpearl", str(BESIDE_PYTHON / "target-brightpearl"), account(server) | members)
    target["settings"] = [
        {"name": name} | ({"kind": "object"} if name == "streams" else {}) for name in target["config"]
    ]
    project = Project(tmp_path, tap, target)

    def found() -> list[str]:
        rows = client.search("order-service/order-search", {"orderTypeId": 1}, columns=["customerRef"])
        return sorted(row["customerRef"] for row in rows if (row["customerRef"] or "").startswith("M-"))

    def writes() -> int:
        count = server.emulator.statistics()["applied_writes"]
        assert isinstance(count, int)
        return count

    file.write_text("".join(json.dumps(order) + "\n" for order in orders[:8]))
    project.run()
    assert found() == sorted(order["number"] for order in orders[:8] if order is not orders[5])
    letters = (tmp_path / "kept" / "dead-letters.jsonl").read_text().splitlines()
    assert [json.loads(letter)["record"]["number"] for letter in letters] == ["M-5"]
    before = writes()
    project.run()
    assert writes() == before
    file.write_text("".join(json.dumps(order) + "\n" for order in orders))
    project.run()
    assert found() == sorted(order["number"] for order in orders if order is not orders[5])
    # The runner's state is lost: the journal knows what was written.
    (tmp_path / ".meltano" / "meltano.db").unlink()
    before = writes()
    project.run()
    assert writes() == before
