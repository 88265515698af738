"""A server that speaks bytes: it answers each GET and keeps the connection open, and lets every write down."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

KEPT = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 16\r\n\r\n"


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


AFTER_THE_HEAD = "closes after the head"
ENDINGS: dict[str, Callable[[socket.socket], None]] = {
    "closes without an answer": lambda connection: None,
    "closes in the middle of the head": lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-ty"),
    "closes in the middle of the answer": lambda connection: connection.sendall(KEPT + b'{"resp'),
    "resets the connection": _reset,
    AFTER_THE_HEAD: lambda connection: None,
}
"""What becomes of a write: what is done before its connection is closed."""

STATUSES = (301, 302, 307, 308, 401, 408, 421, 425, 429, 500, 503)
"""Answers that another try might serve better; a transport sends a write again for none of them."""

BODIES = {"without a body": b"", "with a body": b'{"text": "Picked"}', "with a large body": b"x" * (4 << 20)}
"""Of the large one, most is still to be sent when the server closes after the head."""


@dataclass
class Seen:
    """What came."""

    url: str
    connections: int = 0
    reads: int = 0
    writes: int = 0


@contextlib.contextmanager
def vanishing(ending: str | int) -> Iterator[Seen]:
    """The server; `ending` is one of `ENDINGS` or of `STATUSES`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        seen = Seen(f"http://127.0.0.1:{listener.getsockname()[1]}")
        open_ones: list[socket.socket] = []
        threads = [threading.Thread(target=_accept, args=(listener, ending, seen, open_ones))]
        threads[0].start()
        try:
            yield seen
        finally:
            # Wakes up who waits for a connection, or for more of a request.
            listener.shutdown(socket.SHUT_RDWR)
            for one in [*open_ones]:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            threads[0].join()


def _accept(listener: socket.socket, ending: str | int, seen: Seen, open_ones: list[socket.socket]) -> None:
    threads = []
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            seen.connections += 1
            open_ones.append(connection)
            threads.append(threading.Thread(target=_serve, args=(connection, ending, seen)))
            threads[-1].start()
    for thread in threads:
        thread.join()


def _serve(connection: socket.socket, ending: str | int, seen: Seen) -> None:
    with connection, contextlib.suppress(OSError):
        while (received := _received(connection, ending)) is not None:
            if received == "GET":
                seen.reads += 1
                connection.sendall(KEPT + b'{"response": []}')
                continue
            seen.writes += 1
            if isinstance(ending, str):
                ENDINGS[ending](connection)
                return
            lines = b"location: /elsewhere\r\nretry-after: 0\r\ncontent-length: 2\r\n\r\n{}"
            connection.sendall(b"HTTP/1.1 %d Said\r\n" % ending + lines)


def _received(connection: socket.socket, ending: str | int) -> str | None:
    """The verb of a request that came: whole, or as far as the server wants to read it."""
    text = b""
    while b"\r\n\r\n" not in text:
        piece = connection.recv(1 << 16)
        if not piece:
            return None
        text += piece
    head, _, body = text.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    left = int(length[1]) - len(body) if length else 0
    while left > 0 and ending != AFTER_THE_HEAD:
        left -= len(connection.recv(1 << 16)) or left
    return head.split(b" ")[0].decode()
