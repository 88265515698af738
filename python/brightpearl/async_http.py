"""The transport of an `AsyncClient` unless another is given: `httpx`, one connection pool kept open."""

from __future__ import annotations

import asyncio

import httpx

from brightpearl.http import describe_failure, not_sent, own_client_options
from brightpearl.messages import Request, Response
from brightpearl.transport import MaybeSent, NotSent


class AsyncHttpxTransport:
    """Transmits through `httpx.AsyncClient`. For one event loop at a time.

    Does not follow redirects, since they would carry the credentials elsewhere, and never retries.

    `timeout` is in seconds, for each of connecting, writing, and waiting for the next bytes.
    `max_body_bytes` stops reading a larger body. A `client` of your own is used as it is and not closed.
    """

    def __init__(
        self,
        *,
        timeout: float = 60.0,
        max_body_bytes: int | None = None,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self._timeout = timeout
        self._max_body_bytes = max_body_bytes
        self._given = client
        self._own: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, request: Request) -> Response:
        """Transmits a request once."""
        try:
            return await self._transmit(self._client(), request)
        # The frames of the HTTP library hold the header lines, so its traceback goes no further.
        except not_sent() as error:
            raise NotSent(describe_failure(error)) from error.with_traceback(None)
        except httpx.RequestError as error:
            raise MaybeSent(describe_failure(error)) from error.with_traceback(None)

    async def _transmit(self, client: httpx.AsyncClient, request: Request) -> Response:
        headers = list(request.headers.lines)
        async with client.stream(
            request.method, request.url, headers=headers, content=request.body or None, follow_redirects=False
        ) as answer:
            body = bytearray()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if self._max_body_bytes is not None and len(body) > self._max_body_bytes:
                    break
            return Response(answer.status_code, answer.headers.multi_items(), body)

    def _client(self) -> httpx.AsyncClient:
        if self._given is not None:
            return self._given
        loop = asyncio.get_running_loop()
        if self._own is None or self._loop is not loop:
            # Connections belong to the loop that opened them; those of a loop that has ended are gone with it.
            self._own, self._loop = httpx.AsyncClient(**own_client_options(self._timeout)), loop
        return self._own

    async def aclose(self) -> None:
        """Closes the connections. The next request opens new ones."""
        client, self._own = self._own, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.aclose()
