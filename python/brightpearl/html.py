"""Objects as tables for notebooks. Nothing is read from Brightpearl to be shown."""

from __future__ import annotations

from html import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from brightpearl._native import Page, ResourceBatch
    from brightpearl.batch import BatchResult
    from brightpearl.pulled import PulledRecord

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


def resources(batch: ResourceBatch) -> str:
    """Resources that came together, by their own members; of such with other members, those of the first ones."""
    shown = [batch.resource(place).value for place in range(min(len(batch), MOST))]
    found = [value if hasattr(value, "items") else {"value": value} for value in shown]
    columns = list(dict.fromkeys(name for value in found for name in value))
    return table(columns, [[value.get(name) for name in columns] for value in found], len(batch))


def pulled(records: Sequence[PulledRecord]) -> str:
    """Records of a pull that came together."""
    rows = [[getattr(one, name) for name in _OF_PULLED] for one in records[:MOST]]
    return table(_OF_PULLED, rows, len(records))


def pulled_record(one: PulledRecord) -> str:
    """One of them: what is known of it, and its members."""
    told = [(name, getattr(one, name)) for name in _OF_PULLED]
    told += [("failure", failure) for failure in one.failures]
    return table(("member", "value"), told) + ("" if one.record is None else members(one.record))


_OF_PULLED = ("resource", "id", "changed", "deleted", "skipped")


def batch(results: Iterable[BatchResult]) -> str:
    """Results of writes."""
    rows = [
        (one.index, "" if one.response is None else one.response.status, "" if one.error is None else one.error)
        for one in results
    ]
    return table(("index", "status", "error"), rows, len(rows))


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
