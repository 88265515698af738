"""Requests that a program makes while it handles an exception of its own, or of an earlier request."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from brightpearl import Client, MaybeSent, NotSent, PrivateApp, Request, TransportError, Unsendable
from brightpearl.async_http import AsyncHttpxTransport
from brightpearl.http import HttpxTransport
from conftest import NEW_ORDER, TOKEN
from raw_server import KINDS, served, transmitted


def untrusted() -> ssl.SSLCertVerificationError:
    """A failed check of a certificate that has to do with none of the requests here."""
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "of the program"
    return error


def own() -> Exception:
    """An exception of the program that has such a check behind it, and an error of this package between."""
    error = ValueError("of the program")
    error.__cause__ = KeyError("its cause")
    error.__context__ = TransportError("not trusted")
    error.__context__.__cause__ = untrusted()
    return error


@contextlib.contextmanager
def resetting() -> Iterator[tuple[str, list[bytes]]]:
    """A server that takes a request and hangs up, and what it took."""
    taken: list[bytes] = []

    def talk(connection: socket.socket, _: threading.Event) -> None:
        taken.append(connection.recv(1 << 16))

    with served(talk) as url:
        yield url, taken


def given_transmitted(kind: str, request: Request) -> Any:
    """Transmits a request by a client that is given."""
    if kind == "sync":
        with httpx.Client() as given:
            return HttpxTransport(client=given)(request)

    async def transmit() -> Any:
        async with httpx.AsyncClient() as given:
            return await AsyncHttpxTransport(client=given)(request)

    return asyncio.run(transmit())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("around", [untrusted, own])
@pytest.mark.parametrize("transmit", [transmitted, given_transmitted])
def test_a_request_that_arrived_is_not_told_as_not_sent(kind: str, around: Any, transmit: Any) -> None:
    with resetting() as (url, taken):
        try:
            raise around()
        except Exception as handled:
            before = handled.__traceback__, handled.__cause__, handled.__context__
            with pytest.raises(MaybeSent):
                transmit(kind, Request("POST", url, {}, b"{}"))
            assert (handled.__traceback__, handled.__cause__, handled.__context__) == before
        assert len(taken) == 1


@pytest.mark.parametrize("around", [untrusted, own])
def test_a_task_may_handle_an_exception_of_its_own(around: Any) -> None:
    async def transmit(url: str) -> None:
        transport = AsyncHttpxTransport()
        try:
            # Connections are made in tasks that see only what is handled around the loop.
            raise LookupError from KeyError()
        except LookupError:
            await transport(Request("POST", url, {}, b"{}"))
        finally:
            await transport.aclose()

    with resetting() as (url, _):
        try:
            raise around()
        except Exception:
            with pytest.raises(MaybeSent):
                asyncio.run(transmit(url))
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        try:
            raise around()
        except Exception:
            with pytest.raises(NotSent) as caught:
                asyncio.run(transmit(f"http://127.0.0.1:{unused.getsockname()[1]}"))
        assert not isinstance(caught.value, Unsendable)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("transmit", [transmitted, given_transmitted])
def test_a_host_that_is_not_there_may_come_back_all_the_same(
    kind: str, transmit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    try:
        raise untrusted()
    except ssl.SSLError:
        with pytest.raises(NotSent, match="Name or service") as caught:
            transmit(kind, Request("POST", "http://shop.example", {}, b"{}"))
    assert not isinstance(caught.value, Unsendable)


def test_threads_that_wait_for_one_look_up_keep_their_exceptions_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def unknown(*_: Any, **__: Any) -> Any:
        over.wait(10)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    transport = HttpxTransport()
    failures: list[BaseException] = []

    def transmit(handled: Exception) -> None:
        try:
            raise handled
        except Exception:
            try:
                transport(Request("POST", "http://shop.example", {}, b"{}"))
            except NotSent as failure:
                failures.append(failure)

    threads = [threading.Thread(target=transmit, args=(one,)) for one in (untrusted(), ValueError(), untrusted())]
    for thread in threads:
        thread.start()
    over.set()
    for thread in threads:
        thread.join()
    assert [type(failure) for failure in failures] == [NotSent] * 3


@pytest.mark.parametrize("failure", [untrusted(), own()])
def test_what_a_program_raises_in_a_client_that_was_given_proves_nothing(failure: Exception) -> None:
    """The exception that is being handled is raised again, and keeps what it was."""

    def handler(_: httpx.Request) -> httpx.Response:
        raise failure

    with httpx.Client(transport=httpx.MockTransport(handler)) as given:
        try:
            raise failure
        except Exception as handled:
            before = handled.__traceback__, handled.__cause__, handled.__context__
            with pytest.raises(MaybeSent):
                HttpxTransport(client=given)(Request("POST", "https://shop.example", {}, b"{}"))
            assert (handled.__traceback__, handled.__cause__, handled.__context__) == before
        with pytest.raises(MaybeSent):
            HttpxTransport(client=given)(Request("POST", "https://shop.example", {}, b"{}"))


def test_a_client_says_that_a_write_may_have_been_applied() -> None:
    with resetting() as (url, _):
        try:
            raise untrusted()
        except ssl.SSLError:
            client = Client(account="acme", base_url=url, credentials=PrivateApp("a", TOKEN))
            with client, pytest.raises(TransportError) as caught:
                client.post("order-service/order", NEW_ORDER)
    assert caught.value.delivery == "maybe-applied"
