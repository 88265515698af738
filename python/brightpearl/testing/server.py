"""The emulated account on a port, with Python's own HTTP server."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from brightpearl.testing.webhooks import Deliverer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path
    from typing import Any, TextIO

    from brightpearl.async_client import AsyncClient
    from brightpearl.client import Client
    from brightpearl.testing.emulator import Emulator
    from brightpearl.testing.tls import ServerTls

_LARGEST_BODY = 64 << 20
# How many seconds a client may take for what TLS begins with.
_PATIENCE = 10
_LONGEST_LINE = 4 << 10


class EmulatorServer:
    """Serves until `close()`; a context manager as well. `url` is what a client takes as `base_url`.

    Webhooks are delivered over HTTP to whatever address they were subscribed with.
    """

    def __init__(
        self,
        emulator: Emulator,
        host: str,
        port: int,
        tls: ServerTls | None = None,
        log: str | PathLike[str] | None = None,
    ) -> None:
        self.emulator = emulator
        self._tls = tls
        # Line by line, so that whoever reads along sees every exchange.
        self._log = None if log is None else open(log, "a", encoding="utf-8", buffering=1, opener=_private)  # noqa: SIM115
        try:
            self._server = _Server((host, port), emulator, tls, self._log)
        except BaseException:
            self._put_away()
            raise
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            name="brightpearl-emulator",
            daemon=True,
        )
        self._thread.start()
        self._deliverer = Deliverer(lambda: emulator._deliveries_at(self.clock))

    @property
    def port(self) -> int:
        """The port."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The base URL."""
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://{self._server.server_name_for_url}:{self.port}"

    @property
    def authority(self) -> Path | None:
        """The file that clients are to trust, where the server made its own certificate: as `SSL_CERT_FILE`, for
        instance. It goes with the server."""
        return None if self._tls is None else self._tls.authority

    def clock(self) -> float:
        """What the emulator's clock shows, in milliseconds since the Unix epoch."""
        return float(self.emulator._native.clock(int(_system_milliseconds())))

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
        self._put_away()

    def _put_away(self) -> None:
        if self._tls is not None:
            self._tls.close()
        if self._log is not None:
            self._log.close()

    def __enter__(self) -> EmulatorServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Connections that a client keeps open must not hold up closing.
    block_on_close = False

    def __init__(self, address: tuple[str, int], emulator: Emulator, tls: ServerTls | None, log: TextIO | None) -> None:
        self.emulator = emulator
        self.log = log
        self._tls = tls
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

    def finish_request(self, request: Any, client_address: Any) -> None:
        # In the connection's own thread: one that is slow to agree on TLS keeps nobody else waiting.
        if self._tls is not None:
            request.settimeout(_PATIENCE)
            with self._tls.context.wrap_socket(request, server_side=True) as secured:
                with self._lock:
                    self._connections.add(secured)
                try:
                    super().finish_request(secured, client_address)
                finally:
                    with self._lock:
                        self._connections.discard(secured)
        else:
            super().finish_request(request, client_address)

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
        # A HEAD is a GET whose answer has no body.
        verb = "GET" if self.command == "HEAD" else self.command
        native, now = self.server.emulator._native, int(_system_milliseconds())
        outcome = native.serve(verb, self.path, list(self.headers.items()), body, now)
        if self.server.log is not None and outcome.logged is not None:
            self.server.log.write(outcome.logged + "\n")
        if outcome.after_seconds:
            time.sleep(outcome.after_seconds)
        if outcome.status is None:
            self.close_connection = True
            _end(self.connection)
            return
        self.send_response(outcome.status)
        for name, value in outcome.headers:
            if name.lower() not in ("date", "server", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(outcome.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(outcome.body)

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

    do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = _respond  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: standard error belongs to the program."""


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


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
