"""Objects as tables for notebooks. Nothing is read from Brightpearl to be shown."""

from __future__ import annotations

from html import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from brightpearl._native import Page

MOST = 20
"""Rows that a table has; below it stands how many there are."""

_LONGEST = 200
"""Letters of a cell."""


def members(record: Mapping[str, Any]) -> str:
    """A row or a resource: a line for each member."""
    value = getattr(record, "value", record)
    if not hasattr(value, "items"):
        return f"<pre>{escape(_short(value))}</pre>"
    return table(("member", "value"), list(value.items()))


def page(page: Page) -> str:
    """A page of a search."""
    return table(page.columns, [tuple(row.values()) for row in page], len(page))


def table(columns: Iterable[str], rows: list[Any], count: int | None = None) -> str:
    """Columns and rows. `count`: how many there are, where that is told."""
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_short(cell))}</td>" for cell in row) + "</tr>"
        for row in (rows if count is None else rows[:MOST])
    )
    caption = "" if count is None or count <= MOST else f"<p>the first {MOST} of {count}</p>"
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{caption}"


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
