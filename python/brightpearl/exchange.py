"""One transmission through `httpx`: what goes out, what is known of it, and what its failure says."""

from __future__ import annotations

import os
import re
import ssl
import time
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from brightpearl._native import __version__, is_loopback_host
from brightpearl.content_coding import ACCEPTED, BodyReader
from brightpearl.messages import Request, Response
from brightpearl.transport import MaybeSent, NotSent, TransportFailure

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
"""The failures that come before a byte of the request has left."""

_QUOTED = re.compile(r":?\s*(bytearray\(|b['\"]).*", re.DOTALL)
"""Where a message of the HTTP library begins to quote what was sent or received, which may hold a token."""


class Exchange:
    """Until when a transmission may last, and whether a byte of it may have left.

    `is_own`: whether the connections are those of this package, so that nothing leaves unnoticed.
    """

    __slots__ = ("_deadline", "_is_own", "_sent", "until")

    def __init__(self, deadline: float, *, is_own: bool) -> None:
        self._deadline = deadline
        self._is_own = is_own
        self._sent = False
        self.until = time.monotonic() + deadline

    def left(self) -> float:
        """Seconds until the deadline."""
        return max(self.until - time.monotonic(), 0.0)

    def check(self) -> None:
        """Ends an exchange whose bytes come too slowly."""
        if self.left() <= 0:
            raise MaybeSent(self._late())

    def _late(self) -> str:
        return f"no whole answer within the deadline of {self._deadline:g} seconds"

    def trace(self, event: str, _: Any) -> None:
        """Takes note of what the HTTP library is about to do."""
        if event.endswith("send_request_headers.started"):
            self._sent = True

    async def trace_async(self, event: str, info: Any) -> None:
        """The same where it is awaited."""
        self.trace(event, info)

    def outcome(self, error: BaseException) -> BaseException:
        """What is to be raised for what the HTTP library raised. Neither refers to a frame of that library, nor to
        its request, since both hold the header lines."""
        bare(error)
        if isinstance(error, TransportFailure) or not isinstance(error, Exception):
            return error
        is_before = isinstance(error, _NOT_SENT) or (self._is_own and not self._sent)
        text = self._late() if self.left() <= 0 else described(error)
        failure = NotSent(text) if is_before else MaybeSent(text)
        failure.__cause__ = type(error)(said(error)) if isinstance(error, httpx.RequestError) else error
        return failure


def bare(error: BaseException) -> None:
    """Takes away from an exception the frames that it passed and the exceptions before it."""
    error.__cause__ = error.__context__ = None
    error.with_traceback(None)


def described(error: Exception) -> str:
    """Why there is no answer, in words."""
    text = said(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def said(error: Exception) -> str:
    """What an exception says, without what it quotes of the exchange."""
    # What is behind the number is the proxy's own.
    text = str(error)[:3] if isinstance(error, httpx.ProxyError) else str(error)
    return _QUOTED.sub("", text)


def prepared(
    client: httpx.Client | httpx.AsyncClient, request: Request, extensions: dict[str, Any]
) -> httpx.Request:
    """A request as the HTTP library wants it. Raises `NotSent` when there can be none."""
    lines = [(wire_name(name), wire_value(name, value)) for name, value in request.headers.lines]
    if "accept-encoding" not in request.headers:
        lines.append((b"accept-encoding", ACCEPTED.encode()))
    try:
        outgoing = client.build_request(
            request.method, request.url, headers=lines, content=request.body or None, extensions=extensions
        )
    except (httpx.InvalidURL, ValueError) as error:
        raise NotSent(f"the URL is invalid: {type(error).__name__}; expected an absolute URL") from None
    if not 0 < (outgoing.url.port or 1) < 1 << 16:
        raise NotSent("the URL is invalid: its port is too high; expected one up to 65535")
    return outgoing


def wire_name(name: str) -> bytes:
    """A header's name in bytes."""
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
        raise NotSent(f"the header name {name!r} is invalid; expected letters, digits and hyphens")
    return name.encode()


def wire_value(name: str, value: str) -> bytes:
    """A header's value in bytes."""
    if not value.isascii() or re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value):
        raise NotSent(f"the value of the header {name!r} is invalid; expected one line of ASCII characters")
    return value.strip(" \t").encode()


def own_client_options(timeout: float, deadline: float) -> dict[str, Any]:
    """What a client of `httpx` is made with, of either kind."""
    most = min(timeout, deadline)
    return {
        "timeout": httpx.Timeout(most, connect=min(most, 15.0)),
        "headers": {"user-agent": f"brightpearl-python/{__version__}"},
        "trust_env": False,
    }


def certificates() -> ssl.SSLContext:
    """Whom to trust: those that the environment names, or the usual ones.

    Raises `NotSent` when they cannot be read."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        name = "SSL_CERT_FILE" if os.environ.get("SSL_CERT_FILE") else "SSL_CERT_DIR"
        place = os.environ.get(name)
        source = "that come with certifi" if place is None else f"that {name} names, {place!r},"
        reason = error.strerror or type(error).__name__
        raise NotSent(f"the certificates {source} cannot be read: {reason}") from None


def proxy_for(url: str) -> str | None:
    """The proxy of the environment for a URL. None can reach this machine's own servers."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise NotSent(f"the URL is invalid: {type(error).__name__}; expected an absolute URL") from None
    proxies = getproxies()
    proxy = proxies.get(parsed.scheme) or proxies.get("all")
    if not proxy or is_loopback_host(parsed.host) or proxy_bypass(parsed.host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def unusable_proxy(error: Exception) -> NotSent:
    """What to say of a proxy that no client can be made for; its address may hold a password."""
    return NotSent(f"the proxy of HTTP_PROXY, HTTPS_PROXY or ALL_PROXY cannot be used: {type(error).__name__}")


def reader_of(answer: httpx.Response, limit: int | None) -> BodyReader:
    """What reads the body of an answer."""
    if answer.is_stream_consumed:
        # A client that was given has read and unpacked it already.
        return BodyReader((), None, limit)
    codings = answer.headers.get_list("content-encoding", split_commas=True)
    return BodyReader(codings, answer.headers.get("content-length"), limit)


def response_of(answer: httpx.Response, reader: BodyReader) -> Response:
    """An answer that was read."""
    return Response(answer.status_code, answer.headers.multi_items(), reader.body())
