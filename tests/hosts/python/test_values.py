"""Values of numpy, pandas, polars and Arrow, and of Python's own that are finer than Brightpearl's."""

from __future__ import annotations

import datetime
import json
import pickle
import subprocess
import sys
import warnings
from decimal import Decimal
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest

from brightpearl import Client, IdSet, ValidationError
from brightpearl.testing import Emulator
from brightpearl.wire import body_text, ids_text, record_bytes, text_of
from conftest import SEARCH

UTC = datetime.timezone.utc


@pytest.mark.parametrize(
    "ids",
    [
        numpy.array([2, 1]),
        pandas.Series([1, 2]),
        pandas.Series([1, 2], dtype="Int64"),
        pandas.Index([1, 2]),
        polars.Series([1, 2]),
        pyarrow.array([1, 2]),
        pyarrow.chunked_array([[1], [2]]),
        pyarrow.array([1, 2, 1]).dictionary_encode(),
        [pyarrow.scalar(1), numpy.int8(2)],
        {1, 2},
        range(1, 3),
        (number for number in (1, 2)),
    ],
    ids=lambda ids: type(ids).__name__,
)
def test_ids_are_any_iterable_of_whole_numbers(ids: Any) -> None:
    assert ids_text(ids) == "1-2"


def test_an_id_set_is_made_of_an_arrow_array() -> None:
    assert IdSet(pyarrow.array([1, 2, 4])) == IdSet("1-2,4")


@pytest.mark.parametrize(
    ("ids", "place", "said"),
    [
        (pandas.Series([1, None], dtype="Int64"), "ids[1]", "is missing: it is <NA>"),
        (pandas.Series([float("nan"), 1]), "ids[0]", "is missing: it is nan"),
        (pyarrow.array([1, None]), "ids[1]", "is missing"),
        ([1, pandas.NaT], "ids[1]", "is missing: it is NaT"),
        (pandas.Series([1.5]), "ids[0]", "a float"),
        (numpy.array([True]), "ids[0]", "a bool"),
        (pandas.NaT, "ids", "NaTType"),
        (pandas.DataFrame({"id": [1]}), "ids", "a DataFrame"),
        (pyarrow.table({"id": [1]}), "ids", "a Table"),
        (Decimal(1), "ids", "a Decimal"),
    ],
    ids=str,
)
def test_what_is_no_id_is_refused_by_its_place(client: Client, ids: Any, place: str, said: str) -> None:
    with pytest.raises(ValidationError) as raised:
        client.get("order", ids)
    assert raised.value.location == place
    assert said in raised.value.message


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (numpy.int64(7), "7"),
        (numpy.bool_(False), "false"),
        (numpy.datetime64("2026-01-31"), "2026-01-31"),
        (pandas.Timestamp("2026-01-31T12:00:00+02:00"), "2026-01-31T12:00:00.000+02:00"),
        (pyarrow.scalar(datetime.date(2026, 1, 31)), "2026-01-31"),
        (pyarrow.scalar(datetime.datetime(2026, 1, 31, 12, tzinfo=UTC)), "2026-01-31T12:00:00.000+00:00"),
        (pyarrow.array([1, 2]), "1,2"),
        (pandas.Series([1, 2]), "1,2"),
        (Decimal("1.00"), "1"),
    ],
    ids=str,
)
def test_filters_take_values_of_other_libraries(value: Any, text: str) -> None:
    assert text_of(value, "filters.x", fractions=False) == text


@pytest.mark.parametrize(
    "value",
    [pandas.NaT, pandas.NA, float("nan"), numpy.float64("nan"), numpy.datetime64("NaT"), numpy.float32(1.5)],
    ids=str,
)
def test_filters_refuse_what_is_missing_or_between_two_ids(value: Any) -> None:
    with pytest.raises(ValidationError) as raised:
        text_of(value, "filters.orderId", fractions=False)
    assert raised.value.location == "filters.orderId"


def test_bodies_and_records_take_values_of_other_libraries() -> None:
    value = {
        "array": pyarrow.array([1, None]),
        "element": pyarrow.scalar(Decimal("1.50")),
        "number": numpy.float32(0.1),
        "moment": pandas.Timestamp("2026-01-31T12:00:00Z"),
        "column": pandas.Series([1, 2]),
    }
    expected = '{"array":[1,null],"element":1.50,"number":0.1,"moment":"2026-01-31T12:00:00+00:00","column":[1,2]}'
    assert body_text(value) == expected
    assert record_bytes(value).decode() == expected


@pytest.mark.parametrize(
    "span",
    [
        pandas.Timedelta(0),
        pandas.Timedelta("1 day"),
        datetime.timedelta(1),
        numpy.timedelta64(1, "s"),
        pyarrow.scalar(1, pyarrow.duration("s")),
        polars.Series([datetime.timedelta(1)]),
    ],
    ids=lambda span: type(span).__module__.split(".")[0],
)
def test_a_span_of_time_is_no_value_of_brightpearls(span: Any) -> None:
    with pytest.raises(ValidationError) as raised:
        body_text({"a": span})
    assert str(raised.value.location).startswith("body /a")
    with pytest.raises(ValidationError) as raised:
        record_bytes({"a": span})
    assert str(raised.value.location).startswith("record /a")


def test_what_is_missing_is_left_out_of_a_record_and_refused_in_a_body() -> None:
    gaps = {"a": pandas.NaT, "b": pandas.NA, "c": numpy.datetime64("NaT"), "d": numpy.float64("nan"), "e": 1}
    assert json.loads(record_bytes(gaps)) == {"e": 1}
    for name, gap in list(gaps.items())[:-1]:
        with pytest.raises(ValidationError) as raised:
            body_text({name: gap})
        assert raised.value.location == f"body /{name}"
    # Python's own is a mistake in the program that made it.
    with pytest.raises(ValidationError) as raised:
        record_bytes({"junk": float("nan")})
    assert raised.value.location == "record /junk"


def test_date_times_are_cut_to_milliseconds_but_in_records_of_other_systems() -> None:
    fine = datetime.datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert text_of(fine, "filters.x") == "2026-01-31T12:00:00.123+00:00"
        assert body_text({"a": fine}) == '{"a":"2026-01-31T12:00:00.123+00:00"}'
        nano = pandas.Timestamp("2026-01-31T12:00:00.123000001Z")
        assert body_text({"a": nano}) == '{"a":"2026-01-31T12:00:00.123+00:00"}'
        assert record_bytes({"a": fine}) == b'{"a":"2026-01-31T12:00:00.123456+00:00"}'
    assert body_text({"a": fine.replace(microsecond=0)}) == '{"a":"2026-01-31T12:00:00+00:00"}'


def test_that_a_date_time_is_cut_is_told_once() -> None:
    code = (
        "import datetime, warnings; from brightpearl.wire import body_text, text_of; warnings.simplefilter('always');"
        "fine = datetime.datetime(2026, 1, 31, 12, 0, 0, 7, tzinfo=datetime.timezone.utc);"
        "[body_text({'a': fine}) for _ in range(3)]; text_of(fine, 'x')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stderr.count("UserWarning: the date-time 2026-01-31T12:00:00.000007+00:00 is sent with") == 1


def test_rows_and_pages_are_pickled_with_their_labels() -> None:
    client = Emulator(orders=30).client()
    (page,) = client.search(SEARCH).pages()
    again = pickle.loads(pickle.dumps(page))
    assert list(again) == list(page)
    assert again.columns == page.columns
    for row in page:
        copied = pickle.loads(pickle.dumps(row))
        assert copied == row
        assert copied.to_json() == row.to_json()
        assert copied.label("orderStatusId") == row.label("orderStatusId") is not None
    assert len(pickle.dumps(page[0])) < 6000
