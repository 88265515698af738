"""The configuration of a Singer target, with everything that is wrong with it at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from brightpearl import Mapping
from brightpearl.arguments import did_you_mean
from brightpearl.cli.failure import UsageError
from brightpearl.cli.mapping import open_mapping
from brightpearl.cli.singer import OF_RUNNERS
from brightpearl.flow_operations import EXISTING

_LARGEST_STRETCH = 1_000_000


class TargetStream:
    """What is done with the records of one stream."""

    def __init__(self, name: str, mapping: Mapping, constants: dict[str, Any], existing: Any, journal: Path) -> None:
        self.name = name
        self.mapping = mapping
        self.constants = constants
        """Members that every record gets."""
        self.existing = existing
        self.journal = journal


class TargetConfig:
    """How a target works: the members of its configuration that are not those of the account."""

    def __init__(self, members: dict[str, Any]) -> None:
        reader = _Reader(members)
        self.directory = reader.text("directory")
        self.dead_letters = reader.text("dead_letters", os.path.join(self.directory, "dead-letters.jsonl"))
        self.unmapped = reader.choice("unmapped", ("refuse", "ignore"))
        self.rejected = reader.choice("rejected", ("fail", "pass"))
        self.doubt = reader.choice("doubt", ("hold", "dead-letter"))
        self.validates = reader.flag("validate_records", usual=True)
        self.is_dry = reader.flag("dry_run", usual=False)
        self.renew = reader.flag("renew", usual=False)
        self.exclusive = reader.text("exclusive", None)
        self.looks = reader.seconds("looks")
        self.settle_records = reader.count("settle_records", 1_000)
        self.settle_seconds = reader.count("settle_seconds", 60)
        self.streams = [
            stream
            for name, said in reader.streams().items()
            if (stream := reader.stream(name, said, self.directory)) is not None
        ]
        reader.end()


OWN = (
    "directory",
    "streams",
    "dead_letters",
    "unmapped",
    "rejected",
    "doubt",
    "validate_records",
    "dry_run",
    "renew",
    "exclusive",
    "looks",
    "settle_records",
    "settle_seconds",
)
"""The members that are not those of the account."""

_OF_STREAMS = ("mapping", "constants", "existing")


class _Reader:
    """Reads member by member, and gathers what is wrong."""

    def __init__(self, members: dict[str, Any]) -> None:
        self._members = members
        self._wrong: list[str] = []
        for name in members.keys() - set(OWN):
            # The others are those of the account, and of whatever runs targets.
            if name not in OF_RUNNERS and (meant := did_you_mean(name, OWN)) is not None:
                self._wrong.append(f"{name}: it is not known; did you mean {meant}?")

    def text(self, name: str, usual: Any = "") -> Any:
        """A text; one that must be there where `usual` is empty."""
        value = self._members.get(name, usual)
        if value is usual and usual != "":
            return usual
        if not isinstance(value, str) or not value:
            found = f"it is {type(value).__name__}" if name in self._members and value != "" else "it is not there"
            self._wrong.append(f"{name}: {found}; expected the path of {_PATHS[name]}")
            return "."
        if "\0" in value:
            self._wrong.append(f"{name}: it has a NUL character; expected the path of {_PATHS[name]}")
            return "."
        return value

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of several words, of which the first is the usual one."""
        return str(self._take(name, choices[0], lambda value: value in choices, f"one of {', '.join(choices)}"))

    def flag(self, name: str, *, usual: bool) -> bool:
        """Yes or no."""
        return bool(self._take(name, usual, lambda value: isinstance(value, bool), "true or false"))

    def count(self, name: str, usual: int) -> int:
        """A whole number."""
        found: int = self._take(
            name,
            usual,
            lambda value: type(value) is int and 1 <= value <= _LARGEST_STRETCH,
            f"a whole number from 1 to {_LARGEST_STRETCH}",
        )
        return found

    def seconds(self, name: str) -> list[float] | None:
        """Numbers of seconds."""
        value = self._members.get(name)
        if value is None:
            return None
        try:
            return [float(one) for one in value]
        except (TypeError, ValueError):
            self._wrong.append(f"{name}: expected an array of seconds such as [2, 10, 30]")
            return None

    def _take(self, name: str, usual: Any, fits: Callable[[Any], bool], expected: str) -> Any:
        value = self._members.get(name, usual)
        if not fits(value):
            self._wrong.append(f"{name}: it is {value!r}; expected {expected}")
            return usual
        return value

    def streams(self) -> dict[str, Any]:
        """The streams by their names."""
        value = self._members.get("streams")
        if not isinstance(value, dict) or not value:
            self._wrong.append(
                "streams: expected an object with a mapping document for each stream, such as "
                '{"orders": "shopify-order"}'
            )
            return {}
        return value

    def stream(self, name: str, said: Any, directory: str) -> TargetStream | None:
        """One stream: a document, or an object with the document in `mapping`."""
        members = said if isinstance(said, dict) and "mapping" in said else {"mapping": said}
        place = f"streams.{name}"
        for unknown in members.keys() - set(_OF_STREAMS):
            self._wrong.append(f"{place}: {unknown!r} is not an option of a stream; expected {', '.join(_OF_STREAMS)}")
        constants = members.get("constants", {})
        if not isinstance(constants, dict):
            self._wrong.append(f"{place}.constants: expected an object whose members every record gets")
        existing = members.get("existing", EXISTING[0])
        if existing not in EXISTING:
            self._wrong.append(f"{place}.existing: it is {existing!r}; expected one of {', '.join(EXISTING)}")
        mapping = self._mapping(members["mapping"], place)
        if mapping is None:
            return None
        if mapping.target is None:
            self._wrong.append(
                f"{place}: the mapping document makes other systems' records; expected one with a target in Brightpearl"
            )
        return TargetStream(name, mapping, constants, existing, Path(directory, f"{quote(name, safe=' ')}.journal"))

    def _mapping(self, document: Any, place: str) -> Mapping | None:
        try:
            if isinstance(document, str):
                return open_mapping(document)
            if isinstance(document, dict):
                return Mapping(document)
            self._wrong.append(f"{place}: expected a mapping document: a file, the name of a ready one, or an object")
        except (UsageError, ValueError) as error:
            where = getattr(error, "where", None)
            self._wrong.append(f"{place}: {error}" + (f" ({where})" if where else ""))
        return None

    def end(self) -> None:
        """Raises `UsageError` with all that is wrong."""
        if self._wrong:
            raise UsageError("the configuration cannot be used", where="\n".join(["--config", *self._wrong]))


_PATHS = {
    "directory": "a folder that keeps journals and dead letters from one run to the next",
    "dead_letters": "a file that takes records that were not written",
    "exclusive": "a lock file, or of a folder with one for each account and kind of record",
}
