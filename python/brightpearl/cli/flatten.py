"""Nested records as flat ones, for formats that have columns.

Members of members get dotted names: `totalValue.net`, `parties.customer.email`. Arrays, and objects that are
keyed by ids (order rows, for one), become one column with their JSON text, since they have no fixed members.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from brightpearl._native import dump_json

Cell = str | int | bool | Decimal | None


def flatten(record: Any) -> dict[str, Cell]:
    """A record as column names and cells. What is not an object stands in the column `value`."""
    cells: dict[str, Cell] = {}
    if isinstance(record, Mapping):
        _add_members(record, "", cells)
    else:
        _add("value", record, cells)
    return cells


def _add_members(members: Mapping[str, Any], prefix: str, cells: dict[str, Cell]) -> None:
    for name, value in members.items():
        _add(f"{prefix}{name}", value, cells)


def _add(name: str, value: Any, cells: dict[str, Cell]) -> None:
    if isinstance(value, dict) and value and not _is_keyed_by_id(value):
        _add_members(value, f"{name}.", cells)
    elif isinstance(value, (dict, list)):
        cells[name] = dump_json(value)
    else:
        cells[name] = value


def _is_keyed_by_id(members: Mapping[str, Any]) -> bool:
    return all(name.isdecimal() for name in members)


def cell_text(cell: Cell) -> str:
    """A cell as CSV has it: empty for null, `true` and `false`, numbers digit for digit."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(cell)


# What a formula begins with, behind anything that a spreadsheet skips; full-width signs count there, too.
_FORMULA = re.compile("[\\s'\"\ufeff\u200b]*[=+\\-@\uff1d\uff0b\uff0d\uff20\u2212]|[ ]*[\t\r]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def defused(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would carry it out as a formula."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
