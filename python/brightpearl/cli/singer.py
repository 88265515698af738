"""Singer messages: what taps write and targets read."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Any

from brightpearl._native import dump_json

DELETED_AT = "_sdc_deleted_at"
"""The member that says of a record that it is gone, and when that was found."""

_TYPES = {bool: "boolean", int: "integer", str: "string", dict: "object", list: "array"}
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?([+-]\d{2}:\d{2}|Z)")


class Schema:
    """The JSON Schema of a stream, which grows with what its records show. Targets make columns of its members."""

    def __init__(self, properties: dict[str, Any], key: str) -> None:
        self.key = key
        self._types: dict[str, list[str]] = {}
        self._moments: set[str] = set()
        self._taken: set[str] = set()
        for name, described in properties.items():
            types = described.get("type", [])
            self._types[name] = [types] if isinstance(types, str) else list(types)
            if described.get("format") == "date-time":
                self._moments.add(name)

    def grow(self, record: dict[str, Any]) -> bool:
        """Takes in what a record has; whether that is new."""
        is_new = False
        for name, value in record.items():
            kind = "null" if value is None else _TYPES.get(type(value), "number")
            known = self._types.setdefault(name, [])
            if kind == "integer" and "number" in known:
                continue
            if kind not in known:
                known.append(kind)
                is_new = True
            is_new |= self._judge_moment(name, value)
        return is_new

    def _judge_moment(self, name: str, value: Any) -> bool:
        """Texts are moments as long as all of them are."""
        if not isinstance(value, str):
            return False
        is_moment = _MOMENT.fullmatch(value) is not None
        is_first = name not in self._taken
        self._taken.add(name)
        if is_first and is_moment and name not in self._moments:
            self._moments.add(name)
            return True
        if not is_moment and name in self._moments:
            self._moments.discard(name)
            return True
        return False

    def properties(self) -> dict[str, Any]:
        """The members, each of which may be missing but for the key."""
        found: dict[str, Any] = {}
        for name, types in self._types.items():
            kinds = [kind for kind in types if kind != "null" and not (kind == "integer" and "number" in types)]
            described: dict[str, Any] = {"type": kinds if name == self.key else ["null", *kinds]}
            if name in self._moments:
                described["format"] = "date-time"
            found[name] = described
        return found

    def json_schema(self) -> dict[str, Any]:
        """The whole of it."""
        return {"type": "object", "properties": self.properties()}


def account_variables(config: dict[str, Any], own: Iterable[str]) -> dict[str, str]:
    """The members of a configuration that are those of the account, as the environment variables that they stand
    for."""
    return {f"BRIGHTPEARL_{name.upper()}": str(value) for name, value in config.items() if name not in own and value}


def write(message: dict[str, Any]) -> None:
    """Writes a message, and nothing else ever, to standard output."""
    sys.stdout.write(dump_json(message) + "\n")


def schema_message(stream: str, schema: Schema, replication_keys: list[str]) -> dict[str, Any]:
    """What the records behind it look like."""
    return {
        "type": "SCHEMA",
        "stream": stream,
        "schema": schema.json_schema(),
        "key_properties": [schema.key],
        "bookmark_properties": replication_keys,
    }
