"""Names and paths as people write them: in short, unfinished, misspelt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from brightpearl import ArrowTable, AsyncClient, Client, Mapping, PullResource, ValidationError, describe, validate
from brightpearl.testing import Emulator
from conftest import SEARCH, Account, page, resources

NOTES = {
    "version": 1,
    "name": "notes",
    "target": "order-service/order/{ORDER-ID}/note",
    "path": {"ORDER-ID": {"from": "order"}},
    "fields": [{"to": "/text", "from": "text"}],
}


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
        (lambda client: client.batch([("POST", "order-service/order/1/nte", {})]), "/requests/0/path", "1/note?"),
        (lambda client: client.batch([("PSOT", "order-service/order/1/note", {})]), "writes[0].method", "mean 'POST'?"),
        (lambda client: client.request("GTE", "order-type"), "method", "did you mean 'GET'?"),
        (lambda client: client.search("ordr"), "resource", 'did you mean "order"?'),
        (lambda client: client.search("order", {"orderTypId": 1}), "filters.orderTypId", "did you mean orderTypeId?"),
        (lambda client: client.search("order", columns=["orderid"]), "columns", "did you mean orderId?"),
        (lambda client: client.search("order", key="ordrId"), "key", "did you mean orderId?"),
        (lambda client: client.search("order", key="number"), "key", "has no column"),
        (lambda client: client.search("order", sort="updatdOn"), "sort", "did you mean updatedOn?"),
        (lambda client: client.pull("ordr"), "resources", 'did you mean "order"?'),
        (lambda client: client.pull(["order", "order-service/ordr"]), "resources[1]", '"order-service/order"?'),
        (lambda client: client.pull("order", watermark="updatdOn"), "watermark", "mean updatedOn?"),
        (lambda client: client.pull("order", since="yesterday"), "since", "yesterday"),
        (lambda client: client.pull("order", filters={"orderTypId": 1}), "filters.orderTypId", "mean orderTypeId?"),
        (
            lambda client: client.pull(PullResource("order", watermark="updatdOn")),
            "resources[0].watermark",
            "mean updatedOn?",
        ),
        (lambda client: client.pull("order", mapping={"nme": "x"}), "mapping", "version is missing"),
        (lambda client: client.push({"nme": "x"}, [], dry_run=True), "mapping", "version is missing"),
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


@pytest.mark.parametrize(
    ("call", "place", "nearest"),
    [
        (lambda account, client: client.search("order", paging="ofset"), "paging", "offset"),
        (lambda account, client: client.search("order").dicts(dates="Text"), "dates", "text"),
        (lambda account, client: client.search("order").to_arrow(dates="instnt"), "dates", "instant"),
        (lambda account, client: client.pull("order").tables(dates="lokal"), "dates", "local"),
        (lambda account, client: client.get("order", 1, plan="alwys"), "plan", "always"),
        (lambda account, client: client.batch([], order="paralell"), "order", "parallel"),
        (lambda account, client: client.batch([], on_failure="contine"), "on_failure", "continue"),
        (lambda account, client: client.batch([], packing="nevr"), "packing", "never"),
        (lambda account, client: client.push(NOTES, [], dry_run=True, existing="updte"), "existing", "update"),
        (lambda account, client: account.client(lane="hihg"), "lane", "high"),
        (lambda account, client: account.client(unknown_members="alow"), "unknown_members", "allow"),
        (lambda account, client: account.client(pool={"pacing": "spred"}), "pool.pacing", "spread"),
        (lambda account, client: validate("order", "PSOT"), "verb", "POST"),
        (lambda account, client: validate("order", "POST", {}, unknown_members="wran"), "unknown_members", "warn"),
    ],
)
def test_a_choice_that_is_misspelt_is_told_with_the_nearest_and_with_all(
    account: Account, client: Client, call: Callable[[Account, Client], Any], place: str, nearest: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        call(account, client)
    assert raised.value.location == place
    assert f"did you mean {nearest!r}? Expected one of '" in raised.value.message
    assert account.requests == []


def test_a_row_and_a_page_refuse_dates_in_the_same_words(account: Account) -> None:
    account.answers(page([1]))
    (found,) = account.client().search(SEARCH).pages()
    for call in (
        lambda: found[0].to_dict(dates="txt"),
        lambda: found.to_dicts(dates="txt"),
        lambda: ArrowTable([found], 0, "txt"),
    ):
        with pytest.raises(ValidationError, match="`dates` is 'txt'; did you mean 'text'\\?") as raised:
            call()
        assert raised.value.location == "dates"


def test_all_that_is_wrong_with_a_batch_is_told_at_once(client: Client) -> None:
    writes = [
        ("POST", "order-service/ordr/1/note", {"text": "x"}),
        ("POST", "order-service/order/1/note", {"txt": "x"}),
        ("POST", "order-service/order/{ID}/note", {"text": "x"}),
    ]
    with pytest.raises(ValidationError, match="3 of the 3 writes do not fit") as raised:
        client.batch(writes)
    for said in ("/requests/0/path: no path", "/requests/1/body/text: found", "/requests/2/path: the path"):
        assert said in raised.value.message


@pytest.mark.parametrize(
    ("call", "name", "said"),
    [
        (lambda client: client.search("order", colums=["orderId"]), "colums", "search takes no argument 'colums'"),
        (lambda client: client.search("order", colums=["orderId"]), "colums", "did you mean columns?"),
        (lambda client: client.search("order", time_out=5), "time_out", "did you mean timeout?"),
        (lambda client: client.get("order", 1, querry={}), "querry", "get takes no argument 'querry'; did you mean"),
        (lambda client: client.pull("order", sinse="2026-01-01"), "sinse", "did you mean since?"),
        (lambda client: client.push(NOTES, [], dry_run=True, jurnal="x"), "jurnal", "did you mean journal?"),
        (lambda client: client.batch([], oder="parallel"), "oder", "did you mean order?"),
        (lambda client: client.options("order", 1, colour=1), "colour", "expected some of resource, ids, timeout"),
        (lambda client: client.request("GET", "order/1", headrs={}), "headrs", "did you mean headers?"),
    ],
)
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_an_argument_that_a_method_does_not_take_is_a_type_error(
    kind: type, call: Callable[[Any], Any], name: str, said: str
) -> None:
    emulator = Emulator(orders=1)

    async def act() -> None:
        await call(emulator.async_client())

    with pytest.raises(TypeError) as raised:
        call(emulator.client()) if kind is Client else asyncio.run(act())
    assert isinstance(raised.value, ValidationError)
    assert raised.value.location == name
    assert said in raised.value.message
    assert emulator.statistics()["requests"] == 0
