"""A server that speaks bytes, so that it can speak them wrongly or slowly; and transports of both kinds."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

from brightpearl import Request, Response
from brightpearl.async_http import AsyncHttpxTransport
from brightpearl.http import HttpxTransport

KINDS = ["sync", "async"]


@contextlib.contextmanager
def served(talk: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """The URL of a server that talks to each connection until the event is set."""
    over = threading.Event()
    talks: list[threading.Thread] = []

    def serve(listener: socket.socket) -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                talks.append(threading.Thread(target=answer, args=(connection,)))
                talks[-1].start()

    def answer(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(10)
            talk(connection, over)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            thread.join()
            for one in talks:
                one.join()


def answering(body: bytes, *headers: str) -> Callable[[socket.socket, threading.Event], None]:
    """Answers every connection with a body."""

    def talk(connection: socket.socket, _: threading.Event) -> None:
        connection.recv(1 << 16)
        lines = ["HTTP/1.1 200 OK", f"content-length: {len(body)}", "connection: close", *headers, "", ""]
        connection.sendall("\r\n".join(lines).encode() + body)

    return talk


def transmitted(kind: str, request: Request, **options: Any) -> Response:
    """Transmits a request by the default transport of a kind."""
    if kind == "sync":
        transport = HttpxTransport(**options)
        try:
            return transport(request)
        finally:
            transport.close()

    async def transmit() -> Response:
        transport = AsyncHttpxTransport(**options)
        try:
            return await transport(request)
        finally:
            await transport.aclose()

    return asyncio.run(transmit())
