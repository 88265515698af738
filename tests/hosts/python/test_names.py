"""Names and paths as people write them: in short, unfinished, misspelt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from brightpearl import Client, Mapping, ValidationError, describe
from conftest import Account, resources


def test_a_request_may_name_a_resource_in_short(account: Account) -> None:
    client = account.client()
    calls: list[tuple[Callable[[], Any], str]] = [
        (lambda: client.request("GET", "order-type"), "order-service/order-type"),
        (lambda: client.request("get", "order/1-3"), "order-service/order/1-3"),
        (lambda: client.request("OPTIONS", "order/7"), "order-service/order/7"),
        (lambda: client.request("GET", "newer-service/thing/1"), "newer-service/thing/1"),
        (lambda: client.request("GET", "order-service/ordr/1", unchecked=True), "order-service/ordr/1"),
        (lambda: list(client.get("order-type")), "order-service/order-type"),
        (lambda: client.options("product", "1-3"), "product-service/product/1-3"),
    ]
    for call, path in calls:
        account.answers(b'{"response": {"getUris": []}}' if path.endswith(("1-3", "/7")) else resources())
        call()
        assert urlsplit(account.requests[-1].url).path == f"/public-api/acme/{path}"


@pytest.mark.parametrize(
    ("call", "place", "said"),
    [
        (lambda client: client.request("GET", "order-service/ordr/1"), "path", "did you mean order-service/order/1?"),
        (lambda client: client.post("order-service/order/1/nte", {}), "path", "mean order-service/order/1/note?"),
        (lambda client: client.post("order-note", {"text": "x"}), "path", "order-service/order/{ORDER-ID}/note"),
        (lambda client: client.post("order/{ID}/note", {}), "path", "has the placeholder {ID}"),
        (lambda client: client.batch([("POST", "order-service/order/1/nte", {})]), "writes[0].path", "1/note?"),
        (lambda client: client.batch([("PSOT", "order-service/order/1/note", {})]), "writes[0].method", "mean POST?"),
        (lambda client: client.request("GTE", "order-type"), "method", "did you mean GET?"),
        (lambda client: client.search("ordr"), "resource", 'did you mean "order"?'),
        (lambda client: client.search("order", {"orderTypId": 1}), "filters.orderTypId", "did you mean orderTypeId?"),
        (lambda client: client.search("order", columns=["orderid"]), "columns", "did you mean orderId?"),
        (lambda client: client.search("order", key="ordrId"), "key", "did you mean orderId?"),
        (lambda client: client.search("order", key="number"), "key", "has no column"),
        (lambda client: client.search("order", sort="updatdOn"), "sort", "did you mean updatedOn?"),
        (lambda client: client.pull("ordr"), "resources[0].resource", 'did you mean "order"?'),
        (lambda client: client.pull("order-service/ordr"), "resources[0].resource", '"order-service/order"?'),
        (lambda client: client.pull("order", watermark="updatdOn"), "resources[0].watermark", "mean updatedOn?"),
        (lambda client: client.task("add-order-nte"), "name", 'did you mean "add-order-note"?'),
        (lambda client: describe("order-service/ordr/7"), "resource", 'did you mean "order-service/order/7"?'),
        (lambda client: Mapping.ready("shopify-ordr"), "name", "did you mean shopify-order?"),
    ],
)
def test_a_slip_is_told_before_anything_is_sent(
    client: Client, call: Callable[[Client], Any], place: str, said: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        call(client)
    assert raised.value.location == place
    assert said in raised.value.message
    assert raised.value.delivery == "not-sent"
