"""Pushes to an emulated account: every record once, whatever goes wrong."""

from __future__ import annotations

import asyncio
import errno
import gc
import json
import os
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from brightpearl import (
    BrightpearlError,
    Client,
    Created,
    Mapping,
    MisuseError,
    Outcome,
    Request,
    Response,
    ValidationError,
)
from brightpearl.journal import Journal, JournalError
from brightpearl.testing import Emulator
from pushed import MAPPING, ORDERS, found, order, orders, shop


@pytest.fixture
def account() -> Emulator:
    return shop()


@pytest.fixture
def client(account: Emulator) -> Client:
    return account.client()


def test_records_are_created_and_then_unchanged(client: Client) -> None:
    records = orders(client, 25)
    outcomes = client.push(MAPPING, records, write=True)
    ended = list(outcomes)
    assert outcomes.counts == {"created": 25}
    assert sorted(outcome.record for outcome in ended) == list(range(25))
    for outcome in ended:
        assert outcome.source is records[outcome.record]
        assert (outcome.key, outcome.ok, outcome.error) == (f"W-{outcome.record}", True, None)
        assert found(client, f"W-{outcome.record}") == 1
    made = [one for outcome in ended for one in outcome.created]
    assert all(isinstance(one, Created) and one.id is not None for one in made)
    assert {one.mapping for one in made} >= {"contact"}
    again = client.push(ORDERS, [json.dumps(record) for record in records], write=True)
    assert {outcome.state for outcome in again} == {"unchanged"}
    assert again.explain().requests_needed == 0


def test_records_are_taken_only_as_they_are_needed(client: Client) -> None:
    taken: list[int] = []
    known = orders(client, 50)

    def records() -> Iterator[dict[str, Any]]:
        for number, record in enumerate(known):
            taken.append(number)
            yield record

    outcomes = client.push(MAPPING, records(), write=True, window=10)
    assert not taken
    first = next(outcomes)
    assert first.state == "created"
    assert len(taken) <= 20
    assert len(list(outcomes)) == 49


def test_a_dry_run_sends_only_reads_and_says_what_differs(client: Client, tmp_path: Path) -> None:
    records = orders(client, 4)
    list(client.push(MAPPING, records[:3], write=True))
    records[1]["warehouse"] = 3
    records[2]["lines"][0]["price"] = Decimal("13.00")
    records[2]["placed"] = "2026-06-02T10:00:00Z"
    journal = tmp_path / "journal"
    outcomes = client.push(MAPPING, records, dry_run=True, journal=journal)
    ended = sorted(outcomes, key=lambda outcome: outcome.record)
    assert [outcome.state for outcome in ended] == ["unchanged", "updated", "differs", "created"]
    assert all(outcome.dry_run for outcome in ended)
    [moved], [earlier, dearer] = ended[1].differences, ended[2].differences
    assert (moved.pointer, moved.before, moved.after, moved.changeable) == ("/warehouseId", 2, 3, True)
    assert str(moved) == "/warehouseId: 2 -> 3"
    assert (dearer.pointer, dearer.changeable) == ("/rows/0/net", True)
    assert (earlier.pointer, earlier.changeable) == ("/placedOn", False)
    assert "cannot change" in str(earlier)
    assert not ended[2].ok
    assert "/placedOn" in str(ended[2].reason)
    assert {(one.mapping, one.id) for one in ended[3].created} == {("contact", None), ("address", None)}
    assert found(client, "W-3") == 0
    assert not journal.exists()


class _Starts:
    """What a client starts pushes by, which remembers what it was given."""

    def __init__(self, native: Any) -> None:
        self._native = native
        self.books: list[Any] = []

    def start_push(self, operation: str, book: Any) -> Any:
        self.books.append(book)
        return self._native.start_push(operation, book)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._native, name)


@pytest.mark.parametrize("is_async", [False, True])
def test_a_dry_run_is_given_what_the_journal_says(account: Emulator, is_async: bool, tmp_path: Path) -> None:
    client = account.client()
    journal = tmp_path / "journal"
    list(client.push(MAPPING, orders(client, 1), write=True, journal=journal))
    journal.write_bytes(journal.read_bytes() + b'{"write":{"key":"torn')
    kept = journal.read_bytes()
    # Another push has it meanwhile.
    held = Journal(journal)
    try:
        if is_async:
            starts = asyncio.run(_dry_run(account, journal))
        else:
            starts = client._native = _Starts(client._native)  # type: ignore[assignment]
            list(client.push(MAPPING, [], dry_run=True, journal=journal))
    finally:
        held.close()
    [book] = starts.books
    with pytest.raises(MisuseError, match="was taken by a push"):
        book.read(b"more")
    assert journal.read_bytes() == kept
    for path in (tmp_path, tmp_path / "nowhere" / "journal"):
        with pytest.raises(ValidationError) as refused:
            client.push(MAPPING, [], dry_run=True, journal=path)
        assert refused.value.location == "journal"


async def _dry_run(account: Emulator, journal: Path) -> _Starts:
    async with account.async_client() as client:
        starts = client._native = _Starts(client._native)  # type: ignore[assignment]
        assert [outcome async for outcome in client.push(MAPPING, [], dry_run=True, journal=journal)] == []
    return starts


def test_bad_records_stop_no_other(client: Client) -> None:
    records: list[Any] = orders(client, 4)
    records[1]["lines"][0]["qty"] = "many"
    records[2] = b"{nonsense"
    records.append(order(9, "NO-SUCH"))
    records.append(order(10, "x", test=True))
    outcomes = client.push(MAPPING, records, write=True)
    ended = {outcome.record: outcome for outcome in outcomes}
    assert [ended[place].state for place in range(6)] == [
        "created",
        "rejected",
        "rejected",
        "created",
        "rejected",
        "skipped",
    ]
    assert ended[1].failures[0].source == "lines[0].qty"
    assert ended[2].source == b"{nonsense"
    assert not ended[4].ok
    assert "NO-SUCH" in f"{ended[4].reason} {ended[4].failures}"
    assert "test order" in str(ended[5].reason)
    assert outcomes.counts == {"created": 2, "rejected": 3, "skipped": 1}


def test_a_push_says_whether_it_writes(client: Client) -> None:
    for options in ({}, {"dry_run": True, "write": True}):
        with pytest.raises(ValidationError) as raised:
            client.push(MAPPING, [], **options)  # type: ignore[arg-type]
        assert raised.value.location == "write"
    with pytest.raises(ValidationError) as raised:
        client.push(MAPPING, [], write=True, window=0)
    assert raised.value.location == "window"
    with pytest.raises(ValidationError):
        client.push(Mapping.ready("order-to-shopify"), [], write=True)


def test_no_more_is_written_than_is_allowed(client: Client) -> None:
    records = orders(client, 5)
    list(client.push(MAPPING, records[:1], write=True))
    outcomes = client.push(
        MAPPING, [records[0] | {"number": f"V-{number}"} for number in range(5)], write=True, max_writes=3
    )
    assert sorted(outcome.state for outcome in outcomes) == ["created"] * 3 + ["rejected"] * 2
    left = client.push(MAPPING, records[:1], write=True, existing="reject")
    assert [outcome.state for outcome in left] == ["rejected"]


def test_what_ends_while_records_are_taken_ends_the_push(client: Client) -> None:
    def records() -> Iterator[dict[str, Any]]:
        yield order(1, "MUG")
        raise KeyError("the shop is closed")

    outcomes = client.push(MAPPING, records(), write=True)
    with pytest.raises(KeyError, match="closed"):
        next(outcomes)
    with pytest.raises(MisuseError, match="ended before"):
        iter(outcomes)


class Crash(Exception):
    """The process is gone."""


def crashing(account: Emulator, at: int) -> Client:
    """A client whose process ends when its request of that number was carried out."""
    sent = 0

    def transport(request: Request) -> Response:
        nonlocal sent
        sent += 1
        response = account.transport(request)
        if sent == at:
            raise KeyboardInterrupt
        return response

    return account.client(transport=transport)


def test_a_crash_at_any_request_doubles_nothing(tmp_path: Path) -> None:
    for at in range(1, 8):
        account = shop()
        client = account.client()
        records = orders(client, 12)
        journal = tmp_path / f"journal-{at}"
        with pytest.raises(KeyboardInterrupt):
            list(crashing(account, at).push(MAPPING, records, write=True, journal=journal))
        # Another run can have the journal at once, and one in which a line is cut off.
        journal.write_bytes(journal.read_bytes()[:-3])
        outcomes = client.push(MAPPING, records, write=True, journal=journal)
        ended = list(outcomes)
        assert {outcome.state for outcome in ended} <= {"created", "unchanged"}, (at, outcomes.counts)
        assert [found(client, f"W-{number}") for number in range(12)] == [1] * 12, at
        requests = client.statistics().requests
        third = list(client.push(MAPPING, records, write=True, journal=journal))
        assert all(outcome.journaled for outcome in third)
        assert client.statistics().requests == requests


def test_the_journal_is_on_disk_before_a_write_is_sent(account: Emulator, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    seen: list[str] = []

    def transport(request: Request) -> Response:
        if request.method == "POST":
            seen.append(journal.read_text())
        return account.transport(request)

    client = account.client(transport=transport)
    records = orders(client, 3)
    list(client.push(MAPPING, records, write=True, journal=journal))
    assert seen
    assert all('"write"' in text for text in seen)


def full_at(at: int, patched: pytest.MonkeyPatch) -> list[str]:
    """A disk that is full at one append of the journal, and has room again at once; half of those lines get there.
    What is appended."""
    appended: list[str] = []
    append = Journal.append

    def append_or_fail(journal: Journal, lines: str) -> None:
        appended.append(lines)
        if len(appended) != at:
            append(journal, lines)
            return
        with patched.context() as full:
            full.setattr(os, "fsync", lambda _: fail())
            append(journal, lines[: len(lines) // 2])

    def fail() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    patched.setattr(Journal, "append", append_or_fail)
    return appended


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("at", range(1, 7))
def test_a_full_disk_ends_a_push_that_tells_what_it_wrote(
    at: int, is_async: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = shop()
    client = account.client()
    records = orders(client, 12)
    journal = tmp_path / "journal"
    told: list[Outcome] = []

    def push() -> None:
        with client.push(MAPPING, records, write=True, journal=journal) as outcomes:
            told.extend(outcomes)

    async def push_async() -> None:
        async with (
            account.async_client() as other,
            other.push(MAPPING, records, write=True, journal=journal) as outcomes,
        ):
            async for outcome in outcomes:
                told.append(outcome)

    with monkeypatch.context() as patched:
        appended = full_at(at, patched)
        with pytest.raises(JournalError, match="No space left"):
            asyncio.run(push_async()) if is_async else push()
    assert len(appended) == at, "behind what was cut off nothing is appended"
    assert sorted(outcome.record for outcome in told) == list(range(12))
    for outcome in told:
        there = found(client, f"W-{outcome.record}")
        # What is not known is told as that.
        assert there == {"created": 1, "rejected": 0, "maybe-applied": there}[outcome.state], outcome
    again = client.push(MAPPING, records, write=True, journal=journal, looks=[0])
    assert {outcome.state for outcome in again} <= {"created", "unchanged"}
    assert [found(client, f"W-{number}") for number in range(12)] == [1] * 12


def test_two_pushes_do_not_share_a_journal(client: Client, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    records = orders(client, 2)
    first = client.push(MAPPING, records, write=True, journal=journal)
    with pytest.raises(ValidationError, match="another push"):
        client.push(MAPPING, records, write=True, journal=journal)
    assert len(list(first)) == 2
    second = client.push(MAPPING, records, write=True, journal=journal)
    assert all(outcome.journaled for outcome in second)


def test_a_journal_that_is_none_is_left_alone(client: Client, tmp_path: Path) -> None:
    journal = tmp_path / "orders.csv"
    journal.write_text("Order,SKU\n1,A\n")
    with pytest.raises(ValidationError) as raised:
        client.push(MAPPING, [], write=True, journal=journal)
    assert "journal" in str(raised.value.location)
    assert journal.read_text() == "Order,SKU\n1,A\n"
    journal.write_text("")
    list(client.push(MAPPING, [], write=True, journal=journal))


def test_a_full_disk_ends_the_push_before_anything_is_written(
    account: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = account.client()
    records = orders(client, 2)

    def fail(_: int) -> None:
        raise OSError("the disk is full")

    outcomes = client.push(MAPPING, records, write=True, journal=tmp_path / "journal")
    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="full"):
        list(outcomes)
    assert [found(client, "W-0"), found(client, "W-1")] == [0, 0]


def test_a_push_that_is_left_early_frees_its_journal(client: Client, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    records = orders(client, 30)
    with client.push(MAPPING, records, write=True, journal=journal, window=5) as outcomes:
        next(outcomes)
    rest = client.push(MAPPING, records, write=True, journal=journal)
    assert {outcome.state for outcome in rest} == {"created"}
    assert all(found(client, f"W-{number}") == 1 for number in range(30))


def test_a_push_that_nobody_iterates_warns_and_frees_its_journal(client: Client, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    outcomes = client.push(MAPPING, [], write=True, journal=journal)
    with pytest.warns(RuntimeWarning, match="never iterated"):
        del outcomes
        gc.collect()
    list(client.push(MAPPING, [], write=True, journal=journal))


def test_progress_counts_what_is_done(client: Client) -> None:
    done: list[int] = []
    list(client.push(MAPPING, orders(client, 15), write=True, window=5, progress=done.append))
    assert done == sorted(done)
    assert done[-1] == 15


def test_a_refused_login_ends_the_push_with_an_outcome_for_each_record(account: Emulator) -> None:
    records = orders(account.client(), 2)

    def transport(request: Request) -> Response:
        return Response(401, {}, b'{"errors": [{"code": "CMNC-034", "message": "no"}]}')

    outcomes = account.client(transport=transport).push(MAPPING, records, write=True)
    ended: list[Outcome] = []
    with pytest.raises(BrightpearlError) as raised:
        ended.extend(outcomes)
    assert raised.value.kind == "authentication"
    assert outcomes.counts == {"rejected": 2}


def test_an_event_loop_pushes_the_same(account: Emulator, tmp_path: Path) -> None:
    records = orders(account.client(), 25)

    async def later() -> AsyncIterator[dict[str, Any]]:
        for record in records:
            await asyncio.sleep(0)
            yield record

    async def push() -> tuple[list[Outcome], list[Outcome]]:
        async with account.async_client() as client:
            async with client.push(MAPPING, later(), write=True, journal=tmp_path / "journal") as outcomes:
                first = [outcome async for outcome in outcomes]
            assert outcomes.counts == {"created": 25}
            again = client.push(MAPPING, records, write=True, journal=tmp_path / "journal")
            return first, [outcome async for outcome in again]

    first, again = asyncio.run(push())
    assert all(outcome.source is records[outcome.record] for outcome in first)
    assert all(outcome.journaled for outcome in again)
    assert all(found(account.client(), f"W-{number}") == 1 for number in range(25))


def test_an_event_loop_that_is_cancelled_leaves_a_journal_to_go_on_with(account: Emulator, tmp_path: Path) -> None:
    records = orders(account.client(), 25)
    journal = tmp_path / "journal"

    async def push() -> None:
        client = account.async_client()
        async for _ in client.push(MAPPING, records, write=True, journal=journal, window=5):
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(push())
    client = account.client()
    rest = client.push(MAPPING, records, write=True, journal=journal)
    assert {outcome.state for outcome in rest} == {"created"}
    assert all(found(client, f"W-{number}") == 1 for number in range(25))
