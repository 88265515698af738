"""What the engine finds out: what is wrong with a body, how to learn what became of a write, and what is to be said of
mapping documents and of records that cannot be mapped."""

from __future__ import annotations

from brightpearl.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from brightpearl.kinds import Fault, Severity


class Violation(Record):
    """One thing that is wrong with a body. `str()` of it is one line.

    >>> from brightpearl import validate
    >>> print(validate("order-service/order", "POST", {"orderTypeCode": "SO"})[0])
    /parties/customer/contactId: found nothing, expected a value, since /orderTypeCode is "SO"
    """

    __slots__ = ("pointer", "severity", "fault", "found", "expected")  # noqa: RUF023 - as it is constructed

    pointer: str
    """Where: a JSON Pointer into the body, empty for the whole of it. Of something missing, where it should be."""
    severity: Severity
    """`error`: Brightpearl will not take it. `warning`: probably not what was meant."""
    fault: Fault
    """What sort of thing it is; `errors().faults` lists them all."""
    found: str
    """What stands there, in words or shortened."""
    expected: str
    """What should stand there."""

    def __init__(self, pointer: str, severity: Severity, fault: Fault, found: str, expected: str) -> None:
        self.pointer = pointer
        self.severity = severity
        self.fault = fault
        self.found = found
        self.expected = expected

    def __str__(self) -> str:
        prefix = "warning: " if self.severity == "warning" else ""
        return f"{prefix}{self.pointer or 'the body'}: found {self.found}, expected {self.expected}"


class SearchVerification(Record):
    """Finds a record by what the write said of it: `client.search(found.search, found.filters)`."""

    __slots__ = ("search", "filters", "unique")  # noqa: RUF023 - as it is constructed

    search: str
    """The search's path."""
    filters: tuple[tuple[str, str], ...]
    """Its filters."""
    unique: bool
    """Whether a hit is the record, since Brightpearl refuses a second one like it. Otherwise compare the rest."""

    def __init__(self, search: str, filters: tuple[tuple[str, str], ...], unique: bool) -> None:
        self.search = search
        self.filters = filters
        self.unique = unique

    def __str__(self) -> str:
        filters = " ".join(f"{name}={value}" for name, value in self.filters)
        finding = "a hit is the record" if self.unique else "compare each hit with what was sent"
        return f"search {self.search} {filters}: {finding}"


class ReadVerification(Record):
    """Reads what the write was about: `client.request("GET", found.path)`."""

    __slots__ = ("path", "compare")  # noqa: RUF023 - as it is constructed

    path: str
    """The path to read."""
    compare: str
    """What to compare with what was sent, in words."""

    def __init__(self, path: str, compare: str) -> None:
        self.path = path
        self.compare = compare

    def __str__(self) -> str:
        return f"GET {self.path}: compare {self.compare}"


class MappingFinding(Record):
    """Something to know about a mapping document. `str()` of it is one line."""

    __slots__ = ("pointer", "severity", "message")  # noqa: RUF023 - as it is constructed

    pointer: str
    """Where in the document: a JSON Pointer, empty for the whole of it."""
    severity: Severity
    """`error`: the document cannot be used so. `warning`: probably not what was meant."""
    message: str
    """What is wrong, what was expected, and what to do."""

    def __init__(self, pointer: str, severity: Severity, message: str) -> None:
        self.pointer = pointer
        self.severity = severity
        self.message = message

    def __str__(self) -> str:
        prefix = "warning: " if self.severity == "warning" else ""
        return f"{prefix}{self.pointer or 'the document'}: {self.message}"


class MappingFailure(Record):
    """What kept a rule from being carried out for a record. `str()` of it is one line."""

    __slots__ = ("rule", "target", "source", "value", "reason", "record")  # noqa: RUF023 - as it is constructed

    rule: str
    """The rule: a JSON Pointer into the document; empty when no rule is to blame."""
    target: str
    """Where the value should have gone: a JSON Pointer into the body, or `{ID}` for a part of the path."""
    source: str
    """The path that it was picked by, from the record on: `line_items[2].price`."""
    value: str
    """What was found there, in words."""
    reason: str
    """What is wrong with it and what was expected."""
    record: str | None
    """The record's key, where the document has one and it is known."""

    def __init__(self, rule: str, target: str, source: str, value: str, reason: str, record: str | None = None) -> None:
        self.rule = rule
        self.target = target
        self.source = source
        self.value = value
        self.reason = reason
        self.record = record

    def __str__(self) -> str:
        record = "" if self.record is None else f"record {self.record}: "
        found = f" is {self.value}" if self.value else ""
        rule = f" (rule {self.rule})" if self.rule else ""
        return f"{record}{self.source}{found}: {self.reason}{rule}"


class Reference(Record):
    """Something of Brightpearl's that a body names by its id, told by what the record knows of it."""

    __slots__ = (  # noqa: RUF023 - as it is constructed
        "text",
        "search",
        "column",
        "value",
        "on_missing",
        "pointer",
        "rule",
        "by",
        "take",
    )

    text: str
    """Search, column and values as one text: equal texts mean the same thing. `Mapping.map(..., resolved=...)` is
    told by it what the reference stands for."""
    search: str
    """The search that finds it, such as `product-service/product-search`; empty when it is created for every
    record."""
    column: str
    """The search's column that has the value."""
    value: str
    """The value."""
    on_missing: str
    """What happens when nothing is found: `fail`, `skip`, `skip-record`, `default` or `create`."""
    pointer: str
    """Where the id goes: a JSON Pointer into the body, `*` for any element."""
    rule: str
    """The rule: a JSON Pointer into the document."""
    by: tuple[tuple[str, str], ...]
    """Further columns and their values."""
    take: str | None
    """The column that is taken from the hit; the search's key when `None`."""

    def __init__(
        self,
        text: str,
        search: str,
        column: str,
        value: str,
        on_missing: str,
        pointer: str,
        rule: str,
        by: Iterable[tuple[str, str]] = (),
        take: str | None = None,
    ) -> None:
        self.text = text
        self.search = search
        self.column = column
        self.value = value
        self.on_missing = on_missing
        self.pointer = pointer
        self.rule = rule
        self.by = tuple((name, value) for name, value in by)
        self.take = take

    def __str__(self) -> str:
        return self.text


if TYPE_CHECKING:
    Verification = SearchVerification | ReadVerification
    """One way to find out whether a write of unknown outcome was applied."""


def violation(members: dict[str, Any]) -> Violation:
    """A violation from the engine's JSON."""
    return Violation(**members)


def failure(members: dict[str, Any]) -> MappingFailure:
    """A failure from the engine's JSON."""
    return MappingFailure(**members)


def reference(members: dict[str, Any]) -> Reference:
    """A reference from the engine's JSON."""
    return Reference(**members)


def verification(members: dict[str, Any]) -> Verification:
    """A verification from the engine's JSON."""
    if members["type"] == "search":
        filters = tuple((name, value) for name, value in members["filters"])
        return SearchVerification(members["search"], filters, members["unique"])
    return ReadVerification(members["path"], members["compare"])
