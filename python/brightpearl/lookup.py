"""Look-ups of hosts' names that nobody has to wait for: the operating system may take as long as it likes."""

from __future__ import annotations

import socket
from concurrent.futures import Future
from threading import Lock, Thread

LATE = "the look-up of the host's name took too long"
"""What to say of a look-up that is not waited for any longer."""


class Lookups:
    """Each is in a thread of its own, which keeps no process from ending. A name that is being looked up already is
    waited for together, so that one which hangs has one thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way: dict[tuple[str, int], Future[list[str]]] = {}

    def begin(self, host: str, port: int) -> Future[list[str]]:
        """The addresses of a host, in the order in which they are to be tried. Raises `RuntimeError` when there can
        be no thread."""
        with self._lock:
            found = self._under_way.get((host, port))
            if found is not None:
                return found
            found = Future()
            # From now on nobody who stops waiting can cancel it for the others.
            found.set_running_or_notify_cancel()
            Thread(target=self._run, args=(host, port, found), name="brightpearl-lookup", daemon=True).start()
            self._under_way[host, port] = found
        return found

    def _run(self, host: str, port: int, found: Future[list[str]]) -> None:
        addresses: list[str] = []
        failure: BaseException | None = None
        try:
            given = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(str(one[4][0]) for one in given))
        except BaseException as error:
            failure = error
        with self._lock:
            del self._under_way[host, port]
        if failure is None:
            found.set_result(addresses)
        else:
            found.set_exception(failure)
