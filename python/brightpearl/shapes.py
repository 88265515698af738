"""What records look like: JSON Schemas that grow with what records show."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_TYPES = {bool: "boolean", int: "integer", str: "string", dict: "object", list: "array"}
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?([+-]\d{2}:\d{2}|Z)")


class Shape:
    """The shape of a value. Every value may be null; texts are moments as long as all of them are; an object whose
    members are all named by ids is a map."""

    __slots__ = ("_is_moment", "_items", "_members", "_types", "_values")

    def __init__(self, schema: dict[str, Any] | None = None) -> None:
        self._types: list[str] = []
        self._members: dict[str, Shape] = {}
        self._values: Shape | None = None
        self._items: Shape | None = None
        # Not known before there is a text.
        self._is_moment: bool | None = None
        if schema is not None:
            self._read(schema)

    def _read(self, schema: dict[str, Any]) -> None:
        types = schema.get("type", [])
        self._types = [kind for kind in ([types] if isinstance(types, str) else types) if kind != "null"]
        if "string" in self._types and schema.get("format") == "date-time":
            self._is_moment = True
        self._members = {name: Shape(member) for name, member in schema.get("properties", {}).items()}
        if isinstance(values := schema.get("additionalProperties"), dict):
            self._values = Shape(values)
        if "items" in schema:
            self._items = Shape(schema["items"])

    def grow(self, value: Any) -> bool:
        """Takes in what a value has; whether that is new."""
        if value is None:
            return False
        kind = _TYPES.get(type(value), "number")
        is_new = kind not in self._types and not (kind == "integer" and "number" in self._types)
        if is_new:
            self._types.append(kind)
        if kind == "string":
            return self._judge_moment(value, is_first=is_new) or is_new
        if kind == "array":
            self._items = self._items or Shape()
            for element in value:
                is_new |= self._items.grow(element)
        if kind == "object":
            if self._values is None and not self._members and is_map(value):
                self._values = Shape()
            for name, one in value.items():
                is_new |= self._grow_member(name, one)
        return is_new

    def _grow_member(self, name: str, value: Any) -> bool:
        if self._values is not None and name.isdecimal():
            return self._values.grow(value)
        is_new = name not in self._members
        return self._members.setdefault(name, Shape()).grow(value) or is_new

    def _judge_moment(self, text: str, *, is_first: bool) -> bool:
        is_moment = _MOMENT.fullmatch(text) is not None
        if self._is_moment is None:
            self._is_moment = is_first and is_moment
            return self._is_moment
        if self._is_moment and not is_moment:
            self._is_moment = False
            return True
        return False

    def schema(self) -> dict[str, Any]:
        """Its JSON Schema."""
        kinds = [kind for kind in self._types if not (kind == "integer" and "number" in self._types)]
        described: dict[str, Any] = {"type": ["null", *(kinds or ["string"])]}
        if self._is_moment and "string" in kinds:
            described["format"] = "date-time"
        if self._members:
            described["properties"] = {name: member.schema() for name, member in self._members.items()}
        if self._values is not None:
            described["additionalProperties"] = self._values.schema()
        if self._items is not None:
            described["items"] = self._items.schema()
        return described


def is_map(value: dict[str, Any]) -> bool:
    """Whether an object is a map that is keyed by ids, such as the rows of an order."""
    return bool(value) and all(map(str.isdecimal, value))


def without(schema: dict[str, Any], left_out: Iterable[list[str]]) -> dict[str, Any]:
    """A schema without members, each named by the steps of its breadcrumb, such as `properties` and `id`."""
    for steps in left_out:
        schema = _without(schema, steps)
    return schema


def _without(schema: Any, steps: list[str]) -> Any:
    if not isinstance(schema, dict) or steps[0] not in schema:
        return schema
    if len(steps) == 1:
        return {name: member for name, member in schema.items() if name != steps[0]}
    return schema | {steps[0]: _without(schema[steps[0]], steps[1:])}
