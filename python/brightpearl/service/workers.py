"""A thread for each flow: it runs when it is due, never beside itself, and waits longer after each failure."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Protocol

from brightpearl.exceptions import BrightpearlError
from brightpearl.ledger import Ledger, LedgerError
from brightpearl.ledger.noting import Explained, reason_of
from brightpearl.service.flow_tables import InboundFlow, OutboundFlow
from brightpearl.service.stopping import Stopping, StopRequested
from brightpearl.service.timing import FIRST_WAIT_MS, LONGEST_WAIT_MS, back_off_ms

LOG = logging.getLogger("brightpearl.service")

_THREAD = "brightpearl-flow-"

_LONGEST_LOOK = 2.0
"""Seconds after which a thread looks by itself what there is to do: others may have left something in the ledger."""


class FlowRunner(Protocol):
    """What carries out a flow."""

    @property
    def flow(self) -> OutboundFlow | InboundFlow:
        """The flow."""

    def pending_ms(self) -> int | None:
        """When something besides the schedule is to be done."""

    def run(self, *, is_scheduled: bool) -> None:
        """Does what is to be done."""


class FlowWorker:
    """Runs one flow whenever it is due."""

    def __init__(
        self,
        runner: FlowRunner,
        account: str,
        ledger: Ledger,
        stopping: Stopping,
        now: Callable[[], int],
        on_trouble: Callable[[str | None], None],
    ) -> None:
        self.runner = runner
        self._account = account
        self._ledger = ledger
        self._stopping = stopping
        self._now = now
        self._on_trouble = on_trouble
        self._woken = threading.Event()
        self._draw = random.Random()
        self._failures = 0
        self._due_ms: int | None = None
        """When the schedule is due."""
        self._not_before_ms = 0
        """After a failure, nothing is tried before that."""
        self.thread = threading.Thread(target=self._work, name=f"{_THREAD}{runner.flow.name}", daemon=True)

    @property
    def name(self) -> str:
        """The flow's name."""
        return self.runner.flow.name

    def wake(self) -> None:
        """Has it look what there is to do."""
        self._woken.set()

    def _work(self) -> None:
        has_begun = False
        while not self._stopping.is_asked:
            try:
                if not has_begun:
                    self._begin()
                    has_begun = True
                    # What a killed process had claimed is seen by looking.
                    self._run(is_scheduled=self._is_due())
                self._look()
                self._on_trouble(None)
            except StopRequested:
                return
            except LedgerError as error:
                self._failures += 1
                self._not_before_ms = self._now() + back_off_ms(self._failures, self._draw)
                LOG.error("flow %r: the ledger cannot be used: %s", self.name, error)
                self._on_trouble(str(error))
            except Exception as error:
                # Such as a folder that vanished: this flow waits, and the others go on.
                self._failed(_why(error), is_scheduled=False)
            self._woken.wait(self._seconds())
            self._woken.clear()

    def _begin(self) -> None:
        state = self._ledger.standings.flow(self.name, self._account)
        now = self._now()
        last = None if state is None or state.last_ms is None else min(state.last_ms, now)
        self._due_ms = self.runner.flow.schedule.next_ms(last, now)
        if state is not None and state.failures:
            self._failures = state.failures

    def _mind_clock(self) -> None:
        """A clock that was set back leaves no flow waiting for the time that it showed before."""
        now = self._now()
        self._not_before_ms = min(self._not_before_ms, now + LONGEST_WAIT_MS)
        if self._due_ms is not None and self._due_ms > now:
            following = self.runner.flow.schedule.next_ms(now, now)
            self._due_ms = self._due_ms if following is None else min(self._due_ms, following)

    def _look(self) -> None:
        self._mind_clock()
        if self._now() < self._not_before_ms:
            return
        is_scheduled = self._is_due()
        pending = self.runner.pending_ms()
        if is_scheduled or (pending is not None and pending <= self._now()):
            self._run(is_scheduled=is_scheduled)

    def _is_due(self) -> bool:
        return self._due_ms is not None and self._due_ms <= self._now()

    def _seconds(self) -> float:
        self._mind_clock()
        due = [ms for ms in (self._due_ms,) if ms is not None]
        waits = max(min(due, default=1 << 62), self._not_before_ms) - self._now()
        return max(0.0, min(waits / 1000, _LONGEST_LOOK))

    def _run(self, *, is_scheduled: bool) -> None:
        if not self._ledger.standings.take_flow(self.name, self._account):
            # Another process runs it, and is not disturbed.
            self._not_before_ms = self._now() + FIRST_WAIT_MS
            return
        try:
            with at_work(self.name):
                self.runner.run(is_scheduled=is_scheduled)
        except StopRequested:
            self._ledger.standings.release_flow(self.name, self._account)
            raise
        except LedgerError:
            self._ledger.standings.forget_flow(self.name, self._account)
            raise
        except Exception as error:
            self._failed(_why(error), is_scheduled)
            return
        self._failures, self._not_before_ms = 0, 0
        if is_scheduled:
            now = self._now()
            self._due_ms = self.runner.flow.schedule.next_ms(now, now)
        self._leave(None, is_scheduled)

    def _failed(self, reason: str, is_scheduled: bool) -> None:
        self._failures += 1
        self._not_before_ms = self._now() + back_off_ms(self._failures, self._draw)
        LOG.warning("flow %r failed: %s", self.name, reason, extra={"flow": self.name})
        try:
            self._leave(reason, is_scheduled)
        except LedgerError as error:
            self._on_trouble(str(error))

    def _leave(self, reason: str | None, is_scheduled: bool) -> None:
        due = self._due_ms if reason is None else max(self._not_before_ms, 0)
        self._ledger.standings.leave_flow(
            self.name, self._account, reason=reason, next_ms=due, is_scheduled=is_scheduled and reason is None
        )


_AT_WORK: ContextVar[str] = ContextVar("brightpearl_flow", default="")


@contextlib.contextmanager
def at_work(flow: str) -> Iterator[None]:
    """What is done within is done for that flow."""
    before = _AT_WORK.set(flow)
    try:
        yield
    finally:
        _AT_WORK.reset(before)


def flow_at_work() -> str:
    """The flow for which something is done; empty where it is for none."""
    return _AT_WORK.get()


def _why(error: Exception) -> str:
    if not isinstance(error, (BrightpearlError, Explained, OSError)):
        LOG.exception("a mistake in this program")
    return reason_of(error)
