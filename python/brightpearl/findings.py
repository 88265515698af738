"""What the engine finds out about a write: what is wrong with its body, and how to learn what became of it."""

from __future__ import annotations

from brightpearl.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    Severity = Literal["warning", "error"]
    Fault = Literal[
        "unreadable",
        "missing",
        "wrong-type",
        "wrong-format",
        "not-allowed",
        "out-of-range",
        "wrong-length",
        "too-precise",
        "unknown-member",
        "repeated-member",
        "contradiction",
        "idle",
        "unknown-verb",
    ]


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


if TYPE_CHECKING:
    Verification = SearchVerification | ReadVerification
    """One way to find out whether a write of unknown outcome was applied."""


def violation(members: dict[str, Any]) -> Violation:
    """A violation from the engine's JSON."""
    return Violation(**members)


def verification(members: dict[str, Any]) -> Verification:
    """A verification from the engine's JSON."""
    if members["type"] == "search":
        filters = tuple((name, value) for name, value in members["filters"])
        return SearchVerification(members["search"], filters, members["unique"])
    return ReadVerification(members["path"], members["compare"])
