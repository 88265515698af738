"""What a call gives bit by bit is read by one reader at a time, and once."""

from __future__ import annotations

from _thread import allocate_lock

from brightpearl.exceptions import MisuseError


class Turn:
    """Has one reader at a time: `with turn:`. Raises `MisuseError` at another thread or task, and at one that reads
    from within, such as from a callback."""

    __slots__ = ("_lock", "_what")

    def __init__(self, what: str) -> None:
        self._what = what
        self._lock = allocate_lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise MisuseError(
                f"the {self._what} is being read already, by another thread or task, or from within; expected one "
                "reader at a time",
                advice="Give each reader a call of its own, or let one reader hand its results to the others.",
            )

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def used_up(what: str, call: str) -> MisuseError:
    """The error of a table of what was handed out already."""
    return MisuseError(
        f"all {what} of the {call} were handed out already, and none is left for a table",
        advice=f"Start the {call} again, and make the table instead of iterating.",
    )
