"""Orders of a shop to sales orders: by the ready document through the package, and by hand in plain Python.

Both read the same order, varied in the same way (as `benches/mapping.rs` does), and make the same bodies: checked
against the ready document's own sample before anything is measured.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sized
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from brightpearl import Mapping

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "mappings"
ORDERS = 10_000
ROUNDS = 5

TAX_CODES = {"0": "T0", "0.05": "T5", "0.2": "T20"}
CHANNELS = {"web": 1, "pos": 2}
CENT = Decimal("0.01")
ADDRESS = (
    ("addressLine1", "address1"),
    ("addressLine2", "address2"),
    ("addressLine3", "city"),
    ("addressLine4", "province"),
    ("postalCode", "zip"),
    ("countryIsoCode", "country_code"),
    ("telephone", "phone"),
    ("companyName", "company"),
)


def money(amount: Decimal) -> str:
    return str(amount.quantize(CENT, ROUND_HALF_UP))


def address(source: dict[str, Any], email: str) -> dict[str, str]:
    mapped = {}
    name = " ".join(part for part in (source.get("first_name"), source.get("last_name")) if part)
    if name:
        mapped["addressFullName"] = name
    for to, at in ADDRESS:
        if value := source.get(at):
            mapped[to] = value
    if email:
        mapped["email"] = email
    return mapped


def row(line: dict[str, Any], quantity: Any, inclusive: bool) -> dict[str, Any]:
    tax = sum((Decimal(tax["price"]) for tax in line.get("tax_lines") or ()), Decimal())
    net = Decimal(line["price"]) * quantity
    net -= sum((Decimal(off["amount"]) for off in line.get("discount_allocations") or ()), Decimal())
    if inclusive:
        net -= tax
    rate = str(line["tax_lines"][0]["rate"]) if line.get("tax_lines") else "0"
    return {"quantity": str(quantity), "net": money(net), "tax": money(tax), "taxCode": TAX_CODES[rate]}


def sales_order(text: str, contact: Any, product: Any) -> str | None:
    """The body of a sales order, with the ids that `contact` and `product` know."""
    order = json.loads(text)
    if order.get("test") or order.get("cancelled_at"):
        return None
    email = (order.get("email") or order["customer"]["email"]).strip()
    placed = datetime.fromisoformat(order.get("processed_at") or order["created_at"])
    rows = []
    for line in order["line_items"]:
        mapped = row(line, line["quantity"], order["taxes_included"])
        if sku := (line.get("sku") or "").strip():
            mapped["productId"] = product(sku)
        mapped["name"] = line.get("name") or line["title"]
        mapped["externalRef"] = str(line["id"])
        rows.append(mapped)
    for line in order.get("shipping_lines") or ():
        mapped = row(line, 1, order["taxes_included"])
        mapped["name"] = f"Shipping: {line['title']}"
        rows.append(mapped)
    if note := order.get("note"):
        rows.append({"name": f"Note: {note}", "quantity": "1", "net": "0.00", "tax": "0.00", "taxCode": "T0"})
    total = sum((Decimal(mapped["net"]) + Decimal(mapped["tax"]) for mapped in rows), Decimal())
    if total != Decimal(order.get("current_total_price") or order["total_price"]):
        raise ValueError(f"the rows of {order['name']} come to {total}")
    body: dict[str, Any] = {
        "ref": order["name"],
        "externalRef": str(order["id"]),
        "customer": {"id": contact(email.lower())},
        "placedOn": placed.isoformat(timespec="milliseconds"),
        "taxDate": placed.isoformat(timespec="milliseconds"),
        "channelId": CHANNELS.get(order.get("source_name"), 1),
        "warehouseId": 2,
        "currency": {"code": order["currency"].upper()},
        "rows": rows,
    }
    for to, at in (("billing", "billing_address"), ("delivery", "shipping_address")):
        if mapped_address := address(order.get(at) or {}, email):
            body[to] = {"address": mapped_address}
    return json.dumps(body)


def check() -> None:
    """Compares with what the ready document makes of its sample."""
    records = json.loads((SAMPLES / "shopify-order.sample.json").read_text("utf-8"))
    expected = json.loads((SAMPLES / "shopify-order.expected.json").read_text("utf-8"))
    ids = expected[0]["references"]
    contact = "contact-service/contact-search?primaryEmail="
    product = "product-service/product-search?SKU="
    body = sales_order(json.dumps(records[0]), lambda email: ids[contact + email], lambda sku: ids[product + sku])
    assert body is not None
    assert json.loads(body) == expected[0]["body"], body
    mapped = Mapping.ready("shopify-order").map(records[0], ids)
    assert mapped.body == expected[0]["body"], mapped


def main() -> None:
    check()
    order = (HERE.parent / "order.json").read_text("utf-8").rstrip("\n")
    orders = [
        order.replace("450789469001", str(450_789_469_001 + place))
        .replace("#1001", f"#{1001 + place}")
        .replace("12.50", f"12.{10 + place % 90:02}")
        # Three of them, at another price.
        .replace("66.99", str((6699 + 3 * (place % 90 - 40)) / Decimal(100)))
        for place in range(ORDERS)
    ]
    size = len(order)
    by_hand = best_of(lambda: [sales_order(text, lambda email: 1007, lambda sku: 1007) for text in orders])
    mapping = Mapping.ready("shopify-order")
    ids = dict.fromkeys((one.text for text in orders for one in mapping.map(text).references), 1007)
    records = [text.encode() for text in orders]
    lines = b"\n".join(records)
    one_by_one = best_of(lambda: [mapping.map(record, ids).raw for record in records])
    many = best_of(lambda: [mapped.raw for mapped in mapping.map_many(records, ids)])
    of_lines = best_of(lambda: [mapped.raw for mapped in mapping.map_many(lines, ids)])
    print(f"{ORDERS} orders of {size} bytes to the bodies of sales orders")
    for name, seconds in (
        ("plain Python", by_hand),
        ("Mapping.map, one by one", one_by_one),
        ("Mapping.map_many of records", many),
        ("Mapping.map_many of JSON Lines", of_lines),
    ):
        print(
            f"  {name:<31}{seconds * 1000:6.0f} ms  {seconds / ORDERS * 1e6:6.1f} us each  {by_hand / seconds:5.1f} x"
        )


def best_of(run: Callable[[], Sized]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        assert len(run()) == ORDERS
        best = min(best, time.perf_counter() - start)
    return best


if __name__ == "__main__":
    main()
