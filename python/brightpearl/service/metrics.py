"""What runs of the ledger are in metrics: the engine has names for what became of them, and of their records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

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


def happened_in(runs: Iterable[Run]) -> dict[str, list[dict[str, Any]]]:
    """What `Metrics.add` takes of runs that ended."""
    ended = list(runs)
    return {
        "runs": [_run(run) for run in ended],
        "records": [
            {"flow": run.name, "outcome": _RECORD_OUTCOMES.get(outcome, outcome), "count": count}
            for run in ended
            for outcome, count in run.counts.items()
            if outcome not in _NO_RECORDS
        ],
    }


def _run(run: Run) -> dict[str, Any]:
    told: dict[str, Any] = {"flow": run.name, "outcome": _RUN_OUTCOMES.get(run.outcome, run.outcome)}
    if run.ended_ms is not None:
        told["milliseconds"] = max(run.ended_ms - run.began_ms, 0)
    return told
