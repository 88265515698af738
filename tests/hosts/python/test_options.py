"""What a client and a call of it may do otherwise: timeouts, retries, headers, query parameters, an HTTP client."""

from __future__ import annotations

import asyncio
import ssl
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import numpy
import pytest

from brightpearl import (
    AsyncClient,
    AuthenticationError,
    Client,
    FileLease,
    NotSent,
    PrivateApp,
    Request,
    Response,
    TransportError,
    UnavailableError,
    ValidationError,
)
from brightpearl.http import HttpxTransport
from brightpearl.testing import Emulator
from conftest import SEARCH, TOKEN, Account, page, resources
from forward_proxy import forward_proxy
from pushed import MAPPING

OUTAGE = Response(503, {}, b"")
CREDENTIALS = PrivateApp("acme_sync", TOKEN)


def test_a_call_tries_as_often_as_it_or_its_client_says(account: Account) -> None:
    for client, options, expected in [
        (account.client(), {}, 5),
        (account.client(max_retries=1), {}, 2),
        (account.client(max_retries=1, retry={"base_ms": 1}), {}, 2),
        (account.client(max_retries=1), {"max_retries": 0}, 1),
        (account.client().with_options(max_retries=2), {}, 3),
        (account.client().with_options(max_retries=2), {"max_retries": None}, 3),
    ]:
        account.requests.clear()
        account.answers(*[OUTAGE] * expected)
        with pytest.raises(UnavailableError) as raised:
            list(client.search(SEARCH, **options))
        assert len(account.requests) == expected
        assert [one.status for one in raised.value.responses] == [503] * expected


def test_headers_and_parameters_go_with_every_request_of_every_kind_of_call(account: Account) -> None:
    client = account.client(default_headers={"X-Trace": "default", "X-Who": "shop"}).with_options(
        extra_headers={"x-trace": "7"}, extra_query={"of": "client"}
    )
    more: dict[str, Any] = {"extra_headers": {"X-Call": "yes"}, "extra_query": {"flag": True}}
    account.answers(page([1]), resources({"id": 1}), resources(), b'{"response": 7}', b'{"response": {"getUris": []}}')
    list(client.search(SEARCH, **more))
    list(client.get("order-service/order", 1, **more))
    client.request("GET", "order-service/order-type", **more)
    client.add_order_note(orderId=1, text="x", **more)
    client.options("order-service/order", "1-3", **more)
    for request in account.requests:
        assert (request.headers["x-trace"], request.headers["x-who"], request.headers["x-call"]) == ("7", "shop", "yes")
        query = parse_qs(urlsplit(request.url).query)
        assert (query["of"], query["flag"]) == (["client"], ["true"])
    account.requests.clear()
    account.answers(page([1]))
    list(client.search(SEARCH))
    assert "x-call" not in account.requests[0].headers


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"max_retries": -1}, "max_retries"),
        ({"max_retries": "2"}, "max_retries"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": "5"}, "timeout"),
        ({"timeout": httpx.Timeout(5, read=-1)}, "timeout.read"),
        ({"extra_headers": {"Authorization": "hidden"}}, "extra_headers"),
        ({"extra_headers": {"brightpearl-account-token": "hidden"}}, "extra_headers"),
        ({"extra_headers": {"X-Trace": 7}}, "extra_headers.X-Trace"),
        ({"extra_headers": "X-Trace: 7"}, "extra_headers"),
        ({"extra_query": "a=1"}, "extra_query"),
        ({"extra_header": {"X-Trace": "7"}}, "extra_header"),
    ],
)
def test_an_option_that_cannot_be_is_refused_before_anything_is_sent(
    client: Client, options: dict[str, Any], place: str
) -> None:
    calls = [
        lambda: client.search(SEARCH, **options),
        lambda: client.get("order", 1, **options),
        lambda: client.post("order-service/order/1/note", {"text": "x"}, **options),
        lambda: client.batch([], **options),
        lambda: client.pull("order", **options),
        lambda: client.with_options(**options).search(SEARCH),
    ]
    for call in calls:
        with pytest.raises(ValidationError) as raised:
            call()
        assert raised.value.location == place
        assert "hidden" not in str(raised.value)
    if place == "extra_header":
        assert "did you mean extra_headers" in str(raised.value)


def test_two_ways_to_say_one_thing_are_refused(account: Account) -> None:
    with pytest.raises(ValidationError, match="max_attempts") as raised:
        account.client(max_retries=1, retry={"max_attempts": 3})
    assert raised.value.location == "max_retries"
    with httpx.Client() as given, pytest.raises(ValidationError) as raised:
        account.client(http_client=given)
    assert raised.value.location == "http_client"
    with pytest.raises(TypeError, match="`http_client` is an int") as wrong:
        account.client(http_client=5, transport=None)
    assert wrong.value.location == "http_client"  # type: ignore[attr-defined]


def test_a_transport_is_told_how_long_to_wait(account: Account) -> None:
    timeout = httpx.Timeout(3, read=9)
    client = account.client().with_options(timeout=timeout)
    account.answers(page([1]), page([2]))
    list(client.search(SEARCH))
    list(client.search(SEARCH, timeout=2))
    assert [request.timeout for request in account.requests] == [timeout, 2]


class _Recorded(httpx.BaseTransport):
    """Answers everything, and remembers the timeouts that it was told."""

    def __init__(self) -> None:
        self.timeouts: list[dict[str, float | None]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.timeouts.append(request.extensions["timeout"])
        return httpx.Response(200, content=page([1]))


def test_a_given_http_client_keeps_its_timeouts_unless_others_are_asked_for() -> None:
    recorded = _Recorded()
    with httpx.Client(transport=recorded, timeout=11) as given:
        common: dict[str, Any] = {"account": "acme", "datacentre": "use1", "credentials": CREDENTIALS}
        client = Client(http_client=given, **common)
        list(client.search(SEARCH))
        list(client.search(SEARCH, timeout=httpx.Timeout(4, pool=None)))
        list(Client(http_client=given, timeout=7, **common).search(SEARCH))
        client.close()
        assert not given.is_closed
    assert [told["read"] for told in recorded.timeouts] == [11, 4, 7]
    assert recorded.timeouts[1]["pool"] is None


def test_what_shares_a_client_closes_nothing_and_shares_its_budget() -> None:
    with Emulator(orders=3).serve() as server, server.client() as client:
        with client.with_options(max_retries=0) as other:
            list(other.search(SEARCH))
        assert other.statistics().requests == client.statistics().requests == 1
        list(client.search(SEARCH))


def test_a_private_authority_and_a_proxy_are_those_of_the_given_http_client() -> None:
    with forward_proxy() as proxy, Emulator(orders=3).serve(tls=True) as server:
        trusted = ssl.create_default_context(cafile=server.authority)
        with httpx.Client(verify=trusted, proxy=proxy.url) as given:
            assert len(list(server.client(http_client=given).search(SEARCH))) == 3
        assert proxy.tunnels == [server.url.removeprefix("https://")]

        async def search() -> int:
            async with (
                httpx.AsyncClient(verify=trusted, proxy=proxy.url) as given,
                server.async_client(http_client=given) as client,
            ):
                return len([row async for row in client.search(SEARCH, timeout=5)])

        assert asyncio.run(search()) == 3
        assert len(proxy.tunnels) == 2
        with httpx.Client() as given, pytest.raises(TransportError, match="not trusted") as raised:
            list(server.client(http_client=given).search(SEARCH))
        assert raised.value.delivery == "not-sent"


def test_an_http_client_of_the_other_kind_is_refused() -> None:
    common: dict[str, Any] = {"account": "acme", "datacentre": "use1", "credentials": CREDENTIALS}
    with httpx.Client() as given, pytest.raises(ValidationError, match=r"httpx\.AsyncClient"):
        AsyncClient(http_client=given, **common)  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match=r"httpx\.Client"):
        Client(http_client=httpx.AsyncClient(), **common)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ({"Authorization": "hidden"}, "carries a credential"),
        ({"X-Trace": "a\nb"}, "control character"),
        ({"X-Trace": "caf\u00e9"}, "ASCII"),
        ({"X-Trace": None}, "expected a text"),
        ([("X-Trace", 5)], "is an int; expected a text"),
        ({"": "7"}, "a name"),
    ],
)
def test_header_lines_are_checked_where_they_are_given(client: Client, lines: Any, expected: str) -> None:
    common: dict[str, Any] = {"account": "acme", "datacentre": "use1", "credentials": CREDENTIALS}
    places = {
        "default_headers": [
            lambda: Client(default_headers=lines, **common),
            lambda: AsyncClient(default_headers=lines, **common),
        ],
        "extra_headers": [
            lambda: client.with_options(extra_headers=lines),
            lambda: client.search(SEARCH, extra_headers=lines),
        ],
    }
    for place, makers in places.items():
        for make in makers:
            with pytest.raises(ValidationError, match=expected) as raised:
                make()
            assert (raised.value.location or "").partition(".")[0] == place
            assert "hidden" not in str(raised.value)


def test_header_lines_of_a_request_and_of_a_write_are_too(client: Client) -> None:
    lines = {"X-Trace": "caf\u00e9"}
    with pytest.raises(ValidationError, match="ASCII") as raised:
        client.post("order-service/order/1/note", {"text": "x"}, headers=lines)
    assert raised.value.location == "headers"
    write = {"method": "POST", "path": "order-service/order/1/note", "body": {"text": "x"}, "headers": lines}
    with pytest.raises(ValidationError, match="ASCII") as raised:
        client.batch([write])
    assert (raised.value.location or "").endswith("headers")


def test_pairs_that_come_one_by_one_are_header_lines(account: Account) -> None:
    client = account.client(default_headers=(pair for pair in [("X-Trace", "7")]))
    account.answers(page([1]))
    assert client.statistics().requests == 0
    list(client.search(SEARCH))
    assert account.requests[0].headers["X-Trace"] == "7"


class RetryTransport(_Recorded):
    """Stands in for one of a library."""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"auth": httpx.DigestAuth("ada", "hidden")}, "`auth`"),
        ({"auth": ("ada", "hidden")}, "`auth`"),
        ({"params": {"pageSize": "1"}}, "`params`"),
        ({"transport": RetryTransport()}, "RetryTransport"),
        ({"mounts": {"https://": RetryTransport()}}, "RetryTransport"),
    ],
)
def test_an_http_client_that_would_send_otherwise_or_twice_is_refused(given: dict[str, Any], expected: str) -> None:
    common: dict[str, Any] = {"account": "acme", "datacentre": "use1", "credentials": CREDENTIALS}
    for make in (
        lambda: Client(http_client=httpx.Client(**given), **common),
        lambda: AsyncClient(http_client=httpx.AsyncClient(**given), **common),
        lambda: HttpxTransport(client=httpx.Client(**given)),
    ):
        with pytest.raises(ValidationError, match=expected) as raised:
            make()
        assert raised.value.location in ("http_client", "client")
        assert raised.value.advice
        assert "hidden" not in str(raised.value)


def test_one_that_is_changed_so_afterwards_sends_nothing() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(
            401, headers={"www-authenticate": 'Digest realm="x", nonce="y", qop="auth"'}, content=b"{}"
        )

    common: dict[str, Any] = {"account": "acme", "datacentre": "use1", "credentials": CREDENTIALS}
    with httpx.Client(transport=httpx.MockTransport(answer)) as given:
        client = Client(http_client=given, **common)
        given.auth = ("ada", "hidden")
        with pytest.raises(TransportError, match="`auth`") as raised:
            client.post("order-service/order/1/note", {"text": "x"})
        assert (raised.value.delivery, sent) == ("not-sent", [])


def test_a_client_that_is_told_nothing_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError) as raised:
        Client()
    assert raised.value.location == "BRIGHTPEARL_ACCOUNT"
    monkeypatch.setenv("BRIGHTPEARL_ACCOUNT", "acme")
    monkeypatch.setenv("BRIGHTPEARL_DATACENTRE", "use1")
    monkeypatch.setenv("BRIGHTPEARL_APP_REF", "acme_sync")
    monkeypatch.setenv("BRIGHTPEARL_ACCOUNT_TOKEN", TOKEN)
    monkeypatch.setenv("BRIGHTPEARL_READ_ONLY", "yes")
    sent: list[Request] = []

    def transport(request: Request) -> Response:
        sent.append(request)
        raise NotSent("nobody is there")

    for client, beginning in [
        (Client(transport=transport, max_retries=0), "https://use1."),
        (Client(transport=transport, max_retries=0, base_url="http://127.0.0.1:9"), "http://127.0.0.1:9/"),
    ]:
        with pytest.raises(TransportError):
            client.request("GET", "order-service/order-type")
        assert sent[-1].url.startswith(beginning)
        with pytest.raises(ValidationError) as raised:
            client.delete("order-service/order/1/row/2")
        assert raised.value.location == "read_only"
    assert AsyncClient()._account == "acme"


def test_a_client_that_is_told_a_part_is_not_completed_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTPEARL_ACCOUNT_TOKEN", TOKEN)
    with pytest.raises(ValidationError) as raised:
        Client(account="acme", datacentre="use1")
    assert raised.value.location == "credentials"


def test_the_answers_behind_a_call_are_there(account: Account) -> None:
    client = account.client()
    named = {"X-Request-Id": "r-7", "Set-Cookie": "hidden"}
    account.answers(OUTAGE, Response(200, named, page([1, 2])), Response(200, named, b'{"response": 7}'))
    rows = client.search(SEARCH)
    assert rows.responses == []
    list(rows)
    assert [(one.status, one.attempt, one.request_id) for one in rows.responses] == [(503, 1, None), (200, 2, "r-7")]
    last = rows.responses[-1]
    assert (last.method, urlsplit(last.url).path) == ("GET", "/public-api/acme/order-service/order-search")
    assert last.headers["x-request-id"] == "r-7"
    assert last.seconds >= 0
    assert "hidden" not in repr(last)
    reply = client.post("order-service/order/1/note", {"text": "x"})
    assert reply.request_id == "r-7"
    assert [one.status for one in reply.responses] == [200]
    refusal = Response(401, named, b'{"errors": [{"code": "GWYB-003"}]}')
    account.answers(Response(200, named, b'{"response": 8}'), refusal)
    done = client.task("add-order-note", orderId=1, text="x")
    assert done == {"noteId": 8}
    assert done.responses[0].request_id == "r-7"
    with pytest.raises(AuthenticationError) as raised:
        client.add_order_note(orderId=1, text="x")
    assert raised.value.responses[-1].request_id == "r-7"


def test_the_answers_behind_flows_and_fetches_are_there() -> None:
    emulator = Emulator(orders=5)
    client = emulator.client()
    orders = client.get("order", "1-5")
    pulled = client.pull("order")
    batch = client.batch([("POST", "order-service/order/1/note", {"text": "x"})])
    for results in (orders, pulled, batch):
        list(results)
        assert {one.status for one in results.responses} <= {200, 207}
        assert results.responses

    async def searched() -> list[int]:
        async with emulator.async_client() as client:
            rows = client.search(SEARCH)
            [row async for row in rows]
            done = await client.task("add-order-note", orderId=1, text="x")
            return [one.status for one in (*rows.responses, *done.responses)]

    assert asyncio.run(searched()) == [200, 200]


@pytest.mark.parametrize("seconds", [numpy.int64(5), numpy.float32(5.5), Decimal("5.5")])
def test_numbers_of_other_libraries_are_seconds(account: Account, seconds: Any) -> None:
    account.answers(page([1]))
    list(account.client().with_options(timeout=seconds).search(SEARCH))
    assert account.requests[0].timeout == float(seconds)


@pytest.mark.parametrize("wrong", [Decimal("sNaN"), Decimal("-sNaN"), Decimal("NaN"), Decimal("1e999999")], ids=str)
def test_decimals_that_are_no_number_are_refused_by_their_name(account: Account, wrong: Decimal) -> None:
    client = account.client()
    for name, call in {
        "timeout": lambda: client.with_options(timeout=wrong),  # type: ignore[arg-type]
        "overlap": lambda: client.pull("order", overlap=wrong),  # type: ignore[arg-type]
        "looks[0]": lambda: client.push(MAPPING, [], write=True, looks=[wrong]),  # type: ignore[list-item]
        "wait": lambda: FileLease("lease", wait=wrong),  # type: ignore[arg-type]
    }.items():
        with pytest.raises(ValidationError, match=r"is (nan|inf); expected seconds") as caught:
            call()
        assert caught.value.location == name
