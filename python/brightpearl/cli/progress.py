"""Progress on standard error: a bar on a terminal, plain lines otherwise."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Protocol

from brightpearl.cli.visible import say

if TYPE_CHECKING:
    from rich.progress import TaskID

_SECONDS_BETWEEN_LINES = 2.0


class Progress(Protocol):
    """Shows how far each of some stages is."""

    def stage(self, name: str, total: int | None) -> None:
        """Begins a stage of so many items, if that is known."""

    def advance(self, items: int, total: int | None = None) -> None:
        """So many more items of the stage are done."""

    def sleep(self, seconds: float) -> None:
        """Waits, and says so when it is long."""

    def close(self) -> None:
        """Leaves the last state standing."""


def progress() -> Progress:
    """The progress display that suits standard error."""
    return Bar() if sys.stderr.isatty() else Lines()


class Bar:
    """A bar for each stage."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        self._progress = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
            console=Console(stderr=True),
        )
        self._progress.start()
        self._task: TaskID | None = None

    def stage(self, name: str, total: int | None) -> None:
        """Begins a stage of so many items, if that is known."""
        self._task = self._progress.add_task(name, total=total, note="")

    def advance(self, items: int, total: int | None = None) -> None:
        """So many more items of the stage are done."""
        if self._task is not None:
            if total is not None:
                self._progress.update(self._task, total=total)
            self._progress.advance(self._task, items)

    def sleep(self, seconds: float) -> None:
        """Waits, with a countdown."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._note(f"waiting {left:.0f} s before the next request" if seconds >= 1 else "")
            time.sleep(min(left, 0.5))
        self._note("")

    def _note(self, text: str) -> None:
        if self._task is not None:
            self._progress.update(self._task, note=text)

    def close(self) -> None:
        """Leaves the last state standing."""
        self._progress.stop()


class Lines:
    """A line now and then."""

    def __init__(self) -> None:
        self._name = ""
        self._done = 0
        self._total: int | None = None
        self._printed = 0.0

    def stage(self, name: str, total: int | None) -> None:
        """Begins a stage of so many items, if that is known."""
        self._finish()
        self._name, self._done, self._total, self._printed = name, 0, total, time.monotonic()

    def advance(self, items: int, total: int | None = None) -> None:
        """So many more items of the stage are done."""
        self._done += items
        self._total = total if total is not None else self._total
        if time.monotonic() - self._printed >= _SECONDS_BETWEEN_LINES:
            self._print()

    def sleep(self, seconds: float) -> None:
        """Waits, and says so when it is long."""
        if seconds >= 1:
            say(f"waiting {seconds:.0f} s before the next request")
        time.sleep(seconds)

    def _print(self) -> None:
        total = "" if self._total is None else f" of {self._total:,}"
        say(f"{self._name}: {self._done:,}{total}")
        self._printed = time.monotonic()

    def _finish(self) -> None:
        if self._name:
            self._print()
        self._name = ""

    def close(self) -> None:
        """Leaves the last state standing."""
        self._finish()
