"""How the tables of an older version become those of the present one, a version at a time."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, delete, inspect

from brightpearl.ledger.tables import HEARTBEATS, NOTES, PUSH_KEYS


def _add_notes(connection: Connection) -> None:
    NOTES.create(connection, checkfirst=True)


def _add_push_keys(connection: Connection) -> None:
    PUSH_KEYS.create(connection, checkfirst=True)
    connection.execute(delete(NOTES).where(NOTES.c.name.startswith("health ")))
    # What services left of their health, and signs of life, are given anew, and say more.
    HEARTBEATS.drop(connection, checkfirst=True)
    HEARTBEATS.create(connection)


def _add_places(connection: Connection) -> None:
    # A table that the step before has made has it.
    if all(column["name"] != "place" for column in inspect(connection).get_columns(PUSH_KEYS.name)):
        connection.exec_driver_sql(f"ALTER TABLE {PUSH_KEYS.name} ADD COLUMN place TEXT")


STEPS: dict[int, Callable[[Connection], None]] = {1: _add_notes, 2: _add_push_keys, 3: _add_places}
"""By the version that a step begins with: what makes the next one of it."""
