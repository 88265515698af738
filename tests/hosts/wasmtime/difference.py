"""Where two JSON values differ."""

from __future__ import annotations

import json
from typing import Any

NOTHING = object()
"""What stands where a value is absent."""


def differences(expected: Any, found: Any, place: str = "") -> list[str]:
    """Every place where the values differ, as a JSON Pointer with both sides; nothing when they are equal."""
    if isinstance(expected, dict) and isinstance(found, dict):
        names = [*expected, *(name for name in found if name not in expected)]
        pairs = [(name, expected.get(name, NOTHING), found.get(name, NOTHING)) for name in names]
    elif isinstance(expected, list) and isinstance(found, list):
        places = range(max(len(expected), len(found)))
        pairs = [(str(at), element(expected, at), element(found, at)) for at in places]
    # In Python true is 1, and 1 is 1.0; in JSON they differ.
    elif type(expected) is type(found) and expected == found:
        return []
    else:
        return [f"{place or '/'}: expected {shown(expected)}, found {shown(found)}"]
    return [difference for name, left, right in pairs for difference in differences(left, right, f"{place}/{name}")]


def element(values: list[Any], at: int) -> Any:
    return values[at] if at < len(values) else NOTHING


def shown(value: Any) -> str:
    return "nothing" if value is NOTHING else json.dumps(value, ensure_ascii=False)
