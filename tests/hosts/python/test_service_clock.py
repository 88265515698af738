"""Clocks that jump: nothing waits for a time that was shown by mistake, and nobody is taken to live by one."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from brightpearl.ledger import Ledger
from brightpearl.service.health import ledger_health, note_health
from brightpearl.service.stopping import Stopping
from brightpearl.service.timing import LONGEST_WAIT_MS, Schedule
from brightpearl.service.workers import FlowWorker

HOUR = 60 * 60_000
DAY = 24 * HOUR


class Clock:
    """Shows what it was set to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


class Runner:
    """A flow that counts its runs, and fails when it is told to."""

    def __init__(self, schedule: Schedule) -> None:
        self.flow: Any = SimpleNamespace(name="orders", schedule=schedule)
        self.runs = 0
        self.pending: int | None = None
        self.failure: Exception | None = None

    def pending_ms(self) -> int | None:
        return self.pending

    def run(self, *, is_scheduled: bool) -> None:
        self.runs += 1
        if self.failure is not None:
            raise self.failure


@pytest.mark.parametrize("schedule", [Schedule(every_ms=HOUR), Schedule(cron="0 * * * *")])
@pytest.mark.parametrize("restarts", [False, True])
def test_a_flow_is_due_within_its_pause_when_the_clock_was_set_back(
    tmp_path: Path, schedule: Schedule, restarts: bool
) -> None:
    clock = Clock()
    runner = Runner(schedule)
    with Ledger(str(tmp_path / "ledger"), now=clock) as ledger:

        def begun() -> FlowWorker:
            worker = FlowWorker(runner, "demo", ledger, Stopping(), clock, lambda _: None)
            worker._begin()
            return worker

        worker = begun()
        clock.now += HOUR
        worker._look()
        assert runner.runs == 1
        clock.now -= 30 * DAY
        worker = begun() if restarts else worker
        worker._look()
        assert runner.runs == 1
        clock.now += HOUR
        worker._look()
        assert runner.runs == 2


def test_a_flow_that_failed_is_tried_again_when_the_clock_was_set_back(tmp_path: Path) -> None:
    clock = Clock()
    runner = Runner(Schedule())
    runner.pending, runner.failure = 0, OSError("no connection")
    with Ledger(str(tmp_path / "ledger"), now=clock) as ledger:
        worker = FlowWorker(runner, "demo", ledger, Stopping(), clock, lambda _: None)
        worker._begin()
        worker._look()
        clock.now -= DAY
        worker._look()
        clock.now += LONGEST_WAIT_MS
        worker._look()
    assert runner.runs == 2


def test_a_notification_does_not_wait_for_the_time_that_was_shown_before(tmp_path: Path) -> None:
    clock = Clock()
    content = {"key": "a", "account": "demo", "event": "order.modified", "raised_ms": 1, "received_ms": 1}
    with Ledger(str(tmp_path / "ledger"), now=clock) as ledger:
        ledger.notifications.store([(content, ["orders"])])
        clock.now -= DAY
        assert ledger.notifications.next_due("orders") == clock.now
        [claimed] = ledger.notifications.claim("orders", 10)
        ledger.notifications.put_off("orders", [claimed.id], "no connection", clock.now + LONGEST_WAIT_MS)
        assert ledger.notifications.next_due("orders") == clock.now + LONGEST_WAIT_MS
        assert ledger.notifications.claim("orders", 10) == []


def test_a_service_is_not_taken_to_live_by_what_it_left_for_the_future(tmp_path: Path) -> None:
    clock = Clock()
    with Ledger(str(tmp_path / "ledger"), now=clock) as ledger:
        note_health(ledger, "demo", {}, {}, [])
        assert ledger_health(ledger, clock.now).level == "ok"
        clock.now -= DAY
        [finding] = ledger_health(ledger, clock.now).findings
        assert (finding.level, finding.rule) == ("failing", "service")
        assert "since the clock was set back" in finding.message


def test_a_flow_that_nobody_runs_any_more_is_no_finding_for_ever(tmp_path: Path) -> None:
    clock = Clock()
    with Ledger(str(tmp_path / "ledger"), now=clock) as ledger:
        assert ledger.standings.take_flow("orders", "demo")
        failed_at = clock.now
        ledger.standings.leave_flow("orders", "demo", reason="no", next_ms=failed_at, is_scheduled=False)
        clock.now += HOUR
        [finding] = ledger_health(ledger, clock.now).findings
        assert (finding.rule, finding.subject) == ("flow", "orders")
        clock.now += DAY
        assert ledger_health(ledger, clock.now).level == "ok"
