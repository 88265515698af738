"""What goes to other processes and into queues: every public class is pickled and copied, or says why not."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Iterator
from typing import Any

import pytest

import brightpearl
from brightpearl import (
    BrightpearlError,
    Callback,
    Created,
    Credentials,
    Difference,
    IdSet,
    Mapping,
    MaybeSent,
    MisuseError,
    NotSent,
    PullResource,
    ReadVerification,
    Reference,
    Refusal,
    Request,
    RequestSummary,
    Response,
    SearchVerification,
    TransportFailure,
    Unsendable,
    ValidationError,
    Write,
)
from brightpearl.testing import Emulator

NOTES = {
    "version": 1,
    "name": "notes",
    "target": "order-service/order/{ORDER-ID}/note",
    "path": {"ORDER-ID": {"from": "order"}},
    "fields": [{"to": "/text", "from": "text"}],
}

AT_WORK = {
    **dict.fromkeys(
        ("Client", "AsyncClient", "FileLease"),
        "has connections, a budget or a lock, which are one process's: make another there",
    ),
    **dict.fromkeys(
        (
            *("Rows", "Resources", "Outcomes", "PulledRecords", "BatchResults"),
            *("AsyncRows", "AsyncResources", "AsyncOutcomes", "AsyncPulledRecords", "AsyncBatchResults"),
        ),
        "is under way: `checkpoint()` and `client.resume` go on elsewhere, and what it hands out is pickled",
    ),
    "ArrowTable": "is handed over without a copy: `pyarrow.table(...)` of it is pickled",
}
"""What is no value, and what is taken along instead."""


def values() -> Iterator[object]:
    """A value of each public class that is one."""
    client = Emulator(orders=3).client()
    rows = client.search("order")
    (page,) = rows.pages()
    yield from (page, page[0], page.metadata, page.metadata.columns[0], rows.explain())
    yield from (client.budget(), client.statistics())
    (order, *_) = client.get("order", page[0]["orderId"])
    yield from (order, IdSet("1-3,7"))
    reply = client.request("GET", "order-service/order-type")
    yield from (reply, reply.headers, *reply.responses)
    mapping = Mapping(NOTES)
    yield mapping.map({"order": 7, "text": "x"})
    explanation = mapping.explain()
    yield from (mapping, explanation, *explanation.rules, *Mapping.check({**NOTES, "fields": [{"to": "/nope"}]}))
    yield from mapping.map({}).failures
    yield from Mapping.ready("shopify-order").findings()
    records = [{"order": order["id"], "text": "x"}, {"text": "y"}]
    for outcome in client.push(mapping, records, dry_run=True):
        yield from (outcome, *outcome.differences)
    yield from client.pull("order")
    yield from client.batch([("POST", f"order-service/order/{order['id']}/note", {"text": "x"})])
    with pytest.raises(ValidationError) as raised:
        client.post("order", {})
    yield from raised.value.violations
    yield client.task("list-price-lists")
    yield from (Write("GET", "order-type"), PullResource("order"), RequestSummary("GET", "https://example.com"))
    yield from (brightpearl.catalog()[0], brightpearl.describe("order"), brightpearl.tasks()[0], brightpearl.errors())
    yield from (Callback("acme", 1, "t"), Created("notes", 7), Difference("/text", "a", "b", True))
    yield Reference("s?SKU=M", "product-service/product-search", "SKU", "M", "fail", "/productId", "/fields/0")
    yield from (
        ReadVerification("order-service/order/1", "text"),
        SearchVerification("order", (("orderId", "1"),), True),
    )
    yield Request("POST", "https://example.com/a", {"a": "b"}, b"x", 2.5)
    yield from (Response(200, {"a": "b"}, b"x"), Refusal(7, MisuseError("it failed")))
    for kind in public(BrightpearlError):
        yield kind("it failed", status=400, errors=[("X-1", "no")], location="here", request=("GET", "https://a"))
    for kind in (NotSent, MaybeSent, Unsendable, TransportFailure):
        yield kind("it failed")


def public(of: type) -> list[Any]:
    """The public classes of a kind."""
    found = (getattr(brightpearl, name) for name in brightpearl.__all__)
    return [one for one in found if inspect.isclass(one) and issubclass(one, of)]


def shown(value: object) -> object:
    """What a value says of itself and has."""
    parts = getattr(value, "__slots__", None) or list(getattr(value, "__dict__", ()))
    return type(value), repr(value), [repr(getattr(value, name, None)) for name in parts if name[:1] != "_"]


@pytest.fixture(scope="module")
def seen() -> dict[str, object]:
    return {type(value).__name__: value for value in values()}


def test_every_value_comes_back_as_it_was(seen: dict[str, object]) -> None:
    for name, value in seen.items():
        for again in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):
            assert shown(again) == shown(value), name


def test_every_public_class_is_a_value_or_has_a_reason(seen: dict[str, object]) -> None:
    secret = {one.__name__ for one in public(Credentials)}
    said = {one.__name__ for one in public(object)} - seen.keys() - AT_WORK.keys() - secret
    assert said == set()


def members_of(value: Any) -> dict[str, object]:
    """What a value of the engine has, each member as far as it can be seen."""
    found = {name: getattr(value, name) for name in dir(value) if name[:1] != "_"}
    return {name: repr(member) for name, member in found.items()}


def test_what_lives_in_the_engine_is_made_anew_of_its_members() -> None:
    client = Emulator(orders=3).client()
    rows = client.search("order")
    values: list[object] = [rows.metadata, client.budget(), client.statistics(), rows.explain()]
    next(rows)
    values += [rows.metadata, *rows.metadata.columns, client.budget(), client.statistics(), rows.explain()]
    for value in values:
        for again in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):
            assert (type(again), members_of(again), repr(again)) == (type(value), members_of(value), repr(value))


REFERRING = {
    "version": 1,
    "name": "rows",
    "target": "order-service/order/{ORDER-ID}/row",
    "path": {"ORDER-ID": {"from": "order", "required": True}},
    "key": {"from": "key"},
    "when": [{"is": "!done", "otherwise": "it is done"}],
    "fields": [
        {
            "to": "/productId",
            "from": "sku",
            "resolve": {
                "search": "product-service/product-search",
                "column": "SKU",
                "else": {"tell": "Brightpearl has no product of SKU {sku}"},
            },
        },
        {"to": "/quantity/magnitude", "from": "quantity", "required": True},
        {"to": "/rowValue/taxCode", "value": "T20"},
        {"to": "/rowValue/rowNet/value", "value": "1.00"},
        {"to": "/rowValue/rowTax/value", "value": "0.20"},
    ],
}


def test_so_is_a_mapped_record() -> None:
    mapping = Mapping(REFERRING)
    whole = mapping.map({"key": "a", "order": 7, "sku": "M", "quantity": "1.50"})
    resolved = mapping.map({"key": "a", "order": 7, "sku": "M", "quantity": 2}, {whole.references[0].text: None})
    failed = mapping.map({"key": "a", "sku": "M"})
    skipped = mapping.map({"key": "a", "order": 7, "done": True})
    built = Mapping({"version": 1, "name": "x", "source": "order", "fields": [{"to": "/a", "from": "id"}]}).map(
        {"id": 5}
    )
    assert whole.references
    assert failed.failures
    assert skipped.skipped
    assert resolved.told
    for value in (whole, resolved, failed, skipped, built, mapping.map(b"{")):
        again = pickle.loads(pickle.dumps(value))
        for one in (again, copy.deepcopy(value), pickle.loads(pickle.dumps(again))):
            assert (members_of(one), repr(one)) == (members_of(value), repr(value))
            assert (one.body, one.references, one.failures) == (value.body, value.references, value.failures)
