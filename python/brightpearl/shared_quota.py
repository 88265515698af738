"""One quota for several processes and hosts: leases over Redis or Valkey (`pip install 'brightpearl[redis]'`).

Each client tells the server what it has sent and what it wants, and is granted a part of the account's quota for a
short while. The server's clock counts, and one script does the sums. docs/quota.md tells how.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
import weakref
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from brightpearl.arguments import checked_count, checked_text, wrong_type
from brightpearl.exceptions import ValidationError
from brightpearl.text import Hidden, one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from brightpearl import _native


LOG = logging.getLogger("brightpearl.quota")

_CLIENTS = 16
_LARGEST = 10_000


class SharedQuota:
    """Where clients of one account share its quota.

    `url`: of the server, such as `redis://127.0.0.1:6379/0`, `rediss://…` or `unix://…`; `?clients=8` may stand there.
    `clients`: how many clients share the quota at most. What those that are silent may send by themselves is held back.
    `prefix`: begins the names of the keys, one for each account.

    Raises `ValidationError` where the URL is invalid, or the package redis is missing. Nothing is sent.
    """

    def __init__(self, url: str, *, clients: int | None = None, prefix: str = "brightpearl:quota") -> None:
        checked_text(url, "shared_quota.url", "the URL of a Redis or Valkey server")
        checked_text(prefix, "shared_quota.prefix")
        checked_count(clients, "shared_quota.clients", least=1, most=_LARGEST)
        # It may have a password.
        self._url, said = _without_clients(Hidden(url))
        self.clients = clients or said or _CLIENTS
        self.prefix = prefix
        _connected(self._url.value, 1.0)

    def __repr__(self) -> str:
        return f"SharedQuota(clients={self.clients}, prefix={self.prefix!r})"

    def private_share(self, quota: int) -> int:
        """Requests in a period that each client may send by itself when the server is away: of all of them together a
        twentieth of the quota, but one each where that is not more than a quarter."""
        least = 1 if self.clients <= quota // 4 else 0
        return max(least, quota // (20 * self.clients))


def shared_quota(given: object) -> SharedQuota | None:
    """What a client was given as `shared_quota`."""
    if given is None or isinstance(given, SharedQuota):
        return given
    if isinstance(given, str):
        return SharedQuota(given)
    raise wrong_type("shared_quota", given, "a SharedQuota, or the URL of a Redis or Valkey server")


class Leases:
    """Keeps one client in leases, from a thread of its own that ends with the client."""

    def __init__(self, quota: SharedQuota, account: str, native: _native.Client, clock: Callable[[], float]) -> None:
        self._quota = quota
        self._key = f"{quota.prefix}:{{{account}}}"
        self._native = native
        self._clock = clock
        self._lock = threading.Lock()
        self._process = -1
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Starts, once in each process: what was forked is another client."""
        if self._process == os.getpid():
            return
        with self._lock:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
            self._ended = threading.Event()
            asker = _Asker(self._quota, self._key, self._native, self._clock)
            self._thread = threading.Thread(
                target=asker.run, args=(self._ended,), name="brightpearl-quota", daemon=True
            )
            self._thread.start()
            # A client that nobody closed lets its thread end all the same.
            weakref.finalize(self, self._ended.set)

    def close(self) -> None:
        """Gives back what is left."""
        self._ended.set()
        if self._thread is not None and self._process == os.getpid():
            self._thread.join(2.0)


class _Asker:
    """Asks for leases by one client's demand."""

    def __init__(self, quota: SharedQuota, key: str, native: _native.Client, clock: Callable[[], float]) -> None:
        self._quota = quota
        self._key = key
        self._native = native
        self._clock = clock
        self._name = os.urandom(8).hex()
        self._number = 0
        period_ms = native.demand(int(clock()))["period_ms"]
        self._period = period_ms / 1000
        self._lease_ms = period_ms // 8
        # How often it is told that the client lives, and how long an answer may take.
        self._beat = min(1.0, self._period / 20)
        self._look = min(max(self._period / 600, 0.005), 0.1)
        self._connection: Any = None
        self._script = ""
        # The server's milliseconds less ours, or a little less than that.
        self._ahead: float | None = None
        self._next_beat = 0.0
        self._next_ask = 0.0
        self._is_away = False
        self._is_crowded = False

    def run(self, ended: threading.Event) -> None:
        """Until the client is closed."""
        while not ended.wait(self._look):
            self._turn()
        if self._connection is not None:
            self._give_back()

    def _turn(self) -> None:
        moment = time.monotonic()
        sent_at = int(self._clock())
        demand = self._native.demand(sent_at)
        is_wanted = demand["normal"] + demand["high"] > 0 and moment >= self._next_ask
        if not is_wanted and moment < self._next_beat:
            return
        try:
            answer = self._ask(demand, self._lease_ms)
        except _failures() as failure:
            self._lost(failure)
            return
        if answer is None:
            return
        self._next_beat = moment + self._beat
        self._next_ask = moment + min(answer["next_ms"] / 1000, self._beat)
        lease = {
            "since": demand["sent"],
            "requests": int(answer["requests"]),
            "high": int(answer["high"]),
            "until": sent_at + self._lease_ms,
        }
        self._native.lease(lease, int(self._clock()))
        self._found(int(answer["heard"]))

    def _ask(self, demand: dict[str, Any], lease_ms: int) -> dict[str, Any] | None:
        """What the server grants; None where it had the message too late."""
        if self._connection is None:
            self._connect()
        self._number += 1
        deadline = int((time.monotonic() + self._beat) * 1000 + (self._ahead or 0.0))
        share = self._quota.private_share(demand["quota"])
        grace = int(2000 * self._beat)
        given = (self._name, self._number, deadline, lease_ms, self._quota.clients, share, grace, json.dumps(demand))
        answer: dict[str, Any] = json.loads(self._connection.eval(self._script, 1, self._key, *given))
        if not answer.get("stale"):
            return answer
        # The clocks have come apart, or the server was asleep.
        self._ahead = None
        self._disconnect()
        return None

    def _connect(self) -> None:
        self._script = self._script or _script()
        connection = _connected(self._quota._url.value, self._beat)
        seconds, micros = connection.time()
        self._ahead = seconds * 1000 + micros / 1000 - time.monotonic() * 1000
        self._connection = connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _give_back(self) -> None:
        """Tells that the client ends, so that others have what it leaves."""
        now = int(self._clock())
        try:
            self._native.lease({"since": self._native.demand(now)["sent"], "requests": 0, "until": now}, now)
            demand = self._native.demand(now)
            self._ask({**demand, "left": 0, "private": 0, "normal": 0, "high": 0}, 0)
        except _failures() as failure:
            LOG.debug("the rest of a lease was not given back: %s", type(failure).__name__)
        self._disconnect()

    def _lost(self, failure: BaseException) -> None:
        self._disconnect()
        self._next_beat = self._next_ask = time.monotonic() + self._beat
        if not self._is_away:
            self._is_away = True
            share = self._quota.private_share(self._native.budget(int(self._clock())).quota)
            LOG.warning(
                "the shared quota cannot be asked for (%s); after two periods without a lease this client sends"
                " %d requests in %g s by itself",
                one_line(f"{type(failure).__name__}: {failure}")[:200],
                share,
                self._period,
            )

    def _found(self, heard: int) -> None:
        if self._is_away:
            self._is_away = False
            LOG.warning("the shared quota is there again")
        if heard > self._quota.clients and not self._is_crowded:
            self._is_crowded = True
            LOG.warning(
                "%d clients share a quota that is set up for %d: set clients to more", heard, self._quota.clients
            )


def _without_clients(url: Hidden) -> tuple[Hidden, int | None]:
    parts = urlsplit(url.value)
    query = parse_qs(parts.query, keep_blank_values=True)
    said = query.pop("clients", None)
    if said is None:
        return url, None
    if not (said[0].isascii() and said[0].isdigit() and 1 <= int(said[0]) <= _LARGEST):
        raise ValidationError(
            f"clients in the URL is {one_line(said[0])[:40]!r}; expected a number from 1 to {_LARGEST}",
            location="shared_quota.clients",
        )
    return Hidden(urlunsplit(parts._replace(query=urlencode(query, doseq=True)))), int(said[0])


def _connected(url: str, patience: float) -> Any:
    """A client of the server, which connects when it is first used. It never repeats a message by itself."""
    try:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "redis":
            raise
        raise ValidationError(
            "a shared quota needs the package redis, which is not installed",
            location="shared_quota",
            advice="Install it: pip install 'brightpearl[redis]'.",
        ) from None
    try:
        return redis.Redis.from_url(
            url,
            socket_timeout=patience,
            socket_connect_timeout=patience,
            retry=Retry(NoBackoff(), 0),
            single_connection_client=False,
            max_connections=1,
        )
    except (ValueError, TypeError):
        # What it says may have the password.
        raise ValidationError(
            "it is no URL of a server; expected one such as redis://127.0.0.1:6379/0, rediss://… or unix://…",
            location="shared_quota.url",
        ) from None


def _failures() -> tuple[type[Exception], ...]:
    import redis

    # A server that answers otherwise than the script does is of no more use than none.
    return (redis.RedisError, OSError, ValueError, KeyError)


def _script() -> str:
    from importlib.resources import files

    return files("brightpearl").joinpath("shared_quota.lua").read_text(encoding="utf-8")
