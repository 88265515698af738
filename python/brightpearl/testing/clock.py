"""Time that passes when somebody sleeps."""

from __future__ import annotations

import threading


class VirtualClock:
    """Give it to a client as `clock`, and its `sleep` as `sleep`: waiting then takes no time.

    >>> clock = VirtualClock()
    >>> clock.sleep(60)
    >>> clock() - VirtualClock.START
    60000
    """

    START = 1_782_864_000_000
    """Where a clock starts unless told otherwise: 2026-07-01T00:00:00Z."""

    def __init__(self, start: int = START) -> None:
        self._milliseconds = float(start)
        self._slept = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> int:
        """Milliseconds since the Unix epoch."""
        return int(self._milliseconds)

    def sleep(self, seconds: float) -> None:
        """Lets so many seconds pass at once."""
        with self._lock:
            self._milliseconds += seconds * 1000
            self._slept += seconds

    async def async_sleep(self, seconds: float) -> None:
        """The same for an `AsyncClient`. What can happen at once happens first."""
        import asyncio

        for _ in range(8):
            await asyncio.sleep(0)
        self.sleep(seconds)

    @property
    def slept(self) -> float:
        """Seconds that were slept in all."""
        return self._slept
