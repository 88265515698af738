"""Has people told of findings of health: once they have lasted, once until they are gone, and that they are gone."""

from __future__ import annotations

import datetime
import logging
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from brightpearl.discovery import ask
from brightpearl.exceptions import BrightpearlError
from brightpearl.ledger import Ledger
from brightpearl.service.alert_delivery import AlertUndelivered, deliver
from brightpearl.service.alert_tables import AlertTarget
from brightpearl.service.health import LEVELS, HealthFinding

LOG = logging.getLogger("brightpearl.service")

_MOST_WAITING = 100


@dataclass
class _Told:
    """What is known of one target."""

    alerts: Any = None
    """The engine's state."""
    waiting: list[dict[str, Any]] = field(default_factory=list)
    """Messages that it has not taken yet, the oldest first."""
    trouble: str | None = None


class ServiceAlerts:
    """The alerts of a service.

    What somebody was told of is in the ledger, so that a start does not tell it again; where the ledger cannot be used,
    which is worth an alert of its own, it is remembered for as long as the process runs. `scope` tells a service from
    others of the same account: what one finds well again, another may never have found.
    """

    def __init__(
        self,
        targets: Sequence[AlertTarget],
        account: str,
        ledger: Ledger,
        now: Callable[[], int],
        *,
        scope: str = "",
    ) -> None:
        self._targets = targets
        self._account = account
        self._scope = scope
        self._ledger = ledger
        self._now = now
        self._states: dict[str, _Told] = {}

    def look(self, findings: Iterable[HealthFinding]) -> None:
        """Tells whoever is to be told now."""
        found = list(findings)
        for target in self._targets:
            told = self._state(target)
            before = (told.alerts, list(told.waiting))
            self._change(target, told, found)
            self._deliver(target, told)
            if (told.alerts, told.waiting) != before:
                self._keep(target, told)

    def troubles(self) -> list[HealthFinding]:
        """Those who could not be told."""
        return [
            HealthFinding(
                "degraded",
                "alert",
                target.name,
                f"{len(told.waiting)} alerts could not be told: {told.trouble}",
                "See whether the address, the server and its secrets are right.",
            )
            for target in self._targets
            if (told := self._states.get(target.name)) is not None and told.trouble is not None
        ]

    def _change(self, target: AlertTarget, told: _Told, findings: Iterable[HealthFinding]) -> None:
        now = self._now()
        least = LEVELS.index(target.least)
        question = {
            "before": told.alerts,
            # That it cannot be told is nothing to tell it.
            "after": [
                finding.alerting()
                for finding in findings
                if LEVELS.index(finding.level) >= least and (finding.rule, finding.subject) != ("alert", target.name)
            ],
            "now": now,
            "debounce": {
                "raise_ms": target.raise_ms,
                "recover_ms": target.recover_ms,
                "remind_ms": target.remind_ms,
            },
        }
        answer = ask({"alert_changes": question})
        told.alerts = answer["alerts"]
        time = datetime.datetime.fromtimestamp(now / 1000, datetime.timezone.utc)
        stamp = time.isoformat(timespec="seconds").replace("+00:00", "Z")
        told.waiting += [
            {**message, "id": f"alert_{uuid.uuid4().hex}", "account": self._account, "timestamp": stamp}
            for message in answer["messages"]
        ]
        del told.waiting[:-_MOST_WAITING]

    def _deliver(self, target: AlertTarget, told: _Told) -> None:
        while told.waiting:
            try:
                deliver(target, told.waiting[0])
            except AlertUndelivered as error:
                if str(error) != told.trouble:
                    LOG.warning("the alert %r cannot be told: %s", target.name, error)
                told.trouble = str(error)
                return
            told.waiting.pop(0)
        told.trouble = None

    def _state(self, target: AlertTarget) -> _Told:
        if target.name not in self._states:
            told = _Told()
            try:
                note = self._ledger.notes.get(self._note(target))
            except BrightpearlError:
                # The next look reads it.
                return told
            if note is not None:
                told = _Told(note.content["alerts"], note.content["waiting"])
            self._states[target.name] = told
        return self._states[target.name]

    def _keep(self, target: AlertTarget, told: _Told) -> None:
        self._states[target.name] = told
        try:
            self._ledger.notes.put(self._note(target), {"alerts": told.alerts, "waiting": told.waiting})
        except BrightpearlError as error:
            LOG.warning("what was told by the alert %r cannot be kept: %s", target.name, error)

    def _note(self, target: AlertTarget) -> str:
        return " ".join(("alerts", self._account, *filter(None, (self._scope,)), target.name))
