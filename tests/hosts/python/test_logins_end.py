"""A login that is under way ends by itself: the refresh token that it sent may be worth nothing any more, and the new
one is in its answer."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from brightpearl import AsyncClient, Client, OAuth, Request, Response
from brightpearl.handover import TokensNotStoredError

TYPES = "order-service/order-type"
GRANTED = b'{"access_token":"A1","refresh_token":"R1","token_type":"Bearer","expires_in":604800}'


class Account:
    """An account, and all that happened in its order."""

    def __init__(self, during_login: Callable[[], object] = lambda: None) -> None:
        self.happened: list[str] = []
        self.during_login = during_login
        self.refuses = False

    def answer(self, request: Request) -> Response:
        if "/token/" not in request.url:
            self.happened.append("sent")
            return Response(200, {}, b'{"response": []}')
        self.happened.append("login")
        self.during_login()
        return Response(200, {}, GRANTED)

    def store(self, tokens: dict[str, Any]) -> None:
        if self.refuses:
            raise OSError(28, "No space left on device")
        self.happened.append(tokens["refresh_token"])

    def options(self) -> dict[str, Any]:
        credentials = OAuth("app", "dev", refresh_token="R0")
        return {"account": "acme", "datacentre": "use1", "credentials": credentials, "on_tokens": self.store}

    def client(self) -> Client:
        return Client(transport=self.answer, **self.options())


@pytest.fixture(autouse=True)
def python_handles_ctrl_c() -> Iterator[None]:
    """Whoever starts the tests may have left SIGINT ignored, as shells do for what runs in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_waits_for_the_tokens() -> None:
    account = Account(ctrl_c)
    client = account.client()
    with pytest.raises(KeyboardInterrupt):
        client.request("GET", TYPES)
    assert account.happened == ["login", "R1"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    client.request("GET", TYPES)
    assert account.happened == ["login", "R1", "sent"]


def test_a_second_ctrl_c_does_not_wait() -> None:
    def twice() -> None:
        ctrl_c()
        account.happened.append("once")
        ctrl_c()
        account.happened.append("twice")

    account = Account(twice)
    client = account.client()
    rows = client.search("order-service/order-search")
    with pytest.raises(KeyboardInterrupt):
        next(rows)
    assert account.happened == ["login", "once"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    # The first call is still there, and keeps no other from logging in.
    account.during_login = lambda: None
    client.request("GET", TYPES)
    assert account.happened == ["login", "once", "login", "R1", "sent"]


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="SIGHUP is of Unix")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_signals_that_the_program_handles_wait_too(name: str) -> None:
    class StopError(Exception):
        pass

    def stop(*_: object) -> None:
        raise StopError

    number = getattr(signal, name)
    account = Account(lambda: signal.raise_signal(number))
    before = signal.signal(number, stop)
    try:
        with pytest.raises(StopError):
            account.client().request("GET", TYPES)
        assert signal.getsignal(number) is stop
    finally:
        signal.signal(number, before)
    assert account.happened == ["login", "R1"]


def test_a_handler_that_is_set_meanwhile_stays() -> None:
    def other(*_: object) -> None:
        pass

    account = Account(lambda: signal.signal(signal.SIGINT, other))
    account.client().request("GET", TYPES)
    assert signal.getsignal(signal.SIGINT) is other


def test_ctrl_c_tells_that_the_tokens_were_not_taken() -> None:
    account = Account(ctrl_c)
    account.refuses = True
    with pytest.raises(KeyboardInterrupt) as caught:
        account.client().request("GET", TYPES)
    if sys.version_info >= (3, 11):
        assert any("the new tokens are not stored" in note for note in caught.value.__notes__)


def test_another_thread_logs_in_without_signals() -> None:
    account = Account()
    thread = threading.Thread(target=account.client().request, args=("GET", TYPES))
    thread.start()
    thread.join()
    assert account.happened == ["login", "R1", "sent"]


class SlowAccount(Account):
    """Its logins last until they are told to end."""

    def __init__(self) -> None:
        super().__init__()
        self.has_begun = asyncio.Event()
        self.is_to_end = asyncio.Event()

    async def answer_slowly(self, request: Request) -> Response:
        answer = self.answer(request)
        if self.happened[-1] == "login":
            self.has_begun.set()
            await self.is_to_end.wait()
        return answer

    def async_client(self) -> AsyncClient:
        return AsyncClient(transport=self.answer_slowly, **self.options())


@pytest.mark.parametrize("times", [1, 3])
def test_a_cancelled_task_waits_for_its_login(times: int) -> None:
    async def run() -> None:
        account = SlowAccount()
        client = account.async_client()
        task = asyncio.create_task(client.request("GET", TYPES))
        await account.has_begun.wait()
        # Some frameworks cancel again and again until a task has ended.
        for _ in range(times):
            task.cancel()
            await asyncio.sleep(0.001)
        assert not task.done()
        other = asyncio.create_task(client.request("GET", TYPES))
        await asyncio.sleep(0.001)
        account.is_to_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        await other
        assert account.happened == ["login", "R1", "sent"]

    asyncio.run(run())


def test_a_timeout_waits_for_a_login() -> None:
    async def run() -> None:
        account = SlowAccount()
        asyncio.get_running_loop().call_later(0.05, account.is_to_end.set)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(account.async_client().request("GET", TYPES), 0.01)
        assert account.happened == ["login", "R1"]

    asyncio.run(run())


def test_a_cancelled_task_tells_that_the_tokens_were_not_taken() -> None:
    async def run() -> None:
        account = SlowAccount()
        account.refuses = True
        client = account.async_client()
        task = asyncio.create_task(client.request("GET", TYPES))
        await account.has_begun.wait()
        task.cancel()
        account.is_to_end.set()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        if sys.version_info >= (3, 11):
            assert any("the new tokens are not stored" in note for note in caught.value.__notes__)
        with pytest.raises(TokensNotStoredError):
            await client.request("GET", TYPES)
        assert account.happened == ["login"]

    asyncio.run(run())


def test_a_login_that_does_not_end_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brightpearl.async_driver.PATIENCE", 0.02)

    async def run() -> None:
        account = SlowAccount()
        client = account.async_client()
        task = asyncio.create_task(client.request("GET", TYPES))
        await account.has_begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # Another call may log in now.
        account.is_to_end.set()
        await client.request("GET", TYPES)
        assert account.happened == ["login", "login", "R1", "sent"]

    asyncio.run(run())


def test_ctrl_c_in_a_loop_waits_for_a_login() -> None:
    account = Account()

    async def answer(request: Request) -> Response:
        response = account.answer(request)
        if account.happened == ["login"]:
            ctrl_c()
            await asyncio.sleep(0.02)
        return response

    async def run() -> None:
        await AsyncClient(transport=answer, **account.options()).request("GET", TYPES)

    if sys.version_info >= (3, 11):
        with pytest.raises(KeyboardInterrupt):
            asyncio.run(run())
        assert account.happened == ["login", "R1"]
