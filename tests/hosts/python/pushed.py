"""What the tests of pushes push: orders of a shop, in a flat shape of its own."""

from __future__ import annotations

from typing import Any

from brightpearl import Client, Mapping
from brightpearl.testing import Emulator

ORDERS: dict[str, Any] = {
    "version": 1,
    "name": "orders",
    "target": "order-service/sales-order",
    "key": {
        "target": "/ref",
        "verify": {"search": "order-service/order-search", "column": "customerRef", "by": {"orderTypeId": 1}},
    },
    "when": [{"is": "!test", "otherwise": "it is a test order"}],
    "mappings": {
        "address": {
            "name": "address",
            "target": "contact-service/postal-address",
            "fields": [
                {"to": "/addressLine1", "from": "street", "default": "-"},
                {"to": "/postalCode", "value": "AB1 2CD"},
            ],
        },
        "contact": {
            "name": "contact",
            "target": "contact-service/contact",
            "fields": [
                {"to": "/firstName", "from": "name"},
                {"to": "/lastName", "value": "-"},
                {"to": "/postAddressIds/DEF", "resolve": {"create": "address"}},
                {"to": "/communication/emails/PRI/email", "from": "email"},
            ],
        },
    },
    "fields": [
        {"to": "/ref", "from": "number", "required": True},
        {
            "to": "/customer/id",
            "from": "email",
            "required": True,
            "resolve": {
                "search": "contact-service/contact-search",
                "column": "primaryEmail",
                "else": {"create": "contact"},
            },
        },
        {"to": "/placedOn", "from": "placed", "as": "datetime"},
        {"to": "/warehouseId", "from": "warehouse", "default": 2},
        {"to": "/currency/code", "value": "USD"},
        {
            "to": "/rows",
            "each": "lines",
            "required": True,
            "fields": [
                {
                    "to": "/productId",
                    "from": "sku",
                    "required": True,
                    "resolve": {"search": "product-service/product-search", "column": "SKU"},
                },
                {"to": "/quantity", "from": "qty", "required": True, "as": "decimal"},
                {"to": "/net", "from": "price", "required": True, "as": "money"},
                {"to": "/tax", "value": "0.00"},
                {"to": "/taxCode", "value": "T20"},
            ],
        },
    ],
}
"""The mapping document."""

MAPPING = Mapping(ORDERS)


def shop(**settings: Any) -> Emulator:
    """An account to push to."""
    return Emulator(orders=20, contacts=30, products=20, **settings)


def skus(client: Client) -> list[str]:
    """The products that can be sold."""
    return [row["SKU"] for row in client.search("product-service/product-search", sort="productId") if row["SKU"]]


def order(number: int, sku: str, **members: Any) -> dict[str, Any]:
    """One order; seven customers take turns."""
    return {
        "number": f"W-{number}",
        "email": f"buyer{number % 7}@example.com",
        "name": f"Buyer {number % 7}",
        "placed": "2026-06-01T10:00:00Z",
        "lines": [{"sku": sku, "qty": 2, "price": "12.50"}],
    } | members


def orders(client: Client, count: int) -> list[dict[str, Any]]:
    """Orders of what the account sells."""
    known = skus(client)
    return [order(number, known[number % len(known)]) for number in range(count)]


def found(client: Client, reference: str) -> int:
    """How many sales orders have that reference."""
    rows = client.search("order-service/order-search", {"customerRef": reference, "orderTypeId": 1})
    return sum(row["customerRef"] == reference for row in rows)
