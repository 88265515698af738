"""Tables of Arrow, pandas and polars from rows, fetches and pulls; what notebooks show; progress."""

from __future__ import annotations

import asyncio
import copy
import datetime
import json
import pickle
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars
import pyarrow
import pyarrow.parquet
import pytest

import brightpearl
from brightpearl import Client, Mapping, MisuseError, PullResource, ValidationError, frames
from brightpearl.cli.emulator import environment
from brightpearl.frames import tables_of
from brightpearl.testing import Emulator
from command_line import Ended
from conftest import SEARCH, Account, page

UTC = datetime.timezone.utc


@pytest.fixture(scope="module")
def client() -> Client:
    """A client of an account with some orders."""
    return Emulator(orders=60).client()


@pytest.mark.parametrize(
    ("dates", "kind", "first"),
    [
        ("instant", pyarrow.timestamp("ms", tz="UTC"), datetime.datetime(2026, 1, 31, 18, tzinfo=UTC)),
        ("local", pyarrow.timestamp("ms"), datetime.datetime(2026, 1, 31, 12)),
        ("text", pyarrow.string(), "2026-01-31T12:00:00.000-06:00"),
    ],
)
def test_date_times_of_rows_are_what_was_asked_for(account: Account, dates: Any, kind: Any, first: Any) -> None:
    account.answers(page([1, 2], available=3, more=True), page([3], available=3, first=3))
    table = pyarrow.table(account.client().search(SEARCH, page_size=2).to_arrow(dates=dates))
    assert table.schema.field("createdOn").type == kind
    assert table.num_rows == 3
    assert table["createdOn"][0].as_py() == first


def test_rows_become_tables_of_pandas_and_polars(client: Client) -> None:
    frame = client.search("order", {"orderTypeId": 1}).to_pandas()
    assert str(frame["orderId"].dtype) == "Int64"
    assert str(frame["createdOn"].dtype).startswith("datetime64[ms, UTC")
    again = client.search("order", {"orderTypeId": 1}).to_polars(dates="local")
    assert again["orderId"].to_list() == frame["orderId"].tolist()
    assert again["createdOn"].dtype == polars.Datetime("ms")


def test_orders_are_exploded_into_tables_of_their_own(client: Client) -> None:
    orders = list(client.get("order", "1-30"))
    tables = client.get("order", "1-30").tables()
    main, rows = tables["order"], tables["orderRows"]
    assert main["id"].to_pylist() == [order["id"] for order in orders]
    assert pyarrow.types.is_decimal(main.schema.field("totalValue.net").type)
    assert main.schema.field("placedOn").type == pyarrow.timestamp("ms", tz="UTC")
    expected = [(order["id"], int(row)) for order in orders for row in order["orderRows"]]
    assert list(zip(rows["order.id"].to_pylist(), rows["orderRows.id"].to_pylist(), strict=True)) == expected
    net: dict[int, Decimal] = {}
    for order, amount in zip(rows["order.id"].to_pylist(), rows["rowValue.rowNet.value"].to_pylist(), strict=True):
        net[order] = net.get(order, Decimal(0)) + amount
    first = orders[0]
    assert net[first["id"]] == sum(Decimal(row["rowValue"]["rowNet"]["value"]) for row in first["orderRows"].values())
    assert "orderRows" not in main.column_names


def test_two_members_never_share_a_column() -> None:
    for records in ([{"a.b": "x", "a": {"b": "y"}}], [{"a.b": "x"}, {"a": {"b": "y"}}]):
        with pytest.raises(ValidationError, match=r"share the column 'a\.b'") as raised:
            tables_of(("order", number, record) for number, record in enumerate(records))
        assert raised.value.location == "a.b"
    plain = tables_of([("order", 1, {"a.b": "x", "a": {"c": "y"}})])
    assert plain["order"].to_pylist() == [{"id": 1, "a.b": "x", "a.c": "y"}]


def test_the_ids_of_what_a_row_stands_in_stay() -> None:
    for member in ({"order.id": 7}, {"order": {"id": 7}}):
        tables = tables_of([("order", 1, {"rows": [{"id": 9, **member}]})])
        assert tables["rows"].to_pylist() == [{"order.id": 1, "rows.place": 0, "id": 9, "rows.order.id": 7}]


def test_what_is_named_like_its_record_has_a_table_of_its_own() -> None:
    listed = tables_of([("order", 1, {"order": [{"id": 9}]})])
    assert listed["order"].to_pylist() == [{"id": 1}]
    assert listed["order.order"].to_pylist() == [{"order.id": 1, "order.order.place": 0, "id": 9}]
    mapped = tables_of([("order", 1, {"order": {"5": {"x": 9}}})])
    assert mapped["order.order"].to_pylist() == [{"order.id": 1, "order.order.id": 5, "x": 9}]


def test_rows_of_two_resources_are_not_mixed() -> None:
    tables = tables_of([("order", 1, {"rows": [{"a": 1}]}), ("product", 2, {"rows": [{"a": 2}]})])
    assert set(tables) == {"order", "product", "order.rows", "product.rows"}
    assert tables["product.rows"].to_pylist() == [{"product.id": 2, "rows.place": 0, "a": 2}]


def test_microseconds_of_dates_stay() -> None:
    (table,) = tables_of([("order", 1, {"at": "2026-01-01T00:00:00.123456+01:00"})]).values()
    assert table["at"][0].as_py() == datetime.datetime(2025, 12, 31, 23, 0, 0, 123456, tzinfo=UTC)
    (table,) = tables_of([("order", 1, {"at": "2026-01-01T00:00:00.123000Z"})]).values()
    assert table.schema.field("at").type == pyarrow.timestamp("ms", tz="UTC")


@pytest.mark.parametrize(
    "text",
    ["9999-12-31T23:59:59.999-05:00", "0001-01-01T00:00:00.000+01:00", "2026-02-31T00:00:00Z", "0000-01-01T00:00:00Z"],
)
def test_dates_that_python_has_not_stay_texts(text: str) -> None:
    (table,) = tables_of([("order", 1, {"at": "2026-01-01T00:00:00Z"}), ("order", 2, {"at": text})]).values()
    assert table["at"].to_pylist() == ["2026-01-01T00:00:00Z", text]


def test_an_odd_date_costs_its_column_nothing_that_pandas_cannot_make_a_gap_of(account: Account) -> None:
    pandas = pytest.importorskip("pandas")
    body = json.loads(page([1, 2, 3]))
    body["response"]["results"][1][2] = "soon"
    account.answers(json.dumps(body).encode())
    frame = account.client().search(SEARCH).to_pandas()
    assert list(frame["createdOn"]) == ["2026-01-31T12:00:00.000-06:00", "soon", "2026-01-31T12:00:00.000-06:00"]
    gaps = pandas.to_datetime(frame["createdOn"], format="ISO8601", utc=True, errors="coerce")
    assert list(gaps.isna()) == [False, True, False]
    assert gaps[0] == pandas.Timestamp("2026-01-31T18:00:00Z")


def test_fetches_and_pulls_become_one_table(client: Client) -> None:
    fetched = client.get("order-service/order", "1-10").to_arrow()
    pulled = client.pull("order").to_pandas(dates="text")
    assert set(fetched["id"].to_pylist()) <= set(pulled["id"])
    assert client.get("product", "1007-1009").to_polars()["identity.sku"].dtype == polars.String
    availability = client.get("product-availability", "1007-1009").tables()
    assert availability["product-availability"]["id"].to_pylist() == [1007, 1008, 1009]
    assert set(availability["warehouses"]["product-availability.id"].to_pylist()) == {1007, 1008, 1009}
    assert client.get("order", "900001").to_arrow().num_rows == 0


def test_a_table_without_a_record_that_cannot_be_mapped_is_not_made(client: Client) -> None:
    document = {
        "version": 1,
        "name": "broken",
        "source": "order",
        "fields": [{"to": "/n", "from": "reference", "as": "integer"}],
    }
    with pytest.raises(ValidationError, match="could not be mapped"):
        client.pull("order", mapping=Mapping(document)).to_arrow()


def test_a_pull_of_several_resources_is_no_single_table_and_nothing_is_read_for_it(tmp_path: Path) -> None:
    account = Emulator(orders=5, products=4)
    state = tmp_path / "state"
    for name in ("to_arrow", "to_pandas", "to_polars"):
        pulled = account.client().pull(["product", "order"], state=state)
        with pytest.raises(MisuseError, match="of order, product") as raised:
            getattr(pulled, name)()
        assert "`tables()`" in (raised.value.advice or "")
        assert not state.exists()
        assert pulled.explain().requests_sent == 0
    tables = account.client().pull(["product", PullResource("order", name="a/order")], state=state).tables()
    assert (tables["product"].num_rows, tables["order"].num_rows) == (4, 5)
    alike = account.client().pull([PullResource("product", name="x/a"), PullResource("order", name="y/a")]).tables()
    assert (alike["x/a"].num_rows, alike["y/a"].num_rows) == (4, 5)

    async def read() -> str:
        async with account.async_client() as client:
            pulled = client.pull(["product", "order"])
            with pytest.raises(MisuseError, match="of order, product"):
                await pulled.to_pandas()
            return ",".join(sorted(await pulled.tables()))

    assert {"order", "product"} <= set(asyncio.run(read()).split(","))


OWN_ID = {"version": 1, "name": "own", "source": "order", "fields": [{"to": "/id", "from": "reference"}]}


def test_what_is_gone_is_in_tables_of_a_pull_that_looks_for_it(tmp_path: Path) -> None:
    before, after = Emulator(orders=30, seed=3), Emulator(orders=27, seed=3)
    for looks in ({"deletes": True}, {"reconcile": True}):
        states = [tmp_path / f"{place}-{next(iter(looks))}" for place in range(4)]
        for state in states:
            list(before.client().pull("order", state=state, **looks))
        gone = [one.id for one in after.client().pull("order", state=states[0], **looks) if one.deleted]
        assert len(gone) == 3
        frame = after.client().pull("order", state=states[1], **looks).to_pandas()
        assert frame[frame.deleted]["id"].tolist() == gone
        assert frame["deleted"].dtype == "boolean"
        mapped = after.client().pull("order", state=states[2], mapping=OWN_ID, **looks).tables()["order"]
        assert [row["id"] for row in mapped.to_pylist() if row["deleted"]] == gone

        async def read(state: Path, looks: dict[str, Any]) -> list[int]:
            async with after.async_client() as client:
                frame = await client.pull("order", state=state, **looks).to_polars()
                found: list[int] = frame.filter(frame["deleted"])["id"].to_list()
                return found

        assert asyncio.run(read(states[3], looks)) == gone
    mapped = after.client().pull("order", mapping=OWN_ID, deletes=True).to_arrow()
    plain = after.client().pull("order", mapping=OWN_ID)
    assert mapped["order.id"].to_pylist() == [one.record.get("id") for one in plain]
    assert not any(mapped["deleted"].to_pylist())
    assert "deleted" not in after.client().pull("order").to_arrow().column_names


def test_the_state_stays_where_no_table_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account, state = Emulator(orders=250), tmp_path / "state"

    def unable(table: object) -> None:
        raise ValidationError("there is no pandas", location="pandas")

    monkeypatch.setattr(frames, "to_pandas", unable)
    pulled = account.client().pull("order", state=state)
    before = pulled.checkpoint()
    with pytest.raises(ValidationError, match="there is no pandas"):
        pulled.to_pandas()
    assert not state.exists()
    assert pulled.checkpoint() == before
    with pytest.raises(MisuseError, match="start it again from its state"):
        next(pulled)

    async def read() -> None:
        async with account.async_client() as client:
            pulled = client.pull("order", state=state)
            with pytest.raises(ValidationError, match="there is no pandas"):
                await pulled.to_pandas()
            assert pulled.checkpoint() == before

    asyncio.run(read())
    assert not state.exists()
    again = account.client().pull("order", state=state)
    first = next(again)
    assert len(again.to_polars()) == 249
    assert len(account.client().pull("order", state=state).to_polars()) < 20
    assert first.id not in {one.id for one in account.client().pull("order", state=state)}


def test_tables_have_the_columns_that_are_known_where_nothing_was_found(client: Client) -> None:
    tables = client.get("order", "900001").tables()
    assert {name: table.num_rows for name, table in tables.items()} == {"order": 0, "orderRows": 0, "invoices": 0}
    full = client.get("order", "1-60").tables()
    for name, table in tables.items():
        assert set(full[name].column_names) <= set(table.column_names)
        for field in table.schema:
            if field.type != pyarrow.string() and field.name in full[name].column_names:
                assert field.type in (full[name].schema.field(field.name).type, pyarrow.timestamp("ms", tz="UTC"))
    assert client.get("order", "900001").tables(dates="text")["order"].schema.field("placedOn").type == pyarrow.string()
    assert client.get("order", "900001").to_pandas()["id"].dtype == "Int64"
    none = {"filters": {"orderId": 900001}}
    pulled = client.pull("order", deletes=True, **none).tables()
    assert pulled["order"].column_names[:2] == ["id", "deleted"]
    assert pulled["orderRows"].num_rows == 0
    assert client.pull("order", rows=True, **none).to_arrow().column_names == ["id"]
    assert client.pull("order", mapping=OWN_ID, **none).to_polars().columns == ["id"]
    # A resource of which the engine has no schema.
    assert client.get("product-availability", "999999").tables()["product-availability"].column_names == ["id"]

    async def read() -> list[Any]:
        async with Emulator(orders=5).async_client() as client:
            tables = await client.get("order", "900001").tables()
            rows = await client.search("order", limit=0, columns="orderId,createdOn").to_polars()
            return [tables["orderRows"].num_rows, rows.columns]

    assert asyncio.run(read()) == [0, ["orderId", "createdOn"]]


def test_a_search_that_sends_nothing_has_the_columns_of_the_catalogue(client: Client) -> None:
    known = [column.name for column in brightpearl.describe("order").searches[0].columns if column.in_rows]
    sent = client.statistics().requests
    table = pyarrow.table(client.search("order", limit=0).to_arrow())
    assert (table.column_names, table.num_rows) == (known, 0)
    some = client.search("order", limit=0, columns=["createdOn", "orderId"]).to_pandas()
    assert [str(kind) for kind in some.dtypes] == ["datetime64[ms, UTC]", "Int64"]
    assert client.statistics().requests == sent


def test_async_results_become_tables_too() -> None:
    async def read() -> tuple[int, int, int]:
        async with Emulator(orders=20).async_client() as client:
            rows = await client.search(SEARCH).to_pandas(dates="text")
            tables = await client.get("order", "1-5").tables()
            pulled = await client.pull("order").to_polars()
            return len(rows), tables["order"].num_rows, len(pulled)

    assert asyncio.run(read()) == (20, 5, 20)


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("net", ["1.50", None, "-10.125"], pyarrow.decimal128(5, 3)),
        ("sku", ["1.50", "10.50"], pyarrow.string()),
        ("net", ["1.50", "ten"], pyarrow.string()),
        ("quantity", [Decimal("1.5"), 2], pyarrow.decimal128(2, 1)),
        ("id", [1, None, 2**62], pyarrow.int64()),
        ("id", [10**25], pyarrow.decimal128(26, 0)),
        ("id", [10**50], pyarrow.string()),
        ("flag", [True, None], pyarrow.bool_()),
        ("mixed", [True, 1, "x"], pyarrow.string()),
        ("when", ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000-06:00"], pyarrow.timestamp("ms", tz="UTC")),
        ("when", ["2026-01-31"], pyarrow.string()),
        ("nothing", [None], pyarrow.string()),
    ],
)
def test_a_column_is_of_the_narrowest_type_that_loses_nothing(name: str, cells: list[Any], kind: Any) -> None:
    table = tables_of([("x", None, {name: cell}) for cell in cells])["x"]
    assert table.schema.field(name).type == kind
    for found, cell in zip(table[name].to_pylist(), cells, strict=True):
        if pyarrow.types.is_decimal(kind):
            assert found == (None if cell is None else Decimal(cell))


def test_what_is_not_installed_is_named_with_how_to_get_it() -> None:
    with pytest.raises(ValidationError) as raised:
        frames.package("a_package_that_nobody_has", "pandas", "a table of pandas")
    assert raised.value.advice == "pip install 'brightpearl[pandas]'"


def test_parquet_has_decimals_and_instants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Emulator(orders=20).serve() as server:
        for name, value in environment(server).items():
            monkeypatch.setenv(name, value)
        done = Ended("pull", "order", "--out", str(tmp_path / "orders.parquet"))
    assert done.code == 0, done.err
    schema = pyarrow.parquet.read_schema(tmp_path / "orders.parquet")
    assert pyarrow.types.is_decimal(schema.field("totalValue.net").type)
    assert schema.field("updatedOn").type == pyarrow.timestamp("ms", tz="UTC")
    assert schema.field("orderRows").type == pyarrow.string()


def test_notebooks_show_tables_and_nothing_is_read_for_it(client: Client) -> None:
    rows = client.search("order", limit=30)
    before = client.statistics().requests
    assert "<table>" not in rows._repr_html_()
    assert client.statistics().requests == before
    row = next(rows)
    assert "<th>orderId</th>" in rows._repr_html_()
    assert "the first 20 of 30" in rows._repr_html_()
    assert f"<td>{row['orderId']}</td>" in row._repr_html_()
    order = next(client.get("order", 1))
    assert "<td>reference</td>" in order._repr_html_()
    assert "<table>" in brightpearl.catalog()._repr_html_()
    assert "order-note" in brightpearl.describe("order-note")._repr_html_()
    mapping = Mapping.ready("csv-order")
    outcomes = client.push(mapping, [{"order_id": "<b>1</b>"}], dry_run=True)
    outcome = next(outcomes)
    assert "rejected" in outcomes._repr_html_()
    assert "<b>1</b>" not in outcome._repr_html_()


def test_notebooks_show_what_calls_gave_last(client: Client) -> None:
    fetched, pulled = client.get("order", "1-60"), client.pull("order", mapping=OWN_ID)
    batch = client.batch(
        [("POST", "order-service/order/1/note", {"text": "<b>x</b>"}), ("DELETE", "order-service/order/1/row/999999")]
    )
    for results in (fetched, pulled, batch):
        assert "<table>" not in results._repr_html_()
    next(fetched)
    assert "<th>reference</th>" in fetched._repr_html_()
    record = next(pulled)
    assert f"<td>{record.id}</td>" in pulled._repr_html_()
    assert str(record.record["id"]) in record._repr_html_()
    *_, last = batch
    assert "<td>1</td>" in last._repr_html_()
    assert "<b>" not in batch._repr_html_()

    async def read() -> None:
        async with Emulator(orders=5).async_client() as client:
            for results in (client.get("order", "1-5"), client.pull("order")):
                await anext(results)
                assert "<table>" in results._repr_html_()

    asyncio.run(read())


def test_records_of_pulls_and_documents_can_be_copied(client: Client) -> None:
    document = Mapping.ready("order-to-shopify")
    assert pickle.loads(pickle.dumps(document)).document == copy.deepcopy(document).document == document.document
    broken = {"version": 1, "name": "n", "source": "order", "fields": [{"to": "/n", "from": "no", "required": True}]}
    for mapping in (None, OWN_ID, broken):
        pulled = next(client.pull("order", mapping=mapping))
        for again in (pickle.loads(pickle.dumps(pulled)), copy.deepcopy(pulled)):
            for name in ("resource", "id", "changed", "deleted", "record", "raw", "skipped", "source"):
                assert getattr(again, name) == getattr(pulled, name)
            assert list(map(str, again.failures)) == list(map(str, pulled.failures))
            assert repr(again) == repr(pulled)


def test_a_bar_ends_at_the_limit(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    list(client.search("order", limit=3, progress=True))
    assert "3/3 " in capsys.readouterr().err


def test_lengths_are_those_of_the_whole(client: Client) -> None:
    rows = client.search("order")
    assert rows
    assert len(rows) == 60
    next(rows)
    assert len(rows) == 60
    assert len(list(rows)) == 59
    assert len(client.get("order", "1-7,900001")) == 8


def test_progress_is_told_page_by_page_and_shown_as_a_bar(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[int] = []
    list(client.search("order", page_size=25, progress=told.append))
    assert told == [25, 50, 60]
    told.clear()
    orders = list(client.get("order", "1-60", progress=told.append))
    assert told[-1] == len(orders) > 0
    for results in (
        client.search("order", progress=True),
        client.get("order", "1-5", progress=True),
        client.pull("order", progress=True),
    ):
        list(results)
    shown = capsys.readouterr()
    assert "60/60" in shown.err
    assert shown.out == ""
    with pytest.raises(ValidationError, match="progress"):
        client.search("order", progress="yes")  # type: ignore[call-overload]


@pytest.mark.parametrize("dates", ["foo", 5, None])
def test_what_date_times_cannot_become_is_refused_before_anything_is_read(client: Client, dates: Any) -> None:
    async def awaited() -> None:
        async with Emulator(orders=5).async_client() as client:
            rows = client.search("order")
            for make in (rows.to_arrow, rows.to_pandas, rows.to_polars):
                with pytest.raises(ValidationError, match="`dates`"):
                    await make(dates=dates)
            with pytest.raises(ValidationError, match="`dates`"):
                await anext(rows.dicts(dates=dates))
            assert rows.explain().requests_sent == 0

    asyncio.run(awaited())
    for results in (client.search("order"), client.get("order", 1), client.pull("order")):
        for name in ("to_arrow", "to_pandas", "to_polars", "tables", "dicts"):
            if hasattr(results, name):
                with pytest.raises(ValidationError, match="`dates`") as raised:
                    getattr(results, name)(dates=dates)
                assert raised.value.location == "dates"
        assert results.explain().requests_sent == 0
