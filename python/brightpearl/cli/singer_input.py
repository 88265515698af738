"""Singer messages as they come: read line by line, each held against what the format says of it."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from typing import Any

from brightpearl import BrightpearlError
from brightpearl._native import load_json
from brightpearl.cli.failure import UsageError

_MEMBERS: dict[str, dict[str, type]] = {
    "SCHEMA": {"stream": str, "schema": dict, "key_properties": list},
    "RECORD": {"stream": str, "record": dict},
    "STATE": {"value": dict},
    "ACTIVATE_VERSION": {"stream": str},
    "BATCH": {"stream": str},
}
_NAMES: dict[type, str] = {str: "a text", dict: "an object", list: "an array"}


class Message:
    """One message: its type, its members, and the line that it stands in, from 1."""

    def __init__(self, line: int, members: dict[str, Any]) -> None:
        self.line = line
        self.type: str = members["type"]
        self.members = members

    @property
    def stream(self) -> str:
        """The stream that it is about."""
        return str(self.members["stream"])


def messages_of(lines: Iterable[bytes]) -> Iterator[Message]:
    """The messages of a tap. Numbers keep their digits. Those of unknown types have no more than their type for sure.

    Raises `UsageError` at a line that is not one.
    """
    for number, line in enumerate(lines, 1):
        if number == 1:
            line = line.removeprefix(BOM_UTF8)
        if line.strip():
            yield _message(number, line)


def wrong_line(number: int, message: str) -> UsageError:
    """The error of a line."""
    return UsageError(
        message,
        where=f"standard input, line {number}",
        advice="What stands before it was dealt with. Correct the tap, and run both again from the last state.",
    )


def _message(number: int, line: bytes) -> Message:
    try:
        members = load_json(line)
    except BrightpearlError as error:
        raise wrong_line(
            number, f"it is not JSON: {error.message} ({error.location}); expected a Singer message, one a line"
        ) from None
    if not isinstance(members, dict) or not isinstance(members.get("type"), str):
        raise wrong_line(number, "it is not a Singer message; expected a JSON object with a type, such as RECORD")
    for name, kind in _MEMBERS.get(members["type"], {}).items():
        if not isinstance(members.get(name), kind):
            raise wrong_line(
                number, f"the {members['type']} message has no valid {name}; expected {_NAMES[kind]} in {name!r}"
            )
    keys = members["key_properties"] if members["type"] == "SCHEMA" else []
    if not all(isinstance(key, str) for key in keys):
        raise wrong_line(number, "a member of key_properties is not a text; expected names of properties")
    return Message(number, members)
