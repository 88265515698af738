"""Tables for reading: texts go on in the next line on a terminal, and each record is one line elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from brightpearl.cli.visible import visible

# Wide enough for every record of the catalog.
_ONE_LINE = 10_000


def print_wrapped(columns: Sequence[str], records: Sequence[dict[str, Any]]) -> None:
    """Prints records as a table. Columns without a value in any record are not shown."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console() if sys.stdout.isatty() else Console(width=_ONE_LINE)
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", show_edge=False, pad_edge=False)
    shown = [name for name in columns if any(record.get(name) for record in records)]
    for name in shown:
        table.add_column(visible(name), overflow="fold")
    for record in records:
        table.add_row(*(Text(visible(str(record.get(name) or ""))) for name in shown))
    if console.is_terminal:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))
