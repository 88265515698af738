"""How the tables of an older version become those of the present one, a version at a time."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from brightpearl.ledger.tables import NOTES


def _add_notes(connection: Connection) -> None:
    NOTES.create(connection, checkfirst=True)


STEPS: dict[int, Callable[[Connection], None]] = {1: _add_notes}
"""By the version that a step begins with: what makes the next one of it."""
