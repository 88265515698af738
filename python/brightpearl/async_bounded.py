"""The transport of `httpx` for event loops, whose look-ups of names keep neither an exchange nor a loop from ending."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from typing import Any

import anyio
import httpcore
import httpx

from brightpearl.bounded import is_socks, pool_options, proxy_options, renamed, socks_options
from brightpearl.lookup import LATE, Lookups

_HEAD_START = 0.25
"""Seconds that an address has before the next one is tried beside it."""


class AsyncBoundedTransport(httpx.AsyncBaseTransport):
    """One connection pool. Only its look-ups differ from those of `httpx.AsyncHTTPTransport`."""

    def __init__(self, context: Any, proxy: str | None) -> None:
        given = pool_options(context, _AsyncNetwork())
        if proxy is None:
            self._pool = httpcore.AsyncConnectionPool(**given)
        elif is_socks(proxy):
            self._pool = httpcore.AsyncSOCKSProxy(**given, **socks_options(proxy))
        else:
            self._pool = httpcore.AsyncHTTPProxy(**given, **proxy_options(proxy))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Transmits a request."""
        url = request.url
        try:
            answer = await self._pool.handle_async_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        except Exception as error:
            raise renamed(error) from None
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._stream:
                yield piece
        except Exception as error:
            raise renamed(error) from None

    async def aclose(self) -> None:
        await self._stream.aclose()


class _AsyncNetwork(httpcore.AsyncNetworkBackend):
    """The sockets of the event loop."""

    def __init__(self) -> None:
        self._sockets = httpcore.AnyIOBackend()
        self._lookups = Lookups()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Tries the addresses of a host, each a little later than the one before; the first to answer is taken."""
        addresses: list[str] = []
        why = "the host has no address"
        try:
            with anyio.fail_after(timeout):
                addresses = await asyncio.wrap_future(self._lookups.begin(host, port))
        except TimeoutError:
            raise httpcore.ConnectTimeout(LATE) from None
        except UnicodeError:
            raise httpx.InvalidURL("its host cannot be looked up; expected labels of at most 63 characters") from None
        except (OSError, RuntimeError) as error:
            # Others wait for the same look-up: its exception, and what each of them handles, stays out of this one.
            why = str(error)

        async def connect(address: str) -> httpcore.AsyncNetworkStream:
            return await self._sockets.connect_tcp(address, port, timeout, local_address, socket_options)

        tries: list[asyncio.Task[httpcore.AsyncNetworkStream]] = []
        first = None
        try:
            for address in addresses:
                tries.append(asyncio.create_task(connect(address)))
                # Also where nobody comes back to it.
                tries[-1].add_done_callback(lambda one: one.cancelled() or one.exception())
                await asyncio.wait(tries[-1:], timeout=_HEAD_START)
                if (first := _connected(tries)) is not None:
                    return first
            while pending := [one for one in tries if not one.done()]:
                await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                if (first := _connected(tries)) is not None:
                    return first
        finally:
            try:
                await _ended(_give_up(tries))
            except BaseException:
                if first is not None:
                    await _ended(first.aclose())
                raise
        if tries:
            return tries[-1].result()
        raise httpcore.ConnectError(why)

    async def sleep(self, seconds: float) -> None:
        """Waits before another try to connect."""
        await self._sockets.sleep(seconds)


def _connected(
    tries: list[asyncio.Task[httpcore.AsyncNetworkStream]],
) -> httpcore.AsyncNetworkStream | None:
    """The connection of the first try that has one, which is taken from them."""
    for one in tries:
        if one.done() and not one.cancelled() and one.exception() is None:
            tries.remove(one)
            return one.result()
    return None


async def _ended(work: Coroutine[Any, Any, None]) -> None:
    """Waits for the end of some work, which neither a deadline nor a cancelled task cuts short."""
    task = asyncio.create_task(work)
    interruption = None
    # It holds off the deadline; what cancels the task comes through.
    with anyio.CancelScope(shield=True):
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError as error:
                interruption = error
    if interruption is not None:
        raise interruption
    task.result()


async def _give_up(tries: list[asyncio.Task[httpcore.AsyncNetworkStream]]) -> None:
    """Ends tries that are not needed, with the connections that they got meanwhile."""
    for one in tries:
        one.cancel()
    if tries:
        await asyncio.wait(tries)
    for one in tries:
        if not one.cancelled() and one.exception() is None:
            await one.result().aclose()
