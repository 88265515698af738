"""No transport sends a write twice by itself, whatever becomes of its connection and whatever is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from brightpearl import AsyncClient, Client, MaybeSent, PrivateApp, Request, Response, TransportError
from brightpearl.async_http import AsyncHttpxTransport
from brightpearl.http import HttpxTransport
from conftest import TOKEN
from vanishing import BODIES, ENDINGS, STATUSES, vanishing

VERBS = ["POST", "PUT", "DELETE"]

Transmitted = Callable[[Request, Request], Response]
"""What transmits a read, and then a write on the connection that it left open."""


def by_its_own(read: Request, write: Request) -> Response:
    transport = HttpxTransport()
    try:
        transport(read)
        return transport(write)
    finally:
        transport.close()


def by_a_given_client(read: Request, write: Request) -> Response:
    with httpx.Client(follow_redirects=True, transport=httpx.HTTPTransport(retries=3)) as client:
        transport = HttpxTransport(client=client)
        transport(read)
        return transport(write)


def by_its_own_async(read: Request, write: Request) -> Response:
    async def transmit() -> Response:
        transport = AsyncHttpxTransport()
        try:
            await transport(read)
            return await transport(write)
        finally:
            await transport.aclose()

    return asyncio.run(transmit())


def by_a_given_async_client(read: Request, write: Request) -> Response:
    async def transmit() -> Response:
        connections = httpx.AsyncHTTPTransport(retries=3)
        async with httpx.AsyncClient(follow_redirects=True, transport=connections) as client:
            transport = AsyncHttpxTransport(client=client)
            await transport(read)
            return await transport(write)

    return asyncio.run(transmit())


each_transport = pytest.mark.parametrize(
    "transmitted", [by_its_own, by_a_given_client, by_its_own_async, by_a_given_async_client]
)
each_write = pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)


@each_transport
@each_write
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_write_is_sent_once_when_its_connection_is_lost(transmitted: Transmitted, body: bytes, ending: str) -> None:
    for verb in VERBS:
        with vanishing(ending) as seen:
            with pytest.raises(MaybeSent):
                transmitted(Request("GET", seen.url), Request(verb, seen.url, body=body))
            assert (seen.connections, seen.reads, seen.writes) == (1, 1, 1)


@each_transport
@each_write
@pytest.mark.parametrize("status", STATUSES)
def test_a_write_is_sent_once_whatever_is_answered(transmitted: Transmitted, body: bytes, status: int) -> None:
    with vanishing(status) as seen:
        assert transmitted(Request("GET", seen.url), Request("POST", seen.url, body=body)).status == status
        assert (seen.reads, seen.writes) == (1, 1)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_error_of_a_write_that_was_let_down_says_that_it_may_have_been_applied(ending: str) -> None:
    who = PrivateApp("acme_sync", TOKEN)
    path = "order-service/order/2/note"
    with vanishing(ending) as seen, Client(account="acme", base_url=seen.url, credentials=who) as client:
        client.request("GET", "order-service/order-type")
        with pytest.raises(TransportError) as caught:
            client.post(path, {"text": "Picked"})
        assert (caught.value.delivery, seen.writes) == ("maybe-applied", 1)

    async def let_down(url: str) -> str:
        async with AsyncClient(account="acme", base_url=url, credentials=who) as client:
            await client.request("GET", "order-service/order-type")
            with pytest.raises(TransportError) as caught:
                await client.post(path, {"text": "Picked"})
            return caught.value.delivery

    with vanishing(ending) as seen:
        assert (asyncio.run(let_down(seen.url)), seen.writes) == ("maybe-applied", 1)
