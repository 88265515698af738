"""The dlt source, into DuckDB."""

from __future__ import annotations

import datetime
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from dlt.pipeline.exceptions import PipelineStepFailed

from brightpearl import Client, PulledRecord, PulledRecords, PullResource
from brightpearl.cli.emulator import environment
from brightpearl.exceptions import ArgumentTypeError
from brightpearl.testing import Emulator
from test_pull import OUT, touch

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:dlt.*")


@pytest.fixture
def client() -> Client:
    return Emulator(orders=60, contacts=20, products=10).client()


class Loaded:
    """A pipeline into a database, and what it has."""

    def __init__(self, folder: Path) -> None:
        import dlt

        self._pipeline = dlt.pipeline(
            "brightpearl",
            destination=dlt.destinations.duckdb(str(folder / "kept.duckdb")),
            dataset_name="loaded",
            pipelines_dir=str(folder / "pipelines"),
        )

    def run(self, *resources: Any, **options: Any) -> dict[str, int]:
        """Runs it; how many rows came, by table."""
        from brightpearl.dlt import source

        self._pipeline.run(source(*resources, **options))
        counts = self._pipeline.last_trace.last_normalize_info.row_counts
        return {name: count for name, count in counts.items() if not name.startswith("_dlt")}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self._pipeline.sql_client() as sql:
            return list(sql.execute_sql(query))


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    monkeypatch.chdir(tmp_path)


def test_a_second_run_loads_only_what_changed(client: Client, tmp_path: Path, quiet: None) -> None:
    loaded = Loaded(tmp_path)
    first = loaded.run("order", "product", client=client)
    orders = {order["id"]: order.value for order in client.get("order-service/order", "1-100")}
    assert (first["order"], first["product"]) == (60, 10)
    assert first["order__order_rows"] == sum(len(order["orderRows"]) for order in orders.values())
    assert loaded.run("order", "product", client=client) == {}
    touch(client, 41)
    again = loaded.run("order", "product", client=client)
    assert (again["order"], again.get("product")) == (1, None)
    assert loaded.rows("select count(*), count(distinct id) from loaded.order") == [(60, 60)]
    assert loaded.rows("select reference from loaded.order where id = 41") == [("touched 41",)]
    ((created, total),) = loaded.rows("select created_on, total_value__net from loaded.order where id = 41")
    assert created == datetime.datetime.fromisoformat(orders[41]["createdOn"])
    # Brightpearl sends it as a text.
    assert total == orders[41]["totalValue"]["net"]
    names = loaded.rows("select id, product_name, row_value__row_net__value from loaded.order__order_rows order by id")
    expected = {
        (int(number), row["productName"], row["rowValue"]["rowNet"]["value"])
        for order in orders.values()
        for number, row in order["orderRows"].items()
    }
    assert set(names) == expected
    ((weight,),) = loaded.rows("select stock__weight__magnitude from loaded.product where id = 1007")
    assert isinstance(weight, Decimal)


def test_a_run_that_fails_is_made_up_for(
    client: Client, tmp_path: Path, quiet: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = Loaded(tmp_path)
    loaded.run("order", client=client)
    for number in (41, 42, 43):
        touch(client, number)

    def batches(pulled: PulledRecords) -> Iterator[list[PulledRecord]]:
        yield next(taken(pulled))
        raise OSError("the disk is full")

    taken = PulledRecords.batches
    with monkeypatch.context() as patched:
        patched.setattr(PulledRecords, "batches", batches)
        with pytest.raises(PipelineStepFailed, match="the disk is full"):
            loaded.run("order", client=client)
    assert loaded.run("order", client=client)["order"] == 3
    assert loaded.rows("select count(*) from loaded.order where reference like 'touched %'") == [(3,)]


def test_records_that_are_gone_are_removed(client: Client, tmp_path: Path, quiet: None) -> None:
    loaded = Loaded(tmp_path)
    (customer,) = client.search("contact-service/contact-search", {"isCustomer": True}, limit=1)
    (product,) = client.search("product-service/product-search", {"productStatus": "LIVE"}, limit=1)
    row = {"productId": product["productId"], "quantity": 1, "price": "9.95"}
    order = client.create_sales_order(
        customer={"contactId": customer["contactId"]},
        reference="R",
        orderRows=[row],  # type: ignore[list-item]
    )["orderId"]
    (number,) = next(iter(client.get("order-service/order", order)))["orderRows"]
    allocated = {"productId": product["productId"], "salesOrderRowId": int(number), "quantity": 1}
    (note,) = client.create_goods_out_note(
        orderId=order,
        warehouses=[{"warehouseId": 2, "products": [allocated]}],  # type: ignore[list-item]
    )["goodsOutNoteIds"]
    notes = PullResource("goods-out", deletes=True)
    loaded.run(notes, client=client)
    before = loaded.rows("select id from loaded.goods_out order by id")
    assert (note,) in before
    client.delete(f"warehouse-service/order/{order}/goods-note/goods-out/{note}")
    loaded.run(notes, client=client)
    assert loaded.rows("select id from loaded.goods_out order by id") == [row for row in before if row != (note,)]


def test_what_cannot_be_mapped_is_in_a_table_of_its_own(client: Client, tmp_path: Path, quiet: None) -> None:
    fields: Any = OUT["fields"]
    failing = OUT | {"fields": [*fields, {"to": "/invoice", "from": "invoices[0].invoiceReference", "required": True}]}
    loaded = Loaded(tmp_path)
    counts = loaded.run(PullResource("order", name="sales", mapping=failing), client=client)
    assert counts["sales"] + counts["sales_failures"] in (59, 60)
    assert counts["sales_failures"] > 0
    ((reason,), *_) = loaded.rows("select reason from loaded.sales_failures")
    assert "invoices[0].invoiceReference" in reason


def test_the_account_comes_from_the_secrets_of_dlt(
    tmp_path: Path, quiet: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator(orders=5, contacts=20, products=10).serve() as server:
        for name, value in environment(server).items():
            monkeypatch.delenv(name, raising=False)
            monkeypatch.setenv(f"SOURCES__{name.replace('_', '__', 1)}", value)
        assert Loaded(tmp_path).run("product-type")["product_type"] == 3
    monkeypatch.delenv("SOURCES__BRIGHTPEARL__ACCOUNT_TOKEN")
    with pytest.raises(PipelineStepFailed, match=r"sources\.brightpearl\.account_token"):
        Loaded(tmp_path).run("product-type")


def test_wrong_resources_are_refused() -> None:
    from brightpearl.dlt import source

    with pytest.raises(ArgumentTypeError, match="expected names"):
        source()
    with pytest.raises(ArgumentTypeError, match=r"resource 1 is .*expected a name"):
        source("order", 7)  # type: ignore[arg-type]


def test_without_dlt_it_says_what_to_install() -> None:
    program = "import sys; sys.modules['dlt'] = None; import brightpearl.dlt"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert "pip install 'brightpearl[dlt]'" in done.stderr
