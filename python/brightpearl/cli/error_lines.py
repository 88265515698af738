"""Errors as data: the same object as in every host, and on standard error a line of JSON for each where that is asked
for."""

from __future__ import annotations

import os
from typing import Any

from brightpearl._native import dump_json
from brightpearl.cli.visible import say
from brightpearl.exceptions import BrightpearlError
from brightpearl.findings import ReadVerification, SearchVerification, Violation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.findings import Verification

ERRORS_VARIABLE = "BRIGHTPEARL_ERRORS"
"""The variable that asks for errors as JSON, where `--errors` does not."""

FILE_KIND = "file"
"""The kind of what only a command meets: a file that cannot be read or written."""

ADVICE = {
    "validation": "Correct the input; nothing was sent.",
    "rejected": "Look at what is told of each record; the others are as they should be.",
    "not-found": "Check the ids.",
    "cancelled": "Nothing to do, unless a write was under way: then look whether it was applied.",
    "misuse": "Report it, with the command line that led to it.",
    FILE_KIND: "Make room, or name a file that can be read or written.",
}
"""What to do about what a command itself finds, by its kind."""

_wanted: str | None = None
_has_told = False


def choose_errors(wanted: str | None) -> None:
    """Whether errors are blocks for people (`text`) or a line of JSON each (`json`), as an option says."""
    global _wanted
    _wanted = wanted


def choose_errors_of(arguments: list[str]) -> None:
    """The same by a command line that was not read yet: what is wrong with it is told in that way, too."""
    for option, value in zip(arguments, [*arguments[1:], ""], strict=False):
        name, separator, beside = option.partition("=")
        if name == "--errors":
            choose_errors(beside if separator else value)


def are_errors_json() -> bool:
    """Whether errors are wanted as lines of JSON."""
    return (_wanted or os.environ.get(ERRORS_VARIABLE, "")) == "json"


def has_told() -> bool:
    """Whether a line was written for an error since this was asked last."""
    global _has_told
    told, _has_told = _has_told, False
    return told


def print_error_line(described: dict[str, Any], code: int) -> None:
    """Prints an error as a line of JSON."""
    global _has_told
    _has_told = True
    say(dump_json({"error": _as_text(described), "exit_code": code}))


def _as_text(told: Any) -> Any:
    """The same in Unicode: names of files and words of the command line may have bytes that are not UTF-8."""
    if isinstance(told, str):
        return told.encode(errors="backslashreplace").decode()
    if isinstance(told, dict):
        return {_as_text(name): _as_text(value) for name, value in told.items()}
    return [_as_text(one) for one in told] if isinstance(told, list) else told


def described(
    kind: str, message: str, *, location: str | None = None, delivery: str = "not-sent", advice: str | None = None
) -> dict[str, Any]:
    """What a command itself finds wrong, with the members that every error has."""
    told = {"kind": kind, "message": message, "location": location, "delivery": delivery}
    return {name: value for name, value in told.items() if value} | {"advice": advice or ADVICE[kind]}


def describe_error(error: BrightpearlError) -> dict[str, Any]:
    """An error as data, for programs that read the output. What it does not have is left out."""
    request = error.request
    told = {
        "kind": error.kind,
        "message": error.message,
        "location": error.location,
        "delivery": error.delivery,
        "status": error.status,
        "errors": [{"code": code, "message": message} for code, message in error.errors],
        "retry_after": None if error.retry_after is None else round(error.retry_after * 1000),
        "request": None if request is None else {"method": request.method, "url": request.url},
        "retryable": error.retryable,
        "violations": [violation_members(violation) for violation in error.violations],
        "verifications": [_verification_members(verification) for verification in error.verifications],
        "progress": error.progress,
    }
    kept = {name: value for name, value in told.items() if value is not False and value not in (None, [], "")}
    return kept | {"advice": error.advice}


def violation_members(violation: Violation) -> dict[str, Any]:
    """What is wrong with a body, as data."""
    return {name: getattr(violation, name) for name in ("pointer", "severity", "fault", "found", "expected")}


def _verification_members(verification: Verification) -> dict[str, Any]:
    if isinstance(verification, SearchVerification):
        filters = [list(pair) for pair in verification.filters]
        found = {"search": verification.search, "filters": filters, "unique": verification.unique}
        return {"type": "search"} | found
    if TYPE_CHECKING:
        assert isinstance(verification, ReadVerification)
    return {"type": "read", "path": verification.path, "compare": verification.compare}
