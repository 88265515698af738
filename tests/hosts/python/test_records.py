"""What programs give as records: each is one, and one that has no JSON form stops no other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pandas
import polars
import pyarrow
import pytest

from brightpearl import Client, Outcome, ValidationError
from brightpearl.testing import Emulator
from pushed import MAPPING, orders
from test_arguments import Missing, NAType, Scalar, Whole


def record(number: int, **members: Any) -> dict[str, Any]:
    """A record that the mapping leaves out, so that nothing need be looked up."""
    return {"number": f"W-{number}", "email": "ada@example.com", "lines": [], "test": True} | members


@pytest.fixture(scope="module")
def client() -> Client:
    return Emulator(orders=5).client()


def pushed(client: Client, records: Any, **options: Any) -> list[Outcome]:
    with client.push(MAPPING, records, **({"dry_run": True} | options)) as outcomes:
        return sorted(outcomes, key=lambda outcome: outcome.record)


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def endless() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["self"] = value
    return value


WITHOUT_FORM: list[tuple[Any, str]] = [
    (float("nan"), "record 700 /junk"),
    (float("inf"), "record 700 /junk"),
    (Decimal("NaN"), "record 700 /junk"),
    (object(), "record 700 /junk"),
    ({"a": [b"x"]}, "record 700 /junk/a/0"),
    ({1, 2}, "record 700 /junk"),
    ({"a/b": {2: 1}}, "record 700 /junk/a~1b"),
    ("\ud800", "record 700 /junk"),
    (10**5000, "record 700 /junk"),
    (nested(300), "record 700"),
    (endless(), "record 700"),
    (Scalar("f", float("nan")), "record 700 /junk"),
]


@pytest.mark.parametrize(("junk", "where"), WITHOUT_FORM, ids=[str(number) for number in range(len(WITHOUT_FORM))])
def test_a_record_without_a_json_form_is_rejected_and_stops_no_other(client: Client, junk: Any, where: str) -> None:
    records = [record(number) for number in range(900)]
    records[700]["junk"] = junk
    outcomes = pushed(client, records)
    assert [outcome.record for outcome in outcomes] == list(range(900))
    (rejected,) = (outcome for outcome in outcomes if not outcome.ok)
    assert (rejected.record, rejected.state) == (700, "rejected")
    assert isinstance(rejected.error, ValidationError)
    assert rejected.error.location == where
    assert rejected.error.delivery == "not-sent"
    assert rejected.reason == str(rejected.error)
    assert rejected.source is records[700]


@pytest.mark.parametrize("whole", [None, 7, "text", b"\xff", object(), float("nan"), Missing(), "\ud800", {1}])
def test_so_is_what_is_not_a_record_at_all(client: Client, whole: Any) -> None:
    outcomes = pushed(client, [record(0), whole, record(2)])
    assert [outcome.state for outcome in outcomes] == ["skipped", "rejected", "skipped"]
    assert outcomes[1].reason


def test_those_around_it_are_written_once() -> None:
    client = Emulator(orders=20).client()
    records = orders(client, 5)
    records[2]["lines"][0]["note"] = float("nan")
    outcomes = pushed(client, records, dry_run=False, write=True)
    assert [outcome.state for outcome in outcomes] == ["created", "created", "rejected", "created", "created"]
    assert outcomes[2].error is not None
    assert outcomes[2].error.location == "record 2 /lines/0/note"


def test_an_event_loop_goes_on_too() -> None:
    async def records() -> AsyncIterator[dict[str, Any]]:
        yield record(0)
        yield record(1, junk=float("nan"))
        yield record(2)

    async def act() -> list[str]:
        client = Emulator(orders=5).async_client()
        async with client.push(MAPPING, records(), dry_run=True) as outcomes:
            found = sorted([outcome async for outcome in outcomes], key=lambda outcome: outcome.record)
        async with client.push(MAPPING, record(3), dry_run=True) as outcomes:
            found += [outcome async for outcome in outcomes]
        return [outcome.state for outcome in found]

    assert asyncio.run(act()) == ["skipped", "rejected", "skipped", "skipped"]


def test_mapping_many_tells_of_it_in_its_place() -> None:
    records = [record(number) for number in range(600)]
    records[300]["junk"] = float("nan")
    mapped = list(MAPPING.map_many(records))
    assert len(mapped) == 600
    assert [place for place, one in enumerate(mapped) if one.failures] == [300]
    (failure,) = mapped[300].failures
    assert failure.source == "/junk"
    assert "expected a finite one" in failure.reason
    assert str(MAPPING.map(records[300]).failures[0]) == str(failure)


def test_scalars_of_other_libraries_are_what_they_stand_for() -> None:
    given = {
        "whole": Whole(7),
        "wide": Scalar("u", 8),
        "flag": Scalar("b", False),
        "amount": Scalar("f", "3.1"),
        "missing": Missing(),
        "unknown": NAType(),
        "each": [Whole(1), Missing()],
        "frozen": MappingProxyType({"a": Whole(2)}),
    }
    document = {
        "version": 1,
        "name": "all of it",
        "source": "order-service/order",
        "fields": [{"to": "/all", "from": "@"}],
    }
    from brightpearl import Mapping

    mapped = Mapping(document).map(given)
    assert not mapped.failures
    assert json.loads(mapped.raw or b"")["all"] == {
        "whole": 7,
        "wide": 8,
        "flag": False,
        "amount": 3.1,
        "each": [1, None],
        "frozen": {"a": 2},
    }


ROWS = [record(1, warehouse=2), record(2, warehouse=None, placed=None)]
NAMES = ["number", "email", "test", "warehouse", "placed"]
CELLS = [tuple(row.get(name) for name in NAMES) for row in ROWS]


@pytest.mark.parametrize(
    "table",
    [
        lambda: pandas.DataFrame([CELLS[0], (*CELLS[1][:3], float("nan"), pandas.NaT)], columns=NAMES, dtype=object),
        lambda: polars.DataFrame(CELLS, schema=NAMES, orient="row"),
        lambda: pyarrow.table(dict(zip(NAMES, zip(*CELLS, strict=True), strict=True))),
        lambda: pyarrow.record_batch(dict(zip(NAMES, zip(*CELLS, strict=True), strict=True))),
    ],
)
def test_a_table_is_its_rows_without_the_cells_that_are_empty(client: Client, table: Callable[[], Any]) -> None:
    outcomes = pushed(client, table())
    assert [outcome.state for outcome in outcomes] == ["skipped", "skipped"]
    assert outcomes[0].source == {"number": "W-1", "email": "ada@example.com", "test": True, "warehouse": 2}
    assert outcomes[1].source == {"number": "W-2", "email": "ada@example.com", "test": True}
    assert [one.skipped for one in MAPPING.map_many(table())] == ["it is a test order"] * 2


class Series:
    """A row of a table as pandas has it."""

    dtype = "object"

    def __init__(self, cells: dict[Any, Any]) -> None:
        self.cells = cells
        self.index = list(cells)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.cells.values())

    def items(self) -> Iterator[tuple[Any, Any]]:
        return iter(self.cells.items())

    def tolist(self) -> list[Any]:
        return list(self.cells.values())


def test_a_row_of_a_table_is_a_record(client: Client) -> None:
    row = Series(record(1, warehouse=float("nan"), placed=Missing()))
    for records in (row, [row, Series(record(2))], iter([row])):
        assert {outcome.state for outcome in pushed(client, records)} == {"skipped"}
    several = Series({0: record(1), 1: record(2)})
    assert len(pushed(client, several)) == 2


@pytest.mark.parametrize("columns", [["number", "number"], ["number", 7]])
def test_columns_have_names_of_their_own(client: Client, columns: list[Any]) -> None:
    with pytest.raises(TypeError, match="column"):
        client.push(MAPPING, pandas.DataFrame([], columns=columns), dry_run=True)


def test_rows_that_are_not_read_yet_are_refused_with_advice(client: Client) -> None:
    with pytest.raises(TypeError, match="rows are not known") as caught:
        client.push(MAPPING, polars.DataFrame({"number": ["W-1"]}).lazy(), dry_run=True)
    assert "collect()" in caught.value.advice  # type: ignore[attr-defined]


def test_one_record_is_one_record(client: Client) -> None:
    for one in (record(1), MappingProxyType(record(1))):
        assert [outcome.state for outcome in pushed(client, one)] == ["skipped"]
        assert [mapped.skipped for mapped in MAPPING.map_many(one)] == ["it is a test order"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "records",
    ["text", json.dumps([record(1)]), b"{}", bytearray(b"{}"), memoryview(b"{}"), None, 5, MAPPING, object()],
    ids=str,
)
def test_what_holds_no_records_is_refused_before_anything_is_read(client: Client, records: Any) -> None:
    with pytest.raises(TypeError, match="records") as caught:
        client.push(MAPPING, records, dry_run=True)
    assert caught.value.location == "records"  # type: ignore[attr-defined]


def test_asynchronous_records_are_not_for_a_client_that_waits(client: Client) -> None:
    async def records() -> AsyncIterator[dict[str, Any]]:
        yield record(1)

    with pytest.raises(TypeError, match="records"):
        client.push(MAPPING, records(), dry_run=True)  # type: ignore[arg-type]
