"""Single requests, `OPTIONS`, and the client itself."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from brightpearl import Client, NotSent, PrivateApp, RejectedError, Reply, Response, TransportError, ValidationError
from brightpearl._native import dump_json, load_json
from conftest import NEW_ORDER, TOKEN, Account, resources


def test_a_reply_has_all_of_the_answer(account: Account, client: Client) -> None:
    account.answers(Response(207, {"X-Extra": "1"}, b'{"response":{"rate":1.10}}'))
    reply = client.request("get", "order-service/order-type", {"a": [1, 2]})
    assert reply.status == 207
    assert reply.headers["x-extra"] == "1"
    assert reply.body == b'{"response":{"rate":1.10}}'
    assert reply.json()["response"]["rate"] == Decimal("1.10")
    assert account.requests[0].url.endswith("/public-api/acme/order-service/order-type?a=1,2")
    assert account.requests[0].method == "GET"


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (b'{"a":1}', b'{"a":1}'),
        ('{"a":"\u00fc"}', '{"a":"\u00fc"}'.encode()),
        (
            {"a": [Decimal("1.10"), 2, None, True, 0.5, "\u00fc\n"]},
            '{"a":[1.10,2,null,true,0.5,"\u00fc\\n"]}'.encode(),
        ),
        ([{"op": "add"}], b'[{"op":"add"}]'),
    ],
)
def test_bodies(account: Account, client: Client, body: object, sent: bytes) -> None:
    account.answers(b"{}")
    client.request("PUT", "order-service/order/1", body=body, headers={"If-Match": "3"})
    assert account.requests[0].body == sent
    assert account.requests[0].headers["content-type"] == "application/json"
    assert account.requests[0].headers["If-Match"] == "3"


@pytest.mark.parametrize(
    ("body", "location"),
    [
        ({"a": [1, object()]}, "body /a/1"),
        ({"a/b": {"~": float("nan")}}, "body /a~1b/~0"),
        ({1: 2}, "body"),
        (b"\xff", "body byte 0"),
        ({"a": Decimal("NaN")}, "body /a"),
        ("\ud800", None),
    ],
)
def test_bad_bodies_are_refused_where_they_stand(client: Client, body: Any, location: str | None) -> None:
    with pytest.raises(ValidationError) as caught:
        client.request("PUT", "order-service/order/1", body=body)
    if location is not None:
        assert caught.value.location == location


def test_json_goes_both_ways_without_loss() -> None:
    text = '{"a":[1,-2.50,1e300,12345678901234567890,"\\u0001\U0001f600",true,null],"b":{}}'
    value = load_json(text.encode())
    assert load_json(dump_json(value).encode()) == value
    assert value["a"][2] == Decimal("1e300")
    nested: list[Any] = []
    for _ in range(1000):
        nested = [nested]
    with pytest.raises(RecursionError):
        dump_json(nested)


def test_a_write_is_not_sent_twice_unless_nothing_left(account: Account, client: Client) -> None:
    account.answers(NotSent("no route"), b'{"response":7}')
    assert client.request("POST", "order-service/order", body=NEW_ORDER).json() == {"response": 7}
    account.answers(OSError("reset"))
    with pytest.raises(TransportError) as caught:
        client.request("POST", "order-service/order", body=NEW_ORDER)
    assert caught.value.delivery == "maybe-applied"
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.request is not None
    assert caught.value.request.method == "POST"


def test_an_error_has_everything(account: Account, client: Client) -> None:
    account.answers(
        Response(400, {}, b'{"errors":[{"code":"ORDC-005","message":"You have not supplied an order type code"}]}')
    )
    with pytest.raises(RejectedError) as caught:
        client.request("POST", "order-service/order", body=NEW_ORDER)
    error = caught.value
    assert (error.kind, error.status, error.delivery) == ("rejected", 400, "rejected")
    assert error.errors == [("ORDC-005", "You have not supplied an order type code")]
    assert error.advice
    assert "ORDC-005" in str(error)
    assert "HTTP 400" in str(error)


def test_options(account: Account, client: Client) -> None:
    account.answers(b'{"response":{"getUris":["/order/1-5"]}}')
    assert client.options("order-service/order", "1-1000") == ["/order/1-5"]
    assert account.requests[0].method == "OPTIONS"


def test_a_forecast_is_how_long_so_many_requests_take(account: Account) -> None:
    client = account.client(pool={"quota": 2})
    assert [client.forecast(requests) for requests in (0, 2, 3, 5)] == [0, 0, 60, 120]
    for wrong in (-1, True, "2", None):
        with pytest.raises(ValidationError, match="requests"):
            client.forecast(wrong)  # type: ignore[arg-type]


def test_throttled_requests_wait(account: Account) -> None:
    client = account.client(pool={"quota": 2})
    account.answers(*[resources()] * 3)
    for _ in range(3):
        client.request("GET", "order-service/order-type")
    assert 59 <= account.clock.slept <= 61
    assert client.statistics().budget_waits == 1
    assert client.statistics().requests == 3
    assert client.budget().quota == 2
    assert [event["event"] for event in client.events()].count("waiting-for-budget") == 1
    assert client.events() == []


def test_a_cap_503_says_when_to_try_again(account: Account) -> None:
    body = b'{"response":"You have sent too many requests. Please wait before sending another request"}'
    client = account.client(retry={"max_throttled": 0})
    account.answers(
        Response(503, {"brightpearl-requests-remaining": "0", "brightpearl-next-throttle-period": "1500"}, body)
    )
    with pytest.raises(Exception, match="503") as caught:
        client.request("GET", "order-service/order-type")
    assert caught.value.kind == "throttled"  # type: ignore[attr-defined]
    assert caught.value.retry_after == 1.5  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "location"),
    [
        ({"account": ""}, "account"),
        ({"datacentre": "mars1"}, "datacentre"),
        ({"datacentre": None}, "datacentre"),
        ({"base_url": "http://127.0.0.1"}, "base_url"),
        ({"datacentre": None, "base_url": "http://example.com"}, "base_url"),
        ({"page_size": 501}, "page_size"),
        ({"retry": {"max_attempts": 0}}, "retry.max_attempts"),
        ({"pool": {"quota": 0}}, "pool.quota"),
        ({"credentials": PrivateApp("acme_sync", "")}, "credentials.account_token"),
        ({"credentials": PrivateApp("", TOKEN)}, "credentials.app_ref"),
        ({"page_size": object()}, "page_size"),
    ],
)
def test_a_bad_configuration_is_refused_where_it_stands(
    account: Account, change: dict[str, Any], location: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        account.client(**change)
    assert caught.value.location == location
    assert caught.value.advice


def test_wrong_types_are_type_errors(account: Account) -> None:
    with pytest.raises(TypeError, match="expected such as a PrivateApp"):
        account.client(credentials=("acme_sync", TOKEN))
    with pytest.raises(TypeError, match="expected a callable"):
        account.client(transport="http")


def test_resuming_what_is_over_is_refused(client: Client) -> None:
    for text in ["", "{}", '{"version":99}', "null"]:
        with pytest.raises(ValidationError) as caught:
            client.resume(text)
        assert caught.value.location == "checkpoint"


def test_a_request_can_be_resumed(account: Account, client: Client) -> None:
    operation = {"request": {"method": "GET", "path": "order-service/order-type"}}
    text = json.dumps({"version": 1, "account": "acme", "operation": operation, "position": "start"})
    account.answers(b'{"response":1}')
    reply = client.resume(text)
    assert isinstance(reply, Reply)
    assert reply.json() == {"response": 1}
    with pytest.raises(ValidationError, match="something left to do"):
        client.resume(text.replace("start", "end"))
