"""What records have and no rule of a mapping reads."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from brightpearl import BrightpearlError, Mapping
from brightpearl._native import load_json
from brightpearl.cli.mapping_reads import reached_by
from brightpearl.cli.members_read import Reached
from brightpearl.cli.visible import say, visible

# More would bury what matters.
_MOST_SHOWN = 50

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Unused:
    """Takes note of members that no expression of a document reaches, as records pass by."""

    def __init__(self, mapping: Mapping) -> None:
        self._reached = reached_by(json.loads(mapping.document))
        self._found: Counter[str] = Counter()

    def watch(self, records: Iterable[Any]) -> Iterator[Any]:
        """The records as they are."""
        for record in records:
            self._found.update(set(_unread(_parsed(record), [self._reached], "")))
            yield record

    def tell(self) -> None:
        """Says what it found, what stands in most records first, and of those in the order of their names."""
        ordered = sorted(self._found.items(), key=lambda found: (-found[1], found[0]))
        for path, count in ordered[:_MOST_SHOWN]:
            say(f"unused: {visible(path)} ({count:,} record{'' if count == 1 else 's'})")
        if len(self._found) > _MOST_SHOWN:
            say(f"unused: {len(self._found) - _MOST_SHOWN:,} more")
        if not self._found:
            say("unused: nothing")


def _unread(value: Any, reached: list[Reached], path: str) -> Iterator[str]:
    """The places within a value that something reads, and that nothing reads themselves: each as an expression has
    it."""
    if any(one.is_whole for one in reached):
        return
    if isinstance(value, list):
        elements = [element for one in reached for element in one.elements_found()]
        for member in value:
            yield from _unread(member, elements, f"{path}[]")
    elif isinstance(value, dict):
        for name, member in value.items():
            found = [one for place in reached for one in place.found(name)]
            # Members that are read as any are, such as those of ids, are told of as any.
            is_any = bool(found) and not any(place.is_named(name) for place in reached)
            written = "*" if is_any else _written(name)
            here = f"{path}.{written}" if path else written
            if found:
                yield from _unread(member, found, here)
            elif member not in (None, "", [], {}):
                yield here


def _written(name: str) -> str:
    """A member's name as expressions have it."""
    return name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _parsed(record: Any) -> Any:
    if not isinstance(record, bytes):
        return record
    try:
        return load_json(record)
    except BrightpearlError:
        # What is wrong with it, its outcome says.
        return None
