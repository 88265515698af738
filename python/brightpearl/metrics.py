"""What clients and flows have done, as numbers for Prometheus.

>>> from brightpearl.metrics import Metrics
>>> metrics = Metrics()
>>> metrics.record("orders", "created", 3)
>>> print([line for line in metrics.render().text.splitlines() if line.startswith("brightpearl_records")][0])
brightpearl_records_total{flow="orders",outcome="created"} 3
"""

from __future__ import annotations

import threading
import time

from brightpearl.discovery import ask
from brightpearl.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike
    from typing import Any, Literal

    from brightpearl.any_client import AnyClient
    from brightpearl.messages import Request, Response
    from brightpearl.transport import Transport

    RunOutcome = Literal["done", "failed", "cancelled"]
    """How a run of a flow ended."""

EXCHANGES_BETWEEN_COLLECTIONS = 100
"""A client keeps the latest 1024 events; an exchange has a few of them."""


class Exposition(Record):
    """The metrics as text, and what to say that it is."""

    __slots__ = ("content_type", "text")

    content_type: str
    """The value of the header `Content-Type`."""
    text: str
    """The text."""

    def __init__(self, content_type: str, text: str) -> None:
        self.content_type = content_type
        self.text = text


class Metrics:
    """Adds up what clients and flows do. May be shared by threads, and by clients.

    `state`: what `state()` gave earlier, so that the sums go on where they ended.
    `clock`: milliseconds since the Unix epoch.
    """

    __slots__ = ("_clock", "_lock", "_state")

    def __init__(self, state: dict[str, Any] | None = None, *, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock or _milliseconds
        self._lock = threading.Lock()
        self._state: dict[str, Any] | None = None
        self.add(state=state)

    def state(self) -> dict[str, Any]:
        """The sums, to be kept as they are: a few KB of JSON."""
        with self._lock:
            assert self._state is not None
            return self._state

    def add(self, *, state: dict[str, Any] | None = None, **happened: Any) -> None:
        """Adds what happened, as `record_metrics` takes it: `events`, `records`, `runs`, `receipts`."""
        with self._lock:
            before = self._state if state is None else state
            self._state = ask({"record_metrics": {"metrics": before, **happened}})["metrics"]

    def collect(self, client: AnyClient) -> list[dict[str, Any]]:
        """Adds the events of a client, which it gives once: they are given on."""
        events = client.events()
        if events:
            self.add(events=events)
        return events

    def record(self, flow: str, outcome: str, count: int = 1) -> None:
        """Adds records of a flow: their outcome's state, `pulled`, or `dead`."""
        self.add(records=[{"flow": flow, "outcome": outcome, "count": count}])

    def run(self, flow: str, outcome: RunOutcome, seconds: float) -> None:
        """Adds a run of a flow."""
        self.add(runs=[{"flow": flow, "outcome": outcome, "milliseconds": max(int(seconds * 1000), 0)}])

    def render(self, gauges: dict[str, Any] | None = None, *, accept: str | None = None) -> Exposition:
        """The text. `gauges`: what holds at the moment, as `render_metrics` takes it. `accept`: the header of the
        request for it; OpenMetrics where that asks for it, and otherwise what Prometheus has always read."""
        asked = {"metrics": self.state(), "gauges": gauges, "accept": accept, "now": int(self._clock())}
        return Exposition(**ask({"render_metrics": asked}))

    def write(self, path: str | PathLike[str], gauges: dict[str, Any] | None = None) -> None:
        """Puts the text into a file as a whole, such as the node exporter's textfile collector reads it."""
        from brightpearl.private_file import READABLE, replacing

        text = self.render(gauges).text
        with replacing(path, mode=READABLE) as file:
            file.write(text.encode())

    def transport(self, transport: Transport, client: Callable[[], AnyClient | None]) -> Transport:
        """A transport that collects from its client now and then, so that a long call loses no event."""
        exchanges = 0

        def transmit(request: Request) -> Response:
            nonlocal exchanges
            exchanges += 1
            if exchanges % EXCHANGES_BETWEEN_COLLECTIONS == 0 and (metered := client()) is not None:
                self.collect(metered)
            return transport(request)

        return transmit


def _milliseconds() -> float:
    return time.time_ns() // 1_000_000
