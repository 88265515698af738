"""Operations as the typed values of the contract, made from the JSON that every host reads."""

from __future__ import annotations

import json
from typing import Any

from wasmtime.component import (
    Bool,
    BorrowType,
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

from component import Instance, Refused

LENGTHS = {"looks": "looks_ms", "confirm": "confirm_ms", "overlap": "overlap_ms"}
"""Lengths of time, whose unit stands in the name in JSON and in the type in the contract."""


class Untyped(Exception):
    """The operation has no typed form: what it says is not a part of the contract."""


def start(instance: Instance, client: ResourceAny, operation: dict[str, Any]) -> ResourceAny:
    """Starts an operation by the function that is made for it; raises `Untyped` where its text has no typed form."""
    ((name, content),) = operation.items()
    function = f"flows/start-{name}" if name in ("push", "pull") else f"engine/client.{name}"
    *_, parameter = instance.parameters(function)
    typed = Typed(instance)
    try:
        return instance.call(function, client, typed.valued(content, parameter, name))
    finally:
        # A call keeps what it needs of them.
        typed.release()


class Typed:
    """Values of JSON as values of the contract's types, and the mappings that were opened for them."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._mappings: list[ResourceAny] = []

    def release(self) -> None:
        for mapping in self._mappings:
            self._instance.release(mapping)

    def valued(self, value: Any, kind: ValType, name: str) -> Any:
        """A value of JSON as one of the contract's types."""
        if isinstance(kind, OptionType):
            return None if value is None else self.valued(value, kind.payload, name)
        if isinstance(kind, RecordType):
            return self._recorded(value, kind, name)
        if isinstance(kind, ListType):
            return [self.valued(element, kind.element, name) for element in expect(value or [], list, name)]
        if isinstance(kind, TupleType):
            pairs = zip(value, kind.elements, strict=True)
            return tuple(self.valued(element, part, name) for element, part in pairs)
        if isinstance(kind, EnumType):
            return expect(value, str, name).lower()
        if isinstance(kind, Bool):
            return expect(value or False, bool, name)
        if isinstance(kind, String):
            # Documents, records and arguments are JSON in the text.
            return text_of(value) if isinstance(value, (dict, list)) else expect(value or "", str, name)
        if isinstance(kind, BorrowType):
            return self._opened(value)
        return expect(value, int, name)

    def _recorded(self, value: Any, kind: RecordType, name: str) -> Record:
        given = dict(expect(value, dict, name))
        made = Record()
        for member, part in kind.fields:
            written = LENGTHS.get(member, member.replace("-", "_"))
            setattr(made, member, self.valued(given.pop(written, None), part, member))
        if given:
            raise Untyped(f"{name} has members that the contract does not have: {', '.join(given)}")
        return made

    def _opened(self, document: Any) -> ResourceAny:
        try:
            mapping: ResourceAny = self._instance.call("mappings/mapping.open", text_of(document))
        except Refused as refused:
            raise Untyped(f"the document cannot be used: {refused}") from refused
        self._mappings.append(mapping)
        return mapping


def expect(value: Any, kind: type, name: str) -> Any:
    if not isinstance(value, kind):
        raise Untyped(f"{name} is {value!r}; expected {kind.__name__}")
    return value


def text_of(value: object) -> str:
    """JSON as the other hosts write it, so that errors name the same column of it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
