"""What a call gives is read once, and by one reader at a time: what is used up is told, and so is a second reader."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow
import pytest

from brightpearl import AsyncClient, Client, IdSet, MisuseError, Request, Response
from brightpearl.testing import Emulator
from pushed import MAPPING

IDS = IdSet(row["orderId"] for row in Emulator(orders=20).client().search("order"))
SEARCHED: dict[str, Callable[[Any], Any]] = {
    "search": lambda client: client.search("order"),
    "fetch": lambda client: client.get("order", IDS),
    "pull": lambda client: client.pull("order"),
}
TABLES = ("to_arrow", "to_pandas", "to_polars", "tables")


@pytest.fixture(scope="module")
def emulator() -> Emulator:
    return Emulator(orders=20)


@pytest.mark.parametrize(
    ("call", "table"),
    [(call, table) for name, call in SEARCHED.items() for table in TABLES if (name, table) != ("search", "tables")],
)
def test_a_table_of_what_was_handed_out_is_refused(
    emulator: Emulator, call: Callable[[Client], Any], table: str
) -> None:
    results = call(emulator.client())
    assert len(list(results)) == 20
    with pytest.raises(MisuseError, match="handed out already") as raised:
        getattr(results, table)()
    assert "instead of iterating" in raised.value.advice
    # One after the other is the same mistake.
    results = call(emulator.client())
    getattr(results, table)()
    with pytest.raises(MisuseError, match="handed out already"):
        getattr(results, table)()


@pytest.mark.parametrize("call", SEARCHED.values(), ids=SEARCHED)
def test_so_it_is_in_an_event_loop(emulator: Emulator, call: Callable[[AsyncClient], Any]) -> None:
    async def act() -> None:
        results = call(emulator.async_client())
        assert len([one async for one in results]) == 20
        for table in ("to_arrow", "to_pandas", "to_polars"):
            with pytest.raises(MisuseError, match="handed out already"):
                await getattr(results, table)()

    asyncio.run(act())


def test_pages_and_batches_use_up_too(emulator: Emulator) -> None:
    rows = emulator.client().search("order")
    list(rows.pages())
    with pytest.raises(MisuseError, match="handed out already"):
        pyarrow.table(rows)
    pulled = emulator.client().pull("order")
    assert sum(map(len, pulled.batches())) == 20
    with pytest.raises(MisuseError, match="handed out already"):
        pulled.to_arrow()


def test_what_has_nothing_is_an_empty_table(emulator: Emulator) -> None:
    client = emulator.client()
    assert len(client.search("order", limit=0).to_arrow()) == 0
    assert len(client.search("order", {"orderId": "900001"}).to_pandas()) == 0
    assert [len(table) for table in client.get("order", "900001").tables().values()] == [0, 0, 0]
    assert client.pull("order", since="2026-06-30T23:00:00Z").to_arrow().num_rows == 0


def test_what_is_left_is_a_table_of_the_rest(emulator: Emulator) -> None:
    client = emulator.client()
    for call in SEARCHED.values():
        results = call(client)
        next(iter(results))
        next(results)
        assert pyarrow.table(results.to_arrow()).num_rows == 18


def test_a_loop_that_was_left_goes_on_where_it_was(emulator: Emulator) -> None:
    for call in SEARCHED.values():
        results = call(emulator.client())
        for _ in results:
            break
        assert len(list(results)) == 19
        assert list(results) == []


class Meeting:
    """A transport whose first search waits until somebody else has read."""

    def __init__(self, emulator: Emulator) -> None:
        self.transport = emulator.transport
        self.entered = threading.Event()
        self.left = threading.Event()

    def __call__(self, request: Request) -> Response:
        self.entered.set()
        assert self.left.wait(30)
        return self.transport(request)


def readers(emulator: Emulator, call: Callable[[Client], Any]) -> tuple[int, BaseException | None]:
    """How many results the first of two threads gets, and what the second one does."""
    meeting = Meeting(emulator)
    results = call(emulator.client(transport=meeting))
    counted: list[int] = []
    first = threading.Thread(target=lambda: counted.append(len(list(results))))
    first.start()
    assert meeting.entered.wait(30)
    failure: BaseException | None = None
    try:
        list(results)
    except BaseException as error:
        failure = error
    meeting.left.set()
    first.join(30)
    return counted[0], failure


CALLS: dict[str, Callable[[Client], Any]] = {
    **SEARCHED,
    "batch": lambda client: client.batch(
        [("POST", "order-service/order/1/note", {"text": str(one)}) for one in range(20)]
    ),
    "push": lambda client: client.push(MAPPING, [{"number": str(one)} for one in range(20)], dry_run=True),
}


@pytest.mark.parametrize("call", [CALLS[name] for name in ("search", "fetch", "pull", "batch")])
def test_a_second_thread_is_refused_and_does_not_disturb_the_first(
    emulator: Emulator, call: Callable[[Client], Any]
) -> None:
    count, failure = readers(emulator, call)
    assert count == 20
    assert isinstance(failure, MisuseError)
    assert "one reader at a time" in str(failure)


def test_a_second_task_is_refused(emulator: Emulator) -> None:
    async def act() -> None:
        for name, call in CALLS.items():
            if name == "push":
                continue
            results = call(emulator.async_client())  # type: ignore[arg-type]
            found = await asyncio.gather(anext(results), anext(results), return_exceptions=True)
            (failure,) = (one for one in found if isinstance(one, BaseException))
            assert isinstance(failure, MisuseError), name
            assert len([one async for one in results]) == 19

    asyncio.run(act())


def test_what_reads_from_within_is_refused(emulator: Emulator) -> None:
    def records() -> Iterator[dict[str, Any]]:
        yield {"number": "A", "lines": [], "test": True}
        next(outcomes)

    outcomes = emulator.client().push(MAPPING, records(), dry_run=True)
    with pytest.raises(MisuseError, match="one reader at a time"):
        list(outcomes)
    rows: Any = emulator.client().search("order", progress=lambda _: next(rows))
    with pytest.raises(MisuseError, match="one reader at a time"):
        list(rows)
