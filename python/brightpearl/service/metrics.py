"""What a scrape finds: sums of what happened, and what holds at the moment. The engine has the names and the text."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from brightpearl.discovery import ask
from brightpearl.ledger.runs import Run

_RUN_OUTCOMES = {
    "done": "done",
    "partly": "done",
    "failed": "failed",
    "interrupted": "failed",
    "stopped": "cancelled",
}
_RECORD_OUTCOMES = {"records": "pulled"}
_NO_RECORDS = ("notifications", "skipped")


class ServiceMetrics:
    """The sums of a service, from its start on. May be shared by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sums: Any = None

    def record(
        self,
        *,
        events: Iterable[Mapping[str, Any]] = (),
        runs: Iterable[Run] = (),
        receipts: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """Adds what happened."""
        ended = list(runs)
        happened = {
            "events": list(events),
            "receipts": list(receipts),
            "runs": [_run(run) for run in ended],
            "records": [
                {"flow": run.name, "outcome": _RECORD_OUTCOMES.get(outcome, outcome), "count": count}
                for run in ended
                for outcome, count in run.counts.items()
                if outcome not in _NO_RECORDS
            ],
        }
        if not any(happened.values()):
            return
        with self._lock:
            self._sums = ask({"record_metrics": {"metrics": self._sums, **happened}})["metrics"]

    def page(self, gauges: Mapping[str, Any], now_ms: int, accept: str | None) -> tuple[str, str]:
        """The text, and its content type, in the form that a reader accepts."""
        with self._lock:
            sums = self._sums
        asked = {"metrics": sums, "gauges": dict(gauges), "now": now_ms, "accept": accept}
        rendered = ask({"render_metrics": asked})
        return rendered["text"], rendered["content_type"]


def _run(run: Run) -> dict[str, Any]:
    told: dict[str, Any] = {"flow": run.name, "outcome": _RUN_OUTCOMES.get(run.outcome, run.outcome)}
    if run.ended_ms is not None:
        told["milliseconds"] = max(run.ended_ms - run.began_ms, 0)
    return told
