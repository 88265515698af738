"""What records have and no rule of a mapping names."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from brightpearl import BrightpearlError, Mapping
from brightpearl._native import load_json
from brightpearl.cli.visible import say, visible

_NAME = re.compile(r'"((?:[^"\\]|\\.)+)"|([A-Za-z_][A-Za-z0-9_]*)')

# More would bury what matters.
_MOST_SHOWN = 50


class Unused:
    """Takes note of members that no expression of a document names, as records pass by."""

    def __init__(self, mapping: Mapping) -> None:
        self._named = set(_names(json.loads(mapping.document)))
        self._found: Counter[str] = Counter()

    def watch(self, records: Iterable[Any]) -> Iterator[Any]:
        """The records as they are."""
        for record in records:
            self._found.update(set(self._unnamed(_parsed(record), "")))
            yield record

    def _unnamed(self, value: Any, path: str) -> Iterator[str]:
        if isinstance(value, list):
            for element in value:
                yield from self._unnamed(element, f"{path}[]")
        elif isinstance(value, dict):
            for name, member in value.items():
                here = f"{path}.{name}".lstrip(".")
                if name in self._named:
                    yield from self._unnamed(member, here)
                elif member not in (None, "", [], {}):
                    yield here

    def tell(self) -> None:
        """Says what it found, what stands in most records first."""
        for path, count in self._found.most_common(_MOST_SHOWN):
            say(f"unused: {visible(path)} ({count:,} record{'' if count == 1 else 's'})")
        if len(self._found) > _MOST_SHOWN:
            say(f"unused: {len(self._found) - _MOST_SHOWN:,} more")
        if not self._found:
            say("unused: nothing")


def _names(value: Any) -> Iterator[str]:
    """Every name that stands in a text of a document: those that its expressions pick are among them."""
    if isinstance(value, dict):
        for member in value.values():
            yield from _names(member)
    elif isinstance(value, list):
        for element in value:
            yield from _names(element)
    elif isinstance(value, str):
        yield value
        for quoted, bare in _NAME.findall(value):
            yield bare or quoted


def _parsed(record: Any) -> Any:
    if not isinstance(record, bytes):
        return record
    try:
        return load_json(record)
    except BrightpearlError:
        # What is wrong with it, its outcome says.
        return None
