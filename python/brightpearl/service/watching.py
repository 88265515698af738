"""Watches a service at work: what its client, its receiver and its ledger tell becomes metrics and facts of health."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from brightpearl.client import Client
from brightpearl.ledger import Ledger
from brightpearl.ledger.runs import Run
from brightpearl.metrics import Metrics
from brightpearl.service.flow_tables import InboundFlow, OutboundFlow
from brightpearl.service.health import ledger_facts
from brightpearl.service.metrics import happened_in
from brightpearl.service.outbound import pull_name
from brightpearl.service.recent import RecentRequests
from brightpearl.service.timing import Schedule
from brightpearl.text import Veiled

_LATE_MS = 60_000
"""A run may be written into the ledger so much later than its end says."""
_MOST_RECEIPTS = 20_000
_TIMES = 200
_LENGTHS = 40
_LENGTH_EVERY_MS = 60_000
_TICKS = 8
_RHYTHM_MS = 29 * 24 * 60 * 60_000
"""Four weeks are what the engine looks at."""
_RHYTHM_STEP_MS = 5 * 60_000
"""Shorter pauses say nothing."""


class ServiceWatch:
    """What is known of a service besides its ledger. May be shared by threads."""

    def __init__(
        self,
        flows: Sequence[OutboundFlow | InboundFlow],
        client: Client,
        account: str,
        ledger: Ledger,
        metrics: Metrics,
        now_ms: int,
    ) -> None:
        self.metrics = metrics
        self.recent = RecentRequests()
        self.lags: deque[tuple[int, int]] = deque(maxlen=_TIMES)
        """When notifications came, and how many milliseconds after what they tell of."""
        self._flows = flows
        self._client = client
        self._account = account
        self._ledger = ledger
        self._lock = threading.Lock()
        self._receipts: deque[Mapping[str, Any]] = deque(maxlen=_MOST_RECEIPTS)
        self._seen: dict[int, int] = {}
        """The ends of runs that were counted, by their ids."""
        self._mark_ms = now_ms
        self._refusals = 0
        self._refused_since = 0
        self._deprecated: dict[str, dict[str, Any]] = {}
        self._drift: dict[str, dict[str, Any]] = {}
        self._lengths: dict[str, deque[int]] = {flow.name: deque(maxlen=_LENGTHS) for flow in flows}
        self._measured_ms = 0
        self._rhythm: list[int] = []
        """When notifications came, as it was looked up last."""
        self._rhythm_ms = 0

    def take_receipt(self, receipt: Mapping[str, Any]) -> None:
        """Takes what the engine said of a request to the address of the webhooks."""
        self._receipts.append(receipt)

    def collect(self, now_ms: int) -> None:
        """Takes in what happened since the last time. Raises `LedgerError`."""
        with self._lock:
            events = self._client.events()
            for event in events:
                self.recent.record(event, now_ms)
                self._remember(event, now_ms)
            receipts = [self._receipts.popleft() for _ in range(len(self._receipts))]
            for receipt in receipts:
                if (notification := receipt.get("notification")) is not None:
                    lag = max(notification["received_ms"] - notification["raised_ms"], 0)
                    self.lags.append((notification["received_ms"], lag))
            # What was drained is counted, whatever the ledger says.
            self._count(events=events, receipts=receipts)
            self._count(**happened_in(self._ended(now_ms)))
            self._note_token()
            self._measure(now_ms)

    def _count(self, **happened: Any) -> None:
        if any(happened.values()):
            self.metrics.add(**happened)

    def own_facts(self, now_ms: int) -> dict[str, Any]:
        """The facts that only the process knows."""
        with self._lock:
            budget = self._client.budget()
            facts = {
                "authentication": [{"subject": self._account, "failures": self._refusals}],
                "budget": [
                    {
                        "subject": self._account,
                        "quota": budget.quota,
                        "left": min(budget.available, budget.quota),
                        "own": self.recent.own_requests(now_ms),
                    }
                ],
                "deprecated": list(self._deprecated.values()),
                "drift": list(self._drift.values()),
                **self.recent.facts(now_ms),
            }
            if (token := self._token()) is not None:
                facts["tokens"] = [token]
            if self._refusals:
                facts["authentication"][0]["since_ms"] = self._refused_since
            return facts

    def facts(self, now_ms: int) -> dict[str, Any]:
        """Every fact that is known. Raises `LedgerError`."""
        facts = ledger_facts(self._ledger, now_ms, [flow.name for flow in self._flows])
        with self._lock:
            for queue in facts["queues"]:
                queue["lengths"] = [*self._lengths[queue["subject"]], queue["length"]]
        facts["watermarks"] = list(self._watermarks(now_ms))
        if any(isinstance(flow, OutboundFlow) and flow.on for flow in self._flows):
            facts["notifications"] = [{"subject": self._account, "received_ms": self._received(now_ms)}]
        own = self.own_facts(now_ms)
        told = {one["subject"] for one in own.get("tokens", ())}
        own["tokens"] = [*own.get("tokens", ()), *(one for one in facts["tokens"] if one["subject"] not in told)]
        return facts | own

    def gauges(self, level: str, now_ms: int) -> dict[str, Any]:
        """What holds at the moment. Raises `LedgerError`."""
        names = [flow.name for flow in self._flows]
        states = {state.name: state for state in self._ledger.standings.flows()}
        letters = self._ledger.dead_letters.counts()
        budget = self._client.budget()
        flows = []
        queues = []
        for name in names:
            state = states.get(name)
            standing: dict[str, Any] = {"flow": name, "failures": 0 if state is None else state.failures}
            if state is not None and state.good_ms is not None:
                standing["last_success_ms"] = state.good_ms
            flows.append(standing)
            queue = self._ledger.notifications.queue_of(name)
            waiting: dict[str, Any] = {"queue": name, "length": queue.waiting}
            queues.append(waiting if queue.oldest_ms is None else waiting | {"oldest_ms": queue.oldest_ms})
        return {
            "budget": {"left": min(budget.available, budget.quota), "quota": budget.quota},
            "health": level,
            "watermarks": [
                {"flow": mark["subject"], "at_ms": mark["at_ms"]}
                for mark in self._watermarks(now_ms)
                if "at_ms" in mark
            ],
            "flows": flows,
            "queues": queues,
            "dead_letters": [
                {"flow": name, "count": letters.get(name, 0)} for name in dict.fromkeys([*names, *letters])
            ],
            "tokens": [
                {"token": account, "expires_ms": expires}
                for account, expires in self._ledger.standings.tokens()
                if expires is not None
            ],
        }

    def _received(self, now_ms: int) -> list[int]:
        """When notifications came in the last weeks. All but the last one is looked up once a minute."""
        if now_ms - self._rhythm_ms > _LENGTH_EVERY_MS:
            self._rhythm_ms = now_ms
            self._rhythm = self._ledger.notifications.received_times(now_ms - _RHYTHM_MS, _RHYTHM_STEP_MS)
        last = self._ledger.notifications.last_received()
        return self._rhythm if last is None or last in self._rhythm[-1:] else [*self._rhythm, last]

    def _watermarks(self, now_ms: int) -> Iterable[dict[str, Any]]:
        for flow in self._flows:
            if not isinstance(flow, OutboundFlow):
                continue
            every = _longest_pause(flow.schedule, now_ms)
            state = self._ledger.standings.pull(pull_name(flow), self._account)
            if every is None and state is None:
                continue
            mark: dict[str, Any] = {"subject": flow.name}
            if state is not None:
                mark["at_ms"] = state.changed_ms
            if every is not None:
                mark["every_ms"] = every
            # A flow that runs on events only pulls when one of them asks for it.
            if every is not None or state is None:
                yield mark

    def _ended(self, now_ms: int) -> list[Run]:
        runs = [run for run in self._ledger.runs.ended_since(self._mark_ms) if run.id not in self._seen]
        self._seen |= {run.id: run.ended_ms or now_ms for run in runs}
        self._mark_ms = max(self._mark_ms, now_ms - _LATE_MS)
        self._seen = {id: ended for id, ended in self._seen.items() if ended >= self._mark_ms}
        return runs

    def _remember(self, event: Mapping[str, Any], now_ms: int) -> None:
        kind = event["event"]
        if kind == "authentication-failed":
            self._refused_since = self._refused_since if self._refusals else now_ms
            self._refusals += 1
        elif kind == "request-ended" and event["status"] is not None and event["status"] < 300:
            self._refusals = 0
        elif kind == "deprecated-used":
            told = {"subject": event["template"]}
            replacement = event["replacement"]
            self._deprecated[event["template"]] = told if replacement is None else told | {"replacement": replacement}
        elif kind == "schema-drift":
            columns = {name: event[name] for name in ("added", "removed", "changed")}
            self._drift[event["resource"]] = {"subject": event["resource"], **columns}

    def _token(self) -> dict[str, Any] | None:
        """When the token ends, and whether the client gets another by itself; None where no end is known."""
        tokens = Veiled(self._client.tokens())
        if tokens["expires_at"] is None:
            return None
        renews = tokens["refresh_token"] is not None or not self._client._needs_refresh_token
        return {"subject": self._account, "expires_ms": tokens["expires_at"], "renewable": renews}

    def _note_token(self) -> None:
        expires = Veiled(self._client.tokens())["expires_at"]
        if expires is not None and expires != self._ledger.standings.token_expires(self._account):
            self._ledger.standings.note_token(self._account, expires)

    def _measure(self, now_ms: int) -> None:
        if now_ms - self._measured_ms < _LENGTH_EVERY_MS:
            return
        self._measured_ms = now_ms
        for name, lengths in self._lengths.items():
            lengths.append(self._ledger.notifications.queue_of(name).waiting)


def _longest_pause(schedule: Schedule, now_ms: int) -> int | None:
    """The longest time between two of the next runs; None where there is no schedule."""
    if schedule.every_ms is not None:
        return schedule.every_ms
    ticks = [now_ms]
    for _ in range(_TICKS):
        following = schedule.next_ms(ticks[-1], ticks[-1])
        if following is None:
            return None
        ticks.append(following)
    return max(after - before for before, after in itertools.pairwise(ticks[1:]))
