"""Tells how far a call is: to a function of the program's, or with a bar on standard error."""

from __future__ import annotations

from brightpearl.arguments import checked_callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress as RichProgress

    AnyProgress = Callable[[int], object] | bool | None
    """A function that is told how many are done; True for a bar."""


class Bar:
    """A bar on standard error; where standard error is not a terminal, nothing is shown."""

    def __init__(self, what: str, total: Callable[[], int | None]) -> None:
        self._what = what
        self._total = total
        self._shown: RichProgress | None = None
        self._stop: Callable[[], object] | None = None

    def __call__(self, done: int) -> None:
        """So many are done."""
        if self._shown is None:
            from weakref import finalize

            self._shown = _bar()
            self._shown.start()
            # Also where nobody ends the call: the cursor would stay hidden behind the program.
            self._stop = finalize(self, self._shown.stop)
            self._task = self._shown.add_task(self._what, total=None)
        self._shown.update(self._task, completed=done, total=self._total(), refresh=True)

    def close(self) -> None:
        """Nothing more comes."""
        if self._stop is not None:
            self._stop()


def _bar() -> RichProgress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # Drawn when something has happened: a thread of its own would outlive a call that nobody ends.
    return Progress(*columns, console=Console(stderr=True), auto_refresh=False)


def progress_of(progress: AnyProgress, what: str, total: Callable[[], int | None]) -> Callable[[int], object] | None:
    """What is told how far a call is."""
    if progress is None or progress is False:
        return None
    if progress is True:
        return Bar(what, total)
    checked_callable(progress, "progress")
    return progress


def end_of(progress: Callable[[int], object] | None) -> None:
    """Takes a bar away."""
    if isinstance(progress, Bar):
        progress.close()
