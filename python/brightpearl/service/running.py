"""A service at work: its ledger, its client, a thread for each flow, and what is to be known of them."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import socket
import time

from brightpearl.client import Client
from brightpearl.exceptions import BrightpearlError
from brightpearl.ledger import Ledger, open_ledger
from brightpearl.metrics import Metrics
from brightpearl.service.accounts import account_of, service_client
from brightpearl.service.alerts import ServiceAlerts
from brightpearl.service.configuration import ServiceConfiguration
from brightpearl.service.health import Health, HealthFinding, assessed, forget_health, health_of, note_health
from brightpearl.service.inspecting import AccountInspection
from brightpearl.service.leftovers import leftovers
from brightpearl.service.pulse import ServicePulse
from brightpearl.service.receiver import NotificationReceiver
from brightpearl.service.runners import runners_of
from brightpearl.service.stopping import Stopping
from brightpearl.service.storing import Storing
from brightpearl.service.watching import ServiceWatch
from brightpearl.service.workers import FlowRunner, FlowWorker

LOG = logging.getLogger("brightpearl.service")

_SECONDS_BETWEEN_THINNINGS = 60 * 60.0
_SECONDS_BETWEEN_LEFTOVERS = 60.0


class Service:
    """One service. `start` begins, `stop` ends it; what it has not finished it goes on with after the next start.

    Raises `LedgerError` and `ValidationError` where it cannot be had at all.
    """

    def __init__(self, configuration: ServiceConfiguration) -> None:
        self.configuration = configuration
        self._instance = os.urandom(8).hex()
        # What is under way has most of the time; the rest is for putting it away.
        self._stopping = Stopping(configuration.stop_within_ms / 1000 * 0.6)
        self._troubles: dict[str, str] = {}
        self.ledger: Ledger = open_ledger(configuration.ledger)
        try:
            self.client: Client = service_client(
                configuration.profile, self._stopping.sleep, configuration.shared_quota
            )
        except BaseException:
            self.ledger.close()
            raise
        self.account = account_of(self.client)
        runners = runners_of(configuration, self.client, self.ledger, self._stopping, now_milliseconds)
        self.trail = runners.trail
        self._storing = Storing(self.ledger)
        self.metrics = Metrics(clock=now_milliseconds)
        self.watch = ServiceWatch(
            configuration.flows, self.client, self.account, self.ledger, self.metrics, now_milliseconds()
        )
        self.receiver = NotificationReceiver(
            configuration,
            self.account,
            self._storing,
            self._wake,
            lambda why: self._trouble("notifications", why),
            self.watch.take_receipt,
        )
        self.inbound = runners.inbound
        self.workers = {runner.flow.name: self._worker(runner) for runner in runners.in_order()}
        self._thinned = 0.0
        self._left_over: list[HealthFinding] = []
        self._looked_over: float | None = None
        self.alerts = ServiceAlerts(
            configuration.alerts, self.account, self.ledger, now_milliseconds, scope=_scope_of(self.flow_names)
        )
        self.inspection = AccountInspection(configuration, self.client, self.account, self._stopping)
        self.pulse = ServicePulse(self._collect, self._look, self._stopping)

    @property
    def flow_names(self) -> list[str]:
        """Its flows."""
        return list(self.workers)

    @property
    def is_stopping(self) -> bool:
        """Whether it stops, or has stopped."""
        return self._stopping.is_asked

    def start(self) -> None:
        """Begins to run flows."""
        self.ledger.runs.settle_interrupted()
        for worker in self.workers.values():
            worker.thread.start()
        self.pulse.thread.start()
        if self.inspection.is_needed:
            self.inspection.thread.start()
        LOG.info("started with %d flows for the account %s", len(self.workers), self.account)

    def stop(self, seconds: float) -> bool:
        """Asks every flow to stop and waits for so long; whether all have. Those that have not are killed with the
        process, and go on after the next start as they would after any crash."""
        self._stopping.ask()
        deadline = time.monotonic() + seconds
        for worker in self.workers.values():
            worker.wake()
        self.pulse.wake()
        for thread in (self.pulse.thread, self.inspection.thread):
            if thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))
        for worker in self.workers.values():
            if worker.thread.ident is not None:
                worker.thread.join(max(0.0, deadline - time.monotonic()))
        left = [name for name, worker in self.workers.items() if worker.thread.is_alive()]
        self._storing.close()
        if left:
            LOG.warning("stopped before these flows had ended: %s", ", ".join(left))
            return False
        with contextlib.suppress(BrightpearlError):
            self._collect()
            forget_health(self.ledger, self.account, self._instance)
        self.client.close()
        self.ledger.close()
        LOG.info("stopped")
        return True

    def wake(self, flow: str) -> None:
        """Has a flow look what there is to do."""
        self.workers[flow].wake()

    def health(self) -> Health:
        """How things go."""
        now = now_milliseconds()
        found = self._own_findings()
        try:
            found += [] if self.trail is None else self.trail.findings()
            found += self._leftovers()
            found += assessed(self.watch.facts(now) | self.inspection.facts(), self.configuration.health, now)
        except BrightpearlError as error:
            found.append(
                HealthFinding("failing", "ledger", "", str(error), error.advice or "See what is wrong with the ledger.")
            )
        return health_of(found)

    def metrics_page(self, accept: str | None) -> tuple[str, str]:
        """What a scrape finds, and its content type. Raises `LedgerError`."""
        self._collect()
        rendered = self.metrics.render(self.watch.gauges(self.health().level, now_milliseconds()), accept=accept)
        return rendered.text, rendered.content_type

    def _own_findings(self) -> list[HealthFinding]:
        """What no rule of the engine is about."""
        found = [
            HealthFinding("failing", "ledger", subject, why, "See what is wrong with the ledger and its disk.")
            for subject, why in sorted(self._troubles.items())
        ]
        for name, worker in self.workers.items():
            if worker.thread.ident is not None and not worker.thread.is_alive() and not self.is_stopping:
                found.append(
                    HealthFinding(
                        "failing", "flow-dead", name, "the thread of the flow has ended", "Start the service again."
                    )
                )
        return found + self.alerts.troubles()

    def _leftovers(self) -> list[HealthFinding]:
        """What waits for flows that are not there any more, looked for once a minute."""
        if self._looked_over is None or time.monotonic() - self._looked_over > _SECONDS_BETWEEN_LEFTOVERS:
            told = self.configuration
            self._left_over = list(leftovers(self.ledger, self.workers, told.inbound, told.work, now_milliseconds()))
            self._looked_over = time.monotonic()
        return self._left_over

    def _collect(self) -> None:
        self.watch.collect(now_milliseconds())

    def _look(self) -> None:
        # First, since it is most needed where the rest fails.
        self.alerts.look(self.health().findings)
        if self.trail is not None:
            self.trail.keep_head()
        facts = self.watch.own_facts(now_milliseconds()) | self.inspection.facts()
        own = [*self._own_findings(), *self._leftovers()]
        note_health(
            self.ledger,
            self.account,
            facts,
            self.configuration.health,
            own,
            flows=self.flow_names,
            instance=self._instance,
            place=f"{socket.gethostname()}:{self.configuration.path}",
        )
        self._thin()

    def _thin(self) -> None:
        if time.monotonic() - self._thinned > _SECONDS_BETWEEN_THINNINGS or not self._thinned:
            self._thinned = time.monotonic()
            if letters := self.ledger.thin(self.configuration.keeping)["dead_letters"]:
                LOG.warning("dead letters that nobody dealt with for as long as [keep] says were removed: %d", letters)

    def _worker(self, runner: FlowRunner) -> FlowWorker:
        name = runner.flow.name
        return FlowWorker(
            runner, self.account, self.ledger, self._stopping, now_milliseconds, lambda why: self._trouble(name, why)
        )

    def _wake(self, flows: tuple[str, ...]) -> None:
        for name in flows:
            self.workers[name].wake()

    def _trouble(self, subject: str, why: str | None) -> None:
        if why is None:
            self._troubles.pop(subject, None)
        else:
            self._troubles[subject] = why


def _scope_of(flows: list[str]) -> str:
    """What tells a service from others of the same account and ledger, from one start to the next."""
    return hashlib.sha256("\n".join(sorted(flows)).encode()).hexdigest()[:16]


def now_milliseconds() -> int:
    """The machine's time, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000
