"""Old rows go by a policy. What is still to be done never does."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, select

from brightpearl.ledger.database import Database
from brightpearl.ledger.tables import (
    DEAD_LETTERS,
    DELIVERIES,
    FLOWS,
    HANDLINGS,
    HEARTBEATS,
    NOTIFICATIONS,
    PUSH_KEYS,
    RUNS,
)

_DAY_MS = 24 * 60 * 60_000
_HEARTBEATS_MS = 30 * _DAY_MS


@dataclass(frozen=True)
class KeepingPolicy:
    """For how many milliseconds rows are kept."""

    runs_ms: int = 90 * _DAY_MS
    notifications_ms: int = 30 * _DAY_MS
    """Handled ones. While one is kept, a repetition of it is known as such; so it is with keys of records that were
    posted."""
    dead_letters_ms: int = 365 * _DAY_MS
    deliveries_ms: int = 180 * _DAY_MS
    """While one is kept, the same content of the same record is not delivered again."""


def thin(database: Database, policy: KeepingPolicy, now_ms: int) -> dict[str, int]:
    """Takes away what is older than the policy says; how many rows of each kind."""
    waits = exists().where(
        HANDLINGS.c.notification == NOTIFICATIONS.c.id, HANDLINGS.c.state.in_(("waiting", "claimed"))
    )
    with database.writing() as connection:
        runs = connection.execute(
            delete(RUNS).where(RUNS.c.began_ms < now_ms - policy.runs_ms, RUNS.c.outcome != "running")
        )
        notifications = connection.execute(
            delete(NOTIFICATIONS).where(NOTIFICATIONS.c.received_ms < now_ms - policy.notifications_ms, ~waits)
        )
        connection.execute(delete(HANDLINGS).where(HANDLINGS.c.notification.not_in(select(NOTIFICATIONS.c.id))))
        letters = connection.execute(
            delete(DEAD_LETTERS).where(DEAD_LETTERS.c.last_ms < now_ms - policy.dead_letters_ms)
        )
        connection.execute(delete(PUSH_KEYS).where(PUSH_KEYS.c.received_ms < now_ms - policy.notifications_ms))
        _thin_heartbeats(connection, now_ms)
        deliveries = connection.execute(
            delete(DELIVERIES).where(DELIVERIES.c.delivered_ms < now_ms - policy.deliveries_ms)
        )
    return {
        "runs": runs.rowcount,
        "notifications": notifications.rowcount,
        "dead_letters": letters.rowcount,
        "deliveries": deliveries.rowcount,
    }


def _thin_heartbeats(connection: Connection, now_ms: int) -> None:
    """Takes away the signs of life of processes that ended long ago and have nothing that somebody may take over."""
    holding = [
        exists().where(FLOWS.c.process == HEARTBEATS.c.process),
        exists().where(HANDLINGS.c.process == HEARTBEATS.c.process),
        exists().where(RUNS.c.process == HEARTBEATS.c.process, RUNS.c.outcome == "running"),
    ]
    is_old = HEARTBEATS.c.seen_ms < now_ms - _HEARTBEATS_MS
    connection.execute(delete(HEARTBEATS).where(is_old, *(~one for one in holding)))
