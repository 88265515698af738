"""`on_tokens` at work: whoever sends meanwhile waits, or is told when it would wait for itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from brightpearl import MisuseError, Request, Response
from brightpearl.async_driver import AsyncDriver, AsyncHost
from brightpearl.handover import AsyncHandover, TokensNotStoredError
from expiring import KINDS, TYPES, Shop, drained


def test_threads_wait_for_the_one_that_stores() -> None:
    account = Shop("sync", lasts=3, only_first=True)
    lock = threading.Lock()
    storing = threading.Event()
    answer = account.answer
    early: list[str] = []

    def transport(request: Request) -> Response:
        # What waits for the lock has left before.
        if storing.is_set():
            early.append(request.url)
        with lock:
            return answer(request)

    def store(_: dict[str, Any]) -> None:
        storing.set()
        # Long enough for the others to try.
        threading.Event().wait(0.05)
        storing.clear()

    account.refuses = store
    client = account.client(transport=transport)
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: client.request("GET", TYPES).status, range(16)))
    assert replies == [200] * 16
    assert early == []
    assert account.happened.count("tokens") == account.happened.count("login") > 1


def test_tasks_wait_for_the_one_that_stores() -> None:
    account = Shop("async", lasts=3, only_first=True)
    client = account.client()

    async def run() -> list[int]:
        replies = await asyncio.gather(*(client.request("GET", TYPES) for _ in range(16)))
        return [reply.status for reply in replies]

    assert asyncio.run(run()) == [200] * 16
    assert account.happened.count("tokens") == account.happened.count("login") > 1
    # What was sent between a login and its tokens had left before.
    pairs = zip(account.happened, account.happened[1:], strict=False)
    assert ("login", "sent") not in set(pairs)


def test_a_cancelled_task_waits_until_the_tokens_are_stored() -> None:
    account = Shop("async")
    begun: list[str] = []
    stored: list[str] = []

    async def store(tokens: dict[str, Any]) -> None:
        begun.append(tokens["refresh_token"])
        await asyncio.sleep(0.05)
        stored.append(tokens["refresh_token"])

    async def run() -> None:
        client = account.client(on_tokens=store)
        task = asyncio.ensure_future(client.request("GET", TYPES))
        while not begun:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert stored == begun

    asyncio.run(run())


@pytest.mark.parametrize("kind", KINDS)
def test_sending_with_the_client_meanwhile_is_told(kind: str) -> None:
    account = Shop(kind)
    clients: list[Any] = []

    def send(_: dict[str, Any]) -> Any:
        return clients[0].request("GET", TYPES)

    client = account.client(on_tokens=send)
    clients.append(client)
    with pytest.raises(TokensNotStoredError) as caught:
        drained(kind, lambda: client.request("GET", TYPES))
    assert isinstance(caught.value.__cause__, TokensNotStoredError)
    assert isinstance(caught.value.__cause__.__cause__, MisuseError)
    assert account.happened == ["login"]


def test_what_on_tokens_started_is_free_when_it_has_ended() -> None:
    account = Shop("async", lasts=2)
    stored: list[str] = []
    workers: list[asyncio.Task[list[int]]] = []

    async def run() -> None:
        ended = asyncio.Event()

        async def work() -> list[int]:
            await ended.wait()
            return [(await client.request("GET", TYPES)).status for _ in range(5)]

        async def store(tokens: dict[str, Any]) -> None:
            stored.append(tokens["refresh_token"])
            if not workers:
                workers.append(asyncio.create_task(work()))

        client = account.client(on_tokens=store)
        await client.request("GET", TYPES)
        ended.set()
        assert await workers[0] == [200] * 5

    asyncio.run(run())
    # The logins of what it started are handed over, too.
    assert len(stored) == account.happened.count("login") == 3


def test_what_on_tokens_started_is_refused_until_it_has_ended() -> None:
    account = Shop("async")
    refused: list[BaseException | None] = []

    async def run() -> None:
        async def work() -> None:
            with pytest.raises(TokensNotStoredError) as caught:
                await client.request("GET", TYPES)
            refused.append(caught.value.__cause__)

        async def store(_: dict[str, Any]) -> None:
            await asyncio.create_task(work())

        client = account.client(on_tokens=store)
        await client.request("GET", TYPES)

    asyncio.run(run())
    assert [type(one) for one in refused] == [MisuseError]
    assert account.happened == ["login", "sent"]


@pytest.mark.parametrize("kind", KINDS)
def test_clients_that_store_by_each_other_are_told(kind: str) -> None:
    accounts = [Shop(kind), Shop(kind)]
    clients: list[Any] = []

    def by(other: int) -> Callable[[dict[str, Any]], Any]:
        return lambda _: clients[other].request("GET", TYPES)

    clients += [accounts[0].client(on_tokens=by(1)), accounts[1].client(on_tokens=by(0))]
    with pytest.raises(TokensNotStoredError) as caught:
        drained(kind, lambda: clients[0].request("GET", TYPES))
    causes: list[BaseException] = [caught.value]
    while causes[-1].__cause__ is not None:
        causes.append(causes[-1].__cause__)
    assert isinstance(causes[-1], MisuseError)
    assert [account.happened for account in accounts] == [["login"], ["login"]]


def assert_told_in_the_end(caught: TokensNotStoredError, elsewhere: list[BaseException]) -> None:
    """What was sent elsewhere is refused, and the call that stored tells of that."""
    assert [type(one) for one in elsewhere] == [TokensNotStoredError]
    assert caught.__cause__ is elsewhere[0]
    assert isinstance(elsewhere[0].__cause__, MisuseError)
    assert "has not ended within 0.05 seconds" in str(elsewhere[0])
    assert "a thread or a task that sends a request by the client" in str(elsewhere[0])


def test_a_thread_that_on_tokens_waits_for_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brightpearl.handover.PATIENCE", 0.05)
    account = Shop("sync")
    elsewhere: list[BaseException] = []

    def store(_: dict[str, Any]) -> None:
        failure = pool.submit(client.request, "GET", TYPES).exception()
        assert failure is not None
        elsewhere.append(failure)
        raise failure

    with ThreadPoolExecutor(1) as pool:
        client = account.client(on_tokens=store)
        with pytest.raises(TokensNotStoredError) as caught:
            client.request("GET", TYPES)
    assert_told_in_the_end(caught.value, elsewhere)
    assert account.happened == ["login"]


def test_a_task_that_on_tokens_waits_for_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brightpearl.handover.PATIENCE", 0.05)
    account = Shop("async")
    elsewhere: list[BaseException] = []

    async def run() -> None:
        wanted, done = asyncio.Event(), asyncio.Event()

        async def work() -> None:
            await wanted.wait()
            try:
                await client.request("GET", TYPES)
            except TokensNotStoredError as failure:
                elsewhere.append(failure)
            done.set()

        async def store(_: dict[str, Any]) -> None:
            wanted.set()
            await done.wait()
            raise elsewhere[0]

        client = account.client(on_tokens=store)
        worker = asyncio.create_task(work())
        with pytest.raises(TokensNotStoredError) as caught:
            await client.request("GET", TYPES)
        await worker
        assert_told_in_the_end(caught.value, elsewhere)

    asyncio.run(run())
    assert account.happened == ["login"]


def test_the_call_that_stores_may_take_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brightpearl.handover.PATIENCE", 0.01)
    for kind in KINDS:
        account = Shop(kind)

        def store(_: dict[str, Any]) -> None:
            threading.Event().wait(0.05)

        async def async_store(_: dict[str, Any]) -> None:
            await asyncio.sleep(0.05)

        client = account.client(on_tokens=store if kind == "sync" else async_store)
        assert drained(kind, lambda: client.request("GET", TYPES)).status == 200  # noqa: B023


def test_a_refusal_outlasts_a_later_success() -> None:
    class Changed:
        """A client with new tokens."""

        def token_changes(self) -> int:
            return 1

        def tokens(self) -> dict[str, Any]:
            return {}

    async def run() -> None:
        gate, answered = asyncio.Event(), asyncio.Event()
        calls: list[int] = []

        async def take(_: dict[str, Any]) -> None:
            calls.append(len(calls))
            if calls == [0]:
                await gate.wait()
                raise OSError(28, "No space left on device")

        native: Any = Changed()
        host = AsyncHost(None, lambda: 0, asyncio.sleep, AsyncHandover(native, take))  # type: ignore[arg-type]
        driver = AsyncDriver(native, host)

        async def later() -> bool:
            await answered.wait()
            return await driver._hand_over()

        exchanges = [asyncio.create_task(driver._hand_over()), asyncio.create_task(later())]
        await asyncio.sleep(0.01)
        # The other answer arrives in the turn in which `on_tokens` fails.
        gate.set()
        await asyncio.sleep(0)
        answered.set()
        assert await asyncio.gather(*exchanges) == [False, False]
        assert isinstance(driver._refusal, OSError)
        assert calls == [0, 1]

    asyncio.run(run())
