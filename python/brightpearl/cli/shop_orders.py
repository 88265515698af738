"""Orders as a shop on Shopify sends them, for the demonstration: most of them right, some wrong in the usual ways."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

# Every so many-th order is wrong in one of these ways.
_WRONG_EVERY = 25
_NAMES = ("Ada", "Bo", "Chidi", "Dana", "Eva", "Femi", "Grete", "Hana", "Ines", "Jun")
_STREETS = ("Example Road", "Sample Lane", "Harbour Street", "Mill Row")


def shop_orders(count: int, skus: Sequence[str], seed: int) -> list[dict[str, Any]]:
    """So many orders of products with these SKUs; the same ones for the same seed."""
    draw = random.Random(seed)
    return [_order(number, skus, draw) for number in range(1, count + 1)]


def _order(number: int, skus: Sequence[str], draw: random.Random) -> dict[str, Any]:
    buyer = draw.randrange(60)
    name = _NAMES[buyer % len(_NAMES)]
    address = {
        "first_name": name,
        "last_name": f"Buyer {buyer}",
        "company": None,
        "address1": f"{1 + buyer} {draw.choice(_STREETS)}",
        "address2": None,
        "city": "Exampleton",
        "province": "Exampleshire",
        "zip": f"EX{buyer} 2PL",
        "country_code": "GB",
        "phone": None,
    }
    lines = [_line(number, place, sku, draw) for place, sku in enumerate(draw.sample(skus, draw.randint(1, 3)))]
    order: dict[str, Any] = {
        "id": 5_100_000_000_000 + number,
        "name": f"#{1000 + number}",
        "email": f"buyer{buyer}@example.com",
        "created_at": f"2026-06-30T{draw.randrange(24):02}:{draw.randrange(60):02}:00-04:00",
        "processed_at": None,
        "cancelled_at": None,
        "test": False,
        "currency": "USD",
        "source_name": "web",
        "taxes_included": False,
        "phone": None,
        "customer": {"first_name": name, "last_name": f"Buyer {buyer}", "phone": None},
        "billing_address": address,
        "shipping_address": address,
        "line_items": lines,
        "shipping_lines": [
            {"title": "Standard", "price": "4.90", "discount_allocations": [], "tax_lines": [_tax("4.90")]}
        ],
    }
    if number % _WRONG_EVERY == 0:
        _spoil(order, number // _WRONG_EVERY)
    return order


def _line(number: int, place: int, sku: str, draw: random.Random) -> dict[str, Any]:
    price, quantity = f"{draw.randint(300, 9900) / 100:.2f}", draw.randint(1, 3)
    return {
        "id": number * 10 + place,
        "sku": sku,
        "name": f"Article {sku}",
        "title": f"Article {sku}",
        "quantity": quantity,
        "price": price,
        "discount_allocations": [],
        "tax_lines": [_tax(f"{float(price) * quantity:.2f}")],
    }


def _tax(net: str, rate: float = 0.2) -> dict[str, Any]:
    return {"title": "VAT", "rate": rate, "price": f"{float(net) * rate:.2f}"}


def _spoil(order: dict[str, Any], way: int) -> None:
    match way % 5:
        case 0:
            order["test"] = True
        case 1:
            order["line_items"][0]["price"] = "call us"
        case 2:
            order["email"] = ""
            order["created_at"] = "yesterday"
        case 3:
            line = order["line_items"][-1]
            line["tax_lines"] = [_tax(f"{float(line['price']) * line['quantity']:.2f}", 0.07)]
        case _:
            order["cancelled_at"] = order["created_at"]
