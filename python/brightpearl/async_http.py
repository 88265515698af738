"""The transport of an `AsyncClient` unless another is given: `httpx`, with connections that are kept open."""

from __future__ import annotations

import asyncio

import anyio
import httpx

from brightpearl.arguments import checked_seconds, checked_size, wrong_type
from brightpearl.async_bounded import AsyncBoundedTransport
from brightpearl.call_options import USUAL_TIMEOUT, checked_timeout
from brightpearl.exchange import (
    Exchange,
    Route,
    checked_proxy,
    own_client_options,
    prepared,
    reader_of,
    response_of,
    route_to,
    timeout_of,
)
from brightpearl.messages import Request, Response
from brightpearl.single_sender import require_single_sender

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.call_options import AnyTimeout


class AsyncHttpxTransport:
    """Transmits through `httpx.AsyncClient`. For one event loop at a time.

    Does not follow redirects, since they would carry the credentials elsewhere, and never retries.

    `timeout` is in seconds, for each of connecting, writing, and waiting for the next bytes. `deadline` is in
    seconds, for all of it.
    `max_body_bytes` stops reading a larger body, unpacked or not. A `client` of your own is used with its own
    timeouts, unless one is given here or with the request, and not closed; one that would send a request again or
    otherwise, by its `auth`, `params` or a transport for retries, is refused.
    """

    def __init__(
        self,
        *,
        timeout: AnyTimeout = USUAL_TIMEOUT,
        deadline: float = 300.0,
        max_body_bytes: int | None = None,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self._timeout = checked_timeout(timeout, "timeout")
        # A client that was given keeps its own, unless one is asked for.
        self._is_usual = timeout is USUAL_TIMEOUT
        self._deadline = checked_seconds(deadline, "deadline")
        self._max_body_bytes = checked_size(max_body_bytes, "max_body_bytes")
        if client is not None and not isinstance(client, httpx.AsyncClient):
            raise wrong_type("client", client, "an httpx.AsyncClient")
        if client is not None:
            require_single_sender(client)
        self._given = client
        # One for each route.
        self._own: dict[Route, httpx.AsyncClient] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, request: Request) -> Response:
        """Transmits a request once."""
        exchange = Exchange(self._deadline, is_own=self._given is None, url=request.url)
        try:
            with anyio.fail_after(exchange.left()):
                return await self._transmit(request, exchange)
        except BaseException as error:
            outcome = exchange.outcome(error)
        finally:
            # No traceback leads to the header lines.
            del request
        raise outcome

    async def _transmit(self, request: Request, exchange: Exchange) -> Response:
        client = self._client(request.url)
        wanted = request.timeout
        if wanted is None and self._given is not None and not self._is_usual:
            wanted = self._timeout
        timeout = None if wanted is None else timeout_of(wanted, self._deadline)
        outgoing = prepared(client, request, {"trace": exchange.trace_async}, timeout)
        answer = await client.send(outgoing, stream=True, follow_redirects=False, auth=None)
        try:
            reader = reader_of(answer, self._max_body_bytes)
            if answer.is_stream_consumed:
                reader.feed(answer.content)
            elif not reader.is_too_large:
                async for chunk in answer.aiter_raw():
                    exchange.check()
                    if not reader.feed(chunk):
                        break
            return response_of(answer, reader)
        finally:
            await answer.aclose()

    def _client(self, url: str) -> httpx.AsyncClient:
        if self._given is not None:
            return self._given
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            # Connections belong to the loop that opened them; those of a loop that has ended are gone with it.
            self._own, self._loop = {}, loop
        route = route_to(url)
        if route not in self._own:
            self._own[route] = self._open(route)
        return self._own[route]

    def _open(self, route: Route) -> httpx.AsyncClient:
        transport = AsyncBoundedTransport(route.certificates(), checked_proxy(route.proxy))
        return httpx.AsyncClient(transport=transport, **own_client_options(self._timeout, self._deadline))

    async def aclose(self) -> None:
        """Closes the connections. The next request opens new ones."""
        clients, self._own = self._own, {}
        if self._loop is asyncio.get_running_loop():
            for client in clients.values():
                await client.aclose()
