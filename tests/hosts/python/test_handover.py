"""`on_tokens`: what a login brings is with the program before anything more is sent, or the call ends."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from brightpearl import (
    CallCancelledError,
    MisuseError,
    OAuth,
    ProtocolError,
    Request,
    Response,
    ValidationError,
)
from brightpearl.async_driver import AsyncDriver, AsyncHost
from brightpearl.handover import AsyncHandover, TokensNotStoredError
from brightpearl.testing import Emulator, VirtualClock
from conftest import NEW_ORDER, Account
from pushed import MAPPING, orders, shop

KINDS = ["sync", "async"]
TYPES = "order-service/order-type"


def grant() -> OAuth:
    """The grant that the emulated account begins with; its refresh token ends with the first refresh."""
    return OAuth(
        "demo_oauth_app",
        "demo_developer",
        client_secret="demo-client-secret-for-tests-only",
        refresh_token="ZGVtby1yZWZyZXNoLXRva2VuLWZvci10ZXN0cy1vbmw=",
        token_url="http://127.0.0.1/token/demo",
    )


class Shop:
    """An account whose access tokens end after some requests, or only the first of them; and all that happened in its
    order."""

    def __init__(self, kind: str, *, lasts: int = 1000, only_first: bool = False) -> None:
        self.kind = kind
        self.emulator = shop()
        self.lasts = lasts
        self.only_first = only_first
        self.happened: list[str] = []
        self.refuses: Callable[[dict[str, Any]], object] = lambda _: None
        self._since = 0

    def _answer(self, request: Request) -> Response:
        is_login = "/token/" in request.url
        self.happened.append("login" if is_login else "sent")
        self._since = 0 if is_login else self._since + 1
        is_first = self.happened.count("login") == 1
        if self._since > self.lasts and (is_first or not self.only_first):
            self.happened[-1] = "refused"
            return Response(401, {}, b'{"response": "Not authorized"}')
        return self.emulator.transport(request)

    async def _async_answer(self, request: Request) -> Response:
        await asyncio.sleep(0)
        return self._answer(request)

    def _take(self, tokens: dict[str, Any]) -> None:
        self.happened.append("tokens")
        assert tokens["refresh_token"]
        self.refuses(tokens)

    async def _async_take(self, tokens: dict[str, Any]) -> None:
        # Others have their turn meanwhile.
        for _ in range(10):
            await asyncio.sleep(0)
        self._take(tokens)

    def client(self, **options: Any) -> Any:
        """A client of its kind."""
        if self.kind == "sync":
            settings: dict[str, Any] = {"transport": self._answer, "on_tokens": self._take}
            return self.emulator.client(credentials=grant(), **(settings | options))
        settings = {"transport": self._async_answer, "on_tokens": self._async_take}
        return self.emulator.async_client(credentials=grant(), **(settings | options))


def drained(kind: str, act: Callable[[], Any]) -> Any:
    """What a call gives, of either kind; all of it when there are several."""
    if kind == "sync":
        given = act()
        return list(given) if hasattr(given, "__iter__") and not isinstance(given, dict) else given

    async def run() -> Any:
        given = act()
        return [one async for one in given] if hasattr(given, "__aiter__") else await given

    return asyncio.run(run())


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


def failing(_: dict[str, Any]) -> None:
    raise OSError(28, "No space left on device")


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
        answer = account._answer(request)
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


def test_threads_wait_for_the_one_that_stores() -> None:
    account = Shop("sync", lasts=3, only_first=True)
    lock = threading.Lock()
    storing = threading.Event()
    answer = account._answer
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


def test_a_plain_callable_does_for_an_async_client() -> None:
    account = Shop("async")
    stored: list[str] = []
    client = account.client(on_tokens=lambda tokens: stored.append(tokens["refresh_token"]))
    asyncio.run(client.request("GET", TYPES))
    assert stored == [client.tokens()["refresh_token"]]


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
