"""Tasks: a typed method for each, and what they give and raise."""

from __future__ import annotations

import asyncio
import datetime
import importlib.util
import inspect
import json
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest

import brightpearl
from brightpearl import (
    AsyncClient,
    BrightpearlError,
    Client,
    IdSet,
    RejectedError,
    Response,
    ValidationError,
    task_types,
)
from brightpearl.testing import Emulator
from conftest import Account

PYTHON = Path(__file__).parents[3] / "python"
NO_IDS: list[Any] = [True, 1.0, Decimal(1), b"1", pandas.NaT, pandas.NA, float("nan"), {"id": 1}, pandas.DataFrame()]


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """The script that writes the methods."""
    spec = importlib.util.spec_from_file_location("generate_tasks", PYTHON / "generate_tasks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_methods_are_what_the_engine_says(generator: ModuleType) -> None:
    for name, text in generator.files().items():
        assert (PYTHON / "brightpearl" / name).read_text() == text, (
            f"{name} is not what the engine says of its tasks; run make generate"
        )


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_every_task_has_a_method(kind: type) -> None:
    tasks = brightpearl.tasks()
    assert len(tasks) > 20
    (mixin,) = (base for base in kind.__mro__ if base.__name__.endswith("TaskMethods"))
    methods = {name for name in vars(mixin) if not name.startswith("_")}
    assert methods == {task.name.replace("-", "_") for task in tasks}
    for task in tasks:
        method = getattr(kind, task.name.replace("-", "_"))
        assert inspect.iscoroutinefunction(method) == (kind is AsyncClient)
        assert (inspect.getdoc(method) or "").replace("\n", " ").startswith(task.summary)


@pytest.mark.parametrize("client", [Client, AsyncClient, Emulator().client()])
def test_a_console_sees_the_arguments_of_every_task(client: Any) -> None:
    for task in brightpearl.tasks():
        given = inspect.signature(getattr(client, task.name.replace("-", "_"))).parameters
        forms = task.arguments.get("anyOf", [task.arguments])
        names = {name for form in forms for name in form.get("properties", {})}
        options = {"timeout", "max_retries", "extra_headers", "extra_query"}
        assert set(given) - {"self"} == names | options
        mandatory = [name for name, one in given.items() if one.default is one.empty and name != "self"]
        assert set(mandatory) == set.intersection(*(set(form.get("required", [])) for form in forms))
        assert list(given)[-len(options) :] == list(task_types.CallOptions.__annotations__)


def test_the_types_can_be_imported() -> None:
    assert task_types.AddOrderNote.__required_keys__ == {"orderId", "text"}
    assert "isPublic" in task_types.AddOrderNote.__optional_keys__
    assert "brightpearl.task_types" in sys.modules


def test_a_method_does_what_the_task_does() -> None:
    client = Emulator(orders=10).client()
    by_method = client.add_order_note(orderId=1, text="left at the door")
    by_name = client.task("add-order-note", orderId=1, text="left at the door")
    assert by_name["noteId"] > by_method["noteId"]


def test_an_order_is_created_shipped_and_read_back() -> None:
    emulator = Emulator(orders=10)
    client = emulator.client()
    (customer,) = client.search("contact-service/contact-search", {"isCustomer": True}, limit=1)
    (product,) = client.search("product-service/product-search", {"productStatus": "LIVE"}, limit=1)
    created = client.create_sales_order(
        customer={"contactId": customer["contactId"]},
        reference="INV-7",
        orderRows=[{"productId": product["productId"], "quantity": 2, "price": Decimal("9.95")}],
    )
    order = next(client.get("order-service/order", created["orderId"]))
    assert order["reference"] == "INV-7"
    assert order["totalValue"]["net"] == "19.90"
    (row,) = order["orderRows"]
    taken: list[task_types.CreateGoodsOutNoteProducts] = [
        {"productId": product["productId"], "salesOrderRowId": int(row), "quantity": 2}
    ]
    # Stock that is not there cannot be sent.
    client.correct_stock(
        warehouseId=2,
        corrections=[
            {
                "productId": product["productId"],
                "quantity": 5,
                "reason": "found",
                "locationId": 2,
                "cost": {"value": Decimal("1.50")},
            }
        ],
    )
    (note,) = client.create_goods_out_note(
        orderId=created["orderId"], warehouses=[{"warehouseId": 2, "products": taken}]
    )["goodsOutNoteIds"]
    shipped = datetime.datetime(2026, 7, 1, 12, tzinfo=datetime.timezone.utc)
    # A task that has nothing to say gives nothing.
    client.ship_goods_out_note(goodsOutNoteId=note, eventOwnerId=4, occured=shipped, reference="TRACK-1")
    found = next(client.get("warehouse-service/order/*/goods-note/goods-out", note))
    assert found["shipping"]["reference"] == "TRACK-1"
    assert found["status"]["shipped"] is True
    added = client.add_order_row(
        orderId=created["orderId"],
        productName="Gift wrap",
        quantity={"magnitude": 1},
        rowValue={"taxCode": "Z", "rowNet": {"value": Decimal("2.50")}},
    )
    client.remove_order_row(orderId=created["orderId"], orderRowId=added["orderRowId"])
    with pytest.raises(RejectedError, match="ORDC-046"):
        client.remove_order_row(orderId=created["orderId"], orderRowId=row)


def test_tasks_are_awaited_too() -> None:
    async def act() -> None:
        client = Emulator(orders=10).async_client()
        notes = await asyncio.gather(*(client.add_order_note(orderId=1, text=str(number)) for number in range(5)))
        assert len({note["noteId"] for note in notes}) == 5
        assert (await client.task("add-order-note", orderId=1, text="x"))["noteId"] > 0

    asyncio.run(act())


def test_wrong_arguments_are_refused_before_anything_is_sent(account: Account, client: Client) -> None:
    with pytest.raises(ValidationError) as caught:
        client.task("add-order-note", orderId=0)
    assert {violation.pointer for violation in caught.value.violations} >= {"/orderId", "/text"}
    with pytest.raises(ValidationError, match="add-order-note") as caught:
        client.task("add-order-notes", orderId=1)
    with pytest.raises(ValidationError):
        client.add_order_note(orderId=1, text=object())  # type: ignore[typeddict-item]
    assert account.requests == []


@pytest.mark.parametrize(
    "ids",
    [
        [1007, 1008],
        range(1007, 1009),
        (1007, 1008),
        {1007, 1008},
        (number for number in (1007, 1008)),
        numpy.array([1007, 1008]),
        pandas.Series([1007, 1008]),
        polars.Series([1007, 1008]),
        pyarrow.array([1007, 1008]),
        IdSet("1007-1008"),
        "1007-1008",
    ],
    ids=lambda ids: type(ids).__name__,
)
def test_sets_of_ids_are_whatever_ids_are_elsewhere(ids: Any) -> None:
    found = Emulator(orders=5).client().read_product_availability(productIds=ids)
    assert sorted(int(number) for number in found["availability"]) == [1007, 1008]


def test_single_ids_and_lists_of_them_may_be_of_other_libraries(account: Account, client: Client) -> None:
    account.answers(*[Response(200, {}, b'{"response":7}')] * 3)
    for number in (numpy.int64(12), pyarrow.scalar(12), "12"):
        client.add_order_note(orderId=number, text="x")  # type: ignore[typeddict-item]
    assert {request.url.rpartition("/order-service/")[2] for request in account.requests} == {"order/12/note"}
    account.answers(Response(200, {}, b'{"response":7}'))
    client.create_product(
        brandId=1,
        identity={"sku": "S-1"},
        salesChannels=[
            {"salesChannelName": "Brightpearl", "productName": "x", "categories": [{"categoryCode": "276"}]}
        ],
        seasonIds=pandas.Series([3, 4]),  # type: ignore[typeddict-item]
    )
    assert json.loads(account.requests[-1].body)["seasonIds"] == [3, 4]


@pytest.mark.parametrize(
    ("call", "place"),
    [
        *((lambda client, id=id: client.add_order_note(orderId=id, text="x"), "orderId") for id in NO_IDS),
        *((lambda client, id=id: client.task("read-product-prices", productIds=id), "productIds") for id in NO_IDS),
        (lambda client: client.read_product_prices(productIds=[1007, 1.0]), "productIds[1]"),
        (lambda client: client.task("update-product", productId=1, seasonIds=[1, True]), "seasonIds[1]"),
        (lambda client: client.task("update-product", productId=1, seasonIds=5), "seasonIds"),
        (lambda client: client.task("add-order-note", orderId=1, txt="x"), "txt"),
    ],
)
def test_what_is_no_id_is_a_type_error_at_its_argument(
    account: Account, client: Client, call: Callable[[Client], Any], place: str
) -> None:
    with pytest.raises(TypeError) as caught:
        call(client)
    assert isinstance(caught.value, ValidationError)
    assert caught.value.location == place
    assert account.requests == []


def test_what_has_no_json_form_is_told_by_its_argument(account: Account, client: Client) -> None:
    for arguments, place in (
        ({"orderId": 1, "text": object()}, "text"),
        ({"orderId": 1, "text": {"a": [b"x"]}}, "text /a/0"),
        ({"orderId": "\ud800", "text": "x"}, "orderId"),
    ):
        with pytest.raises(ValidationError) as caught:
            client.task("add-order-note", **arguments)
        assert caught.value.location == place
    assert account.requests == []


def test_a_task_that_fails_halfway_says_what_was_done(account: Account, client: Client) -> None:
    account.answers(
        Response(200, {}, b'{"response":100777}'),
        Response(200, {}, b'{"response":5001}'),
        Response(400, {}, b'{"errors":[{"code":"ORDC-026","message":"You have not supplied a product name"}]}'),
    )
    rows: list[Any] = [
        {
            "productName": name,
            "quantity": {"magnitude": 1},
            "rowValue": {"taxCode": "T20", "rowNet": {"value": "1.10"}},
        }
        for name in ("first", "second", "third")
    ]
    with pytest.raises(RejectedError) as caught:
        client.create_order(orderTypeCode="SO", parties={"customer": {"contactId": 208}}, rows=rows)
    error = caught.value
    assert error.progress is not None
    assert error.progress["orderId"] == 100777
    assert error.progress["orderRowIds"] == [5001]
    assert isinstance(error, BrightpearlError)
    assert "\n" not in str(error)


@pytest.mark.parametrize("ids", [[], (), numpy.array([], int)])
def test_a_set_of_ids_without_any_is_told_as_such(client: Client, ids: Any) -> None:
    with pytest.raises(ValidationError, match="`productIds` has no ids") as raised:
        client.read_product_availability(productIds=ids)
    assert raised.value.location == "productIds"
