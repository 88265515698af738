"""A transport of `httpx` that waits for nothing beyond the end of the exchange, however the bytes trickle."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

from brightpearl.lookup import LATE, Lookups

UNTIL: ContextVar[float] = ContextVar("brightpearl_until")
"""When the exchange of this thread ends, by `time.monotonic()`."""

_SLICE = 1 << 14
"""Bytes that are written between two looks at the clock."""


class BoundedTransport(httpx.BaseTransport):
    """One connection pool. Only its waits differ from those of `httpx.HTTPTransport`."""

    def __init__(self, context: Any, proxy: str | None) -> None:
        given = pool_options(context, _Network())
        if proxy is None:
            self._pool = httpcore.ConnectionPool(**given)
        elif is_socks(proxy):
            self._pool = httpcore.SOCKSProxy(**given, **socks_options(proxy))
        else:
            self._pool = httpcore.HTTPProxy(**given, **proxy_options(proxy))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Transmits a request."""
        url = request.url
        try:
            answer = self._pool.handle_request(
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

    def close(self) -> None:
        """Closes the connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except Exception as error:
            raise renamed(error) from None

    def close(self) -> None:
        self._stream.close()


def renamed(error: Exception) -> Exception:
    """The exception of `httpx` for one of `httpcore`; they have the same names."""
    kind = getattr(httpx, type(error).__name__, None)
    if isinstance(kind, type) and issubclass(kind, httpx.TransportError):
        return kind(str(error))
    return error


def pool_options(context: Any, network: Any) -> dict[str, Any]:
    """What every pool of connections is made with."""
    return {
        "ssl_context": context,
        "max_connections": 100,
        "max_keepalive_connections": 20,
        "keepalive_expiry": 5.0,
        "network_backend": network,
    }


def is_socks(proxy: str) -> bool:
    """Whether a proxy speaks SOCKS."""
    return httpx.Proxy(proxy).url.scheme.startswith("socks5")


def socks_options(proxy: str) -> dict[str, Any]:
    """What a pool behind a proxy that speaks SOCKS is made with."""
    parsed = httpx.Proxy(proxy)
    url = httpcore.URL(
        scheme=parsed.url.raw_scheme, host=parsed.url.raw_host, port=parsed.url.port, target=parsed.url.raw_path
    )
    return {"proxy_url": url, "proxy_auth": parsed.raw_auth}


def proxy_options(proxy: str) -> dict[str, Any]:
    """What a pool behind another proxy is made with."""
    return socks_options(proxy) | {"proxy_headers": httpx.Proxy(proxy).headers.raw}


def _within(timeout: float | None, expired: type[httpcore.TimeoutException]) -> float:
    """What a wait may last: as long as it is allowed to, and not beyond the end of the exchange."""
    left = UNTIL.get() - time.monotonic()
    if left <= 0:
        raise expired("the deadline has passed")
    return left if timeout is None else min(timeout, left)


class _Network(httpcore.NetworkBackend):
    """The sockets of the operating system."""

    def __init__(self) -> None:
        self._sockets = httpcore.SyncBackend()
        self._lookups = Lookups()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Tries the addresses of a host one after the other."""
        failure: Exception | None = None
        addresses: list[str] = []
        why = "the host has no address"
        try:
            addresses = self._lookups.begin(host, port).result(_within(timeout, httpcore.ConnectTimeout))
        except FutureTimeoutError:
            raise httpcore.ConnectTimeout(LATE) from None
        except UnicodeError:
            raise httpx.InvalidURL("its host cannot be looked up; expected labels of at most 63 characters") from None
        except (OSError, RuntimeError) as error:
            # Others wait for the same look-up: its exception, and what each of them handles, stays out of this one.
            why = str(error)
        for address in addresses:
            try:
                return _Stream(
                    self._sockets.connect_tcp(
                        address, port, _within(timeout, httpcore.ConnectTimeout), local_address, socket_options
                    )
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(why)

    def sleep(self, seconds: float) -> None:
        """Waits before another try to connect."""
        time.sleep(_within(seconds, httpcore.ConnectTimeout))


class _Stream(httpcore.NetworkStream):
    """A connection."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _within(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _SLICE):
            self._stream.write(buffer[start : start + _SLICE], _within(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        allowed = _within(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, allowed))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
