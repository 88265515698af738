"""Reads cells and labels out of a page's flat lists, and resources out of their body, as a host would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from wasmtime.component import Record, Variant

WROTE_Z = -32768
"""The offset of an instant that the answer wrote with `Z`."""


def cell(column: Record, row: int) -> Any:
    """The cell at a row: None, an int, a bool, a text, or a Variant `date-time`, `decimal` or `json` with its text."""
    if column.validity is not None and not bit(column.validity, row):
        return None
    data: Variant = column.data
    match data.tag:
        case "null":
            return None
        case "integer":
            return data.payload[row]
        case "boolean":
            return bit(data.payload, row)
        case "text":
            return text(data.payload, row)
        case "date-time":
            offsets = getattr(data.payload, "offset-minutes")
            return Variant(data.tag, instant(data.payload.milliseconds[row], offsets[row]))
        case "decimal" | "json":
            return Variant(data.tag, text(data.payload, row))
    raise ValueError(f"a column of unknown kind: {data.tag}")


def text(texts: Record, index: int) -> str:
    """One of many texts in a buffer."""
    start, end = texts.offsets[index : index + 2]
    return texts.bytes[start:end].decode()


def instant(milliseconds: int, offset_minutes: int) -> str:
    """An instant as ISO 8601, with the offset that the answer wrote."""
    zone = timezone.utc if offset_minutes == WROTE_Z else timezone(timedelta(minutes=offset_minutes))
    moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=milliseconds)
    written = moment.astimezone(zone).isoformat(timespec="milliseconds")
    return f"{written[:-6]}Z" if offset_minutes == WROTE_Z else written


def labels(page: Record) -> list[dict[str, str]]:
    """What the cells of each row stand for, by the names of their columns."""
    known = {references.name: names(references) for references in page.references}
    return [
        {
            column.name: label
            for column in page.columns
            if (label := label_of(known, getattr(column, "reference-data"), cell(column, row))) is not None
        }
        for row in range(page.rows)
    ]


def names(references: Record) -> dict[str, str]:
    """One of a page's maps. Values that are JSON and not names are left out."""
    places = range(len(references.keys.offsets) - 1)
    return {text(references.keys, at): text(references.values, at) for at in places if not bit(references.json, at)}


def label_of(known: dict[str, dict[str, str]], references: list[str], value: Any) -> str | None:
    if isinstance(value, bool):
        key = "true" if value else "false"
    elif isinstance(value, (int, str)):
        key = str(value)
    else:
        return None
    found = (known[name][key] for name in references if key in known.get(name, {}))
    return next(found, None)


def resources(batch: Record) -> Iterator[tuple[int | None, bytes]]:
    """Each resource's id, if it says one, and its JSON text."""
    for number, offset, length in zip(batch.ids, batch.offsets, batch.lengths, strict=True):
        yield number or None, batch.body[offset : offset + length]


def resource_texts(step: str) -> Iterator[tuple[int | None, str]]:
    """Each resource's id, if it says one, and its JSON as the answer has it, out of the text of a step."""
    decoder = json.JSONDecoder()
    opening, between = '{"id":', ',"resource":'
    place = step.index("[") + 1
    while step.startswith(opening, place):
        comma = step.index(",", place)
        number = json.loads(step[place + len(opening) : comma])
        start = comma + len(between)
        _, end = decoder.raw_decode(step, start)
        yield number, step[start:end]
        # The object's brace, and what separates it from the next.
        place = end + 2


def bit(bits: bytes, index: int) -> bool:
    return bool(bits[index // 8] >> (index % 8) & 1)
