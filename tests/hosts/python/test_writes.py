"""Single writes: what is sent, what is refused before, and what an error says about its outcome."""

from __future__ import annotations

import datetime
import pickle
from decimal import Decimal
from typing import Any

import pytest

from brightpearl import (
    BrightpearlError,
    Client,
    MaybeSent,
    NotSent,
    ReadVerification,
    Response,
    SearchVerification,
    TransportError,
    ValidationError,
)
from conftest import NEW_ORDER, TOKEN, Account


@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
def test_each_verb_has_a_method(account: Account, client: Client, verb: str) -> None:
    account.answers(Response(200, {}, b'{"response":5}'))
    method = getattr(client, verb)
    reply = method("nothing-service/thing", [{"a": 1}], query={"b": 2}, headers={"If-Match": "3"})
    (sent,) = account.requests
    assert (sent.method, sent.body) == (verb.upper(), b'[{"a":1}]')
    assert sent.url.endswith("/public-api/acme/nothing-service/thing?b=2")
    assert sent.headers["If-Match"] == "3"
    assert reply.json() == {"response": 5}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1.10"), "1.10"),
        (Decimal("0.1") + Decimal("0.2"), "0.3"),
        (Decimal("12345678901234567890.123456789"), "12345678901234567890.123456789"),
        (Decimal("1E+2"), "1E+2"),
        (10**30, "1000000000000000000000000000000"),
        (datetime.date(2026, 1, 31), '"2026-01-31"'),
        (
            datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=-6))),
            '"2026-01-31T12:00:00-06:00"',
        ),
        (
            datetime.datetime(2026, 1, 31, 12, 0, 0, 123000, tzinfo=datetime.timezone.utc),
            '"2026-01-31T12:00:00.123000+00:00"',
        ),
    ],
)
def test_values_are_written_exactly(account: Account, client: Client, value: object, text: str) -> None:
    account.answers(Response(200, {}, b"{}"))
    client.post("nothing-service/thing", {"a": value})
    assert account.requests[0].body.decode() == f'{{"a":{text}}}'


def test_a_wrong_body_is_refused_before_it_is_sent(account: Account, client: Client) -> None:
    with pytest.raises(ValidationError) as caught:
        client.post("order-service/order", {"orderTypeCode": "SO", "placedOn": "yesterday"})
    error = caught.value
    assert [violation.pointer for violation in error.violations] == [
        "/placedOn",
        "/parties/customer/contactId",
    ]
    assert (error.delivery, error.retryable, error.location) == (
        "not-sent",
        False,
        "/placedOn",
    )
    assert "\n" not in str(error)
    assert error.advice
    assert pickle.loads(pickle.dumps(error)).violations == error.violations
    assert account.requests == []


def test_a_wrong_body_is_sent_unchecked(account: Account, client: Client) -> None:
    account.answers(Response(200, {}, b'{"response":7}'))
    client.post("order-service/order", {"orderTypeCode": "SO"}, unchecked=True)
    assert len(account.requests) == 1


@pytest.mark.parametrize(("policy", "sent", "warned"), [("warn", 1, 1), ("allow", 1, 0), ("refuse", 0, 0)])
def test_unknown_members_are_warned_of_refused_or_allowed(
    account: Account, policy: Any, sent: int, warned: int
) -> None:
    client = account.client(unknown_members=policy)
    if sent:
        account.answers(Response(200, {}, b'{"response":7}'))
        client.post("order-service/order/7/note", {"text": "x", "isPubic": True})
    else:
        with pytest.raises(ValidationError) as caught:
            client.post("order-service/order/7/note", {"text": "x", "isPubic": True})
        assert [violation.fault for violation in caught.value.violations] == ["unknown-member"]
    assert len(account.requests) == sent
    assert [event["event"] for event in client.events()].count("doubtful-body") == warned


def test_a_policy_that_does_not_exist_is_refused(account: Account) -> None:
    with pytest.raises(ValidationError) as caught:
        account.client(unknown_members="ignore")
    assert caught.value.location == "unknown_members"
    assert "'warn', 'refuse', 'allow'" in caught.value.message


def test_a_write_of_unknown_outcome_says_how_to_find_out(account: Account, client: Client) -> None:
    account.answers(MaybeSent("reset"))
    with pytest.raises(TransportError) as caught:
        client.post("order-service/order", NEW_ORDER)
    error = caught.value
    assert (error.delivery, error.retryable) == ("maybe-applied", False)
    assert error.verifications
    search = next(found for found in error.verifications if isinstance(found, SearchVerification))
    assert search.search == "order-service/order-search"
    assert dict(search.filters)["customerRef"] == "INV-7"
    assert "customerRef=INV-7" in str(search)
    copy = pickle.loads(pickle.dumps(error))
    assert copy.verifications == error.verifications
    # What it says is ready to be carried out.
    account.answers(Response(404, {}, b'{"errors":[{"code":"CMNC-404","message":"x"}]}'))
    with pytest.raises(BrightpearlError):
        list(client.search(search.search, search.filters))
    assert "customerRef=INV-7" in account.requests[-1].url


def test_a_write_that_can_be_read_back_says_where(account: Account, client: Client) -> None:
    account.answers(MaybeSent("reset"))
    with pytest.raises(TransportError) as caught:
        client.post("order-service/order/7/note", {"text": "left at the door"})
    kinds = {type(found) for found in caught.value.verifications}
    assert kinds <= {SearchVerification, ReadVerification}
    assert kinds
    for found in caught.value.verifications:
        assert "7" in str(found)
        assert TOKEN not in repr(found)


def test_a_write_that_was_not_sent_may_be_sent_again(account: Account) -> None:
    client = account.client(retry={"max_attempts": 1})
    account.answers(NotSent("no route"))
    with pytest.raises(TransportError) as caught:
        client.post("order-service/order", NEW_ORDER)
    assert (caught.value.delivery, caught.value.retryable) == ("not-sent", True)
    assert caught.value.verifications == []
