"""Stores what comes in, durably, before it is answered: what comes in together is stored together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Sequence
from typing import Any

from brightpearl.exceptions import BrightpearlError, MisuseError
from brightpearl.ledger import Ledger
from brightpearl.ledger.heartbeats import SECONDS_BETWEEN
from brightpearl.text import Hidden

LOG = logging.getLogger("brightpearl.service")

MOST_WAITING = 5_000
"""Notifications that wait to be stored. More are answered as ones that cannot be stored now."""

_TOGETHER = 256


class Overloaded(Exception):
    """More comes in than can be stored."""


class Storing:
    """One thread that writes to the ledger for all requests."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        # Before anything is taken in the name of this process.
        ledger.heartbeats.beat()
        self._beaten = time.monotonic()
        self._thread = threading.Thread(target=self._work, name="brightpearl-storing", daemon=True)
        self._thread.start()

    async def store(self, content: dict[str, Any], flows: Sequence[str]) -> bool:
        """Whether the notification is new; it is on disk when this returns. Raises `LedgerError` and `Overloaded`."""
        if self._queue.qsize() >= MOST_WAITING:
            raise Overloaded
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()
        self._queue.put(_Item(content, flows, loop, future))
        return await future

    def close(self) -> None:
        """Stores what is left, and ends."""
        self._queue.put(None)
        self._thread.join(10)

    def _beat(self) -> None:
        """Lets other machines know that this process lives, and goes on with what it has taken."""
        if time.monotonic() - self._beaten < SECONDS_BETWEEN:
            return
        self._beaten = time.monotonic()
        try:
            self._ledger.heartbeats.beat()
        except BrightpearlError as error:
            LOG.error("no sign of life can be left in the ledger: %s", error)

    def _work(self) -> None:
        is_open = True
        while is_open:
            self._beat()
            try:
                first = self._queue.get(timeout=SECONDS_BETWEEN)
            except queue.Empty:
                continue
            items = [] if first is None else [first]
            is_open = first is not None
            while is_open and len(items) < _TOGETHER:
                try:
                    following = self._queue.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    is_open = False
                else:
                    items.append(following)
            if items:
                _store(self._ledger, items)


class _Item:
    __slots__ = ("content", "flows", "future", "loop")

    def __init__(
        self,
        content: dict[str, Any],
        flows: Sequence[str],
        loop: asyncio.AbstractEventLoop,
        future: asyncio.Future[bool],
    ) -> None:
        self.content = content
        self.flows = flows
        self.loop = loop
        self.future = future


def _store(ledger: Ledger, items: Sequence[_Item]) -> None:
    failure = Hidden(None)
    stored: list[bool] = []
    try:
        stored = ledger.notifications.store([(item.content, item.flows) for item in items])
    except BrightpearlError as error:
        failure.value = error
    except Exception as error:
        # Whoever waits is answered, whatever it was.
        LOG.exception("a mistake in this program")
        failure.value = MisuseError(f"a mistake in this program: {type(error).__name__}")
    for loop in {item.loop for item in items}:
        answers = [
            (item.future, failure.value or stored[place]) for place, item in enumerate(items) if item.loop is loop
        ]
        # The loop of a service that stopped meanwhile is closed.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_answer, answers)


def _answer(answers: Sequence[tuple[asyncio.Future[bool], bool | BrightpearlError]]) -> None:
    for future, answer in answers:
        if future.done():
            continue
        if isinstance(answer, BrightpearlError):
            future.set_exception(answer)
        else:
            future.set_result(answer)
