"""Steps that came as text (`call.poll-json`), in the JSON form of the vectors (`tests/vectors/README.md`).

What the vectors have as the text of JSON is compared as values here, whose numbers keep their digits: a host that
parses the whole text has no other.
"""

from __future__ import annotations

import json
from typing import Any

from encode import result_of_data
from page import label_of


class Spelled(str):
    """A number with a fraction or an exponent, digit for digit."""

    __slots__ = ()


def read(text: str) -> Any:
    """JSON, without a digit lost."""
    return json.loads(text, parse_float=Spelled)


def step_of_text(text: str) -> Any:
    """What a poll gives."""
    match read(text):
        case {"page": page}:
            return {"page": page_of(page)}
        case {"resources": resources}:
            items = [{"id": item["id"], "json": item["resource"]} for item in resources["items"]]
            return {"resources": {**resources, "items": items}}
        case {"data": _}:
            data = json.loads(text)["data"]
            return result_of_data(data["kind"], data.get("name"), data["items"])
        case step:
            return step


def page_of(page: dict[str, Any]) -> Any:
    columns, metadata = page["columns"], page["metadata"]
    kinds = [column["kind"] for column in columns]
    return {
        "first_result": page["first_result"],
        "duplicates": page["duplicates"],
        "columns": [column["name"] for column in columns],
        "rows": [[cell_of(kind, cell) for kind, cell in zip(kinds, row, strict=True)] for row in page["rows"]],
        "labels": [labels_of(page["references"], columns, row) for row in page["rows"]],
        "more_pages_available": metadata["more_pages_available"],
        "results_available": metadata["results_available"],
    }


def cell_of(kind: str, cell: Any) -> Any:
    if cell is None or kind not in ("decimal", "json"):
        return cell
    return {kind: str(cell) if kind == "decimal" else cell}


def labels_of(references: Any, columns: list[dict[str, Any]], row: list[Any]) -> dict[str, str]:
    """What the cells of a row stand for, by the names of their columns."""
    maps = references.items() if isinstance(references, dict) else ()
    known = {
        name: {key: label for key, label in labels.items() if type(label) is str}
        for name, labels in maps
        if isinstance(labels, dict)
    }
    told = {}
    for column, cell in zip(columns, row, strict=True):
        if column["kind"] in ("integer", "boolean", "text"):
            label = label_of(known, column["reference_data"], cell)
            if label is not None:
                told[column["name"]] = label
    return told


def as_read(expected: Any) -> Any:
    """What a vector expects, with the texts of JSON in pages and resources read."""
    match expected:
        case {"page": page}:
            rows = [[read_cell(cell) for cell in row] for row in page["rows"]]
            return {"page": {**page, "rows": rows}}
        case {"resources": resources}:
            items = [{**item, "json": read(item["json"])} for item in resources["items"]]
            return {"resources": {**resources, "items": items}}
        case _:
            return expected


def read_cell(cell: Any) -> Any:
    return {"json": read(cell["json"])} if isinstance(cell, dict) and "json" in cell else cell
