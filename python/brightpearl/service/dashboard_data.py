"""What the dashboard shows, from the ledger and the running service."""

from __future__ import annotations

import os
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from brightpearl._native import load_json
from brightpearl.exceptions import BrightpearlError
from brightpearl.ledger.runs import Run
from brightpearl.ledger.standings import FlowState
from brightpearl.private_file import open_to_read
from brightpearl.service.charts import bars, curve, gauge
from brightpearl.service.recent import RecentStep
from brightpearl.service.running import Service, now_milliseconds
from brightpearl.text import one_line

LETTERS_OF_A_PAGE = 50
_RUNS_OF_A_SPARK = 20
_AUDIT_LINES = 20
_AUDIT_BYTES = 64 << 10
_HOUR_MS = 60 * 60_000
_MINUTE_MS = 60_000
_WRONG = ("failed", "rejected", "undelivered", "maybe-applied", "differs", "doubled")


def shown(service: Service, behind: int) -> dict[str, Any]:
    """Everything that the panels need. Where the ledger cannot be read, health says so, and its panels are empty."""
    now = now_milliseconds()
    health = service.health()
    try:
        told = _of_ledger(service, behind)
    except BrightpearlError:
        told = {
            "flows": [],
            "queues": [],
            "tokens": [],
            "letters": {"count": 0, "shown": [], "behind": 0, "next": None},
        }
    budget = service.client.budget()
    left = max(min(budget.available, budget.quota), 0)
    return {
        "account": service.account,
        "now": now,
        "level": health.level,
        "findings": health.findings,
        "requests": _requests(service.watch.recent.since(now - _HOUR_MS), now),
        "budget": {
            "left": left,
            "quota": budget.quota,
            "gauge": gauge(left / max(budget.quota, 1), "Gauge of the request budget", f"{left} left"),
        },
        "lag": _lag([lag for _, lag in list(service.watch.lags)]),
        "audit": _audit(service),
        **told,
    }


def _of_ledger(service: Service, behind: int) -> dict[str, Any]:
    ledger = service.ledger
    states = {state.name: state for state in ledger.standings.flows()}
    letters = ledger.dead_letters.list(behind=behind, limit=LETTERS_OF_A_PAGE + 1)
    page = letters[:LETTERS_OF_A_PAGE]
    return {
        "flows": [
            _flow(name, states.get(name), ledger.runs.list(name=name, limit=_RUNS_OF_A_SPARK))
            for name in service.flow_names
        ],
        "queues": [
            {
                "name": name,
                "waiting": queue.waiting,
                "oldest_ms": queue.oldest_ms,
                "handled": queue.handled,
                "dead": queue.dead,
            }
            for name in service.flow_names
            for queue in (ledger.notifications.queue_of(name),)
        ],
        "tokens": [
            {
                "account": account,
                "expires_ms": expires,
                "has_ended": expires is not None and expires <= now_milliseconds(),
            }
            for account, expires in ledger.standings.tokens()
        ],
        "letters": {
            "count": ledger.dead_letters.count(),
            "behind": behind,
            "next": page[-1].id if len(letters) > LETTERS_OF_A_PAGE else None,
            "shown": [
                {
                    "id": letter.id,
                    "flow": letter.flow,
                    "kind": letter.kind,
                    "resource": letter.resource,
                    "key": letter.key,
                    "reason": one_line(letter.reason)[:500],
                    "tries": letter.tries,
                    "last_ms": letter.last_ms,
                    "is_asked": letter.asked_ms is not None,
                    "is_ours": letter.flow in service.workers,
                }
                for letter in page
            ],
        },
    }


def _flow(name: str, state: FlowState | None, runs: Sequence[Run]) -> dict[str, Any]:
    values = [_sizes(run.counts) for run in reversed(runs)]
    last = runs[0] if runs else None
    return {
        "name": name,
        "is_running": state is not None and state.is_running,
        "failures": 0 if state is None else state.failures,
        "good_ms": None if state is None else state.good_ms,
        "next_ms": None if state is None else state.next_ms,
        "last": last
        and {
            "outcome": last.outcome,
            "counts": ", ".join(f"{number:,} {what}" for what, number in last.counts.items()),
            "reason": one_line(last.reason)[:300],
        },
        "spark": bars(values, f"Records of the latest {len(runs)} runs of {name}", kind="spark", height=60),
    }


def _sizes(counts: Mapping[str, int]) -> tuple[float, float]:
    whole = sum(number for what, number in counts.items() if what not in ("notifications", "skipped"))
    return whole, sum(counts.get(what, 0) for what in _WRONG)


def _requests(steps: Sequence[RecentStep], now_ms: int) -> dict[str, Any]:
    begin = now_ms - now_ms % _MINUTE_MS - _HOUR_MS + _MINUTE_MS
    minutes: list[list[RecentStep]] = [[] for _ in range(60)]
    for step in steps:
        place = (step.at_ms - begin) // _MINUTE_MS
        if 0 <= place < len(minutes):
            minutes[place].append(step)
    ended = sum(step.ended for step in steps)
    waits = sum(step.milliseconds for step in steps)
    return {
        "count": ended,
        "failed": sum(step.failed for step in steps),
        "mean": round(waits / ended) if ended else 0,
        "longest": max((step.longest_ms for step in steps), default=0),
        "chart": bars(
            [(sum(step.ended for step in minute), sum(step.failed for step in minute)) for minute in minutes],
            "Requests a minute in the last hour, those that failed in another colour",
        ),
        "latency": bars(
            [(_mean(minute), 0) for minute in minutes], "Average time to the answer, a minute each, in the last hour"
        ),
    }


def _mean(steps: Sequence[RecentStep]) -> float:
    ended = sum(step.ended for step in steps)
    return sum(step.milliseconds for step in steps) / ended if ended else 0.0


def _lag(lags: Sequence[int]) -> dict[str, Any]:
    if not lags:
        return {"count": 0}
    return {
        "count": len(lags),
        "middle": span(int(statistics.median(lags))),
        "most": span(max(lags)),
        "chart": curve([float(lag) for lag in lags[-60:]], "Lag of the latest notifications"),
    }


def _audit(service: Service) -> list[dict[str, Any]] | None:
    """The latest entries of the audit trail, the last one first; None where no file is named."""
    if service.configuration.audit is None:
        return None
    entries = []
    for line in _last_lines(service.configuration.audit.file):
        try:
            entry = load_json(line)
        except BrightpearlError:
            # It is being written, or is no entry; `brightpearl audit verify` tells.
            continue
        if isinstance(entry, dict):
            entries.append(_entry(entry))
    return entries[::-1]


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    def text(name: str) -> str:
        found = entry.get(name)
        return "" if found is None else one_line(found)[:200]

    return {
        "at": text("at"),
        "who": " ".join(filter(None, (text("user"), text("app"), text("host")))),
        "flow": text("flow"),
        "what": f"{text('method')} {text('path')}",
        "record": text("record") or text("id"),
        "outcome": text("outcome"),
    }


def _last_lines(path: str) -> list[bytes]:
    try:
        with open(open_to_read(path), "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - _AUDIT_BYTES, 0))
            lines = file.read(_AUDIT_BYTES).splitlines()
    except OSError:
        return []
    # The first of a part may have lost its beginning.
    return lines[1 if size > _AUDIT_BYTES else 0 :][-_AUDIT_LINES:]


def span(milliseconds: int) -> str:
    """A length of time for people."""
    seconds = milliseconds // 1000
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 7200:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 172_800 else f"{seconds // 86_400} d"
