"""How the threads of a service are asked to stop, and how they are woken."""

from __future__ import annotations

import threading
import time


class StopRequested(BaseException):
    """The service stops: whoever waits ends the wait. No `Exception`, so that nothing takes it for a failure."""

    def __str__(self) -> str:
        return "the service was stopped"


class Stopping:
    """Whether a service stops; shared by all of its threads."""

    def __init__(self, patience: float = 10.0) -> None:
        self._asked = threading.Event()
        self._patience = patience
        self._ends = float("inf")

    @property
    def is_asked(self) -> bool:
        """Whether it stops."""
        return self._asked.is_set()

    @property
    def is_over(self) -> bool:
        """Whether it stops, and what was under way has had its time."""
        return time.monotonic() >= self._ends

    def ask(self) -> None:
        """Has every wait end."""
        self._ends = time.monotonic() + self._patience
        self._asked.set()

    def sleep(self, seconds: float) -> None:
        """Waits. Raises `StopRequested` when the service stops."""
        if self._asked.wait(max(seconds, 0.0)):
            raise StopRequested

    def check(self) -> None:
        """Raises `StopRequested` when the service stops."""
        if self._asked.is_set():
            raise StopRequested
