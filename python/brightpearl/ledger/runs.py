"""Runs of commands and flows: when, how long, how many records came to what, and why one ended."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from brightpearl.ledger.database import Database
from brightpearl.ledger.heartbeats import ended_among
from brightpearl.ledger.process import described, this_process
from brightpearl.ledger.tables import RUNS

OUTCOMES = ("running", "done", "partly", "failed", "stopped", "interrupted")
"""How a run can stand: `done`; `partly`, where some records were not written or delivered; `failed`; `stopped` by
somebody; and `interrupted`, where its process died."""

_LONGEST_REASON = 2_000


@dataclass(frozen=True)
class Run:
    """One run."""

    id: int
    name: str
    """The flow, or the command."""
    kind: str
    """`push`, `pull`, `events`, or `again` for another try of dead letters."""
    account: str
    began_ms: int
    """When it began, in milliseconds since the epoch."""
    ended_ms: int | None
    """When it ended; None while it runs, and of one whose process died."""
    outcome: str
    """One of `OUTCOMES`."""
    reason: str
    """Why it ended so; empty where the outcome says it all."""
    counts: dict[str, int]
    """How many records came to what."""


class Runs:
    """The runs in a ledger."""

    def __init__(self, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now

    def begin(self, name: str, kind: str, account: str) -> int:
        """Notes that a run begins; its id."""
        values = {
            "name": name,
            "kind": kind,
            "account": account,
            "began_ms": self._now(),
            "outcome": "running",
            "process": this_process(),
        }
        with self._database.writing() as connection:
            (number,) = connection.execute(insert(RUNS).values(values).returning(RUNS.c.id)).one()
            return int(number)

    def end(self, id: int, outcome: str, counts: Mapping[str, int], reason: str = "") -> None:
        """Notes how it ended."""
        assert outcome in OUTCOMES
        values = {
            "ended_ms": self._now(),
            "outcome": outcome,
            "counts": json.dumps(dict(counts)),
            "reason": reason[:_LONGEST_REASON],
        }
        with self._database.writing() as connection:
            connection.execute(update(RUNS).where(RUNS.c.id == id).values(values))

    def list(self, *, name: str | None = None, limit: int = 50) -> list[Run]:
        """The latest runs, the last one first."""
        chosen = select(RUNS).order_by(RUNS.c.id.desc()).limit(limit)
        if name is not None:
            chosen = chosen.where(RUNS.c.name == name)
        with self._database.reading() as connection:
            rows = connection.execute(chosen).all()
            ended = _ended(connection, rows, self._now())
        return list(_read(rows, ended))

    def ended_since(self, ended_ms: int) -> Sequence[Run]:
        """Runs that ended at that time or later, the first one first."""
        chosen = select(RUNS).where(RUNS.c.ended_ms >= ended_ms).order_by(RUNS.c.ended_ms)
        with self._database.reading() as connection:
            rows = connection.execute(chosen).all()
            ended = _ended(connection, rows, self._now())
        return tuple(_read(rows, ended))

    def last_of_each(self) -> dict[str, Run]:
        """The last run of each flow and command, by its name."""
        newest = select(func.max(RUNS.c.id)).group_by(RUNS.c.name)
        with self._database.reading() as connection:
            rows = connection.execute(select(RUNS).where(RUNS.c.id.in_(newest))).all()
            ended = _ended(connection, rows, self._now())
        return {run.name: run for run in _read(rows, ended)}

    def settle_interrupted(self) -> int:
        """Notes of runs whose process died that they were interrupted; how many."""
        running = select(RUNS).where(RUNS.c.outcome == "running")
        with self._database.writing() as connection:
            rows = connection.execute(running).all()
            told = _read(rows, _ended(connection, rows, self._now()))
            ended = [run for run in told if run.outcome == "interrupted"]
            for run in ended:
                values = {"outcome": run.outcome, "reason": run.reason}
                connection.execute(update(RUNS).where(RUNS.c.id == run.id).values(values))
        return len(ended)


def _ended(connection: Connection, rows: Iterable[Row[Any]], now_ms: int) -> set[str]:
    return ended_among(connection, (row.process for row in rows if row.outcome == "running"), now_ms)


def _read(rows: Iterable[Row[Any]], ended: Container[str] = ()) -> Iterable[Run]:
    for row in rows:
        members = row._mapping
        outcome, reason = members["outcome"], members["reason"]
        if outcome == "running" and members["process"] in ended:
            outcome, reason = "interrupted", f"{described(members['process'])} ended without a word"
        yield Run(
            members["id"],
            members["name"],
            members["kind"],
            members["account"],
            members["began_ms"],
            members["ended_ms"],
            outcome,
            reason,
            json.loads(members["counts"]),
        )
