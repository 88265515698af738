"""The transport that is used unless another is given: `httpx`, one connection pool kept open."""

from __future__ import annotations

import os
import threading

from brightpearl._native import __version__
from brightpearl.messages import Request, Response
from brightpearl.transport import MaybeSent, NotSent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import httpx


class HttpxTransport:
    """Transmits through `httpx`, which is imported with the first request. May be shared by threads.

    Does not follow redirects, since they would carry the credentials elsewhere, and never retries.

    `timeout` is in seconds, for each of connecting, writing, and waiting for the next bytes.
    `max_body_bytes` stops reading a larger body. A `client` of your own is used as it is and not closed.
    """

    def __init__(
        self,
        *,
        timeout: float = 60.0,
        max_body_bytes: int | None = None,
        client: httpx.Client | None = None,
    ) -> None:
        self._timeout = timeout
        self._max_body_bytes = max_body_bytes
        self._given = client
        self._own: httpx.Client | None = None
        self._process = os.getpid()
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Response:
        """Transmits a request once."""
        import httpx

        try:
            return self._transmit(self._client(), request)
        # The frames of the HTTP library hold the header lines, so its traceback goes no further.
        except not_sent() as error:
            raise NotSent(describe_failure(error)) from error.with_traceback(None)
        except httpx.RequestError as error:
            raise MaybeSent(describe_failure(error)) from error.with_traceback(None)

    def _transmit(self, client: httpx.Client, request: Request) -> Response:
        headers = list(request.headers.lines)
        with client.stream(
            request.method, request.url, headers=headers, content=request.body or None, follow_redirects=False
        ) as answer:
            body = bytearray()
            for chunk in answer.iter_bytes():
                body += chunk
                if self._max_body_bytes is not None and len(body) > self._max_body_bytes:
                    break
            return Response(answer.status_code, answer.headers.multi_items(), body)

    def _client(self) -> httpx.Client:
        if self._given is not None:
            return self._given
        with self._lock:
            if self._process != os.getpid():
                # Connections must not be shared with the process that this one was forked from.
                self._own, self._process = None, os.getpid()
            if self._own is None:
                import httpx

                self._own = httpx.Client(**own_client_options(self._timeout))
            return self._own

    def close(self) -> None:
        """Closes the connections. The next request opens new ones."""
        with self._lock:
            client, self._own = self._own, None
        if client is not None:
            client.close()


def own_client_options(timeout: float) -> dict[str, Any]:
    """What a client of `httpx` is made with, of either kind."""
    import httpx

    return {
        "timeout": httpx.Timeout(timeout, connect=min(timeout, 15.0)),
        "headers": {"user-agent": f"brightpearl-python/{__version__}"},
        # A proxy of the environment cannot reach this machine's own servers.
        "mounts": {f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")},
    }


def not_sent() -> tuple[type[httpx.TransportError], ...]:
    """The failures that come before a byte of the request has left."""
    import httpx

    return httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol


def describe_failure(error: Exception) -> str:
    """Why there is no answer, in words."""
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
