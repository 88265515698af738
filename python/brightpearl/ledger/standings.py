"""Where things stand from one run to the next: pulls, flows, what was delivered, tokens, and audit trails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from brightpearl.ledger.database import Database
from brightpearl.ledger.heartbeats import ended_among
from brightpearl.ledger.process import this_process
from brightpearl.ledger.tables import DELIVERIES, FLOWS, HEADS, PULLS, TOKENS

_LONGEST_REASON = 2_000

_TAKEN: set[tuple[str, str, str]] = set()
"""The flows that threads of this process have: by ledger, name and account."""

_TURN = threading.Lock()


@dataclass(frozen=True)
class PullState:
    """Where a pull stands."""

    state: str
    """What the next pull goes on from."""
    number: int
    """How often it has changed."""
    changed_ms: int
    """When it changed last, in milliseconds since the epoch."""


@dataclass(frozen=True)
class FlowState:
    """How a flow stands."""

    name: str
    account: str
    failures: int
    """How often it failed since it last succeeded."""
    next_ms: int | None
    """When it is due, as far as its schedule or its back-off says."""
    last_ms: int | None
    """When its schedule last had it run."""
    good_ms: int | None
    """When it last succeeded."""
    reason: str
    """Why it failed the last time; empty when it did not."""
    is_running: bool


class Standings:
    """The small facts in a ledger that have one value at a time."""

    def __init__(self, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now
        self._mine: set[tuple[str, str, str]] = set()

    def pull(self, name: str, account: str) -> PullState | None:
        """Where a pull stands; None when it never ran."""
        with self._database.reading() as connection:
            row = connection.execute(select(PULLS).where(PULLS.c.name == name, PULLS.c.account == account)).first()
        return None if row is None else PullState(row.state, row.number, row.changed_ms)

    def advance_pull(self, name: str, account: str, state: str, before: PullState | None) -> PullState | None:
        """Moves a pull on from where it stood; None, and nothing changed, when another process has moved it
        meanwhile."""
        now = self._now()
        with self._database.writing() as connection:
            if before is None:
                values = {"name": name, "account": account, "state": state, "number": 1, "changed_ms": now}
                if not _inserted(connection, PULLS, values):
                    return None
                return PullState(state, 1, now)
            changed = connection.execute(
                update(PULLS)
                .where(PULLS.c.name == name, PULLS.c.account == account, PULLS.c.number == before.number)
                .values(state=state, number=before.number + 1, changed_ms=now)
            )
            return PullState(state, before.number + 1, now) if changed.rowcount == 1 else None

    def take_flow(self, name: str, account: str) -> bool:
        """Takes a flow until `leave_flow`; False while another process that lives has it, or another thread."""
        place = (self._database.shown, name, account)
        with _TURN:
            if place in _TAKEN:
                return False
            _TAKEN.add(place)
            self._mine.add(place)
        is_taken = False
        try:
            is_taken = self._take(name, account)
        finally:
            if not is_taken:
                self.forget_flow(name, account)
        return is_taken

    def _take(self, name: str, account: str) -> bool:
        mine = this_process()
        place = (FLOWS.c.name == name) & (FLOWS.c.account == account)
        with self._database.writing() as connection:
            found = connection.execute(select(FLOWS.c.process).where(place).with_for_update()).first()
            if found is None:
                values = {"name": name, "account": account, "process": mine}
                return _inserted(connection, FLOWS, values)
            others = [found.process] if found.process not in (None, mine) else []
            if len(ended_among(connection, others, self._now())) < len(others):
                return False
            connection.execute(update(FLOWS).where(place).values(process=mine))
            return True

    def forget_flow(self, name: str, account: str) -> None:
        """Lets another thread of this process take a flow, whatever the ledger says of it."""
        place = (self._database.shown, name, account)
        with _TURN:
            if place in self._mine:
                self._mine.discard(place)
                _TAKEN.discard(place)

    def close(self) -> None:
        """Lets others have what is still taken."""
        for _, name, account in list(self._mine):
            self.forget_flow(name, account)

    def leave_flow(
        self, name: str, account: str, *, reason: str | None, next_ms: int | None, is_scheduled: bool
    ) -> None:
        """Gives a flow back. `reason`: why it failed; None when it did not. `next_ms`: when its schedule is due.
        `is_scheduled`: whether it was its schedule that had it run."""
        now = self._now()
        values: dict[str, Any] = {"process": None, "next_ms": next_ms}
        if is_scheduled:
            values["last_ms"] = now
        if reason is None:
            values |= {"failures": 0, "good_ms": now, "reason": ""}
        else:
            values |= {"failures": FLOWS.c.failures + 1, "reason": reason[:_LONGEST_REASON]}
        self._change_flow(name, account, values)

    def release_flow(self, name: str, account: str) -> None:
        """Gives a flow back that was neither carried out nor failed."""
        self._change_flow(name, account, {"process": None})

    def _change_flow(self, name: str, account: str, values: dict[str, Any]) -> None:
        self.forget_flow(name, account)
        with self._database.writing() as connection:
            connection.execute(update(FLOWS).where(FLOWS.c.name == name, FLOWS.c.account == account).values(values))

    def flow(self, name: str, account: str) -> FlowState | None:
        """How a flow stands; None when it never ran."""
        return next((state for state in self.flows() if (state.name, state.account) == (name, account)), None)

    def flows(self) -> list[FlowState]:
        """How every flow stands that ever ran."""
        with self._database.reading() as connection:
            rows = connection.execute(select(FLOWS).order_by(FLOWS.c.name)).all()
            ended = ended_among(connection, (row.process for row in rows if row.process), self._now())
        return [
            FlowState(
                row.name,
                row.account,
                row.failures,
                row.next_ms,
                row.last_ms,
                row.good_ms,
                row.reason,
                row.process is not None and row.process not in ended,
            )
            for row in rows
        ]

    def delivered(self, flow: str, records: Iterable[tuple[str, int]]) -> dict[tuple[str, int | None], tuple[str, int]]:
        """What a flow delivered of records last, by resource and id: its digest, and how often something was."""
        by_resource: dict[str, list[int]] = {}
        for resource, record in records:
            by_resource.setdefault(resource, []).append(record)
        found: dict[tuple[str, int | None], tuple[str, int]] = {}
        with self._database.reading() as connection:
            for resource, ids in by_resource.items():
                chosen = select(DELIVERIES.c.record, DELIVERIES.c.digest, DELIVERIES.c.number).where(
                    DELIVERIES.c.flow == flow, DELIVERIES.c.resource == resource, DELIVERIES.c.record.in_(ids)
                )
                for row in connection.execute(chosen):
                    found[resource, row.record] = (row.digest, row.number)
        return found

    def note_deliveries(self, flow: str, delivered: Iterable[tuple[str, int, str, int]]) -> None:
        """Notes what was delivered: resource, id, digest and number of each."""
        now = self._now()
        with self._database.writing() as connection:
            for resource, record, digest, number in delivered:
                values = {"digest": digest, "number": number, "delivered_ms": now}
                place = {"flow": flow, "resource": resource, "record": record}
                _put(connection, DELIVERIES, place, values)

    def note_token(self, account: str, expires_ms: int | None) -> None:
        """Notes when an account's token ends."""
        with self._database.writing() as connection:
            _put(connection, TOKENS, {"account": account}, {"expires_ms": expires_ms, "noted_ms": self._now()})

    def token_expires(self, account: str) -> int | None:
        """When an account's token ends, in milliseconds since the epoch; None where that is not known."""
        with self._database.reading() as connection:
            return connection.execute(select(TOKENS.c.expires_ms).where(TOKENS.c.account == account)).scalar()

    def tokens(self) -> list[tuple[str, int | None]]:
        """When the token of each account ends that is known."""
        with self._database.reading() as connection:
            return [
                (row.account, row.expires_ms) for row in connection.execute(select(TOKENS).order_by(TOKENS.c.account))
            ]

    def note_head(self, trail: str, head: str, entries: int) -> None:
        """Notes the head of an audit trail. One of fewer entries does not take its place."""
        with self._database.writing() as connection:
            known = connection.execute(select(HEADS.c.entries).where(HEADS.c.trail == trail)).scalar()
            if known is None or known <= entries:
                values = {"head": head, "entries": entries, "noted_ms": self._now()}
                _put(connection, HEADS, {"trail": trail}, values)

    def head(self, trail: str) -> tuple[str, int] | None:
        """The last known head of an audit trail, and how many entries it had."""
        with self._database.reading() as connection:
            row = connection.execute(select(HEADS.c.head, HEADS.c.entries).where(HEADS.c.trail == trail)).first()
        return None if row is None else (row.head, row.entries)


def _put(connection: Connection, table: Table, place: dict[str, Any], values: dict[str, Any]) -> None:
    if not _inserted(connection, table, place | values):
        conditions = [table.c[name] == value for name, value in place.items()]
        connection.execute(update(table).where(*conditions).values(values))


def _inserted(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Whether a row was not there yet, and is now."""
    key = next(iter(table.primary_key))
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    # Not by the number of rows, which not every driver tells of an insert.
    return connection.execute(insert(table).values(values).on_conflict_do_nothing().returning(key)).first() is not None
