"""Keys of records that were posted, by which a request that is repeated is known as such."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from brightpearl.ledger.database import Database
from brightpearl.ledger.tables import PUSH_KEYS


class PushKeys:
    """The keys in a ledger, each of one flow."""

    def __init__(self, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now

    def begin(self, flow: str, key: str, digest: str, name: str) -> tuple[str, str, bool]:
        """Notes that records come with a key, as a file of that name, unless it is known already: the digest of their
        body, that name, and whether they are stored."""
        values = {
            "flow": flow,
            "key": _digest(key),
            "body": digest,
            "name": name,
            "stored": 0,
            "received_ms": self._now(),
        }
        place = (PUSH_KEYS.c.flow == flow) & (PUSH_KEYS.c.key == values["key"])
        with self._database.writing() as connection:
            dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
            connection.execute(dialect.insert(PUSH_KEYS).values(values).on_conflict_do_nothing())
            row = connection.execute(select(PUSH_KEYS).where(place)).one()
        return row.body, row.name, bool(row.stored)

    def settle(self, flow: str, name: str, place: str) -> bool:
        """Notes that the records of that name are stored in this place, unless they are in another already; whether
        they are this place's to push. Records without a key are."""
        known = (PUSH_KEYS.c.flow == flow) & (PUSH_KEYS.c.name == name)
        with self._database.writing() as connection:
            first = known & (PUSH_KEYS.c.stored == 0)
            connection.execute(update(PUSH_KEYS).where(first).values(stored=1, place=place))
            row = connection.execute(select(PUSH_KEYS.c.place).where(known)).first()
        # Before there were places, there was one.
        return row is None or row.place in (None, place)


def _digest(key: str) -> str:
    """Whoever reads the ledger need not learn what somebody chose for a key."""
    return hashlib.sha256(key.encode()).hexdigest()
