"""The queue of notifications: each stored once, and handled by every flow that it concerns, or dead in the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from brightpearl.ledger.database import Database
from brightpearl.ledger.heartbeats import ended_among
from brightpearl.ledger.process import this_process
from brightpearl.ledger.tables import HANDLINGS, NOTIFICATIONS

_LONGEST_REASON = 2_000

FARTHEST_MS = 60 * 60_000
"""Nothing is put off for longer: what seems to be was put off before the clock was set back."""


@dataclass(frozen=True)
class Claimed:
    """A notification that a flow has to handle now."""

    id: int
    """Its number in the ledger."""
    key: str
    """The engine's identity of it."""
    content: dict[str, Any]
    """What the engine made of the request."""
    attempts: int
    """How often it was tried before."""


@dataclass(frozen=True)
class Waiting:
    """The queue of a flow in numbers."""

    waiting: int
    """Notifications that are not handled yet, claimed ones among them."""
    oldest_ms: int | None
    """When the oldest of them was received."""
    next_ms: int | None
    """When the next of them is due."""
    handled: int
    dead: int


class Notifications:
    """The notifications in a ledger."""

    def __init__(self, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now

    def store(self, received: Sequence[tuple[dict[str, Any], Iterable[str]]]) -> list[bool]:
        """Stores notifications as the engine gives them, each with the flows that it concerns. Whether each is new: one
        that was there already changes nothing. They are on disk when this returns, all of them or none."""
        values = [
            {
                "key": content["key"],
                "account": content["account"],
                "event": content["event"],
                "content": json.dumps(content),
                "raised_ms": content["raised_ms"],
                "received_ms": content["received_ms"],
            }
            for content, _ in received
        ]
        now = self._now()
        with self._database.writing() as connection:
            stored = {row.key: row.id for row in connection.execute(_STORE[connection.dialect.name], values)}
            is_new: list[bool] = []
            handlings: list[dict[str, Any]] = []
            for content, flows in received:
                # The first of equal ones is the one that was stored.
                number = stored.pop(content["key"], None)
                is_new.append(number is not None)
                if number is not None:
                    handlings += [
                        {"notification": number, "flow": flow, "state": "waiting", "next_ms": now}
                        for flow in dict.fromkeys(flows)
                    ]
            if handlings:
                connection.execute(insert(HANDLINGS), handlings)
        return is_new

    def claim(self, flow: str, limit: int, *, account: str | None = None) -> list[Claimed]:
        """Takes what is due for a flow, and what processes that died meanwhile had taken, the oldest first. What this
        process has already is not taken again. `account`: only what came from that one."""
        mine, now = this_process(), self._now()
        with self._database.writing() as connection:
            lost = ended_among(connection, self._holders(connection, flow), now)
            due = or_(
                and_(HANDLINGS.c.state == "waiting", ~HANDLINGS.c.next_ms.between(now + 1, now + FARTHEST_MS)),
                and_(HANDLINGS.c.state == "claimed", HANDLINGS.c.process.in_(lost)),
            )
            chosen = (
                select(NOTIFICATIONS.c.id, NOTIFICATIONS.c.key, NOTIFICATIONS.c.content, HANDLINGS.c.attempts)
                .join(HANDLINGS, HANDLINGS.c.notification == NOTIFICATIONS.c.id)
                .where(HANDLINGS.c.flow == flow, due, *_of(account))
                .order_by(NOTIFICATIONS.c.id)
                .limit(limit)
                .with_for_update(of=HANDLINGS, skip_locked=True)
            )
            rows = connection.execute(chosen).all()
            claimed = [Claimed(row.id, row.key, json.loads(row.content), row.attempts) for row in rows]
            _change(connection, flow, (one.id for one in claimed), {"state": "claimed", "process": mine})
        return claimed

    def _holders(self, connection: Connection, flow: str) -> list[str]:
        held = select(HANDLINGS.c.process).where(HANDLINGS.c.flow == flow, HANDLINGS.c.state == "claimed").distinct()
        return [name for name in connection.execute(held).scalars() if name is not None]

    def settle(self, flow: str, ids: Iterable[int]) -> None:
        """Notes that a flow has handled them."""
        values = {"state": "handled", "process": None, "settled_ms": self._now(), "reason": ""}
        with self._database.writing() as connection:
            _change(connection, flow, ids, values)

    def put_off(self, flow: str, ids: Iterable[int], reason: str, next_ms: int) -> None:
        """Notes that handling them failed, and when it is tried again."""
        values = {
            "state": "waiting",
            "process": None,
            "attempts": HANDLINGS.c.attempts + 1,
            "next_ms": next_ms,
            "reason": reason[:_LONGEST_REASON],
        }
        with self._database.writing() as connection:
            _change(connection, flow, ids, values)

    def give_back(self, flow: str) -> None:
        """Gives back what this process has claimed for a flow and neither settled nor put off: it counts as no
        attempt."""
        mine = (HANDLINGS.c.flow == flow) & (HANDLINGS.c.state == "claimed") & (HANDLINGS.c.process == this_process())
        with self._database.writing() as connection:
            connection.execute(update(HANDLINGS).where(mine).values(state="waiting", process=None))

    def queue_of(self, flow: str) -> Waiting:
        """How a flow's queue stands."""
        is_open = HANDLINGS.c.state.in_(("waiting", "claimed"))
        left = (
            select(
                func.count().label("number"),
                func.min(NOTIFICATIONS.c.received_ms).label("oldest"),
                func.min(HANDLINGS.c.next_ms).label("next"),
            )
            .join(NOTIFICATIONS, HANDLINGS.c.notification == NOTIFICATIONS.c.id)
            .where(HANDLINGS.c.flow == flow, is_open)
        )
        # Of these there may be many, and the index alone tells of them.
        settled = (
            select(HANDLINGS.c.state, func.count().label("number"))
            .where(HANDLINGS.c.flow == flow, HANDLINGS.c.state.in_(("handled", "dead")))
            .group_by(HANDLINGS.c.state)
        )
        with self._database.reading() as connection:
            row = connection.execute(left).one()
            counts: dict[str, int] = {one.state: one.number for one in connection.execute(settled)}
        return Waiting(row.number, row.oldest, row.next, counts.get("handled", 0), counts.get("dead", 0))

    def next_due(self, flow: str, *, account: str | None = None) -> int | None:
        """When the next notification of a flow is due; None when there is none. `account`: only of those from it."""
        now = self._now()
        due = HANDLINGS.c.next_ms
        waiting = select(func.min(due), func.max(due)).where(HANDLINGS.c.flow == flow, HANDLINGS.c.state == "waiting")
        if account is not None:
            waiting = waiting.join(NOTIFICATIONS, HANDLINGS.c.notification == NOTIFICATIONS.c.id).where(*_of(account))
        with self._database.reading() as connection:
            first, last = connection.execute(waiting).one()
        return now if last is not None and last > now + FARTHEST_MS else first

    def waiting_since(self, before_ms: int) -> dict[str, int]:
        """How many notifications of each flow have waited since that time or longer."""
        chosen = (
            select(HANDLINGS.c.flow, func.count().label("number"))
            .join(NOTIFICATIONS, HANDLINGS.c.notification == NOTIFICATIONS.c.id)
            .where(HANDLINGS.c.state.in_(("waiting", "claimed")), NOTIFICATIONS.c.received_ms < before_ms)
            .group_by(HANDLINGS.c.flow)
            .order_by(HANDLINGS.c.flow)
        )
        with self._database.reading() as connection:
            return {row.flow: row.number for row in connection.execute(chosen)}

    def last_received(self) -> int | None:
        """When the last notification was received; None when none was."""
        with self._database.reading() as connection:
            return connection.execute(select(func.max(NOTIFICATIONS.c.received_ms))).scalar()

    def received_times(self, since_ms: int, step_ms: int) -> list[int]:
        """When notifications were received from that time on, the latest of each step of time, the first one first."""
        received = NOTIFICATIONS.c.received_ms
        latest = select(func.max(received)).where(received >= since_ms).group_by(received // step_ms)
        with self._database.reading() as connection:
            return sorted(connection.execute(latest).scalars())

    def count(self) -> int:
        """How many there are, handled ones among them."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(NOTIFICATIONS)).scalar_one())


def change_handlings(connection: Connection, flow: str, ids: Iterable[int], values: dict[str, Any]) -> None:
    """Changes what a flow has about notifications, within a transaction of others."""
    _change(connection, flow, ids, values)


def _of(account: str | None) -> list[ColumnElement[bool]]:
    return [] if account is None else [NOTIFICATIONS.c.account == account]


def _change(connection: Connection, flow: str, ids: Iterable[int], values: dict[str, Any]) -> None:
    numbers = list(ids)
    # A statement takes so many values and no more.
    for start in range(0, len(numbers), 500):
        part = numbers[start : start + 500]
        connection.execute(
            update(HANDLINGS).where(HANDLINGS.c.flow == flow, HANDLINGS.c.notification.in_(part)).values(values)
        )


_STORE: dict[str, Any] = {
    "postgresql": postgresql.insert(NOTIFICATIONS)
    .on_conflict_do_nothing(index_elements=["key"])
    .returning(NOTIFICATIONS.c.key, NOTIFICATIONS.c.id),
    "sqlite": sqlite.insert(NOTIFICATIONS)
    .on_conflict_do_nothing(index_elements=["key"])
    .returning(NOTIFICATIONS.c.key, NOTIFICATIONS.c.id),
}
"""Inserts that leave what is there already, and tell what was not."""
