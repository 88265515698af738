"""Orders of shops that come again: edited, cancelled, twice in one file, or by documents that cannot find them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brightpearl import Client, Mapping, ValidationError
from brightpearl.testing import Emulator, EmulatorServer
from command_line import Ended, settings

__all__ = ["settings"]

ADDRESS = {
    "first_name": "Ada",
    "last_name": "Example",
    "address1": "1 Row",
    "city": "Bath",
    "zip": "BA1 1AA",
    "country_code": "GB",
}


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=5, contacts=10, products=20).serve() as server:
        yield server


@pytest.fixture
def client(server: EmulatorServer) -> Iterator[Client]:
    with server.client() as client:
        yield client


def shopify(client: Client, quantity: int, **members: Any) -> dict[str, Any]:
    found = client.search("product-service/product-search", {}, columns=["SKU", "productId"])
    sku = next(row["SKU"] for row in found if row["SKU"])
    total = f"{quantity * 10}.00"
    line = {
        "id": 1,
        "name": "Mug",
        "sku": sku,
        "quantity": quantity,
        "price": "10.00",
        "tax_lines": [],
        "discount_allocations": [],
    }
    return {
        "id": 7001,
        "name": "#7001",
        "email": "ada@example.com",
        "created_at": "2026-03-01T10:00:00-05:00",
        "currency": "USD",
        "taxes_included": False,
        "total_price": total,
        "total_tax": "0.00",
        "source_name": "web",
        "test": False,
        "cancelled_at": None,
        "billing_address": ADDRESS,
        "shipping_address": ADDRESS,
        "line_items": [line],
        "shipping_lines": [],
    } | members


def woocommerce(status: str) -> dict[str, Any]:
    address = {"first_name": "Ada", "last_name": "Example", "address_1": "1 Row", "postcode": "BA1 1AA"}
    billing = address | {"country": "GB", "email": "ada@example.com"}
    line = {"id": 1, "name": "Mug", "quantity": 2, "subtotal": "20.00", "total": "20.00", "total_tax": "0.00"}
    return {
        "id": 8001,
        "number": "8001",
        "status": status,
        "currency": "USD",
        "prices_include_tax": False,
        "date_created_gmt": "2026-03-01T10:00:00",
        "total": "20.00",
        "total_tax": "0.00",
        "billing": billing,
        "shipping": address | {"country": "GB"},
        "line_items": [line | {"taxes": [], "sku": "", "tax_class": ""}],
        "shipping_lines": [],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
        "tax_lines": [],
    }


def pushed(client: Client, name: str, *records: dict[str, Any], **options: Any) -> list[Any]:
    with client.push(Mapping.ready(name), records, write=True, **options) as outcomes:
        return sorted(outcomes, key=lambda outcome: outcome.record)


def read(client: Client, id: int | None) -> Any:
    return next(iter(client.get("order-service/sales-order", id)))


def test_an_edited_order_is_changed_to_the_cent(client: Client) -> None:
    [first] = pushed(client, "shopify-order", shopify(client, 2))
    [edited] = pushed(client, "shopify-order", shopify(client, 3))
    assert (edited.state, edited.id) == ("updated", first.id), edited.reason
    order = read(client, first.id)
    assert (order["rows"][0]["quantity"], order["rows"][0]["net"], order["total"]["gross"]) == (
        "3.0000",
        "30.0000",
        "30.00",
    )
    unknown = shopify(client, 3)
    unknown["line_items"][0]["sku"] = "NO-SUCH"
    [other] = pushed(client, "shopify-order", unknown)
    assert other.state == "updated", other.reason
    rows = read(client, first.id)["rows"]
    assert [(row["name"], row.get("sku")) for row in rows] == [("Mug (NO-SUCH)", None)]


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("shopify-order", lambda client, gone: shopify(client, 2, **({"cancelled_at": "2026-03-02"} if gone else {}))),
        ("woocommerce-order", lambda client, gone: woocommerce("cancelled" if gone else "processing")),
    ],
)
def test_an_order_that_was_cancelled_after_its_push_is_cancelled(client: Client, name: str, of: Any) -> None:
    [absent] = pushed(client, name, of(client, True))
    assert absent.state == "skipped"
    [first] = pushed(client, name, of(client, False))
    assert first.state == "created", first.reason
    [cancelled] = pushed(client, name, of(client, True))
    assert (cancelled.state, cancelled.id) == ("updated", first.id)
    assert "the order was cancelled" in str(cancelled.reason)
    assert read(client, first.id)["isCanceled"] is True


def test_an_order_that_was_refunded_after_its_push_is_told(client: Client, tmp_path: Path) -> None:
    pushed(client, "woocommerce-order", woocommerce("processing"))
    file = tmp_path / "orders.json"
    file.write_text(json.dumps([woocommerce("refunded")]))
    ended = Ended("push", "woocommerce-order", str(file), "--write")
    assert ended.code == 4
    assert "the order was refunded, and it is in Brightpearl" in ended.out
    assert "differs" in ended.out


def test_two_products_of_one_sku_are_refused(client: Client) -> None:
    def product(id: int, title: str) -> dict[str, Any]:
        variant = {"id": id, "title": "Default Title", "sku": "M-1", "taxable": True, "inventory_management": "shopify"}
        return {"id": id, "title": title, "vendor": "Acme", "product_type": "Mugs", "status": "active"} | {
            "variants": [variant]
        }

    ended = pushed(client, "shopify-product", product(1, "Mug"), product(3, "Other mug"))
    assert [outcome.state for outcome in ended] == ["rejected", "rejected"]
    assert "record 0 of this push has the same key" in str(ended[1].reason)
    ended = pushed(client, "shopify-product", product(1, "Mug"), copy.deepcopy(product(1, "Mug")))
    assert [outcome.state for outcome in ended] == ["created", "unchanged"]


@pytest.mark.parametrize("name", ["xero-journal", "quickbooks-journal", "shopify-inventory", "shipstation-shipment"])
def test_what_cannot_be_found_again_is_not_written_without_a_journal(client: Client, tmp_path: Path, name: str) -> None:
    with pytest.raises(ValidationError, match="expected a journal") as caught:
        pushed(client, name)
    assert caught.value.location == "journal"
    file = tmp_path / "records.json"
    file.write_text("[]")
    ended = Ended("push", name, str(file), "--write")
    assert ended.code not in (0, 4)
    assert "expected a journal" in ended.err
    assert Ended("push", name, str(file), "--write", "--journal", str(tmp_path / "journal")).code == 0
    assert "how a record is found" in Ended("map", "check", name).out


def test_an_order_whose_addresses_or_dates_changed_is_changed_as_the_api_can_and_told(client: Client) -> None:
    document = json.loads(Mapping.ready("shopify-order").document)
    document["fields"] = [field for field in document["fields"] if field.get("to") != "/delivery/date"] + [
        {"to": "/delivery/date", "from": "wanted_on", "as": "datetime"}
    ]
    mapping = Mapping(document)

    def push(**members: Any) -> Any:
        with client.push(mapping, [shopify(client, 2, **members)], write=True) as outcomes:
            return next(iter(outcomes))

    first = push(wanted_on="2026-03-10T10:00:00-05:00")
    later = push(wanted_on="2026-03-12T10:00:00-05:00")
    assert (later.state, later.id) == ("updated", first.id), later.reason
    assert "2026-03-12" in read(client, first.id)["delivery"]["date"]
    moved = ADDRESS | {"address1": "2 Row", "zip": "BA2 2BB"}
    changed = push(wanted_on="2026-03-14T10:00:00-05:00", shipping_address=moved)
    # The day is changed; of the address, every part that differs is told with both values.
    assert (changed.state, changed.id) == ("differs", first.id)
    assert "the API cannot change /delivery/address" in changed.reason
    told = {one.pointer: (one.before, one.after, one.changeable) for one in changed.differences}
    assert told["/delivery/address/addressLine1"] == ("1 Row", "2 Row", False)
    assert told["/delivery/address/postalCode"] == ("BA1 1AA", "BA2 2BB", False)
    there = read(client, first.id)["delivery"]
    assert ("2026-03-14" in there["date"], there["address"]["addressLine1"]) == (True, "1 Row")
    again = push(wanted_on="2026-03-14T10:00:00-05:00")
    assert again.state == "unchanged", again.reason
