"""Rows in other packages, without a copy in between."""

from __future__ import annotations

import datetime

import polars
import pyarrow
import pytest

from brightpearl import Client
from brightpearl.testing import Emulator
from conftest import SEARCH, Account, page


def test_a_table_has_every_row_and_type(account: Account, client: Client) -> None:
    account.answers(page([1, 2], available=3, more=True), page([3], available=3, first=3))
    table = client.search(SEARCH, page_size=2).to_arrow()
    assert len(table) == 3
    assert table.column_names == ["orderId", "orderStatusId", "createdOn", "customerRef"]
    arrow = pyarrow.table(table)
    assert arrow.schema.field("orderId").type == pyarrow.int64()
    assert arrow.schema.field("createdOn").type == pyarrow.timestamp("ms", "UTC")
    assert arrow.column("customerRef").to_pylist() == [None, "Ref 2", None]
    assert arrow.column("createdOn")[0].as_py() == datetime.datetime(2026, 1, 31, 18, tzinfo=datetime.timezone.utc)
    assert polars.DataFrame(table).height == 3
    assert pyarrow.table(table).equals(arrow)
    assert pyarrow.schema(table).equals(arrow.schema)


def test_rows_that_were_taken_are_left_out(account: Account, client: Client) -> None:
    account.answers(page([1, 2], available=3, more=True), page([3], available=3, first=3))
    rows = client.search(SEARCH, page_size=2)
    next(rows)
    assert pyarrow.table(rows).column("orderId").to_pylist() == [2, 3]
    assert list(rows) == []


def test_pages_that_differ_make_one_table(account: Account, client: Client) -> None:
    odd = page([3], available=3, first=3).replace(b"[3, 4,", b'[3, "four",')
    account.answers(page([1, 2], available=3, more=True), odd)
    table = pyarrow.table(client.search(SEARCH, page_size=2))
    assert table.column("orderStatusId").to_pylist() == ["4", "4", "four"]


def test_texts_among_numbers_are_as_they_are_in_any_order(account: Account, client: Client) -> None:
    for cells in ((b"3", b'"x"'), (b'"x"', b"3")):
        rows = page([1, 2]).replace(b"[1, 4,", b"[1, " + cells[0] + b",").replace(b"[2, 4,", b"[2, " + cells[1] + b",")
        account.answers(rows)
        table = pyarrow.table(client.search(SEARCH))
        assert sorted(table.column("orderStatusId").to_pylist()) == ["3", "x"]


def test_no_rows_keep_their_columns(account: Account, client: Client) -> None:
    account.answers(page([]))
    table = pyarrow.table(client.search(SEARCH).to_arrow())
    assert table.num_rows == 0
    assert table.column_names[0] == "orderId"
    assert len(client.search(SEARCH, limit=0).to_arrow()) == 0


def test_a_capsule_that_nobody_takes_is_released() -> None:
    table = Emulator(orders=600).client().search(SEARCH).to_arrow()
    for _ in range(100):
        table.__arrow_c_stream__()
        table.__arrow_c_schema__()
    arrow = pyarrow.table(table)
    del table
    assert arrow.num_rows == 600


def test_a_page_is_a_table() -> None:
    (whole,) = Emulator(orders=10).client().search(SEARCH).pages()
    assert pyarrow.table(whole.to_arrow()).num_rows == 10
    assert len(whole) == 10
    assert whole[0]["orderId"] == 1


@pytest.mark.parametrize("orders", [0, 1, 1500])
def test_arrow_and_rows_agree(orders: int) -> None:
    client = Emulator(orders=orders).client()
    table = pyarrow.table(client.search(SEARCH).to_arrow())
    assert table.to_pylist() == list(client.search(SEARCH).dicts())
