"""Resources: lazily parsed mappings, in the fewest requests."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from brightpearl import (
    Client,
    IdSet,
    MisuseError,
    ProtocolError,
    Resource,
    Resources,
    Response,
    Rows,
    ValidationError,
    catalog,
    describe,
)
from conftest import Account, resources

ORDER = "order-service/order"


def test_a_resource_is_a_mapping_and_its_bytes(account: Account, client: Client) -> None:
    raw = '{"id":5,"total":"10.00","rate": 1.10,"rows":{"1":{"sku":"ü"}}}'.encode()
    account.answers(b'{"response":[' + raw + b"]}")
    (order,) = client.get(ORDER, 5)
    assert order.raw == raw
    assert order["id"] == 5
    assert order["total"] == "10.00"
    assert order["rate"] == Decimal("1.10")
    assert str(order["rate"]) == "1.10"
    assert isinstance(order, Mapping)
    assert dict(order) == order == order.value
    assert list(order) == list(order.keys()) == ["id", "total", "rate", "rows"]
    assert len(order) == 4
    assert "total" in order
    assert order.get("nothing", 3) == 3
    assert order["rows"] is order["rows"]
    with pytest.raises(KeyError):
        order["nothing"]
    copy = pickle.loads(pickle.dumps(order))
    assert isinstance(copy, Resource)
    assert copy == order
    assert copy.raw == raw


def test_what_is_no_object_has_a_value(account: Account, client: Client) -> None:
    number = Resource.from_json(b"3")
    assert number.value == 3
    with pytest.raises(TypeError, match=r"\.value"):
        number["id"]
    # A list of records has none of these.
    account.answers(*[resources(3)] * 5)
    with pytest.raises(ProtocolError):
        list(client.get(ORDER))


@pytest.mark.parametrize(
    ("ids", "text"),
    [("3,1-2", "1-3"), (7, "7"), ([5, 1], "1,5"), (range(1, 4), "1-3"), ({2}, "2"), (IdSet("1,8-9"), "1,8-9")],
)
def test_ids_come_in_many_forms(account: Account, client: Client, ids: object, text: str) -> None:
    # That none is there is asked once more.
    account.answers(resources(), b'{"response":{"getUris":[]}}')
    orders = client.get(ORDER, ids)  # type: ignore[arg-type]
    assert list(orders) == []
    assert account.requests[0].url.endswith(f"/order-service/order/{text}")
    assert str(orders.missing) == text


@pytest.mark.parametrize("ids", ["5-1", "0", "a", "", "1,,2", [0], -1])
def test_bad_ids_are_refused_before_anything_is_sent(client: Client, ids: object) -> None:
    with pytest.raises((ValidationError, TypeError, OverflowError)) as caught:
        client.get(ORDER, ids)  # type: ignore[arg-type]
    if isinstance(ids, str):
        assert isinstance(caught.value, ValidationError)
        assert caught.value.location == "ids"
        assert " at byte " in caught.value.message


def test_requests_are_few_and_missing_ids_are_named(account: Account, client: Client) -> None:
    def first(request: Any) -> Response:
        return Response(200, {}, resources({"id": int(request.url.split("/")[-1].split("-")[0])}))

    # What an answer leaves out beside others is asked for by itself.
    account.answers(*[first, resources()] * 2)
    orders = client.get(ORDER, range(1, 401), plan="never")
    assert orders.explain().requests_needed == 2
    assert [order["id"] for order in orders] == [1, 201]
    assert str(orders.missing) == "2-200,202-400"
    assert len(account.requests) == 4


def test_a_refused_id_is_found_and_named(account: Account, client: Client) -> None:
    def answer(request: object) -> Response:
        ids = IdSet(account.requests[-1].url.split("/")[-1])
        if 3 in ids:
            return Response(
                400, {}, b'{"errors":[{"code":"ORDC-003","message":"You have supplied an invalid order id: 3"}]}'
            )
        return Response(200, {}, resources(*({"id": id} for id in ids)))

    account.answers(*[answer] * 5)
    orders = client.get(ORDER, "1-4", plan="never")
    assert [order["id"] for order in orders] == [1, 2, 4]
    (refusal,) = orders.refused
    assert refusal.id == 3
    assert refusal.error.errors == [("ORDC-003", "You have supplied an invalid order id: 3")]
    assert refusal.error.kind == "rejected"


@pytest.mark.parametrize("taken", [0, 1, 2, 3])
def test_a_checkpoint_goes_on_after_the_last_resource(account: Account, taken: int) -> None:
    def answer(request: object) -> Response:
        return Response(200, {}, resources(*({"id": id} for id in IdSet(account.requests[-1].url.split("/")[-1]))))

    account.answers(*[answer] * 4)
    orders = account.client().get(ORDER, "1-3", id_limit=2, plan="never")
    seen = [next(orders)["id"] for _ in range(taken)]
    resumed = account.client().resume(orders.checkpoint())
    assert isinstance(resumed, Resources)
    assert seen + [order["id"] for order in resumed] == [1, 2, 3]
    account.script.clear()


def test_a_closed_fetch_is_over(account: Account, client: Client) -> None:
    account.answers(resources({"id": 1}))
    with client.get(ORDER, "1-3", id_limit=1, plan="never") as orders:
        next(orders)
    with pytest.raises(MisuseError, match="before its last resource"):
        next(orders)


def test_id_sets() -> None:
    ids = IdSet("1-3,9")
    assert list(ids) == [1, 2, 3, 9]
    assert len(ids) == 4
    assert 2 in ids
    assert "2" not in ids
    assert ids == IdSet([9, 3, 2, 1])
    assert hash(ids) == hash(IdSet("9,1-3"))
    assert str(ids.union(IdSet(4))) == "1-4,9"
    assert str(ids.difference(IdSet("2-9"))) == "1"
    assert not IdSet()
    assert pickle.loads(pickle.dumps(ids)) == ids
    assert pickle.loads(pickle.dumps(IdSet())) == IdSet()
    assert repr(ids) == 'IdSet("1-3,9")'


def test_what_can_be_no_id_is_wrong_input() -> None:
    for ids in (-1, [-1], [0], 2**64, [1, 2**70]):
        with pytest.raises(ValidationError, match="expected"):
            IdSet(ids)
    for other in (1.5, [1.5], [None]):
        with pytest.raises(TypeError):
            IdSet(other)  # type: ignore[arg-type]


def test_no_path_of_the_catalogue_is_taken_for_another_one(client: Client) -> None:
    def asked_for(kind: str, call: Resources | Rows) -> str:
        return str(json.loads(call.checkpoint())["operation"][kind]["resource"])

    paths = {operation.path for found in catalog() for operation in describe(found.name).operations}
    assert len(paths) > 150
    for path in paths:
        whole = re.sub(r"\{[^}]*\}", "7", path)
        for given in {whole, whole.removesuffix("/7"), f"/{whole}/"}:
            # A login's path has one step only, and is nothing that is read.
            assert "/" not in given.strip("/") or asked_for("fetch", client.get(given)) == given
    for path in {search for found in catalog() for search in found.searches}:
        assert asked_for("search", client.search(path)) == path
