"""Writes what records look like that are read: python generate_schemas.py, with the package installed.

The catalogue has the members of what is written; what is read has more. They are learnt from the emulated account,
which answers as recorded exchanges do, and from the catalogue: sections that are read on request, and members of
bodies.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

# The installed package is asked, which has the engine, and not the sources beside this script.
sys.path = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]

from brightpearl import Client
from brightpearl._native import describe, list_resources
from brightpearl.shapes import Shape
from brightpearl.testing import Emulator

FILE = Path(__file__).parents[1] / "core" / "records" / "schemas.json"
ACCOUNTS = [{"seed": seed, "orders": 200, "contacts": 50, "products": 30} for seed in (1, 2, 3)]


def file() -> str:
    """The generated file."""
    shapes = {listed.path.rsplit("/")[-1]: Shape() for listed in list_resources() if listed.search is not None}
    for account in ACCOUNTS:
        client = Emulator(**account).client()
        client.post("contact-service/contact-group", {"name": "Wholesale", "description": "All of them"})
        for name, shape in shapes.items():
            learn(client, name, shape)
    lines = [f"{json.dumps(name)}: {json.dumps(completed(name, shapes[name]))}" for name in sorted(shapes)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def learn(client: Client, name: str, shape: Shape) -> None:
    """Takes in all records of a resource."""
    for pulled in client.pull(name):
        if isinstance(pulled.record, dict):
            shape.grow(pulled.record)


def completed(name: str, shape: Shape) -> dict[str, Any]:
    """What the records show, with what the catalogue knows beyond that."""
    schema = shape.schema()
    schema.setdefault("properties", {})
    described = json.loads(describe(next(one.path for one in list_resources() if one.path.rsplit("/")[-1] == name)))
    for operation in described["operations"]:
        if operation["method"] in ("GET", "POST"):
            for section in operation.get("optional_sections", []):
                schema["properties"].setdefault(section, {"type": ["null", "object", "array"]})
        if operation["method"] == "POST":
            # Read by other names than they are written: a goods-out note has one warehouse, and its shipping.
            for member, known in operation.get("body", {}).get("properties", {}).items():
                if name not in ("goods-out", "warehouse"):
                    schema["properties"].setdefault(member, {"type": ["null", *kinds(known)]})
    schema["type"] = "object"
    return schema


def kinds(schema: dict[str, Any]) -> list[str]:
    """The types that the schema of a body's member allows."""
    said = schema.get("type", [])
    found = [said] if isinstance(said, str) else list(said)
    for form in schema.get("anyOf", []):
        found += kinds(form)
    return sorted(set(found) - {"null"}) or ["string"]


if __name__ == "__main__":
    FILE.write_text(file(), encoding="utf-8")
