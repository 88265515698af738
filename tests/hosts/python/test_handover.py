"""`on_tokens`: what a login brings is with the program before anything more is sent, or the call ends."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brightpearl import CallCancelledError, OAuth, ProtocolError, Request, Response, ValidationError
from brightpearl.handover import TokensNotStoredError
from brightpearl.testing import Emulator, VirtualClock
from conftest import NEW_ORDER, Account
from expiring import KINDS, TYPES, Shop, drained, failing
from pushed import MAPPING, orders

WRITES = [{"method": "POST", "path": "order-service/order", "body": NEW_ORDER}] * 3

OPERATIONS: dict[str, Callable[[Any, list[dict[str, Any]], Path], Any]] = {
    "request": lambda client, _, __: client.request("GET", TYPES),
    "search": lambda client, _, __: client.search("order-service/order-search", page_size=3),
    "get": lambda client, _, __: client.get("order-service/order", "1-20", plan="always"),
    "options": lambda client, _, __: client.options("order-service/order", "1-20"),
    "batch": lambda client, _, __: client.batch(WRITES, packing="never"),
    "task": lambda client, _, __: client.task("list-price-lists"),
    "pull": lambda client, _, __: client.pull("order"),
    "push": lambda client, records, path: client.push(MAPPING, records, write=True, journal=path, looks=()),
}


def assert_handed_over(happened: list[str]) -> None:
    """Nothing is sent between a login and its tokens, and they come once."""
    followers = [after for before, after in itertools.pairwise(happened) if before == "login"]
    assert set(followers) <= {"tokens"}, happened
    assert happened.count("tokens") == happened.count("login")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_tokens_come_before_the_next_request(kind: str, operation: str, tmp_path: Path) -> None:
    account = Shop(kind, lasts=2)
    records = orders(account.emulator.client(), 5)
    client = account.client(max_in_flight=1) if kind == "async" else account.client()
    drained(kind, lambda: OPERATIONS[operation](client, records, tmp_path / "journal"))
    assert_handed_over(account.happened)
    assert account.happened[:3] == ["login", "tokens", "sent"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("logins", [1, 2])
def test_nothing_is_sent_when_they_are_not_taken(kind: str, operation: str, logins: int, tmp_path: Path) -> None:
    account = Shop(kind, lasts=1)
    records = orders(account.emulator.client(), 5)
    account.refuses = lambda tokens: failing(tokens) if account.happened.count("login") == logins else None
    client = account.client(max_in_flight=1) if kind == "async" else account.client()
    if logins == 2 and operation in ("request", "options", "task"):
        drained(kind, lambda: OPERATIONS["request"](client, records, tmp_path))
    with pytest.raises(TokensNotStoredError, match=r"`on_tokens` raised OSError") as caught:
        drained(kind, lambda: OPERATIONS[operation](client, records, tmp_path / "journal"))
    assert isinstance(caught.value, CallCancelledError)
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.delivery == "not-sent"
    assert account.happened[-2:] == ["login", "tokens"]
    kept = client.tokens()["refresh_token"]
    assert kept != "ZGVtby1yZWZyZXNoLXRva2VuLWZvci10ZXN0cy1vbmw="
    assert kept not in repr(caught.value) + str(caught.value)
    # They are offered again before anything else is sent.
    account.refuses = lambda _: None
    taken = len(account.happened)
    drained(kind, lambda: client.request("GET", TYPES))
    assert account.happened[taken:] == ["tokens", "sent"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_push_keeps_what_was_answered_before(kind: str, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    account = Shop(kind)
    records = orders(account.emulator.client(), 30)
    written: list[int] = []

    def act(request: Request) -> Response:
        if len(written) == 2:
            account.lasts = 0
        answer = account.answer(request)
        if request.method == "POST" and request.url.endswith("/sales-order"):
            written.append(answer.status)
        return answer

    async def transport(request: Request) -> Response:
        await asyncio.sleep(0)
        return act(request)

    account.refuses = lambda tokens: failing(tokens) if written else None
    client = account.client(transport=act if kind == "sync" else transport)
    outcomes: list[Any] = []

    async def push() -> None:
        async for outcome in client.push(MAPPING, records, write=True, journal=journal, window=1):
            outcomes.append(outcome)

    with pytest.raises(TokensNotStoredError):
        if kind == "sync":
            for outcome in client.push(MAPPING, records, write=True, journal=journal, window=1):
                outcomes.append(outcome)
        else:
            asyncio.run(push())
    assert written == [200, 200]
    # What the journal says makes the next run write each of them once.
    again = account.emulator.client()
    ended = list(again.push(MAPPING, records, write=True, journal=journal))
    assert all(outcome.ok for outcome in ended)
    done = [outcome for outcome in ended if outcome.journaled]
    assert [outcome.state for outcome in outcomes[:2]] == ["created", "created"]
    assert len(done) == 2
    rows = list(again.search("order-service/order-search", {"orderTypeId": 1}, columns=("orderId", "customerRef")))
    references = [row["customerRef"] for row in rows if str(row["customerRef"]).startswith("W-")]
    assert sorted(references) == sorted({record["number"] for record in records})


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_puts_out_what_was_written_before(kind: str) -> None:
    account = Shop(kind, lasts=2)
    account.refuses = lambda tokens: failing(tokens) if account.happened.count("login") == 2 else None
    client = account.client()
    results: list[Any] = []

    async def run() -> None:
        async for result in client.batch(WRITES, packing="never"):
            results.append(result)

    with pytest.raises(TokensNotStoredError):
        if kind == "sync":
            for result in client.batch(WRITES, packing="never"):
                results.append(result)
        else:
            asyncio.run(run())
    assert [result.ok for result in results] == [True, True, False]
    assert results[2].error.delivery == "not-sent"


@pytest.mark.parametrize("kind", KINDS)
def test_they_come_also_where_the_rest_of_the_answer_is_wrong(kind: str) -> None:
    stored: list[str] = []
    answer = Response(200, {}, b'{"access_token":"A","refresh_token":"R2","api_domain":"evil.example"}')

    def run(take: Any) -> None:
        clock = VirtualClock()
        options = {
            "credentials": OAuth("a", "b", refresh_token="R1"),
            "clock": clock,
            "on_tokens": take,
        }
        if kind == "sync":
            Emulator().client(transport=lambda _: answer, **options).request("GET", TYPES)
            return

        async def transport(_: Request) -> Response:
            return answer

        asyncio.run(Emulator().async_client(transport=transport, **options).request("GET", TYPES))

    with pytest.raises(ProtocolError, match=r"evil\.example"):
        run(lambda tokens: stored.append(tokens["refresh_token"]))
    assert stored == ["R2"]
    with pytest.raises(TokensNotStoredError, match=r"evil\.example") as caught:
        run(failing)
    assert isinstance(caught.value.__cause__, OSError)


def test_a_plain_callable_does_for_an_async_client() -> None:
    account = Shop("async")
    stored: list[str] = []
    client = account.client(on_tokens=lambda tokens: stored.append(tokens["refresh_token"]))
    asyncio.run(client.request("GET", TYPES))
    assert stored == [client.tokens()["refresh_token"]]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("refusal", [GeneratorExit(), asyncio.CancelledError(), StopIteration(3), ValidationError("x")])
def test_whatever_it_raises_the_call_ends(kind: str, refusal: BaseException) -> None:
    account = Shop(kind)

    def take(_: dict[str, Any]) -> None:
        raise refusal

    client = account.client(on_tokens=take)
    with pytest.raises(TokensNotStoredError) as caught:
        drained(kind, lambda: client.request("GET", TYPES))
    assert caught.value.__cause__ is refusal
    assert account.happened == ["login"]


def test_an_interruption_goes_through_and_they_are_offered_again() -> None:
    account = Shop("sync")

    def interrupt(_: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    account.refuses = interrupt
    client = account.client()
    with pytest.raises(KeyboardInterrupt):
        client.post("order-service/order", NEW_ORDER)
    account.refuses = lambda _: None
    client.request("GET", TYPES)
    assert account.happened == ["login", "tokens", "tokens", "sent"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_called_is_named(kind: str) -> None:
    with pytest.raises(ValidationError, match="`on_tokens`"):
        Shop(kind).client(on_tokens="store")


def test_a_login_without_tokens_hands_nothing_over(account: Account) -> None:
    client = account.client(on_tokens=failing)
    account.answers(b'{"response": []}')
    assert client.request("GET", TYPES).status == 200
