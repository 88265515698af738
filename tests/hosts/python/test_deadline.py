"""The deadline ends an exchange whose bytes trickle, wherever that is; and what a transport is made with."""

from __future__ import annotations

import asyncio
import math
import socket
import threading
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest

from brightpearl import (
    AsyncClient,
    BrightpearlError,
    Client,
    MaybeSent,
    NotSent,
    PrivateApp,
    Request,
    TransportError,
    ValidationError,
    async_bounded,
)
from brightpearl.async_http import AsyncHttpxTransport
from brightpearl.http import HttpxTransport
from conftest import NEW_ORDER, TOKEN
from raw_server import KINDS, answering, served, transmitted

Talk = Callable[[socket.socket, threading.Event], None]


def trickling(head: bytes, piece: bytes) -> Talk:
    def talk(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(1 << 16)
        connection.sendall(head)
        while not over.wait(0.05):
            connection.sendall(piece)

    return talk


def deaf(connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def sipping(connection: socket.socket, over: threading.Event) -> None:
    while not over.wait(0.05):
        connection.recv(100)


TRICKLES = {
    "a body": trickling(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", b"x"),
    "a body without length": trickling(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    "a status line": trickling(b"HTTP/1.1 200 ", b"O"),
    "a header": trickling(b"HTTP/1.1 200 OK\r\nx: ", b"x"),
    "headers": trickling(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"),
    "provisional answers": trickling(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "silence": deaf,
    "an upload": sipping,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", TRICKLES)
def test_the_deadline_ends_what_trickles(kind: str, what: str) -> None:
    body = bytes(32 << 20) if what == "an upload" else b"{}"
    with (
        served(TRICKLES[what]) as url,
        pytest.raises(MaybeSent, match=r"no whole answer within the deadline of 0\.4 seconds"),
    ):
        transmitted(kind, Request("POST", url, {}, body), deadline=0.4)


@pytest.mark.parametrize("kind", KINDS)
def test_a_slow_handshake_leaves_nothing_sent(kind: str) -> None:
    with served(trickling(b"", b"\x16")) as url, pytest.raises(NotSent):
        transmitted(kind, Request("POST", url.replace("http", "https"), {}, b"{}"), deadline=0.4)


@pytest.mark.parametrize("kind", KINDS)
def test_several_addresses_share_the_deadline(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No address answers: the queue of the listener is full."""
    with socket.socket() as listener, socket.socket() as one, socket.socket() as two:
        listener.bind(("0.0.0.0", 0))
        listener.listen(0)
        address = ("127.0.0.1", listener.getsockname()[1])
        for waiting in (one, two):
            waiting.setblocking(False)
            waiting.connect_ex(address)
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{last}", address[1])) for last in (1, 2, 3)]
        resolve = socket.getaddrinfo

        def look_up(host: Any, *rest: Any, **named: Any) -> list[Any]:
            return found if host in ("x", b"x") else resolve(host, *rest, **named)

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        with pytest.raises(NotSent, match="deadline"):
            transmitted(kind, Request("POST", f"http://x:{address[1]}", {}, b"{}"), deadline=0.4)


def hanging(over: threading.Event) -> Callable[..., list[Any]]:
    """A resolver that does not answer for the host `x`."""
    resolve = socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **named: Any) -> list[Any]:
        if host in ("x", b"x"):
            over.wait(60)
            raise OSError("nobody waits for this")
        return resolve(host, *rest, **named)

    return look_up


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("proxy", [None, "http://x:3128"])
def test_a_name_that_hangs_is_given_up(kind: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", hanging(over))
    if proxy is not None:
        monkeypatch.setenv("ALL_PROXY", proxy)
    url = "http://use1.example" if proxy else "http://x"
    try:
        with pytest.raises(NotSent, match=r"deadline of 0\.3 seconds"):
            transmitted(kind, Request("POST", url, {}, b"{}"), deadline=0.3)
        with pytest.raises(NotSent, match="look-up of the host's name"):
            transmitted(kind, Request("POST", url, {}, b"{}"), timeout=0.1)
        # The event loop ends, too, and the process can.
        waiting = [thread for thread in threading.enumerate() if thread.name == "brightpearl-lookup"]
        assert waiting
        assert all(thread.daemon for thread in waiting)
        assert not any(thread.name.startswith("asyncio") for thread in threading.enumerate())
    finally:
        over.set()
        for thread in waiting:
            thread.join()


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_hangs_has_one_thread(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", hanging(over))

    def waiting() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name == "brightpearl-lookup"]

    async def transmit() -> None:
        transport = AsyncHttpxTransport(deadline=0.1)
        for _ in range(3):
            with pytest.raises(NotSent):
                await transport(Request("GET", "http://x"))
        await transport.aclose()

    try:
        if kind == "sync":
            transport = HttpxTransport(deadline=0.1)
            for _ in range(3):
                with pytest.raises(NotSent):
                    transport(Request("GET", "http://x"))
            transport.close()
        else:
            asyncio.run(transmit())
        assert len(waiting()) == 1
    finally:
        over.set()
        for thread in waiting():
            thread.join()


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_says_that_nothing_left_while_the_name_hung(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", hanging(over))
    options: dict[str, Any] = {"account": "acme", "base_url": "https://x", "credentials": PrivateApp("a", TOKEN)}
    options |= {"deadline": 0.1, "retry": {"max_attempts": 2, "base_ms": 1}}

    async def post() -> None:
        async with AsyncClient(**options) as client:
            await client.post("order-service/order", NEW_ORDER)

    try:
        with pytest.raises(TransportError, match="deadline") as caught:
            if kind == "sync":
                with Client(**options) as client:
                    client.post("order-service/order", NEW_ORDER)
            else:
                asyncio.run(post())
        assert caught.value.delivery == "not-sent"
        assert caught.value.retryable
    finally:
        over.set()


@pytest.mark.parametrize("kind", KINDS)
def test_another_address_is_tried(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(answering(b"{}")) as url:
        port = int(url.rsplit(":", 1)[1])
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{last}", port)) for last in (2, 3, 1)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        assert transmitted(kind, Request("GET", f"http://x:{port}")).body == b"{}"
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
        with pytest.raises(NotSent, match="no address"):
            transmitted(kind, Request("GET", f"http://x:{port}"))


def test_a_client_that_was_given_keeps_the_deadline_between_pieces() -> None:
    with (
        served(TRICKLES["a body"]) as url,
        httpx.Client() as given,
        pytest.raises(MaybeSent, match="within the deadline"),
    ):
        HttpxTransport(client=given, deadline=0.4)(Request("GET", url))


def test_a_client_says_what_became_of_a_write_that_took_too_long() -> None:
    with served(TRICKLES["headers"]) as url:
        client = Client(account="acme", base_url=url, credentials=PrivateApp("a", TOKEN), deadline=0.4)
        with client, pytest.raises(TransportError, match="deadline") as caught:
            client.post("order-service/order", NEW_ORDER)
    assert caught.value.delivery == "maybe-applied"


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            (name, value)
            for name in ("timeout", "deadline")
            for value in (None, -1, 0, "5", math.nan, math.inf, True, 10**400, b"5", [5])
        ),
        *(("max_body_bytes", value) for value in (-1, 0, "5", 1.5, True, 1 << 80)),
        *((name, 5) for name in ("clock", "sleep", "transport")),
    ],
)
def test_a_wrong_argument_is_named(kind: Any, name: str, value: object) -> None:
    with pytest.raises(BrightpearlError, match=f"`{name}`") as caught:
        kind(account="acme", datacentre="use1", credentials=PrivateApp("a", TOKEN), **{name: value})
    assert isinstance(caught.value, ValidationError)
    assert caught.value.location == name
    is_number = isinstance(value, (int, float)) and value is not True
    if not is_number:
        assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("transport", [HttpxTransport, AsyncHttpxTransport])
@pytest.mark.parametrize("name", ["timeout", "deadline", "max_body_bytes"])
def test_a_transport_checks_its_arguments_too(transport: Any, name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        transport(**{name: -1})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("url", "headers", "why"),
    [
        ("http://127.0.0.1:1", {"x-note": "é"}, "header 'x-note' is invalid"),
        ("http://127.0.0.1:1", {"x-note": "a\r\nb: c"}, "header 'x-note' is invalid"),
        ("http://127.0.0.1:1", {"x-note": "a\0"}, "header 'x-note' is invalid"),
        ("http://127.0.0.1:1", {"x note": "a"}, "header name 'x note' is invalid"),
        ("http://127.0.0.1:1", {"x-nöte": "a"}, "header name 'x-nöte' is invalid"),
        ("http://[::1", {}, "URL is invalid"),
        ("http://127.0.0.1:99999999", {}, "port is too high"),
        ("ftp://127.0.0.1", {}, "UnsupportedProtocol"),
        (f"http://{'a' * 70}.example", {}, "ConnectError|URL is invalid"),
        ("", {}, "UnsupportedProtocol|URL is invalid"),
    ],
)
def test_what_cannot_be_sent_is_not_sent(kind: str, url: str, headers: dict[str, str], why: str) -> None:
    with pytest.raises(NotSent, match=why) as caught:
        transmitted(kind, Request("POST", url, headers, b"{}"))
    assert "é" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_certificates_that_cannot_be_read_are_named(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nofile")
    with pytest.raises(NotSent, match="SSL_CERT_FILE names, '/nofile', cannot be read"):
        transmitted(kind, Request("POST", "https://example.com"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.2", "127.255.0.9", "localhost", "LOCALHOST", "[::1]", "[0:0::1]", "[::ffff:127.0.0.1]"],
)
def test_no_proxy_stands_before_this_machine(
    kind: str, variable: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[bytes] = []

    def proxy(connection: socket.socket, _: threading.Event) -> None:
        reached.append(connection.recv(1 << 16))

    with served(proxy) as url, socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv(variable, url)
        with pytest.raises(NotSent, match="ConnectError"):
            transmitted(kind, Request("GET", f"http://{host}:{unused.getsockname()[1]}"))
        assert reached == []
        with pytest.raises(MaybeSent):
            transmitted(kind, Request("GET", "http://use1.example"))
        assert reached
        monkeypatch.setenv("NO_PROXY", "use1.example")
        with pytest.raises(NotSent):
            transmitted(kind, Request("GET", "http://use1.example"), deadline=2)
        assert len(reached) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("host", ["localhost.", "app.localhost"])
def test_a_host_that_plain_http_is_refused_for_is_reached_by_the_proxy(
    kind: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[bytes] = []

    def proxy(connection: socket.socket, _: threading.Event) -> None:
        reached.append(connection.recv(1 << 16))

    with served(proxy) as url:
        monkeypatch.setenv("HTTP_PROXY", url)
        with pytest.raises(MaybeSent):
            transmitted(kind, Request("GET", f"http://{host}:1/"))
    assert reached
    with pytest.raises(ValidationError):
        Client(account="acme", credentials=PrivateApp("acme_sync", TOKEN), base_url=f"http://{host}:1")


@pytest.mark.parametrize("kind", KINDS)
def test_an_unusable_proxy_is_not_shown(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://ann:s3cret@proxy.example")
    with pytest.raises(NotSent, match="ALL_PROXY") as caught:
        transmitted(kind, Request("GET", "https://example.com"))
    assert "s3cret" not in str(caught.value)


def test_an_async_exchange_can_be_cancelled() -> None:
    async def cancel(url: str) -> None:
        exchange = asyncio.ensure_future(AsyncHttpxTransport()(Request("GET", url)))
        await asyncio.sleep(0.1)
        exchange.cancel()
        with pytest.raises(asyncio.CancelledError):
            await exchange

    with served(deaf) as url:
        asyncio.run(cancel(url))


class Connection:
    """A connection that does nothing but be closed."""

    def __init__(self) -> None:
        self.is_closed = False

    async def aclose(self) -> None:
        await asyncio.sleep(0)
        self.is_closed = True


class Sockets:
    """The first address takes its time, also to be given up; the second one connects at once."""

    def __init__(self) -> None:
        self.made: list[Connection] = []

    async def connect_tcp(self, address: str, *_: Any) -> Connection:
        if address == "127.0.0.2":
            try:
                await asyncio.sleep(10)
            finally:
                await asyncio.sleep(0.01)
        self.made.append(Connection())
        return self.made[-1]


@pytest.mark.parametrize("turns", range(8))
@pytest.mark.parametrize("how", ["cancelled", "cancelled twice", "late"])
def test_no_connection_stays_open_when_the_exchange_is_given_up(
    turns: int, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{last}", 80)) for last in (2, 3)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(async_bounded, "_HEAD_START", 0.0)

    async def run() -> None:
        network = async_bounded._AsyncNetwork()
        sockets: Any = Sockets()
        network._sockets = sockets
        scope = anyio.CancelScope()

        async def connect() -> Any:
            with scope:
                taken = await network.connect_tcp("x", 80)
                try:
                    await asyncio.sleep(1)
                except BaseException:
                    # It has been handed over: it is no longer the network's to close.
                    with anyio.CancelScope(shield=True):
                        await taken.aclose()
                    raise

        task = asyncio.create_task(connect())
        while not sockets.made:
            await asyncio.sleep(0)
        for _ in range(turns):
            await asyncio.sleep(0)
        if how == "late":
            scope.cancel()
        else:
            task.cancel()
        if how == "cancelled twice":
            await asyncio.sleep(0)
            task.cancel()
        await asyncio.wait({task})
        await asyncio.sleep(0)
        assert [one.is_closed for one in sockets.made] == [True]

    asyncio.run(run())
