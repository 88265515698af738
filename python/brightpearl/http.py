"""The transport that is used unless another is given: `httpx`, with connections that are kept open."""

from __future__ import annotations

import os
import threading

from brightpearl.arguments import checked_seconds, checked_size, wrong_type
from brightpearl.call_options import USUAL_TIMEOUT, checked_timeout

TYPE_CHECKING = False
if TYPE_CHECKING:
    import httpx

    from brightpearl.call_options import AnyTimeout
    from brightpearl.exchange import Exchange, Route
    from brightpearl.messages import Request, Response


class HttpxTransport:
    """Transmits through `httpx`, which is imported with the first request. May be shared by threads.

    Does not follow redirects, since they would carry the credentials elsewhere, and never retries.

    `timeout` is in seconds, for each of connecting, writing, and waiting for the next bytes. `deadline` is in
    seconds, for all of it, the look-up of the host's name among it.
    `max_body_bytes` stops reading a larger body, unpacked or not. A `client` of your own is used with its own
    timeouts, unless one is given here or with the request, and not closed; one that would send a request again or
    otherwise, by its `auth`, `params` or a transport for retries, is refused. With one of your own, the deadline is
    looked at between the pieces of a body only.
    """

    def __init__(
        self,
        *,
        timeout: AnyTimeout = USUAL_TIMEOUT,
        deadline: float = 300.0,
        max_body_bytes: int | None = None,
        client: httpx.Client | None = None,
    ) -> None:
        self._timeout = checked_timeout(timeout, "timeout")
        # A client that was given keeps its own, unless one is asked for.
        self._is_usual = timeout is USUAL_TIMEOUT
        self._deadline = checked_seconds(deadline, "deadline")
        self._max_body_bytes = checked_size(max_body_bytes, "max_body_bytes")
        if client is not None:
            import httpx

            from brightpearl.single_sender import require_single_sender

            if not isinstance(client, httpx.Client):
                raise wrong_type("client", client, "an httpx.Client")
            require_single_sender(client)
        self._given = client
        # One for each route.
        self._own: dict[Route, httpx.Client] = {}
        self._process = os.getpid()
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Response:
        """Transmits a request once."""
        from brightpearl.exchange import Exchange

        exchange = Exchange(self._deadline, is_own=self._given is None, url=request.url)
        try:
            return self._transmit(request, exchange)
        except BaseException as error:
            outcome = exchange.outcome(error)
        finally:
            # No traceback leads to the header lines.
            del request
        raise outcome

    def _transmit(self, request: Request, exchange: Exchange) -> Response:
        from brightpearl.bounded import UNTIL
        from brightpearl.exchange import prepared, reader_of, response_of, timeout_of

        client = self._client(request.url)
        wanted = request.timeout
        if wanted is None and self._given is not None and not self._is_usual:
            wanted = self._timeout
        timeout = None if wanted is None else timeout_of(wanted, self._deadline)
        outgoing = prepared(client, request, {"trace": exchange.trace}, timeout)
        before = UNTIL.set(exchange.until)
        try:
            answer = client.send(outgoing, stream=True, follow_redirects=False, auth=None)
            try:
                reader = reader_of(answer, self._max_body_bytes)
                if not reader.is_too_large:
                    for chunk in (answer.content,) if answer.is_stream_consumed else answer.iter_raw():
                        exchange.check()
                        if not reader.feed(chunk):
                            break
                return response_of(answer, reader)
            finally:
                answer.close()
        finally:
            UNTIL.reset(before)

    def _client(self, url: str) -> httpx.Client:
        from brightpearl.exchange import route_to

        if self._given is not None:
            return self._given
        route = route_to(url)
        with self._lock:
            if self._process != os.getpid():
                # Connections must not be shared with the process that this one was forked from.
                self._own, self._process = {}, os.getpid()
            if route not in self._own:
                self._own[route] = self._open(route)
            return self._own[route]

    def _open(self, route: Route) -> httpx.Client:
        import httpx

        from brightpearl.bounded import BoundedTransport
        from brightpearl.exchange import checked_proxy, own_client_options

        transport = BoundedTransport(route.certificates(), checked_proxy(route.proxy))
        return httpx.Client(transport=transport, **own_client_options(self._timeout, self._deadline))

    def close(self) -> None:
        """Closes the connections. The next request opens new ones."""
        with self._lock:
            clients, self._own = self._own, {}
        for client in clients.values():
            client.close()
