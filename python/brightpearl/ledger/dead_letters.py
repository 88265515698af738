"""Dead letters: records and notifications that nothing came of, with why, until somebody retries or drops them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, select, update

from brightpearl._native import dump_json, load_json
from brightpearl.ledger.database import Database
from brightpearl.ledger.dead_letter import DeadLetter
from brightpearl.ledger.notifications import change_handlings
from brightpearl.ledger.tables import DEAD_LETTERS
from brightpearl.text import one_line

_PART = 500


class DeadLetters:
    """The dead letters in a ledger."""

    def __init__(self, database: Database, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now

    def put(self, letters: Iterable[DeadLetter]) -> None:
        """Keeps letters. One about the same as before takes its place, and counts as another try."""
        with self._database.writing() as connection:
            for letter in letters:
                self._put(connection, letter)

    def put_notifications(self, flow: str, letters: Iterable[tuple[int, DeadLetter]]) -> None:
        """Keeps notifications that were tried often enough, each with its number, and takes them from the queue."""
        given = list(letters)
        with self._database.writing() as connection:
            for _, letter in given:
                self._put(connection, letter)
            values = {"state": "dead", "process": None, "settled_ms": self._now()}
            change_handlings(connection, flow, (number for number, _ in given), values)

    def _put(self, connection: Connection, letter: DeadLetter) -> None:
        now = self._now()
        place = _same(letter)
        values = {
            "record": dump_json(letter.record),
            "reason": one_line(letter.reason),
            "details": dump_json(letter.details),
            "mapping": letter.mapping,
            "last_ms": now,
            "asked_ms": None,
        }
        tries = connection.execute(select(DEAD_LETTERS.c.tries).where(place)).scalar()
        if tries is not None:
            connection.execute(update(DEAD_LETTERS).where(place).values(values | {"tries": tries + 1}))
            return
        values |= {
            "flow": letter.flow,
            "kind": letter.kind,
            "account": letter.account,
            "identity": letter.identity,
            "resource": letter.resource,
            "key": letter.key,
            "tries": 1,
            "first_ms": now,
        }
        connection.execute(insert(DEAD_LETTERS).values(values))

    def list(
        self, *, flow: str | None = None, limit: int = 50, behind: int = 0, asked: bool | None = None
    ) -> list[DeadLetter]:
        """Letters in the order of their numbers, from behind one on. `asked`: only those of which another try was, or
        was not, asked for."""
        chosen = select(DEAD_LETTERS).where(DEAD_LETTERS.c.id > behind).order_by(DEAD_LETTERS.c.id).limit(limit)
        if flow is not None:
            chosen = chosen.where(DEAD_LETTERS.c.flow == flow)
        if asked is not None:
            chosen = chosen.where(DEAD_LETTERS.c.asked_ms.is_not(None) if asked else DEAD_LETTERS.c.asked_ms.is_(None))
        with self._database.reading() as connection:
            return [_read(row) for row in connection.execute(chosen)]

    def all(self, flow: str | None = None) -> Iterator[DeadLetter]:
        """Every letter, a part at a time."""
        behind = 0
        while part := self.list(flow=flow, behind=behind, limit=_PART):
            yield from part
            behind = part[-1].id

    def get(self, id: int) -> DeadLetter | None:
        """The letter of that number."""
        with self._database.reading() as connection:
            row = connection.execute(select(DEAD_LETTERS).where(DEAD_LETTERS.c.id == id)).one_or_none()
        return None if row is None else _read(row)

    def count(self, flow: str | None = None) -> int:
        """How many there are."""
        chosen = select(func.count()).select_from(DEAD_LETTERS)
        if flow is not None:
            chosen = chosen.where(DEAD_LETTERS.c.flow == flow)
        with self._database.reading() as connection:
            return int(connection.execute(chosen).scalar_one())

    def counts(self) -> dict[str, int]:
        """How many there are of each flow and command."""
        chosen = select(DEAD_LETTERS.c.flow, func.count().label("number")).group_by(DEAD_LETTERS.c.flow)
        with self._database.reading() as connection:
            return {row.flow: row.number for row in connection.execute(chosen.order_by(DEAD_LETTERS.c.flow))}

    def asked_before(self, before_ms: int) -> dict[str, int]:
        """How many there are of each flow of which another try was asked for before that time, and did not happen."""
        chosen = select(DEAD_LETTERS.c.flow, func.count().label("number")).where(DEAD_LETTERS.c.asked_ms < before_ms)
        with self._database.reading() as connection:
            rows = connection.execute(chosen.group_by(DEAD_LETTERS.c.flow).order_by(DEAD_LETTERS.c.flow))
            return {row.flow: row.number for row in rows}

    def drop(self, ids: Iterable[int]) -> int:
        """Takes letters away, because they were dealt with or never will be; how many were there."""
        with self._database.writing() as connection:
            return sum(
                connection.execute(delete(DEAD_LETTERS).where(DEAD_LETTERS.c.id == id)).rowcount for id in list(ids)
            )

    def settle(self, letters: Iterable[DeadLetter]) -> int:
        """Takes away the letters about the same records as these, which are where they should be by now; how many."""
        gone = 0
        with self._database.writing() as connection:
            for letter in letters:
                gone += connection.execute(delete(DEAD_LETTERS).where(_same(letter))).rowcount
        return gone

    def ask_again(self, ids: Iterable[int]) -> int:
        """Asks the flows of letters for another try of each; how many were there."""
        with self._database.writing() as connection:
            return sum(
                connection.execute(
                    update(DEAD_LETTERS).where(DEAD_LETTERS.c.id == id).values(asked_ms=self._now())
                ).rowcount
                for id in list(ids)
            )


def _same(letter: DeadLetter) -> ColumnElement[bool]:
    return and_(
        DEAD_LETTERS.c.flow == letter.flow,
        DEAD_LETTERS.c.kind == letter.kind,
        DEAD_LETTERS.c.account == letter.account,
        DEAD_LETTERS.c.identity == letter.identity,
    )


def _read(row: Row[tuple[Any, ...]]) -> DeadLetter:
    members = row._mapping
    return DeadLetter(
        flow=members["flow"],
        kind=members["kind"],
        account=members["account"],
        record=load_json(members["record"].encode()),
        reason=members["reason"],
        resource=members["resource"],
        key=members["key"],
        details=load_json(members["details"].encode()),
        mapping=members["mapping"],
        id=members["id"],
        tries=members["tries"],
        first_ms=members["first_ms"],
        last_ms=members["last_ms"],
        asked_ms=members["asked_ms"],
    )
