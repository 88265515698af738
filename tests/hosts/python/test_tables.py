"""Tables and columns of numpy, pandas, polars and Arrow: every cell is what it shows, and one stops no other."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import attrs
import numpy
import pandas
import polars
import pyarrow
import pydantic
import pytest

from brightpearl import Client, Mapping, Outcome, ValidationError
from brightpearl.records import records_of
from brightpearl.testing import Emulator
from brightpearl.wire import body_text, ids_text, record_bytes, text_of

UTC = datetime.timezone.utc
SINGLE = numpy.array([1999.99, 123456.78, 0.1, 16777216.0, 1e-40], "float32")
HALF = numpy.array([0.1, 1999.5, 65504.0], "float16")
BEYOND = [0, 253_402_300_800, 1]
"""Seconds, one of them of the year 10000."""
NOTE = {
    "version": 1,
    "name": "notes",
    "target": "order-service/order/{ORDER-ID}/note",
    "path": {"ORDER-ID": {"value": 1}},
    "fields": [{"to": "/text", "value": "Leave it with the neighbour"}],
}
"""A document that asks nothing of a record."""


@pytest.fixture(scope="module")
def client() -> Client:
    return Emulator(orders=5).client()


def cells(table: Any, column: str = "price") -> list[Any]:
    """What a mapping gets to see of a column."""
    return [
        json.loads(record_bytes(record), parse_float=Decimal).get(column)  # type: ignore[arg-type]
        for record in records_of(table)
    ]


def arrow_of(array: Any) -> Any:
    return pyarrow.table({"price": pyarrow.array(array)})


TABLES: dict[str, Callable[[Any], Any]] = {
    "records": lambda array: [{"price": number} for number in array],
    "pandas": lambda array: pandas.DataFrame({"price": array}),
    "pandas, of Arrow": lambda array: arrow_of(array).to_pandas(types_mapper=pandas.ArrowDtype),
    "rows of pandas": lambda array: [row for _, row in pandas.DataFrame({"price": array}).iterrows()],
    "Arrow": arrow_of,
    "Arrow, batch": lambda array: arrow_of(array).to_batches()[0],
    "Arrow, reader": lambda array: arrow_of(array).to_reader(),
    "Arrow, scalars": lambda array: [{"price": number} for number in pyarrow.array(array)],
    "Arrow, run ends": lambda array: pyarrow.table(
        {"price": pyarrow.RunEndEncodedArray.from_arrays(list(range(1, len(array) + 1)), pyarrow.array(array))}
    ),
}


@pytest.mark.parametrize("array", [SINGLE, HALF], ids=["float32", "float16"])
@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_floats_of_fewer_bytes_have_the_digits_that_they_show(array: Any, table: Callable[[Any], Any]) -> None:
    assert cells(table(array)) == [Decimal(str(number)) for number in array]


def test_so_have_those_of_polars_and_nullable_ones_of_pandas() -> None:
    expected = [Decimal(str(number)) for number in SINGLE]
    assert cells(polars.DataFrame({"price": polars.Series(SINGLE)})) == expected
    assert cells(pandas.DataFrame({"price": pandas.array(SINGLE, dtype="Float32")})) == expected
    assert cells(pandas.DataFrame({"price": pandas.arrays.SparseArray(SINGLE)})) == expected
    assert cells(pandas.DataFrame({"price": pandas.Categorical(SINGLE)})) == expected


PRICE = numpy.float32(1999.99)
WITHIN: dict[str, tuple[Any, Any]] = {
    "Arrow, list": (pyarrow.table({"price": pyarrow.array([[PRICE]])}), [1999.99]),
    "Arrow, struct": (
        pyarrow.table({"price": pyarrow.array([{"net": PRICE}], pyarrow.struct({"net": pyarrow.float32()}))}),
        {"net": 1999.99},
    ),
    "Arrow, map": (
        pyarrow.table({"price": pyarrow.array([[("net", PRICE)]], pyarrow.map_(pyarrow.string(), pyarrow.float32()))}),
        [["net", 1999.99]],
    ),
    "polars, list": (
        polars.DataFrame({"price": polars.Series([[1999.99]], dtype=polars.List(polars.Float32))}),
        [1999.99],
    ),
    "polars, struct": (
        polars.DataFrame({"price": polars.Series([{"net": 1999.99}], dtype=polars.Struct({"net": polars.Float32}))}),
        {"net": 1999.99},
    ),
    "pandas, array": (pandas.DataFrame({"price": [numpy.array([PRICE])]}), [1999.99]),
    "numpy": ([{"price": numpy.array([[PRICE]])}], [[1999.99]]),
    "Series": ([{"price": pandas.Series([PRICE], dtype="float32")}], [1999.99]),
    "Series of polars": ([{"price": polars.Series([1999.99], dtype=polars.Float32)}], [1999.99]),
    "array of Arrow": ([{"price": pyarrow.array([PRICE])}], [1999.99]),
}


@pytest.mark.parametrize(("table", "expected"), WITHIN.values(), ids=WITHIN)
def test_so_have_those_within_lists_and_objects(table: Any, expected: Any) -> None:
    (record,) = records_of(table)
    assert json.loads(record_bytes(record))["price"] == expected


def test_so_have_those_of_bodies_and_queries() -> None:
    assert body_text({"a": pyarrow.scalar(PRICE), "b": pandas.Series([PRICE])}) == '{"a":1999.99,"b":[1999.99]}'
    assert text_of(pyarrow.scalar(PRICE), "query.a") == "1999.99"
    assert text_of(pandas.Series([PRICE, PRICE]), "query.a") == "1999.99,1999.99"


def late(unit: str = "s") -> Any:
    factor = {"s": 1, "ms": 1000}[unit]
    return pyarrow.array([seconds * factor for seconds in BEYOND], pyarrow.timestamp(unit, "UTC"))


class Failing:
    """A value of a library that cannot be read."""

    def isoformat(self) -> str:
        raise OverflowError("out of range")


class FailingNumber:
    def __index__(self) -> int:
        raise ArithmeticError("overflow")


NAMES = {"ref": ["A", "B", "C"]}
UNREADABLE: dict[str, Callable[[], Any]] = {
    "Arrow": lambda: pyarrow.table({**NAMES, "d": late()}),
    "Arrow, batch": lambda: pyarrow.record_batch({**NAMES, "d": late("ms")}),
    "Arrow, reader": lambda: pyarrow.table({**NAMES, "d": late()}).to_reader(),
    "Arrow, before year 1": lambda: pyarrow.table(
        {**NAMES, "d": pyarrow.array([0, -99_999_999_999, 0], pyarrow.timestamp("s"))}
    ),
    "Arrow, span": lambda: pyarrow.table({**NAMES, "d": pyarrow.array([None, 2**62, None], pyarrow.duration("s"))}),
    "Arrow, list": lambda: pyarrow.table(
        {**NAMES, "d": pyarrow.array([[0], [BEYOND[1]], []], pyarrow.list_(pyarrow.timestamp("s")))}
    ),
    "polars": lambda: polars.DataFrame(NAMES).with_columns(
        polars.Series("d", [second * 1000 for second in BEYOND]).cast(polars.Datetime("ms"))
    ),
    "polars, date": lambda: polars.DataFrame(NAMES).with_columns(
        polars.Series("d", [0, 9_999_999, 1]).cast(polars.Date)
    ),
    "pandas, of Arrow": lambda: pyarrow.table({**NAMES, "d": late()}).to_pandas(types_mapper=pandas.ArrowDtype),
    "records": lambda: [{"ref": "A"}, {"ref": "B", "d": late()[1]}, {"ref": "C"}],
    "within": lambda: [{"ref": "A"}, {"ref": "B", "d": {"e": [Failing()]}}, {"ref": "C"}],
    "isoformat": lambda: [{"ref": "A"}, {"ref": "B", "d": Failing()}, {"ref": "C"}],
    "index": lambda: [{"ref": "A"}, {"ref": "B", "d": FailingNumber()}, {"ref": "C"}],
}


@pytest.mark.parametrize("table", UNREADABLE.values(), ids=UNREADABLE)
def test_a_cell_that_cannot_be_read_rejects_its_record_and_stops_no_other(
    client: Client, table: Callable[[], Any]
) -> None:
    with client.push(NOTE, table(), dry_run=True) as outcomes:
        found = sorted(outcomes, key=lambda outcome: outcome.record)
    assert [outcome.state for outcome in found] == ["created", "rejected", "created"]
    assert isinstance(found[1].error, ValidationError)
    assert str(found[1].error.location).startswith("record 1 /d")
    mapped = list(Mapping(NOTE).map_many(table()))
    assert [bool(one.failures) for one in mapped] == [False, True, False]


@pytest.mark.parametrize("value", [late()[1], Failing(), FailingNumber(), late()], ids=repr)
def test_such_a_value_is_refused_by_its_place_elsewhere(value: Any) -> None:
    with pytest.raises(ValidationError) as raised:
        text_of(value, "filters.x")
    assert raised.value.location == "filters.x"
    with pytest.raises(ValidationError) as raised:
        body_text({"x": value})
    assert str(raised.value.location).startswith("body /x")


def test_a_date_beyond_those_of_python_is_no_number_in_a_filter() -> None:
    with pytest.raises(ValidationError, match="beyond the years 1 to 9999"):
        text_of(numpy.datetime64("10000-01-01"), "filters.placedOn")


def test_so_are_arrays_without_dimensions_where_several_are_expected() -> None:
    assert text_of(numpy.array(7), "filters.x") == "7"
    assert ids_text(numpy.array(7)) == "7"  # type: ignore[arg-type]
    assert (
        record_bytes({"x": numpy.array(7), "y": numpy.array("2026-01-31", "datetime64[D]")})
        == b'{"x":7,"y":"2026-01-31"}'
    )


def test_the_names_of_an_index_are_columns() -> None:
    frame = pandas.DataFrame({"price": [1, 2]}, index=pandas.Index(["A", "B"], name="ref"))
    assert list(records_of(frame)) == [{"ref": "A", "price": 1}, {"ref": "B", "price": 2}]
    frame = pandas.DataFrame({"price": [1]}, index=pandas.MultiIndex.from_tuples([("A", 7)], names=["ref", None]))
    assert list(records_of(frame)) == [{"ref": "A", "price": 1}]
    twice = pandas.DataFrame({"ref": [1]}, index=pandas.Index(["A"], name="ref"))
    with pytest.raises(TypeError, match="twice"):
        records_of(twice)


def test_batches_that_are_read_one_by_one_are_their_rows() -> None:
    reader = pyarrow.RecordBatchReader.from_batches(
        pyarrow.schema({"ref": pyarrow.string()}),
        (pyarrow.record_batch({"ref": [ref]}) for ref in "AB"),
    )
    assert list(records_of(reader)) == [{"ref": "A"}, {"ref": "B"}]


def test_whatever_hands_out_batches_of_arrow_is_its_rows(client: Client) -> None:
    table = client.search("order", columns=["orderId", "createdOn"]).to_arrow()
    (first, *rest) = records_of(table)
    assert first["orderId"] == 1  # type: ignore[index,call-overload]
    assert len(rest) == 4
    # What iterates as rows does so.
    rows = client.search("order")
    assert records_of(rows) is rows


def test_a_long_table_of_polars_comes_whole() -> None:
    frame = polars.DataFrame({"number": range(1500)})
    assert [record["number"] for record in records_of(frame)] == list(range(1500))  # type: ignore[index,call-overload]
    assert list(records_of(polars.DataFrame())) == []


Named = collections.namedtuple("Named", "ref price")


@dataclasses.dataclass
class Line:
    sku: str
    price: Decimal


@dataclasses.dataclass
class Order:
    ref: str
    lines: list[Line]
    placed: Any = None
    kind: dataclasses.InitVar[str] = "shop"


NO_OBJECTS: list[Any] = [
    None,
    5,
    True,
    [1],
    [{"ref": "A"}],
    (1, 2),
    Named("A", 1),
    {1, 2},
    "null",
    "5",
    '"x"',
    ' [{"ref": "A"}]',
    "x",
    "",
    b"\n",
    b"[1]",
    bytearray(b"true"),
    numpy.array([1]),
    Order,
]


@pytest.mark.parametrize("record", NO_OBJECTS, ids=repr)
def test_what_is_no_object_is_rejected_though_the_document_asks_nothing_of_it(client: Client, record: Any) -> None:
    def outcome_of() -> list[Outcome]:
        with client.push(NOTE, [{"ref": "A"}, record], dry_run=True) as outcomes:
            return sorted(outcomes, key=lambda outcome: outcome.record)

    first, second = outcome_of()
    assert (first.state, second.state) == ("created", "rejected")
    assert isinstance(second.error, ValidationError)
    assert second.error.location == "record 1"
    (mapped,) = Mapping(NOTE).map_many([record])
    assert mapped.failures
    assert Mapping(NOTE).map(record).failures


def test_rows_of_itertuples_say_what_to_give_instead(client: Client) -> None:
    frame = pandas.DataFrame({"order id": [1]})
    with client.push(NOTE, frame.itertuples(), dry_run=True) as outcomes:
        (outcome,) = outcomes
    assert outcome.error is not None
    assert "_asdict()" in outcome.error.advice


def test_objects_may_begin_with_white_space(client: Client) -> None:
    with client.push(NOTE, [' \r\n\t{"ref": "A"}', b" {}"], dry_run=True) as outcomes:
        assert [outcome.state for outcome in outcomes] == ["created", "created"]


def test_instances_of_dataclasses_are_objects_of_their_fields(client: Client) -> None:
    order = Order("A", [Line("S-1", Decimal("1.50"))], pandas.NaT)
    assert record_bytes(order) == b'{"ref":"A","lines":[{"sku":"S-1","price":1.50}]}'
    assert list(records_of(order)) == [order]
    assert body_text({"line": order.lines[0]}) == '{"line":{"sku":"S-1","price":1.50}}'


MISSING = [
    numpy.float16("nan"),
    numpy.float32("nan"),
    numpy.float64("nan"),
    numpy.longdouble("nan"),
    numpy.ma.masked,
    numpy.datetime64("NaT"),
    numpy.timedelta64("NaT"),
    numpy.array(numpy.nan),
    numpy.array(numpy.nan, "float32"),
    pandas.NaT,
    pandas.NA,
    pyarrow.scalar(float("nan")),
    pyarrow.scalar(float("nan"), pyarrow.float32()),
]


@pytest.mark.parametrize("value", MISSING, ids=lambda value: f"{type(value).__name__} {getattr(value, 'dtype', '')}")
def test_what_other_libraries_have_for_a_gap_is_nothing_in_a_record_and_refused_elsewhere(
    client: Client, value: Any
) -> None:
    assert record_bytes({"a": value, "b": [value], "c": {"d": value}}) == b'{"b":[null],"c":{}}'
    assert next(iter(client.push(NOTE, [{"a": value}], dry_run=True))).state == "created"
    calls: list[Callable[[], Any]] = [
        lambda: client.search("order", {"orderId": value}),
        lambda: client.get("order", [value]),
        lambda: client.post("order-service/order/1/note", {"text": "x", "contactId": value}),
        lambda: client.add_order_note(orderId=1, text="x", contactId=value),
    ]
    for call in calls:
        with pytest.raises(ValidationError):
            call()


NAN = float("nan")


@pytest.mark.parametrize(
    "table",
    [
        polars.DataFrame({"at": [{"a": 1.5, "b": NAN, "c": [NAN]}]}),
        pyarrow.table({"at": [{"a": 1.5, "b": NAN, "c": [NAN]}]}),
        pandas.DataFrame({"at": [{"a": 1.5, "b": NAN, "c": [NAN]}]}),
        [pandas.Series({"at": {"a": 1.5, "b": NAN, "c": [NAN]}})],
        [{"at": {"a": 1.5, "b": numpy.float32("nan"), "c": pandas.Series([NAN])}}],
        polars.Series([{"at": {"a": 1.5, "b": NAN, "c": [NAN]}}]),
    ],
)
def test_so_is_whatever_is_nan_within_a_cell(table: Any) -> None:
    assert [json.loads(record_bytes(record)) for record in records_of(table)] == [{"at": {"a": 1.5, "c": [None]}}]  # type: ignore[arg-type]


def test_a_column_of_floats_for_its_gaps_alone_holds_whole_numbers() -> None:
    frame = pandas.DataFrame(
        {"gaps": [4, None], "rates": [4.0, 4.5], "both": [4.5, None], "far": [2.0**60, None], "none": [NAN, NAN]}
    )
    assert [json.loads(record_bytes(record)) for record in records_of(frame)] == [  # type: ignore[arg-type]
        {"gaps": 4, "rates": 4.0, "both": 4.5, "far": 2.0**60},
        {"rates": 4.5},
    ]
    assert b'"gaps":4,' in record_bytes(next(iter(records_of(frame))))  # type: ignore[arg-type]


TEXT = '{"number":"1"}'


@pytest.mark.parametrize(
    "column",
    [
        pandas.Series([TEXT, None]),
        pandas.Series([TEXT.encode(), None]),
        pandas.Series([{"number": "1"}, None]),
        polars.Series([TEXT, None]),
        polars.Series([TEXT.encode(), None]),
        polars.Series([{"number": "1"}, None]),
        pyarrow.array([TEXT, None]),
        pyarrow.array([TEXT, None]).dictionary_encode(),
        pyarrow.chunked_array([[TEXT, None]]),
        pyarrow.chunked_array([pyarrow.array([{"number": "1"}, None])]),
        numpy.array([TEXT, None], object),
    ],
    ids=lambda column: f"{type(column).__module__}.{type(column).__name__}",
)
def test_the_cells_of_a_column_are_records(client: Client, column: Any) -> None:
    outcomes = sorted(client.push(NOTE, column, dry_run=True), key=lambda outcome: outcome.record)
    assert [outcome.state for outcome in outcomes] == ["created", "rejected"]
    assert "is None; expected an object" in (outcomes[1].reason or "")


def test_a_stream_of_arrow_that_has_no_rows_is_refused_by_its_name(client: Client) -> None:
    class Stream:
        def __arrow_c_stream__(self, requested: object = None) -> object:
            return pyarrow.chunked_array([[1]]).__arrow_c_stream__()

    with pytest.raises(TypeError, match="`records` is a Stream, which has no rows"):
        client.push(NOTE, Stream(), dry_run=True)  # type: ignore[arg-type]


class Named(pydantic.BaseModel):
    number: int = pydantic.Field(serialization_alias="no")


@attrs.define
class Parcel:
    named: Named
    weight: Any


def test_instances_of_attrs_and_pydantic_are_objects_too(client: Client) -> None:
    parcel = Parcel(Named(number=1), numpy.float32("nan"))
    assert record_bytes(parcel) == b'{"named":{"no":1}}'  # type: ignore[arg-type]
    assert body_text(Named(number=2)) == '{"no":2}'
    outcomes = list(client.push(NOTE, [parcel, Named(number=3)], dry_run=True))  # type: ignore[list-item]
    assert [outcome.state for outcome in outcomes] == ["created", "created"]
    assert list(records_of(Named(number=4))) == [Named(number=4)]
