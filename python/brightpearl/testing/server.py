"""The emulated account on a port, with Python's own HTTP server."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from brightpearl.messages import Request
from brightpearl.testing.webhooks import Deliverer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from brightpearl.async_client import AsyncClient
    from brightpearl.client import Client
    from brightpearl.testing.emulator import Emulator

_LARGEST_BODY = 64 << 20
_LONGEST_LINE = 4 << 10


class EmulatorServer:
    """Serves until `close()`; a context manager as well. `url` is what a client takes as `base_url`.

    Webhooks are delivered over HTTP to whatever address they were subscribed with.
    """

    def __init__(self, emulator: Emulator, host: str, port: int) -> None:
        self.emulator = emulator
        self._server = _Server((host, port), emulator)
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            name="brightpearl-emulator",
            daemon=True,
        )
        self._thread.start()
        self._deliverer = Deliverer(lambda: emulator._deliveries_at(_system_milliseconds))

    @property
    def port(self) -> int:
        """The port."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://{self._server.server_name_for_url}:{self.port}"

    def client(self, **options: Any) -> Client:
        """A client of this server over HTTP, on the machine's clock."""
        from brightpearl.client import Client

        return Client(**(self._settings() | options))

    def async_client(self, **options: Any) -> AsyncClient:
        """An `AsyncClient` of this server over HTTP, on the machine's clock."""
        from brightpearl.async_client import AsyncClient

        return AsyncClient(**(self._settings() | options))

    def _settings(self) -> dict[str, Any]:
        return {
            "account": self.emulator.account,
            "base_url": self.url,
            "credentials": self.emulator.credentials,
        }

    def wait(self) -> None:
        """Waits until another thread closes the server."""
        self._thread.join()

    def close(self) -> None:
        """Stops serving and notifying, and closes every connection."""
        self._deliverer.stop()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> EmulatorServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Connections that a client keeps open must not hold up closing.
    block_on_close = False

    def __init__(self, address: tuple[str, int], emulator: Emulator) -> None:
        self.emulator = emulator
        self.server_name_for_url = f"[{address[0]}]" if ":" in address[0] else address[0]
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # Without the look-up of the host's full name, which may ask a name server.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            # The handler's thread sees the end of its stream and closes the socket.
            _end(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "brightpearl-emulator"
    sys_version = ""
    # A silent connection is closed after so many seconds.
    timeout = 300
    # An answer goes out in one piece.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def _respond(self) -> None:
        body = self._body()
        if body is None:
            # What follows on the connection cannot be told from the body.
            self.close_connection = True
            self.send_error(400, "the length of the body is invalid")
            return
        request = Request(self.command, self.path, list(self.headers.items()), body)
        response, delay = self.server.emulator.respond(request, _system_milliseconds())
        if delay:
            time.sleep(delay)
        if response is None:
            self.close_connection = True
            _end(self.connection)
            return
        self.send_response(response.status)
        for name, value in response.headers.lines:
            if name.lower() not in ("date", "server", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)

    def _body(self) -> bytes | None:
        """What came with the request, `None` when its length cannot be told or is too large."""
        if self.headers.get("transfer-encoding", "").strip().lower() == "chunked":
            return self._chunks()
        length = _number(self.headers.get("content-length", "0"), 10)
        return None if length is None or length > _LARGEST_BODY else self.rfile.read(length)

    def _chunks(self) -> bytes | None:
        body = bytearray()
        while size := _number(self.rfile.readline(_LONGEST_LINE).partition(b";")[0].decode("latin-1").strip(), 16):
            if len(body) + size > _LARGEST_BODY:
                return None
            body += self.rfile.read(size)
            self.rfile.readline(_LONGEST_LINE)
        if size is None:
            return None
        # What follows the last chunk, up to an empty line, are headers again.
        while self.rfile.readline(_LONGEST_LINE).strip():
            pass
        return bytes(body)

    def handle_expect_100(self) -> bool:
        """Asks for the body at once: the answers of this handler are buffered, and a client waits for this one."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    do_GET = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = _respond  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: standard error belongs to the program."""


def _number(text: str, base: int) -> int | None:
    """A length as HTTP writes it, where int() alone takes signs, spaces and underscores, too."""
    digits = "0123456789abcdef"[:base]
    return int(text, base) if text and all(letter in digits for letter in text.lower()) else None


def _system_milliseconds() -> float:
    return time.time() * 1000


def _end(connection: socket.socket) -> None:
    # It may have ended already.
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
