"""The client that a command works with, and what its arguments mean."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from brightpearl import Client
from brightpearl.cli.failure import UsageError
from brightpearl.cli.progress import Progress, progress


@contextlib.contextmanager
def at_work(**options: Any) -> Iterator[tuple[Client, Progress]]:
    """A client of the account that the environment names, and a progress display."""
    shown = progress()
    try:
        with Client.from_env(sleep=shown.sleep, **options) as client:
            yield client, shown
    finally:
        shown.close()


def pairs(
    texts: list[str] | None,
    *,
    what: str = "filter",
    expected: str = "a column and a value such as orderTypeId=1",
) -> list[tuple[str, str]]:
    """Arguments such as `orderTypeId=1`, taken apart."""
    found = []
    for text in texts or []:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise UsageError(f"{text!r} is no {what}; expected {expected}")
        found.append((name, value))
    return found


def read_input(name: str | None) -> bytes | None:
    """The bytes of a file, or of standard input for `-`; `None` when there is no name."""
    if name is None:
        return None
    if name == "-":
        return sys.stdin.buffer.read()
    with open(name, "rb") as file:
        return file.read()
