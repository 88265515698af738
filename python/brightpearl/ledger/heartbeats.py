"""Signs of life of processes on other machines, of which nothing else tells that they have ended: a container that was
killed is another machine when it is back."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, Text, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite

from brightpearl.ledger.database import Database
from brightpearl.ledger.process import has_ended, this_process

SECONDS_BETWEEN = 15.0
"""How often a service gives a sign of life."""

SILENT_MS = 120_000
"""A process that gave signs of life and was silent for so long has ended. Clocks may differ by less."""

# Made where it is first needed: ledgers of every version may have it, and who does not know it does not miss it.
HEARTBEATS = Table(
    "brightpearl_heartbeats",
    MetaData(),
    Column("process", Text, primary_key=True),
    Column("seen_ms", BigInteger, nullable=False),
)


class Heartbeats:
    """The signs of life in a ledger."""

    def __init__(self, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now

    def beat(self) -> None:
        """Gives one for this process."""
        mine, now = this_process(), self._now()
        with self._database.writing() as connection:
            HEARTBEATS.create(connection, checkfirst=True)
            changed = update(HEARTBEATS).where(HEARTBEATS.c.process == mine).values(seen_ms=now)
            if connection.execute(changed).rowcount == 1:
                return
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            connection.execute(insert(HEARTBEATS).values(process=mine, seen_ms=now).on_conflict_do_nothing())


def ended_among(connection: Connection, processes: Iterable[str], now_ms: int) -> set[str]:
    """Those that have ended, as far as that is known."""
    named = set(processes)
    ended = {process for process in named if has_ended(process)}
    left = named - ended
    if left and inspect(connection).has_table(HEARTBEATS.name):
        silent = select(HEARTBEATS.c.process).where(
            HEARTBEATS.c.process.in_(left), HEARTBEATS.c.seen_ms < now_ms - SILENT_MS
        )
        # One of this machine was looked for, and is there.
        ended |= {process for process in connection.execute(silent).scalars() if process != this_process()}
    return ended
