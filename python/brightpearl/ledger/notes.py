"""Small documents that the service keeps from one start to the next."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from brightpearl.ledger.database import Database
from brightpearl.ledger.heartbeats import agreed_ms, ended_among
from brightpearl.ledger.process import is_here, this_process
from brightpearl.ledger.tables import NOTES


@dataclass(frozen=True)
class Note:
    """A document, and when it was kept."""

    content: Any
    noted_ms: int


class Notes:
    """The notes in a ledger, each by its name."""

    def __init__(self, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now

    def get(self, name: str) -> Note | None:
        """The note of that name; None where there is none."""
        with self._database.reading() as connection:
            row = connection.execute(select(NOTES.c.content, NOTES.c.noted_ms).where(NOTES.c.name == name)).first()
        return None if row is None else Note(json.loads(row.content), row.noted_ms)

    def put(self, name: str, content: Any) -> None:
        """Keeps a note, in place of the one before it."""
        values = {"content": json.dumps(content), "noted_ms": self._now()}
        with self._database.writing() as connection:
            if not connection.execute(update(NOTES).where(NOTES.c.name == name).values(values)).rowcount:
                connection.execute(insert(NOTES).values(values | {"name": name}))

    def take(self, name: str, within_ms: int) -> bool:
        """Has a note of that name be this process's own until it is dropped; whether it is. One that another process
        has is taken over when that has ended, or, on another machine, took it longer ago than that."""
        with self._database.writing() as connection:
            now = agreed_ms(connection, self._now())
            values = {"content": json.dumps(this_process()), "noted_ms": now}
            chosen = select(NOTES.c.content, NOTES.c.noted_ms).where(NOTES.c.name == name).with_for_update()
            found = connection.execute(chosen).first()
            if found is None:
                dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
                made = dialect.insert(NOTES).values(values | {"name": name}).on_conflict_do_nothing()
                return connection.execute(made.returning(NOTES.c.name)).first() is not None
            holder = json.loads(found.content)
            # Of one of this machine it is known that it lives, whatever the clock says.
            is_recent = is_here(holder) or found.noted_ms > now - within_ms
            if is_recent and not ended_among(connection, [holder], now):
                return False
            connection.execute(update(NOTES).where(NOTES.c.name == name).values(values))
            return True

    def named(self, beginning: str) -> list[tuple[str, Note]]:
        """The notes whose names begin so, each with the rest of its name."""
        chosen = select(NOTES).where(NOTES.c.name.startswith(beginning, autoescape=True)).order_by(NOTES.c.name)
        with self._database.reading() as connection:
            rows = connection.execute(chosen).all()
        return [(row.name[len(beginning) :], Note(json.loads(row.content), row.noted_ms)) for row in rows]

    def drop(self, name: str) -> None:
        """Takes a note away."""
        with self._database.writing() as connection:
            connection.execute(delete(NOTES).where(NOTES.c.name == name))
