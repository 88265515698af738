"""What editors know of names, records and results, as type checkers see it. It is checked, not run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy
import polars

from brightpearl import AsyncClient, BatchResult, Client, IdSet, Mapping, Reply, Resource, Resources, Row, Rows
from brightpearl.catalogue_types import OrderColumn, OrderFilters, ResourceName, SearchName, TaskName
from brightpearl.record_types import Contact, GoodsOutNote, Order, Product, ProductAvailability

client = Client()
columns: list[OrderColumn] = ["orderId", "orderTypeId"]
filters: OrderFilters = {"orderTypeId": 1, "updatedOn": "2026-01-01/"}
rows: Rows = client.search("order", filters, columns=columns, sort="updatedOn.DESC", limit=5)
first: Row = next(iter(client.search("order-service/order-search", {"orderTypeId": 1}, columns=["orderId"])))
newer: Rows = client.search("newer-service/thing-search", {"newer": 1}, columns=["newer"])

orders: Resources[Order] = client.get("order", "1-3", timeout=5)
order: Resource[Order] = next(iter(orders))
reference: str | None = order.value.get("reference")
products: Resources[Product] = client.get("product", [1007])
contact: Contact = next(client.get("contact", 207)).value
note: GoodsOutNote = next(client.get("goods-out-note", 4)).value
availability: ProductAvailability = next(client.get("product-availability", 1007)).value
in_stock: int = availability.get("total", {}).get("inStock", 0)
anything: Resources[Any] = client.get("newer-service/thing")

client.read_product_availability(productIds=[1007, 1008])
client.read_product_availability(productIds=range(1007, 1010))
client.read_product_prices(productIds=IdSet("1007-1008"), priceListIds=None)

name: ResourceName = "order-row"
search: SearchName = "order"
task: TaskName = "add-order-note"
wrong: TaskName = "add-order-nte"  # type: ignore[assignment]
misspelt: OrderFilters = {"orderTypId": 1}  # type: ignore[typeddict-unknown-key]


async def awaited(client: AsyncClient) -> Order:
    async for order in client.get("order", 1):
        return order.value
    done = await client.add_order_note(orderId=1, text="x")
    raise LookupError(done["noteId"])


@dataclass
class Given:
    """A record of a program's own."""

    number: int


document = Mapping.ready("shopify-order")
client.push(document, polars.DataFrame(), dry_run=True)
client.push(document, polars.Series(["{}"]), dry_run=True)
client.push(document, [Given(1)], dry_run=True)
client.push(document, [{"number": 1}], dry_run=True)
client.push(document, ["{}"], dry_run=True)
client.push(document, 5, dry_run=True)  # type: ignore[arg-type]
client.add_order_note(orderId=numpy.int64(1), text="x")
client.add_order_note(orderId="1", text="x")
client.add_order_note(orderId=1.5, text="x")  # type: ignore[arg-type]
client.read_product_availability(productIds=[numpy.int64(1007)])
client.get("order", [numpy.int64(1)])

for result in client.batch([("POST", "order-service/order/1/note", {"text": "x"})]):
    kept: BatchResult = result
    if result.error is None:
        answer: Reply = result.response
    else:
        print(result.error.delivery)
