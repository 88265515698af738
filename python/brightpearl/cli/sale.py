"""A sale in an emulated account: sold, shipped, read back, and what a lost answer means for a write."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from brightpearl import BrightpearlError, Client, SearchVerification
from brightpearl.cli.listing import print_table
from brightpearl.task_types import CreateGoodsOutNoteProducts
from brightpearl.testing.server import EmulatorServer

_ITEMS = 2
# Every account has one: the first member of staff (API notes, section 11).
_STAFF = 4


def sell(server: EmulatorServer, client: Client) -> None:
    """Sells and ships something, then loses the answer to a second sale and finds out what became of it."""
    print("\na sale")
    customer = next(iter(client.search("contact-service/contact-search", {"isCustomer": True}, limit=1)))
    products = _in_stock(client)
    order = client.create_sales_order(
        customer={"contactId": customer["contactId"]},
        reference="DEMO-1",
        orderRows=[{"productId": product, "quantity": 1, "price": "12.50"} for product in products],
    )["orderId"]
    _say("created", f"sales order {order} for contact {customer['contactId']}, {len(products)} lines")
    placed = _read(client, order)
    note = client.create_goods_out_note(
        orderId=order,
        warehouses=[{"warehouseId": placed["warehouseId"], "products": _items(placed)}],
    )["goodsOutNoteIds"][0]
    _say("allocated", f"goods-out note {note}")
    client.ship_goods_out_note(
        goodsOutNoteId=note,
        occured=datetime.now(timezone.utc).replace(microsecond=0),
        eventOwnerId=_STAFF,
        reference="PARCEL-0001",
    )
    _say("shipped", "picked, packed and sent as PARCEL-0001")
    print_table(
        ["", "total", "allocation", "stock", "shipping"],
        [_state("when placed", placed), _state("read back", _read(client, order))],
    )
    _lose_an_answer(server, client, customer["contactId"], products)


def _lose_an_answer(server: EmulatorServer, client: Client, contact: int, products: list[int]) -> None:
    server.emulator.set_faults(
        {"rates": [{"rate": 1, "methods": ["POST"], "path": "sales-order", "fault": {"kind": "lost-response"}}]}
    )
    print("\na sale whose answer is lost on the way")
    try:
        client.create_sales_order(
            customer={"contactId": contact},
            reference="DEMO-2",
            orderRows=[{"productId": products[0], "quantity": 1, "price": "9.99"}],
        )
    except BrightpearlError as error:
        _say("failed", f"{error.kind}, {error.delivery}: not sent a second time")
        for way in error.verifications:
            _say("to find out", str(way))
            if isinstance(way, SearchVerification):
                found = [str(row["orderId"]) for row in client.search(way.search, list(way.filters))]
                _say("found", f"order {', '.join(found)}: it was booked, once" if found else "nothing")
    finally:
        server.emulator.set_faults(None)


def _in_stock(client: Client) -> list[int]:
    rows = client.search("product-service/product-search", {"stockTracked": True}, limit=20)
    products = [row["productId"] for row in rows]
    availability = client.read_product_availability(productIds=",".join(map(str, products)))["availability"]
    free = [int(product) for product, stock in availability.items() if stock["total"]["onHand"] > 0]
    return free[:_ITEMS]


def _read(client: Client, order: int) -> dict[str, Any]:
    record: dict[str, Any] = next(iter(client.get("order-service/order", order))).value
    return record


def _items(order: dict[str, Any]) -> list[CreateGoodsOutNoteProducts]:
    return [
        {"productId": row["productId"], "salesOrderRowId": int(row_id), "quantity": row["quantity"]["magnitude"]}
        for row_id, row in order["orderRows"].items()
    ]


def _state(when: str, order: dict[str, Any]) -> dict[str, Any]:
    return {
        "": when,
        "total": f"{order['totalValue']['total']} {order['currency']['orderCurrencyCode']}",
        "allocation": order["allocationStatusCode"],
        "stock": order["stockStatusCode"],
        "shipping": order["shippingStatusCode"],
    }


def _say(what: str, detail: str) -> None:
    print(f"{what:<27}{detail}")
