"""Tables for reading: texts go on in the next line on a terminal, and each record is one line elsewhere."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import Any

from brightpearl.cli.visible import visible

# Wide enough for every record of the catalog.
_ONE_LINE = 10_000
# What some environments say who do not know.
_USUAL_WIDTH = 80


def console_width() -> int | None:
    """How many characters a line of the terminal has; None where whoever asks may find out."""
    said = os.environ.get("COLUMNS", "")
    return _USUAL_WIDTH if said.strip().isdecimal() and int(said) == 0 else None


def print_wrapped(columns: Sequence[str], records: Sequence[dict[str, Any]]) -> None:
    """Prints records as a table. Columns without a value in any record are not shown."""
    print("\n".join(wrapped(columns, records)))


def wrapped(columns: Sequence[str], records: Sequence[dict[str, Any]]) -> list[str]:
    """The lines of such a table."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # Apart from standard output, which may take nothing any more.
    written = io.StringIO()
    is_shown = sys.stdout.isatty()
    console = Console(file=written, force_terminal=is_shown, width=console_width() if is_shown else _ONE_LINE)
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", show_edge=False, pad_edge=False)
    shown = [name for name in columns if any(record.get(name) for record in records)]
    for name in shown:
        table.add_column(visible(name), overflow="fold")
    for record in records:
        table.add_row(*(Text(visible(str(record.get(name) or ""))) for name in shown))
    console.print(table)
    return [line if is_shown else line.rstrip() for line in written.getvalue().splitlines()]
