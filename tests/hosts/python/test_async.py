"""`AsyncClient`: the same answers, with several exchanges under way."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pyarrow
import pytest

import brightpearl
from brightpearl import (
    AsyncClient,
    AsyncResources,
    AsyncRows,
    Client,
    MaybeSent,
    MisuseError,
    NotFoundError,
    NotSent,
    Reply,
    Request,
    Response,
    TransportError,
    ValidationError,
)
from brightpearl.testing import Emulator
from conftest import NEW_ORDER, SEARCH, Account, page, resources

ORDER = "order-service/order"
UNORDERED = "order-service/order-type"


def client_of(account: Account, **options: Any) -> AsyncClient:
    """An asynchronous client of a scripted account."""

    async def transport(request: Request) -> Response:
        await asyncio.sleep(0)
        return account(request)

    settings: dict[str, Any] = {
        "account": "acme",
        "datacentre": "use1",
        "credentials": brightpearl.PrivateApp("acme_sync", "s3cret-token-of-acme"),
        "transport": transport,
        "clock": account.clock,
        "sleep": account.clock.async_sleep,
        "seed": 7,
    }
    return AsyncClient(**(settings | options))


class Gate:
    """A transport that counts how many requests are under way, and holds them for a while."""

    def __init__(self, answer: Callable[[Request], Awaitable[Response]], ticks: int = 5) -> None:
        self.answer = answer
        self.ticks = ticks
        self.under_way = 0
        self.most = 0
        self.asked = 0

    async def __call__(self, request: Request) -> Response:
        self.under_way += 1
        self.asked += 1
        self.most = max(self.most, self.under_way)
        try:
            # Later ones take longer.
            for _ in range(self.ticks * self.asked):
                await asyncio.sleep(0)
            return await self.answer(request)
        finally:
            self.under_way -= 1


def test_rows_are_those_of_the_synchronous_client() -> None:
    async def read() -> list[dict[str, Any]]:
        client = Emulator(orders=1800).async_client(page_size=250)
        return [dict(row) async for row in client.search(SEARCH, sort="orderId")]

    expected = [dict(row) for row in Emulator(orders=1800).client().search(SEARCH, sort="orderId")]
    assert asyncio.run(read()) == expected


@pytest.mark.parametrize("most", [1, 3])
def test_pages_are_fetched_ahead_up_to_the_limit(most: int) -> None:
    async def read() -> tuple[int, list[int]]:
        emulator = Emulator(orders=1200)
        gate = Gate(emulator.async_transport)
        client = emulator.async_client(transport=gate, page_size=100, max_in_flight=most)
        return gate.most, [row["orderId"] async for row in client.search(SEARCH, sort="orderId")] + [gate.most]

    _, ids = asyncio.run(read())
    assert ids.pop() == most
    assert len(ids) == 1200
    assert ids == sorted(ids)


def test_resources_pages_dicts_and_arrow() -> None:
    async def read() -> None:
        emulator = Emulator(orders=700)
        client = emulator.async_client(page_size=200)
        orders = client.get(ORDER, "1-700")
        found = {order["id"]: order["totalValue"]["net"] async for order in orders}
        expected = {order["id"]: order["totalValue"]["net"] for order in emulator.client().get(ORDER, "1-700")}
        assert found == expected
        assert str(orders.missing) == str(brightpearl.IdSet("1-700").difference(brightpearl.IdSet(found)))
        assert orders.refused == []
        rows = client.search(SEARCH)
        assert (await rows.metadata()).results_available == 700
        assert [len(found) async for found in rows.pages()] == [200, 200, 200, 100]
        dicts = [record async for record in client.search(SEARCH, limit=5).dicts(dates="text")]
        assert isinstance(dicts[0]["createdOn"], str)
        rows = client.search(SEARCH)
        await anext(rows)
        assert pyarrow.table(await rows.to_arrow()).num_rows == 699
        assert len(await client.search(SEARCH, limit=0).to_arrow()) == 0

    asyncio.run(read())


def test_many_calls_at_once_share_one_budget() -> None:
    async def read() -> None:
        emulator = Emulator(orders=300, quota=20)
        client = emulator.async_client(pool={"quota": 20})

        async def one(number: int) -> int:
            return len([order async for order in client.get(ORDER, number)])

        counts = await asyncio.gather(*(one(number) for number in range(1, 61)))
        assert sum(counts) == len([order async for order in client.get(ORDER, "1-60")])
        assert emulator.statistics()["throttled"] == 0
        # Each order that is not there is asked for twice, by itself or beside others.
        assert client.statistics().requests == 61 + 60 - sum(counts) + (sum(counts) < 60)
        assert client.budget().quota == 20

    asyncio.run(read())


def test_a_checkpoint_goes_on_in_either_kind_of_client() -> None:
    async def first() -> tuple[list[int], str]:
        rows = Emulator(orders=500).async_client(page_size=100).search(SEARCH, sort="orderId")
        ids = [(await anext(rows))["orderId"] for _ in range(150)]
        checkpoint = rows.checkpoint()
        await rows.aclose()
        with pytest.raises(MisuseError):
            await anext(rows)
        return ids, checkpoint

    async def rest(checkpoint: str) -> list[int]:
        rows = await Emulator(orders=500).async_client().resume(checkpoint)
        assert isinstance(rows, AsyncRows)
        return [row["orderId"] async for row in rows]

    ids, checkpoint = asyncio.run(first())
    left = asyncio.run(rest(checkpoint))
    assert ids + left == [row["orderId"] for row in Emulator(orders=500).client().search(SEARCH, sort="orderId")]
    rows = Emulator(orders=500).client().resume(checkpoint)
    assert isinstance(rows, brightpearl.Rows)
    assert [row["orderId"] for row in rows] == left


def test_resources_resume(account: Account) -> None:
    account.answers(resources({"id": 1}, {"id": 2}), resources({"id": 2}))

    async def read() -> None:
        client = client_of(account)
        orders = client.get(ORDER, [1, 2], plan="never")
        assert (await anext(orders))["id"] == 1
        resumed = await client.resume(orders.checkpoint())
        assert isinstance(resumed, AsyncResources)
        assert [order["id"] async for order in resumed] == [2]

    asyncio.run(read())


def test_single_requests(account: Account) -> None:
    account.answers(
        Response(200, {}, b'{"response":5}'),
        Response(200, {}, b'{"response":6}'),
        Response(200, {}, b"{}"),
        Response(200, {}, b"{}"),
        Response(200, {}, b"{}"),
        b'{"response":{"getUris":["/order/1-5"]}}',
    )

    async def act() -> None:
        async with client_of(account) as client:
            assert (await client.request("GET", UNORDERED)).json() == {"response": 5}
            assert (await client.post(ORDER, NEW_ORDER)).json() == {"response": 6}
            await client.put("nothing-service/thing", {})
            await client.patch("nothing-service/thing", [])
            await client.delete("nothing-service/thing")
            assert await client.options(ORDER, "1-9") == ["/order/1-5"]
            with pytest.raises(ValidationError) as caught:
                await client.post(ORDER, {"orderTypeCode": "SO"})
            assert caught.value.violations

    asyncio.run(act())
    assert [request.method for request in account.requests] == ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def test_a_request_resumes(account: Account) -> None:
    account.answers(b'{"response":1}')
    operation = '{"request":{"method":"GET","path":"order-service/order-type"}}'
    text = f'{{"version":1,"account":"acme","operation":{operation},"position":"start"}}'

    async def act() -> object:
        return await client_of(account).resume(text)

    reply = asyncio.run(act())
    assert isinstance(reply, Reply)
    assert reply.json() == {"response": 1}


def test_errors_are_the_same(account: Account) -> None:
    lost = RuntimeError("lost")
    account.answers(
        Response(404, {}, b'{"errors":[{"code":"CMNC-404","message":"x"}]}'),
        NotSent("no route"),
        Response(200, {}, b'{"response":1}'),
        lost,
        MaybeSent("reset"),
    )

    async def act() -> None:
        client = client_of(account)
        with pytest.raises(NotFoundError):
            await client.request("GET", UNORDERED)
        assert (await client.post(ORDER, NEW_ORDER)).json() == {"response": 1}
        with pytest.raises(TransportError, match="RuntimeError: lost") as caught:
            await client.post(ORDER, NEW_ORDER)
        assert caught.value.__cause__ is lost
        assert caught.value.delivery == "maybe-applied"
        with pytest.raises(TransportError, match="reset"):
            await client.post(ORDER, NEW_ORDER)

    asyncio.run(act())


def test_a_transport_that_answers_nonsense_is_told() -> None:
    async def transport(request: Request) -> Any:
        return "200 OK"

    async def act() -> None:
        client = client_of(Account(), transport=transport)
        with pytest.raises(TransportError, match=r"a str; expected a brightpearl\.Response") as caught:
            await client.post(ORDER, NEW_ORDER)
        assert caught.value.request is not None
        assert caught.value.delivery == "maybe-applied"

    asyncio.run(act())
    with pytest.raises(TypeError, match="expected a callable"):
        client_of(Account(), transport="http")
    with pytest.raises(ValidationError) as caught:
        client_of(Account(), max_in_flight=0)
    assert caught.value.location == "max_in_flight"


def test_a_timeout_ends_the_call_and_what_is_under_way() -> None:
    ended = []

    async def never(request: Request) -> Response:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(request.url)
        raise AssertionError

    async def act() -> None:
        client = client_of(Account(), transport=never)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.post(ORDER, NEW_ORDER), 0.02)
        task = asyncio.create_task(client.post(ORDER, NEW_ORDER))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        if sys.version_info >= (3, 11):
            assert any("may have been applied" in note for note in caught.value.__notes__)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(act())
    assert len(ended) == 2


def test_leaving_a_search_early_leaves_nothing_behind() -> None:
    async def act() -> None:
        emulator = Emulator(orders=2000)
        gate = Gate(emulator.async_transport)
        client = emulator.async_client(transport=gate, page_size=100, max_in_flight=4)
        async with client.search(SEARCH) as rows:
            async for row in rows:
                # The first page says how many there are; then several are fetched at once.
                if row["orderId"] and rows.explain().requests_sent > 2:
                    break
            assert gate.under_way > 0
        assert gate.under_way == 0
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(act())


def test_an_error_ends_what_else_is_under_way() -> None:
    async def act() -> None:
        emulator = Emulator(orders=2000)

        async def some(request: Request) -> Response:
            if "firstResult=301" in request.url:
                return Response(401, {}, b"{}")
            return await emulator.async_transport(request)

        gate = Gate(some)
        client = emulator.async_client(transport=gate, page_size=100, max_in_flight=4)
        with pytest.raises(brightpearl.AuthenticationError):
            async for _ in client.search(SEARCH):
                pass
        assert gate.under_way == 0
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(act())


def test_waiting_for_the_cap_takes_virtual_time(account: Account) -> None:
    account.answers(*[resources()] * 3)

    async def act() -> None:
        client = client_of(account, pool={"quota": 2})
        for _ in range(3):
            await client.request("GET", UNORDERED)
        assert client.statistics().budget_waits == 1

    asyncio.run(act())
    assert 59 <= account.clock.slept <= 61


@contextlib.asynccontextmanager
async def served(**options: Any) -> AsyncIterator[AsyncClient]:
    with Emulator(orders=600, seed=5).serve() as server:
        async with server.async_client(**options) as client:
            yield client


def test_over_http() -> None:
    async def act() -> list[int]:
        async with served(page_size=100) as client:
            ids = [row["orderId"] async for row in client.search(SEARCH, sort="orderId")]
            orders = {order["id"] async for order in client.get(ORDER, ids)}
            assert orders == set(ids)
            return ids

    expected = [row["orderId"] for row in Emulator(orders=600, seed=5).client().search(SEARCH, sort="orderId")]
    assert asyncio.run(act()) == expected


def test_one_client_in_two_loops() -> None:
    with Emulator(orders=5).serve() as server:
        client = server.async_client()

        async def count() -> int:
            async with client:
                return len([row async for row in client.search(SEARCH)])

        assert asyncio.run(count()) == 5
        assert asyncio.run(count()) == 5
        gc.collect()


def test_nobody_listens() -> None:
    async def act() -> None:
        client = AsyncClient(
            account="acme",
            base_url="http://127.0.0.1:9",
            credentials=brightpearl.PrivateApp("a", "b"),
            retry={"max_attempts": 1},
        )
        async with client:
            with pytest.raises(TransportError) as caught:
                await client.post(ORDER, NEW_ORDER)
            assert caught.value.delivery == "not-sent"
            assert isinstance(caught.value.__cause__, NotSent)

    asyncio.run(act())


def test_from_env_makes_the_same_client(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ACCOUNT": "acme",
        "DATACENTRE": "use1",
        "APP_REF": "acme_sync",
        "ACCOUNT_TOKEN": "invented",
    }.items():
        monkeypatch.setenv(f"BRIGHTPEARL_{name}", value)
    client = AsyncClient.from_env(max_in_flight=2)
    assert repr(client).startswith("AsyncClient(account='acme'")
    assert "invented" not in repr(client)


def test_both_kinds_have_the_same_surface() -> None:
    def surface(kind: type) -> set[str]:
        return {name for name in dir(kind) if not name.startswith("_")}

    assert surface(Client) - {"close"} == surface(AsyncClient) - {"aclose"}


def test_a_page_of_the_script(account: Account) -> None:
    account.answers(page([1, 2], available=3, more=True), page([3], available=3, first=3))

    async def act() -> None:
        rows = client_of(account, max_in_flight=1).search(SEARCH, page_size=2)
        assert rows.explain().requests_needed >= 1
        assert [row["orderId"] async for row in rows] == [1, 2, 3]
        assert rows.explain().requests_sent == 2

    asyncio.run(act())
