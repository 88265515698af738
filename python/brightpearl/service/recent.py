"""What happened in the last hour, in steps of time: requests, answers, waits, and how long queues were."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STEP_MS = 10_000
_STEPS = 360
WINDOW_MS = 5 * 60_000
"""The time that rates of health are made of."""
_MINUTE_MS = 60_000


@dataclass
class RecentStep:
    """Ten seconds."""

    at_ms: int
    started: int = 0
    ended: int = 0
    failed: int = 0
    milliseconds: int = 0
    """The sum of the times to the answer."""
    longest_ms: int = 0
    waited_ms: int = 0
    """Time that requests were made to wait for the request cap."""


class RecentRequests:
    """The requests of the last hour, from the events of a client."""

    def __init__(self) -> None:
        self._steps: deque[RecentStep] = deque(maxlen=_STEPS)

    def record(self, event: Mapping[str, Any], now_ms: int) -> None:
        """Takes an event."""
        step = self._step(now_ms)
        kind = event["event"]
        if kind == "request-started":
            step.started += 1
        elif kind == "request-ended":
            status, milliseconds = event["status"], event["milliseconds"]
            step.ended += 1
            # What is answered with 4xx was heard; the record or the flow tells of it.
            step.failed += status is None or status >= 500 or status in (401, 403)
            step.milliseconds += milliseconds
            step.longest_ms = max(step.longest_ms, milliseconds)
        elif kind in ("throttled", "waiting-for-budget"):
            step.waited_ms += event["wait_ms"]

    def since(self, since_ms: int) -> list[RecentStep]:
        """The steps from that time on in which something happened."""
        return [step for step in self._steps if step.at_ms + STEP_MS > since_ms]

    def facts(self, now_ms: int) -> dict[str, Any]:
        """What health has to know of them."""
        window = self.since(now_ms - WINDOW_MS)
        return {
            "requests": [
                {
                    "subject": "",
                    "sent": sum(step.ended for step in window),
                    "failed": sum(step.failed for step in window),
                }
            ],
            "throttling": [
                {"subject": "", "waited_ms": sum(step.waited_ms for step in window), "window_ms": WINDOW_MS}
            ],
        }

    def own_requests(self, now_ms: int) -> int:
        """Requests of the last period of the request cap, a step more rather than less."""
        return sum(step.started for step in self.since(now_ms - _MINUTE_MS - STEP_MS))

    def _step(self, now_ms: int) -> RecentStep:
        at = now_ms - now_ms % STEP_MS
        if not self._steps or self._steps[-1].at_ms < at:
            self._steps.append(RecentStep(at))
        return self._steps[-1]
