"""One transmission through `httpx`: what goes out, what is known of it, and what its failure says."""

from __future__ import annotations

import errno
import importlib.util
import os
import re
import ssl
import sys
import time
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.request import getproxies, proxy_bypass

import httpx

from brightpearl._native import __version__, is_loopback_host
from brightpearl.content_coding import ACCEPTED, BodyReader
from brightpearl.messages import Request, Response
from brightpearl.single_sender import meddling
from brightpearl.transport import MaybeSent, NotSent, TransportFailure, Unsendable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.call_options import AnyTimeout

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
"""The failures that come before a byte of the request has left."""

_LONGEST_TIMEOUT = 1e9
"""Seconds; the operating system refuses larger numbers."""

_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")
"""A certificate's file in a directory, as it is looked for."""

_STATUS = re.compile(r"[0-9]{3}")
"""What a proxy that speaks HTTP answered with, at the beginning of a message; SOCKS has no such numbers."""

_REFUSED = ("407", "Invalid username/password", "Requested ")
"""How a message begins when a proxy does not let this program in: by its password, or for want of one."""

_QUOTED = re.compile(r":?\s*(bytearray\(|b['\"]).*", re.DOTALL)
"""Where a message of the HTTP library begins to quote what was sent or received, which may hold a token."""


class Exchange:
    """Until when a transmission may last, and whether a byte of it may have left.

    `is_own`: whether the connections are those of this package, so that nothing leaves unnoticed.
    """

    __slots__ = ("_around", "_deadline", "_is_own", "_sent", "_url", "until")

    def __init__(self, deadline: float, *, is_own: bool, url: str) -> None:
        self._deadline = deadline
        self._is_own = is_own
        self._sent = False
        self._url = url
        # What the program is handling meanwhile, as it is: it stands behind whatever is raised here.
        self._around = [(one, one.__cause__, one.__context__, one.__traceback__) for one in chain(sys.exc_info()[1])]
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

    def trace(self, event: str, info: Any) -> None:
        """Takes note of what the HTTP library is about to do. What asks a proxy for a tunnel is not the request."""
        if event.endswith("send_request_headers.started") and info["request"].method != b"CONNECT":
            self._sent = True

    async def trace_async(self, event: str, info: Any) -> None:
        """The same where it is awaited."""
        self.trace(event, info)

    def outcome(self, error: BaseException) -> BaseException:
        """What is to be raised for what the HTTP library raised. Neither refers to a frame of that library, nor to
        its request, since both hold the header lines."""
        distrust = self._distrust(error)
        bare(error)
        for one, cause, context, passed in self._around:
            one.__cause__, one.__context__, one.__traceback__ = cause, context, passed
        if isinstance(error, TransportFailure) or not isinstance(error, Exception):
            return error
        lasting = self._lasting(error, distrust)
        if lasting is not None:
            return lasting
        is_before = not self._sent and (self._is_own or isinstance(error, _NOT_SENT))
        text = self._late() if self.left() <= 0 else described(error)
        failure = NotSent(text) if is_before else MaybeSent(text)
        failure.__cause__ = type(error)(said(error)) if isinstance(error, httpx.RequestError) else error
        return failure

    def _lasting(self, error: Exception, distrust: ssl.SSLCertVerificationError | None) -> Unsendable | None:
        """What another try would end with, too; None where it might not."""
        if distrust is not None:
            host = httpx.URL(self._url).host
            failure = Unsendable(f"the certificate for {host!r} is not trusted: {distrust.verify_message}")
            failure.__cause__ = distrust
            return failure
        if isinstance(error, httpx.InvalidURL):
            return Unsendable(f"the URL is invalid: {said(error)}")
        is_refused = isinstance(error, httpx.ProxyError) and str(error).startswith(_REFUSED)
        return Unsendable(described(error)) if is_refused or isinstance(error, httpx.UnsupportedProtocol) else None

    def _distrust(self, error: BaseException) -> ssl.SSLCertVerificationError | None:
        """The failed check of a certificate that kept this exchange from connecting."""
        if self._sent or not (self._is_own or isinstance(error, httpx.ConnectError)):
            return None
        around = {id(one) for one, *_ in self._around}
        for one in chain(error):
            if isinstance(one, ssl.SSLCertVerificationError) and id(one) not in around:
                bare(one)
                return one
        return None


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and those before it, each before its own."""
    seen: set[int] = set()
    left = [error]
    while left:
        one = left.pop()
        if one is not None and id(one) not in seen:
            yield one
            seen.add(id(one))
            left += [one.__context__, one.__cause__]


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
    text = str(error)
    if isinstance(error, httpx.ProxyError) and _STATUS.match(text):
        # What is behind the number is the proxy's own.
        text = text[:3]
    return _QUOTED.sub("", text)


def prepared(
    client: httpx.Client | httpx.AsyncClient,
    request: Request,
    extensions: dict[str, Any],
    timeout: httpx.Timeout | None = None,
) -> httpx.Request:
    """A request as the HTTP library wants it, with the timeout of its client unless one is given.

    Raises `Unsendable` when it cannot be sent as it is."""
    lines = [(wire_name(name), wire_value(name, value)) for name, value in request.headers.lines]
    if "accept-encoding" not in request.headers:
        lines.append((b"accept-encoding", ACCEPTED.encode()))
    _require_usable(client)
    try:
        outgoing = client.build_request(
            request.method,
            request.url,
            headers=lines,
            content=request.body or None,
            extensions=extensions,
            timeout=timeout or client.timeout,
        )
    except (httpx.InvalidURL, ValueError) as error:
        raise Unsendable(f"the URL is invalid: {type(error).__name__}; expected an absolute URL") from None
    if not 0 < (outgoing.url.port or 1) < 1 << 16:
        raise Unsendable("the URL is invalid: its port is too high; expected one up to 65535")
    return outgoing


def _require_usable(client: httpx.Client | httpx.AsyncClient) -> None:
    """Raises `Unsendable` for a client of the caller's own that could send nothing, or not as it is."""
    if client.is_closed:
        raise Unsendable("the HTTP client that was given is closed; expected an open one")
    if (wrong := meddling(client)) is not None:
        raise Unsendable(f"the HTTP client that was given {wrong[0]}")
    for name, seconds in client.timeout.as_dict().items():
        is_number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
        if seconds is not None and not (is_number and 0 <= seconds <= _LONGEST_TIMEOUT):
            raise Unsendable(
                f"the {name} timeout of the HTTP client is {seconds!r}; expected seconds from 0 on, or None"
            )


def wire_name(name: str) -> bytes:
    """A header's name in bytes."""
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
        raise Unsendable(f"the header name {name!r} is invalid; expected letters, digits and hyphens")
    return name.encode()


def wire_value(name: str, value: str) -> bytes:
    """A header's value in bytes."""
    if not value.isascii() or re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value):
        raise Unsendable(f"the value of the header {name!r} is invalid; expected one line of ASCII characters")
    return value.strip(" \t").encode()


def timeout_of(timeout: AnyTimeout, deadline: float) -> httpx.Timeout:
    """What the HTTP library is told of how long to wait; a connection is there sooner, or never."""
    if isinstance(timeout, httpx.Timeout):
        return timeout
    most = min(timeout, deadline)
    return httpx.Timeout(most, connect=min(most, 15.0))


def own_client_options(timeout: AnyTimeout, deadline: float) -> dict[str, Any]:
    """What a client of `httpx` is made with, of either kind."""
    return {
        "timeout": timeout_of(timeout, deadline),
        "headers": {"user-agent": f"brightpearl-python/{__version__}"},
        "trust_env": False,
    }


def certificates() -> ssl.SSLContext:
    """Whom to trust: those that the environment names, or the usual ones.

    Raises `Unsendable` when they cannot be read."""
    file, directories = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    try:
        if directories and not file:
            require_certificates(directories)
        return httpx.create_ssl_context()
    except OSError as error:
        named = ("SSL_CERT_FILE", file) if file else ("SSL_CERT_DIR", directories)
        source = f"that {named[0]} names, {named[1]!r}," if named[1] else "that come with certifi"
        reason = error.strerror or type(error).__name__
        raise Unsendable(f"the certificates {source} cannot be read: {reason}") from None


def require_certificates(directories: str) -> None:
    """Raises an `OSError` when none of the directories has a certificate. OpenSSL passes over those that cannot be
    read, and would trust nobody."""
    failure = OSError(errno.ENOENT, "expected certificates under the names that `openssl rehash` gives them")
    for directory in filter(None, directories.split(os.pathsep)):
        try:
            found = os.listdir(directory)
        except OSError as error:
            failure = error
            continue
        if any(map(_HASHED.fullmatch, found)):
            return
    raise failure


class Route(NamedTuple):
    """What connections have in common."""

    proxy: str | None
    is_encrypted: bool

    def certificates(self) -> ssl.SSLContext | None:
        """Whom to trust, read only where that matters: it takes longer than a request to this machine."""
        return certificates() if self.is_encrypted else None


def route_to(url: str) -> Route:
    """How a URL is reached."""
    return Route(proxy_for(url), not url.startswith("http://"))


def proxy_for(url: str) -> str | None:
    """The proxy of the environment for a URL. None can reach this machine's own servers."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise Unsendable(f"the URL is invalid: {type(error).__name__}; expected an absolute URL") from None
    proxies = getproxies()
    proxy = proxies.get(parsed.scheme) or proxies.get("all")
    if not proxy or is_loopback_host(parsed.host) or proxy_bypass(parsed.host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def checked_proxy(proxy: str | None) -> str | None:
    """A proxy that a client can be made for. Raises `Unsendable` otherwise; its address may hold a password."""
    if proxy is None:
        return None
    try:
        url = httpx.Proxy(proxy).url
    except httpx.InvalidURL:
        raise _unusable(proxy, "it is not a URL; expected one such as http://proxy.example:3128") from None
    except ValueError:
        raise _unusable(proxy, "its scheme is not supported; expected http, https, socks5 or socks5h") from None
    if not url.host:
        raise _unusable(proxy, "it has no host; expected one such as http://proxy.example:3128")
    if not 0 < (url.port or 1) < 1 << 16:
        raise _unusable(proxy, "its port is too high; expected one up to 65535")
    if url.scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
        raise _unusable(proxy, "it speaks SOCKS, which needs the package socksio; install httpx[socks]")
    return proxy


def _unusable(proxy: str, why: str) -> Unsendable:
    given = {proxy, proxy.removeprefix("http://")}
    names = {"http_proxy", "https_proxy", "all_proxy"}
    named = [name for name, value in os.environ.items() if name.lower() in names and value in given]
    return Unsendable(f"the proxy of {' and '.join(named) or 'the system'} cannot be used: {why}")


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
