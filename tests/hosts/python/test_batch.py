"""Batches: a result for every write, in their order."""

from __future__ import annotations

import asyncio
import gc
import warnings

import pytest

from brightpearl import (
    BatchResult,
    CallCancelledError,
    Client,
    MisuseError,
    NotFoundError,
    Reply,
    Response,
    ValidationError,
    Write,
)
from brightpearl.testing import Emulator
from conftest import Account


def notes(count: int, order: int = 1) -> list[Write]:
    """Writes that add notes."""
    return [Write("POST", f"order-service/order/{order}/note", {"text": str(number)}) for number in range(count)]


def test_writes_travel_ten_to_a_request() -> None:
    emulator = Emulator(orders=10)
    results = list(emulator.client().batch(notes(25)))
    assert [result.index for result in results] == list(range(25))
    assert all(result.ok and result.error is None for result in results)
    ids = [result.response.json()["response"] for result in results if result.response]
    assert len(set(ids)) == 25
    assert ids == sorted(ids)
    assert emulator.statistics()["by_resource"] == {"POST multi-message": 3}


def test_an_answer_is_given_byte_for_byte(account: Account, client: Client) -> None:
    bodies = [b'{"response": 12, "amount": 12.50, "text": "\\u00e9 \xc3\xa9 \\n"}', b'{"response":1,"note":"\xff"}']
    account.answers(*[Response(200, {"X-Part": 'a"b'}, body) for body in bodies])
    for body, result in zip(bodies, client.batch(notes(2), packing="never"), strict=True):
        assert result.response is not None
        assert (result.response.status, result.response.headers["x-part"]) == (200, 'a"b')
        assert result.response.body == body


def test_a_write_may_be_said_in_three_ways() -> None:
    emulator = Emulator(orders=10)
    writes = [
        Write("post", "order-service/order/1/note", {"text": "a"}),
        ("POST", "order-service/order/1/note", {"text": "c"}),
        {"method": "POST", "path": "order-service/order/1/note", "body": '{"text":"b"}'},
    ]
    results = list(emulator.client().batch(iter(writes), packing="never"))
    assert [result.ok for result in results] == [True] * 3
    assert emulator.statistics()["requests"] == 3


def test_what_is_no_write_is_refused(client: Client) -> None:
    with pytest.raises(TypeError, match="request 1 of the batch is an int"):
        client.batch([("DELETE", "a-service/b"), 7])  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"has no member .verb."):
        client.batch([{"verb": "POST", "path": "a-service/b"}])
    with pytest.raises(ValidationError) as caught:
        client.batch([("POST", "order-service/order/1/note", {"text": 7})])
    assert caught.value.delivery == "not-sent"


@pytest.mark.parametrize(("on_failure", "oks"), [("stop", [True, False, False]), ("continue", [True, False, True])])
def test_a_failure_stops_the_rest_or_not(on_failure: str, oks: list[bool]) -> None:
    client = Emulator(orders=10).client()
    writes = [*notes(1), *notes(1, order=999_999), *notes(1)]
    results = list(client.batch(writes, on_failure=on_failure))  # type: ignore[arg-type]
    assert [result.ok for result in results] == oks
    failed = results[1].error
    assert failed is not None
    assert results[1].response is None
    assert failed.delivery == "rejected"
    if on_failure == "stop":
        left_out = results[2].error
        assert isinstance(left_out, CallCancelledError)
        assert left_out.delivery == "not-sent"


def test_the_singles_of_a_batch_fail_like_other_requests(account: Account, client: Client) -> None:
    account.answers(Response(404, {}, b'{"errors":[{"code":"CMNC-404","message":"x"}]}'))
    (result,) = client.batch([("DELETE", "nothing-service/thing/7")], packing="never")
    assert isinstance(result.error, NotFoundError)


def test_a_batch_that_nobody_iterates_warns(client: Client) -> None:
    with pytest.warns(RuntimeWarning, match="never iterated"):
        client.batch(notes(1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client.batch(notes(1)).close()
        gc.collect()


def test_a_batch_that_was_ended_gives_nothing_more() -> None:
    emulator = Emulator(orders=10)
    with emulator.client().batch(notes(25)) as results:
        first = next(results)
        assert first.index == 0
        assert results.explain().requests_sent >= 1
    with pytest.raises(MisuseError, match="before its last write"):
        next(results)
    assert emulator.statistics()["requests"] == 1


def test_batches_are_awaited_too() -> None:
    async def act() -> None:
        emulator = Emulator(orders=10)
        client = emulator.async_client()
        results = [result async for result in client.batch(notes(25), order="parallel", on_failure="continue")]
        assert [result.index for result in results] == list(range(25))
        assert all(result.ok for result in results)
        assert emulator.statistics()["requests"] == 3
        with pytest.warns(RuntimeWarning, match="never iterated"):
            client.batch(notes(1))
        async with client.batch(notes(25)) as unfinished:
            await anext(unfinished)
        with pytest.raises(MisuseError):
            await anext(unfinished)

    asyncio.run(act())


def test_results_show_themselves() -> None:
    (result,) = Emulator(orders=10).client().batch(notes(1))
    assert isinstance(result, BatchResult)
    assert isinstance(result.response, Reply)
    assert repr(result).startswith("BatchResult(index=0, response=<Reply 200")


def test_results_that_were_not_handed_out_are_kept() -> None:
    emulator = Emulator(orders=10)
    results = emulator.client().batch(notes(25))
    first = next(results)
    results.close()
    rest = results.rest()
    assert [result.index for result in (first, *rest)] == list(range(25))
    assert [result.ok for result in (first, *rest)] == [True] * 10 + [False] * 15
    assert all(isinstance(result.error, CallCancelledError) for result in rest[9:])
    assert results.rest() == []


def test_results_that_were_not_handed_out_are_kept_in_an_event_loop() -> None:
    emulator = Emulator(orders=10)

    async def sent() -> list[BatchResult]:
        async with emulator.async_client() as client:
            results = client.batch(notes(25))
            first = await anext(results)
            await results.aclose()
            return [first, *results.rest()]

    told = asyncio.run(sent())
    assert [result.index for result in told] == list(range(25))
    assert sum(result.ok for result in told) == 10
