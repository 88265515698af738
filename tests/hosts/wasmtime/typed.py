"""Operations as the typed values of the contract, made from the JSON that every host reads."""

from __future__ import annotations

import json
from typing import Any

from wasmtime.component import (
    Bool,
    EnumType,
    ListType,
    OptionType,
    Record,
    RecordType,
    ResourceAny,
    String,
    TupleType,
    ValType,
)

from component import Instance

CHOICES = {
    "existing": "update",
    "on-failure": "stop",
    "order": "sequential",
    "packing": "auto",
    "plan": "auto",
}
"""What is chosen where JSON leaves the choice out."""

NUMBERS = {"priority": 0, "most-percent": 20}
"""The numbers that JSON may leave out."""

LENGTHS = {"looks": "looks_ms", "confirm": "confirm_ms", "overlap": "overlap_ms"}
"""Lengths of time, whose unit stands in the name in JSON and in the type in the contract."""


class Untyped(Exception):
    """The operation has no typed form: what it says is not a part of the contract."""


def start(instance: Instance, client: ResourceAny, operation: dict[str, Any]) -> ResourceAny:
    """Starts an operation by the function that is made for it; raises `Untyped` where its text has no typed form."""
    ((name, content),) = operation.items()
    function = f"engine/client.{name}"
    (parameter,) = instance.parameters(function)
    return instance.call(function, client, valued(content, parameter, name))


def valued(value: Any, kind: ValType, name: str) -> Any:
    """A value of JSON as one of the contract's types."""
    if isinstance(kind, OptionType):
        return None if value is None else valued(value, kind.payload, name)
    if isinstance(kind, RecordType):
        return recorded(value, kind, name)
    if isinstance(kind, ListType):
        return [valued(element, kind.element, name) for element in expect(value or [], list, name)]
    if isinstance(kind, TupleType):
        return tuple(valued(element, part, name) for element, part in zip(value, kind.elements, strict=True))
    if isinstance(kind, EnumType):
        return (CHOICES[name] if value is None else value).lower()
    if isinstance(kind, Bool):
        return expect(value or False, bool, name)
    if isinstance(kind, String):
        # Documents, records and arguments are JSON in the text.
        return text_of(value) if isinstance(value, (dict, list)) else expect(value or "", str, name)
    return expect(NUMBERS[name] if value is None else value, int, name)


def recorded(value: Any, kind: RecordType, name: str) -> Record:
    given = dict(expect(value, dict, name))
    made = Record()
    for member, part in kind.fields:
        written = LENGTHS.get(member, member.replace("-", "_"))
        setattr(made, member, valued(given.pop(written, None), part, member))
    if given:
        raise Untyped(f"{name} has members that the contract does not have: {', '.join(given)}")
    return made


def expect(value: Any, kind: type, name: str) -> Any:
    if not isinstance(value, kind):
        raise Untyped(f"{name} is {value!r}; expected {kind.__name__}")
    return value


def text_of(value: object) -> str:
    """JSON as the other hosts write it, so that errors name the same column of it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
