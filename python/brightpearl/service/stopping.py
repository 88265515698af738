"""How the threads of a service are asked to stop, and how they are woken."""

from __future__ import annotations

import threading


class StopRequested(BaseException):
    """The service stops: whoever waits ends the wait. No `Exception`, so that nothing takes it for a failure."""

    def __str__(self) -> str:
        return "the service was stopped"


class Stopping:
    """Whether a service stops; shared by all of its threads."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    @property
    def is_asked(self) -> bool:
        """Whether it stops."""
        return self._asked.is_set()

    def ask(self) -> None:
        """Has every wait end."""
        self._asked.set()

    def sleep(self, seconds: float) -> None:
        """Waits. Raises `StopRequested` when the service stops."""
        if self._asked.wait(max(seconds, 0.0)):
            raise StopRequested

    def check(self) -> None:
        """Raises `StopRequested` when the service stops."""
        if self._asked.is_set():
            raise StopRequested
