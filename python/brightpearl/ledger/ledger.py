"""The ledger itself: one database, and what it has by kind."""

from __future__ import annotations

import time
from collections.abc import Callable

from brightpearl.ledger.database import Database
from brightpearl.ledger.dead_letters import DeadLetters
from brightpearl.ledger.heartbeats import Heartbeats
from brightpearl.ledger.notes import Notes
from brightpearl.ledger.notifications import Notifications
from brightpearl.ledger.push_keys import PushKeys
from brightpearl.ledger.runs import Runs
from brightpearl.ledger.standings import Standings
from brightpearl.ledger.thinning import KeepingPolicy, thin


class Ledger:
    """What commands and the service have done and are to do. May be shared by threads and by processes.

    `open_ledger` is how to get one. Every method raises `LedgerError` when the database cannot be used; what it was to
    write is then not written at all.
    """

    def __init__(
        self,
        place: str,
        *,
        must_exist: bool = False,
        seconds_for_lock: float = 5.0,
        durable: bool = True,
        now: Callable[[], int] | None = None,
    ) -> None:
        self._now = now or _milliseconds
        self._database = Database(place, must_exist=must_exist, seconds_for_lock=seconds_for_lock, durable=durable)
        self.runs = Runs(self._database, self._now)
        self.notifications = Notifications(self._database, self._now)
        self.dead_letters = DeadLetters(self._database, self._now)
        self.standings = Standings(self._database, self._now)
        self.notes = Notes(self._database, self._now)
        self.push_keys = PushKeys(self._database, self._now)
        self.heartbeats = Heartbeats(self._database, self._now)

    @property
    def place(self) -> str:
        """Where it is, without any password."""
        return self._database.shown

    def thin(self, policy: KeepingPolicy | None = None) -> dict[str, int]:
        """Takes away what is older than a policy says; how many rows of each kind."""
        self.runs.settle_interrupted()
        return thin(self._database, policy or KeepingPolicy(), self._now())

    def close(self) -> None:
        """Closes its connections."""
        self.standings.close()
        self._database.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000
