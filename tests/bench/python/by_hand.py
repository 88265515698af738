"""What the ready document `shopify-order` does, by hand: what an integrator would have to write in plain Python for the
same sales orders, checks included."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Order = dict[str, Any]
    Row = dict[str, Any]

TAX_CODES = {Decimal(0): "T0", Decimal("0.05"): "T5", Decimal("0.2"): "T20"}
DIVISORS = {"GB": Decimal("1.2"), "TILL": Decimal("1.2")}
CODES_OF_COUNTRIES = {"GB": "T20", "TILL": "T20"}
CHANNELS = {"web": 1, "pos": 2}
WALK_IN = 200
CENT = Decimal("0.01")
NOTHING = Decimal(0)
WITHOUT_PARTS = {
    *("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"),
}
MINOR_UNITS = {"JPY": Decimal(1), "KRW": Decimal(1), "BHD": Decimal("0.001"), "KWD": Decimal("0.001")}
ADDRESS = (
    ("companyName", "company"),
    ("addressLine1", "address1"),
    ("addressLine2", "address2"),
    ("addressLine3", "city"),
    ("addressLine4", "province"),
    ("postalCode", "zip"),
    ("countryIsoCode", "country_code"),
    ("telephone", "phone"),
)

decode = json.JSONDecoder(parse_float=Decimal).decode
encode = json.JSONEncoder(ensure_ascii=False).encode


class Refused(Exception):
    """The order cannot be written as it is, for this reason."""


def sales_order(
    text: str, contact: Callable[[str, Order], int], product: Callable[[str], int | None], tell: Callable[[str], None]
) -> str | None:
    """The body of a sales order; `None` of an order that is to be left alone.

    `contact` finds or creates the contact of an e-mail address, `product` finds the product of a SKU, and `tell` hears
    of what Brightpearl does not have.
    """
    order: Order = decode(text)
    if order.get("test") or is_no_sale(order) or order.get("cancelled_at"):
        return None
    if order.get("financial_status") in {"voided", "expired"}:
        return None
    if order["taxes_included"] not in {True, False}:
        raise Refused(f"taxes_included is {order['taxes_included']}")
    stated_in = (order.get("current_total_price_set") or order.get("total_price_set") or {}).get("shop_money") or {}
    if stated_in.get("currency_code") not in {None, order["currency"]}:
        raise Refused(f"its amounts are in {stated_in['currency_code']}")
    gid = order.get("admin_graphql_api_id")
    if gid and not gid.startswith("gid://shopify/Order/"):
        raise Refused(f"it is {gid}")
    lines = order["line_items"]
    kept = [line for line in lines if left(line) != 0]
    if lines and not kept and not is_something_left(order):
        return None
    country = country_of_divisor(order)
    inclusive = order["taxes_included"]
    if any(is_remitted(line) for line in (*lines, *(order.get("shipping_lines") or ()))):
        raise Refused("the channel remits a tax of it, which is not written by hand here")
    per_tax = CENT * 50 if order["currency"] in WITHOUT_PARTS else CENT
    rows = [line_row(line, inclusive, country, per_tax, product, tell) for line in kept]
    if not lines:
        raise Refused("it has no lines")
    rows += [
        shipping_row(line, inclusive, country, per_tax)
        for line in order.get("shipping_lines") or ()
        if not line.get("is_removed")
    ]
    rows += [duty_row(duty) for line in kept for duty in line.get("duties") or ()]
    fees = order.get("current_total_additional_fees_set") or order.get("original_total_additional_fees_set")
    if fees and (amount := Decimal(fees["shop_money"]["amount"])):
        rows.append(untaxed("Additional fees", exact(amount)))
    if tip := order.get("total_tip_received"):
        amount = Decimal(tip)
        if amount > 0 and not any(is_tip(line, amount) for line in lines):
            rows.append(untaxed("Tip", exact(amount)))
    if number := order.get("po_number"):
        rows.append(untaxed(f"Purchase order: {number}"))
    if note := order.get("note"):
        rows.append(untaxed(f"Note: {note}"))
    presentment = order.get("presentment_currency")
    if presentment and presentment != order["currency"]:
        rows.append(untaxed(f"Paid in {presentment}: {order['total_price_set']['presentment_money']['amount']}"))
    check_totals(order, rows)

    email = (order.get("email") or "").strip()
    placed = datetime.fromisoformat(order.get("processed_at") or order["created_at"]).isoformat(timespec="milliseconds")
    body: dict[str, Any] = {
        "ref": order["name"],
        "externalRef": str(order["id"]),
        "customer": {"id": customer(order, contact)},
    }
    for to, at in (("billing", "billing_address"), ("delivery", "shipping_address")):
        if mapped := address(order.get(at) or {}, email):
            body[to] = {"address": mapped}
    body["placedOn"] = placed
    body["taxDate"] = placed
    body["channelId"] = CHANNELS.get(order.get("source_name"), 1)
    body["warehouseId"] = 2
    body["currency"] = {"code": order["currency"].upper()}
    body["rows"] = rows
    return encode(body)


def is_tip(line: dict[str, Any], amount: Decimal) -> bool:
    return bool(line.get("tip")) or (line.get("name") == "Tip" and Decimal(line["price"]) == amount)


def is_remitted(line: dict[str, Any]) -> bool:
    return any(tax.get("channel_liable") for tax in line.get("tax_lines") or ())


def is_no_sale(order: Order) -> bool:
    """Whether it is a draft order or a checkout."""
    if order.get("invoice_url") or order.get("abandoned_checkout_url") or order.get("completed_at"):
        return True
    return order.get("status") in {"open", "invoice_sent", "completed"}


def is_something_left(order: Order) -> bool:
    """Whether an order is something of which all lines were removed or refunded."""
    others = any(not line.get("is_removed") for line in order.get("shipping_lines") or ())
    others = others or Decimal(order.get("total_tip_received") or 0) > 0
    others = others or bool(order.get("current_total_duties_set") or order.get("current_total_additional_fees_set"))
    stated = order.get("current_total_price")
    if stated and Decimal(stated) == 0:
        return False
    if others != bool(stated):
        raise Refused("all its lines were removed or refunded, and it does not say what else is left")
    return others


def customer(order: Order, contact: Callable[[str, Order], int]) -> int:
    email = (order.get("email") or (order.get("customer") or {}).get("email") or "").strip()
    return contact(email.lower(), order) if email else WALK_IN


def address(source: dict[str, Any], email: str) -> dict[str, str]:
    mapped = {}
    names = ((source.get("first_name") or "").strip(), (source.get("last_name") or "").strip())
    if name := " ".join(part for part in names if part):
        mapped["addressFullName"] = name
    for to, at in ADDRESS:
        if (value := source.get(at)) and not value.isspace():
            mapped[to] = value
    if email:
        mapped["email"] = email
    return mapped


def country_of_divisor(order: Order) -> str | None:
    """The country by whose divisor a tax is taken out of prices that contain it and do not state it."""
    if not order["taxes_included"] or order.get("tax_exempt") or (order.get("customer") or {}).get("tax_exempt"):
        return None
    stated = order.get("current_total_tax") or order.get("total_tax")
    if stated and Decimal(stated) > 0:
        return None
    lines = order["line_items"]
    # A tax of 0 is stated.
    if any(line.get("tax_lines") for line in (*lines, *(order.get("shipping_lines") or ()))):
        return None
    if all(line.get("taxable") is False for line in lines):
        return None
    for at in ("shipping_address", "billing_address"):
        if country := (order.get(at) or {}).get("country_code"):
            return str(country).upper()
    return "TILL" if order.get("source_name") == "pos" else "no country"


def line_row(
    line: dict[str, Any],
    inclusive: bool,
    country: str | None,
    per_tax: Decimal,
    product: Callable[[str], int | None],
    tell: Callable[[str], None],
) -> Row:
    row: Row = {}
    name = line.get("name") or line["title"]
    if sku := (line.get("sku") or "").strip():
        found = product(sku)
        if found is not None:
            row["productId"] = found
        else:
            name = f"{name} ({line['sku']})"
            tell(f"Brightpearl has no product of SKU {line['sku']}; its row is free text")
    quantity = line["quantity"]
    current = left(line)
    charged = Decimal(line["price"]) * quantity
    if allocations := line.get("discount_allocations"):
        charged -= sum((Decimal(allocation["amount"]) for allocation in allocations), NOTHING)
    elif discount := line.get("total_discount"):
        charged -= Decimal(discount)
    taxes = line.get("tax_lines") or ()
    stated = sum((Decimal(tax["price"]) for tax in taxes), NOTHING)
    tax = stated
    if current != quantity:
        # Less what was given back, by whole cents.
        gone = quantity - current
        charged -= (charged * gone / quantity).quantize(CENT, ROUND_HALF_UP)
        tax -= (tax * gone / quantity).quantize(CENT, ROUND_HALF_UP)
    share = charged - tax if inclusive else charged
    row["name"] = name
    row["quantity"] = str(current)
    if country and line.get("taxable") is not False:
        put_contained(row, share, country)
    else:
        row["net"] = exact(share)
        row["tax"] = exact(tax)
        row["taxCode"] = tax_code(taxes, stated, share, tax, per_tax, Decimal(quantity) / 2)
    row["externalRef"] = str(line["id"])
    return row


def shipping_row(line: dict[str, Any], inclusive: bool, country: str | None, per_tax: Decimal) -> Row:
    row: Row = {"name": f"Shipping: {line['title']}", "quantity": "1"}
    taxes = line.get("tax_lines") or ()
    stated = sum((Decimal(tax["price"]) for tax in taxes), NOTHING)
    share = Decimal(line["price"])
    for allocation in line.get("discount_allocations") or ():
        share -= Decimal(allocation["amount"])
    if inclusive:
        share -= stated
    if country and share:
        put_contained(row, share, country)
    else:
        row["net"] = exact(share)
        row["tax"] = exact(stated)
        row["taxCode"] = tax_code(taxes, stated, share, stated, per_tax, NOTHING)
    return row


def duty_row(duty: dict[str, Any]) -> Row:
    net = Decimal(duty["shop_money"]["amount"])
    net += sum((Decimal(tax["price"]) for tax in duty.get("tax_lines") or ()), NOTHING)
    return untaxed(f"Duties: {duty.get('harmonized_system_code') or duty['id']}", exact(net))


def untaxed(name: str, net: str = "0.00") -> Row:
    return {"name": name, "quantity": "1", "net": net, "tax": "0.00", "taxCode": "T0"}


def put_contained(row: Row, gross: Decimal, country: str) -> None:
    """Takes a tax that is not stated out of a price."""
    divisor = DIVISORS.get(country)
    if divisor is None:
        raise Refused(f"there is no divisor for {country}")
    row["net"] = rounded(gross / divisor)
    row["tax"] = rounded(gross - Decimal(row["net"]))
    row["taxCode"] = CODES_OF_COUNTRIES[country]


def tax_code(taxes: Any, stated: Decimal, share: Decimal, tax: Decimal, per_tax: Decimal, for_pieces: Decimal) -> str:
    """The code of the rate by which a row is taxed; no other than that which its tax has of it."""
    if not stated:
        return TAX_CODES[NOTHING]
    charged = [one for one in taxes if Decimal(one["price"])]
    if not all(one.get("rate") for one in charged):
        raise Refused("there is a tax of which no rate is stated")
    rate = sum((Decimal(one["rate"]) for one in charged), NOTHING)
    difference = abs(share * rate - tax)
    if difference > 2 * CENT and difference > per_tax * (1 + len(taxes) + for_pieces):
        raise Refused(f"the tax is {tax} of {share}, which is not {rate} of it")
    code = TAX_CODES.get(rate)
    if code is None:
        raise Refused(f"there is no tax code for {rate}")
    return code


def check_totals(order: Order, rows: list[Row]) -> None:
    """Holds the rows against the tax and the total that the shop states; cents become a row, more is refused."""
    currency = order["currency"]
    lines = order["line_items"]
    parts = sum(1 for line in lines if line.get("current_quantity") not in {None, line["quantity"]})
    within = (2 + parts) * MINOR_UNITS.get(currency, CENT)
    net = sum((Decimal(row["net"]) for row in rows), NOTHING)
    tax = sum((Decimal(row["tax"]) for row in rows), NOTHING)
    stated = order.get("current_total_tax") or order.get("total_tax")
    if stated and not any(line.get("duties") for line in lines):
        total_tax = Decimal(stated)
        inclusive = order["taxes_included"]
        is_stated = any(line.get("tax_lines") for line in (*lines, *(order.get("shipping_lines") or ())))
        if total_tax != tax and (not inclusive or total_tax > 0 or is_stated):
            difference = total_tax - tax
            if abs(difference) > within:
                raise Refused(f"the tax is {total_tax}, and the rows come to {tax}: a difference of {difference}")
            # What the tax has more is contained in the net.
            contained = -difference if inclusive else NOTHING
            amounts = {"net": exact(contained), "tax": exact(difference)}
            rows.append({"name": "Rounding", "quantity": "1", **amounts, "taxCode": "T20"})
            net += contained
            tax = total_tax
    stated = order.get("current_total_price") or order.get("total_price")
    if stated:
        total = Decimal(stated)
        if total != net + tax:
            difference = total - net - tax
            if abs(difference) > within:
                raise Refused(f"the total is {total}, and the rows come to {net + tax}: a difference of {difference}")
            rows.append(untaxed("Rounding", exact(difference)))
    if currency in WITHOUT_PARTS and any(Decimal(row[amount]) % 1 for row in rows for amount in ("net", "tax")):
        raise Refused(f"{currency} has no parts")


def left(line: dict[str, Any]) -> Any:
    """How many of a line are neither removed nor refunded."""
    current = line.get("current_quantity")
    return line["quantity"] if current is None else current


def exact(amount: Decimal) -> str:
    """An amount of money, which has no more than two places."""
    money = amount.quantize(CENT)
    if money != amount:
        raise Refused(f"{amount} has more places than money")
    return str(money)


def rounded(amount: Decimal) -> str:
    return str(amount.quantize(CENT, ROUND_HALF_UP))
