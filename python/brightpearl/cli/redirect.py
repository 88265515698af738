"""Waits on this machine for the browser that comes back from the page where a person approves an app of OAuth."""

from __future__ import annotations

import hmac
import http.server
import queue
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from brightpearl._native import is_loopback_host
from brightpearl.cli.failure import UsageError
from brightpearl.cli.visible import visible
from brightpearl.exceptions import AuthenticationError, TransportError
from brightpearl.text import Hidden

if TYPE_CHECKING:
    from collections.abc import Iterator

_WHERE = "login"
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{text}</p></body></html>
"""


class Redirect:
    """The address that the browser is sent back to, and what it brings."""

    def __init__(self, uri: str, state: Hidden, came: queue.Queue[Hidden]) -> None:
        self.uri = uri
        self._state = state
        self._came = came

    def code(self, seconds: float) -> Hidden:
        """The code that the browser brings within so many seconds."""
        try:
            brought = self._came.get(timeout=seconds)
        except queue.Empty:
            raise TransportError(
                f"nobody has approved the app within {seconds:g} seconds",
                location=_WHERE,
                advice="Run the command again and approve the app, or give it more time with --timeout.",
            ) from None
        return code_of(brought, self._state)


@contextmanager
def listening(uri: str | None, port: int, state: Hidden) -> Iterator[Redirect]:
    """Listens on this machine: at the address that the app has registered, or on a port of ours."""
    host, path = "127.0.0.1", "/callback"
    if uri is not None:
        found = urlsplit(uri)
        host, port, path = found.hostname or host, found.port or 80, found.path or "/"
    came: queue.Queue[Hidden] = queue.Queue()
    server = _bound(host, port, _handler(path, came))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Redirect(uri or f"http://{host}:{server.server_address[1]}{path}", state, came)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def is_of_this_machine(uri: str) -> bool:
    """Whether a redirect to that address can be waited for here. Raises a `UsageError` when the address is
    invalid."""
    try:
        found = urlsplit(uri)
        is_address = bool(found.scheme and found.netloc) and not found.fragment
        is_here = found.scheme == "http" and is_loopback_host(found.hostname or "") and (found.port or 80) > 0
    except ValueError:
        is_address = is_here = False
    if not is_address:
        raise UsageError(
            f"invalid redirect address {visible(uri)[:200]!r}; expected one such as http://127.0.0.1:8765/callback",
            where="--redirect-uri",
        )
    return is_here


def code_of(brought: Hidden, state: Hidden) -> Hidden:
    """The code among the parameters of an address that the browser was sent back to; what was said instead of one is
    raised. Nothing counts before the state was compared."""
    problem: str | None = None
    parameters = Hidden(parse_qs(urlsplit(brought.value).query, keep_blank_values=True))
    # In constant time, so that nobody learns it by trying.
    if not hmac.compare_digest(_only(parameters, "state").encode(), str(state.value).encode()):
        problem = "the browser came back with another state; expected the one of this login"
        advice = "Somebody else's page may have sent it, or a page of an earlier login: run the command again."
    elif (said := _only(parameters, "error")) == "access_denied":
        problem, advice = "the user refused the app", "Run the command again, and approve the app."
    elif said:
        why = ": ".join(filter(None, (said, _only(parameters, "error_description"))))
        problem = f"the page refused the app: {visible(why)[:300]}"
        advice = "Check the app's reference, its registered redirect address, and the account."
    elif not _only(parameters, "code"):
        problem = "the browser came back without a code; expected `code` or `error` in the address"
        advice = "Run the command again."
    if problem is not None:
        raise AuthenticationError(problem, location=_WHERE, advice=advice)
    return Hidden(_only(parameters, "code"))


def _only(parameters: Hidden, name: str) -> str:
    """The one value of that name; nothing where there are several."""
    values: list[str] = parameters.value.get(name, [])
    return values[0] if len(values) == 1 else ""


def _bound(host: str, port: int, handler: type[http.server.BaseHTTPRequestHandler]) -> http.server.HTTPServer:
    try:
        server = http.server.ThreadingHTTPServer((host, port), handler)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"the browser cannot be waited for on port {port}: {why}",
            where="--redirect-uri" if port else "--port",
            advice="End what uses that port, or name another one that the app has registered.",
        ) from None
    server.daemon_threads = True
    return server


def _handler(path: str, came: queue.Queue[Hidden]) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        # A browser may open connections that it never uses.
        timeout = 10

        def do_GET(self) -> None:
            if urlsplit(self.path).path != path or not urlsplit(self.path).query:
                self._answer(404, "Not here", "Nothing is waited for at this address.")
                return
            came.put(Hidden(self.path))
            self._answer(200, "Back to the command line", "You may close this page: the command goes on.")

        def _answer(self, status: int, title: str, text: str) -> None:
            body = _PAGE.format(title=title, text=text).encode()
            self.send_response(status)
            for name, value in {
                "Content-Type": "text/html; charset=utf-8",
                "Content-Length": str(len(body)),
                "Content-Security-Policy": "default-src 'none'",
                "Cache-Control": "no-store",
                "Referrer-Policy": "no-referrer",
                "Connection": "close",
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """The path has the code."""

    return Handler
