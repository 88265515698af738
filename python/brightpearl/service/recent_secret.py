"""A secret that requests are held against: looked up again now and then, and never once for each request."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time

from brightpearl.exceptions import BrightpearlError
from brightpearl.secret_reference import secret_of
from brightpearl.text import Hidden

SECONDS_BETWEEN_LOOKS = 1.0
"""A look-up may start a program: strangers must not have it started as often as they like."""


class RecentSecret:
    """A secret by where it is. May be shared by threads.

    While one thread looks it up, the others go on with what it was.
    """

    def __init__(self, text: str, where: str) -> None:
        self._text = text
        self._where = where
        self._lock = threading.Lock()
        self._looked_at: float | None = None
        self._found: Hidden | None = None

    def __repr__(self) -> str:
        return "RecentSecret(...)"

    def found(self) -> Hidden | None:
        """The secret as it was a moment ago; None where it cannot be looked up."""
        # Only the first look has others wait for it.
        if self._lock.acquire(blocking=self._looked_at is None):
            try:
                self._renew()
            finally:
                self._lock.release()
        return self._found

    def is_same(self, given: str) -> bool:
        """Whether a text is the secret."""
        found = self.found()
        if found is None:
            return False
        # Of equal length, so that not even that is told.
        digests = [hashlib.sha256(text.encode()).digest() for text in (given, found.value)]
        return hmac.compare_digest(*digests)

    def _renew(self) -> None:
        if self._looked_at is not None and time.monotonic() - self._looked_at < SECONDS_BETWEEN_LOOKS:
            return
        try:
            self._found = Hidden(secret_of(self._text, self._where))
        except BrightpearlError:
            self._found = None
        # When it ended: one that takes long is not looked up all the time.
        self._looked_at = time.monotonic()
