"""The thread that looks how a service does: it takes in what happened, judges it, and has somebody told."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from brightpearl.exceptions import BrightpearlError
from brightpearl.service.stopping import Stopping

LOG = logging.getLogger("brightpearl.service")

_SECONDS_BETWEEN_COLLECTIONS = 1.0
_SECONDS_BETWEEN_LOOKS = 15.0


class ServicePulse:
    """Calls `collect` every second, and `look` every fifteen. What fails is tried again the next time."""

    def __init__(self, collect: Callable[[], None], look: Callable[[], None], stopping: Stopping) -> None:
        self._collect = collect
        self._look = look
        self._stopping = stopping
        self._woken = threading.Event()
        self._last_said = ""
        self.thread = threading.Thread(target=self._beat, name="brightpearl-pulse", daemon=True)

    def wake(self) -> None:
        """Has it see whether the service stops."""
        self._woken.set()

    def _beat(self) -> None:
        next_look = 0.0
        while not self._stopping.is_asked:
            self._try(self._collect)
            if time.monotonic() >= next_look:
                next_look = time.monotonic() + _SECONDS_BETWEEN_LOOKS
                self._try(self._look)
            self._woken.wait(_SECONDS_BETWEEN_COLLECTIONS)

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except BrightpearlError as error:
            # The health of the service tells of it, too; the log does once.
            if str(error) != self._last_said:
                self._last_said = str(error)
                LOG.warning("health and metrics cannot be looked at now: %s", error)
        except Exception:
            LOG.exception("a mistake in this program")
