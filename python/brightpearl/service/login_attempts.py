"""Wrong logins, by where they come from: whoever guesses waits, and nobody else does."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence

from starlette.requests import Request

WRONG_LOGINS = 10
"""So many wrong logins within a minute are answered; then a client has to wait."""

SECONDS = 60.0

MOST_CLIENTS = 4096
"""Of so many clients it is remembered; the one that was wrong longest ago is forgotten first."""


class LoginAttempts:
    """Wrong logins of the last minute. What they cost in time and memory does not depend on how many there were.

    `proxies`: whose word is believed on whom they speak for.
    """

    def __init__(
        self,
        proxies: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._proxies = proxies
        self._clock = clock
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def client_of(self, request: Request) -> str:
        """Whom a request comes from. Behind a known proxy, that is whom the proxy names last; of IPv6 it is the
        network of 64 bits that one customer has."""
        named = [part for line in request.headers.getlist("x-forwarded-for") for part in line.split(",")]
        found = request.client.host if request.client else ""
        while self._is_proxy(found) and named:
            found = named.pop().strip()
        return _client(found)

    def is_to_wait(self, client: str) -> bool:
        """Whether a client has been wrong too often."""
        times = self._wrong.get(client)
        return times is not None and len(times) >= WRONG_LOGINS and self._clock() - times[0] <= SECONDS

    def note(self, client: str) -> None:
        """Notes that a client was wrong."""
        times = self._wrong.setdefault(client, deque(maxlen=WRONG_LOGINS))
        times.append(self._clock())
        self._wrong.move_to_end(client)
        if len(self._wrong) > MOST_CLIENTS:
            self._wrong.popitem(last=False)

    def _is_proxy(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._proxies)


def _client(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        # A proxy may name anything; all that is not an address is one client.
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
