"""Signs of life of processes on other machines, of which nothing else tells that they have ended: a container that was
killed is another machine when it is back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from sqlalchemy import Connection, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from brightpearl.ledger.process import has_ended, is_of_this_boot, this_process
from brightpearl.ledger.tables import HEARTBEATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.ledger.database import Database

SECONDS_BETWEEN = 15.0
"""How often a service gives a sign of life."""

SILENT_MS = 120_000
"""A process that gave signs of life and was silent for so long has ended.

It is the server's clock that says for how long, where there is a server; on one machine, the clock that counts from its
start. That somebody sets a machine's clock ends nobody's turn.
"""


class Heartbeats:
    """The signs of life in a ledger."""

    def __init__(self, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now

    def beat(self) -> None:
        """Gives one for this process."""
        mine = this_process()
        with self._database.writing() as connection:
            now = {"seen_ms": agreed_ms(connection, self._now()), "up_ms": _up_ms()}
            changed = update(HEARTBEATS).where(HEARTBEATS.c.process == mine).values(now)
            if connection.execute(changed).rowcount == 1:
                return
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            connection.execute(insert(HEARTBEATS).values(now | {"process": mine}).on_conflict_do_nothing())

    def ended(self, processes: Iterable[str]) -> set[str]:
        """Those that have ended, as far as that is known."""
        with self._database.reading() as connection:
            return ended_among(connection, processes, self._now())


def agreed_ms(connection: Connection, now_ms: int) -> int:
    """The time by a clock on which all who use a ledger agree: the server's, where there is one."""
    if connection.dialect.name != "postgresql":
        return now_ms
    asked = text("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)")
    return int(connection.execute(asked).scalar_one())


def _up_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def ended_among(connection: Connection, processes: Iterable[str], now_ms: int) -> set[str]:
    """Those that have ended, as far as that is known."""
    named = set(processes)
    ended = {process for process in named if has_ended(process)}
    left = named - ended
    if left:
        seen = connection.execute(select(HEARTBEATS).where(HEARTBEATS.c.process.in_(left))).all()
        agreed, up = agreed_ms(connection, now_ms), _up_ms()
        for row in seen:
            silent = up - row.up_ms if is_of_this_boot(row.process) else agreed - row.seen_ms
            # One of this machine was looked for, and is there.
            if silent > SILENT_MS and row.process != this_process():
                ended.add(row.process)
    return ended
