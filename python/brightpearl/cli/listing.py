"""Rows and records on standard output."""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Annotated, Any

import typer

from brightpearl import Resources, Rows
from brightpearl._native import Resource, dump_json, load_json
from brightpearl.cli.fields import Field
from brightpearl.cli.files import CsvTable, JsonLines, one_line, with_id
from brightpearl.cli.flatten import cell_text, defused, flatten
from brightpearl.cli.progress import Progress
from brightpearl.cli.visible import say, shown, shown_json, visible
from brightpearl.cli.wrapped import console_width

TABLE_ROWS = 100
"""The table of a search holds no more rows than this unless asked to: it is for reading, and stands in memory."""

# A column is not cut below this many characters.
_NARROWEST_CELL = 8
_WIDEST_CELL = 40


class Format(str, Enum):
    """How rows are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


def suitable_format() -> Format:
    """A table for people, JSON Lines for programs."""
    return Format.TABLE if sys.stdout.isatty() else Format.JSONL


class Formulas(str, Enum):
    """What happens to texts in CSV that spreadsheets would carry out."""

    DEFUSE = "defuse"
    KEEP = "keep"


CsvFormulas = Annotated[
    Formulas,
    typer.Option("--csv-formulas", help="Whether texts in CSV that begin a formula get an apostrophe before them."),
]


def write_rows(rows: Rows, chosen: Format, progress: Progress, formulas: Formulas = Formulas.DEFUSE) -> None:
    """Writes the rows of a search."""
    progress.stage("rows", rows.metadata.results_available)
    if chosen is Format.TABLE:
        _write_table(rows, progress)
        return
    if chosen is Format.JSON:
        _write_array((row.to_json() for row in rows), progress)
        return
    writer = csv.writer(sys.stdout)
    written = defused if formulas is Formulas.DEFUSE else str
    columns: tuple[str, ...] | None = None
    for page in rows.pages():
        if chosen is Format.JSONL:
            sys.stdout.writelines(shown_json(row.to_json()) + "\n" for row in page)
        else:
            if columns is None:
                columns = page.columns
                writer.writerow(shown(written(name)) for name in columns)
            for record in page.to_dicts(dates="text"):
                writer.writerow([shown(written(_text(record.get(name)))) for name in columns])
        progress.advance(len(page))
    if columns is None and chosen is Format.CSV and (names := _columns_without_rows(rows)):
        writer.writerow(shown(written(name)) for name in names)
    sys.stdout.flush()


def _columns_without_rows(rows: Rows) -> list[str]:
    """The columns of a search without rows: those that the server named, or that are known where it was not asked."""
    from brightpearl.known_columns import page_without_rows

    if columns := rows.metadata.columns:
        return [column.name for column in columns]
    page = page_without_rows(rows.checkpoint())
    return [] if page is None else list(page.columns)


def _write_array(texts: Iterable[str], progress: Progress | None = None) -> int:
    """Writes one JSON document, an element a line, and says how many there were."""
    count = 0
    for text in texts:
        sys.stdout.write(("[\n" if count == 0 else ",\n") + shown_json(text))
        count += 1
        if progress is not None:
            progress.advance(1)
    sys.stdout.write("\n]\n" if count else "[]\n")
    sys.stdout.flush()
    return count


FIELD_FORMATS = (Format.JSON, Format.JSONL)
"""How the values of one member can be written besides as texts."""


def write_field(records: Iterable[Any], field: Field, chosen: Format | None, progress: Progress) -> int:
    """Writes one member of each record, and says how many records there were. What a mistaken field would be, a null
    for each record, is written only once a record has the member. Raises `UsageError` where none has it."""
    count = 0

    def counted() -> Iterator[Any]:
        nonlocal count
        for record in records:
            yield record
            count += 1
            progress.advance(1)

    held: list[str] = []

    def sure(texts: Iterable[str]) -> Iterator[str]:
        for text in texts:
            held.append(text)
            if not field.may_be_mistaken:
                yield from held
                held.clear()
        field.require_found()
        yield from held

    if chosen is Format.JSON:
        _write_array(sure(dump_json(value) for record in counted() for value in field.values(record)))
    elif chosen is Format.JSONL:
        lines = (shown_json(dump_json(value)) for record in counted() for value in field.values(record))
        sys.stdout.writelines(line + "\n" for line in sure(lines))
    else:
        lines = (shown(line) for record in counted() for line in field.lines(record))
        sys.stdout.writelines(line + "\n" for line in sure(lines))
    sys.stdout.flush()
    return count


def write_resources_as(
    resources: Resources, chosen: Format, progress: Progress, key: str | None, formulas: Formulas
) -> int:
    """Writes resources in a format, and says how many there were."""
    if chosen is Format.JSONL:
        return write_resources(resources, progress, key)
    lines = (with_id(resource.raw, resource.resource_id, key) for resource in resources)
    if chosen is Format.JSON:
        return _write_array((one_line(line).decode().rstrip("\n") for line in lines), progress)
    if chosen is Format.TABLE:
        records = []
        for line in lines:
            records.append(flatten(load_json(line)))
            progress.advance(1)
        progress.close()
        columns = list(dict.fromkeys(name for record in records for name in record))
        left_out = print_table(columns, [dict(record) for record in records])
        if left_out:
            say(f"too narrow for {', '.join(left_out)}; choose one with --field")
        return len(records)
    count = 0
    with tempfile.TemporaryFile() as spool:
        table = CsvTable(spool, sys.stdout.buffer)
        table.keeps_formulas = formulas is Formulas.KEEP
        table.is_shown = sys.stdout.isatty()
        for line in lines:
            table.add(Resource.from_json(line))
            count += 1
            progress.advance(1)
        table.finish()
    sys.stdout.buffer.flush()
    return count


def _text(cell: Any) -> str:
    return dump_json(cell) if isinstance(cell, (dict, list)) else cell_text(cell)


def _write_table(rows: Rows, progress: Progress) -> None:
    records = list(rows.dicts(dates="text"))
    progress.advance(len(records))
    progress.close()
    left_out = print_table([column.name for column in rows.metadata.columns], records)
    if left_out:
        say(f"too narrow for {', '.join(left_out)}; choose with --columns")
    available = rows.metadata.results_available
    if available is not None and available > len(records):
        say(f"{len(records):,} of {available:,} rows; more with --limit")


def print_table(columns: list[str], records: list[dict[str, Any]]) -> list[str]:
    """Prints records as a table, and answers which columns the terminal has no room for. Columns without a
    value in any record are not shown."""
    from rich import box
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=console_width())
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", show_edge=False, pad_edge=False)
    shown: list[str] = []
    left_out: list[str] = []
    # Between two columns stand three blanks, and before the first none.
    room = console.width + 3
    for name in columns:
        texts = [visible(_text(record.get(name))) for record in records]
        if records and not any(texts):
            continue
        width = min(max(map(cell_len, [name, *texts])), _WIDEST_CELL)
        # A column that does not quite fit is cut; one that would be all ellipsis is left out.
        given = min(width, room - 3)
        if given < min(width, _NARROWEST_CELL) and shown:
            left_out.append(name)
            continue
        room -= given + 3
        table.add_column(visible(name), overflow="ellipsis", no_wrap=True, width=max(given, 1))
        shown.append(name)
    for record in records:
        table.add_row(*(Text(visible(_text(record.get(name)))) for name in shown))
    console.print(table)
    return left_out


def write_resources(resources: Resources, progress: Progress, key: str | None) -> int:
    """Writes resources as JSON Lines, each with its id, and says how many there were.

    `key`: the member that has the id, where it is not `id`.
    """
    count = 0
    lines = JsonLines(sys.stdout.buffer, is_shown=sys.stdout.isatty())
    resource: Resource
    for resource in resources:
        lines.add_line(with_id(resource.raw, resource.resource_id, key))
        count += 1
        progress.advance(1)
    sys.stdout.buffer.flush()
    return count
