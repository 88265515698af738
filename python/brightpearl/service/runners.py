"""What carries out the flows of a configuration, for one account."""

from __future__ import annotations

from dataclasses import dataclass

from brightpearl.otel import HttpTelemetry
from brightpearl.service.accounts import account_of
from brightpearl.service.auditing import ServiceTrail
from brightpearl.service.inbound import InboundRunner
from brightpearl.service.outbound import OutboundRunner
from brightpearl.service.traced import TracedRunner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from brightpearl.client import Client
    from brightpearl.ledger import Ledger
    from brightpearl.service.configuration import ServiceConfiguration
    from brightpearl.service.stopping import Stopping
    from brightpearl.service.workers import FlowRunner


@dataclass(frozen=True)
class Runners:
    """The runners of all flows, and the trail to which they are told."""

    outbound: tuple[OutboundRunner, ...]
    inbound: dict[str, InboundRunner]
    """By the names of their flows."""
    trail: ServiceTrail | None
    telemetry: HttpTelemetry | None

    def in_order(self) -> list[FlowRunner]:
        """All of them, what goes out first."""
        runners: list[FlowRunner] = [*self.outbound, *self.inbound.values()]
        if self.telemetry is None:
            return runners
        return [TracedRunner(runner, self.telemetry) for runner in runners]

    def keep_head(self) -> None:
        """Keeps the head of the trail in the ledger. Raises `LedgerError`."""
        if self.trail is not None:
            self.trail.keep_head()


def runners_of(
    configuration: ServiceConfiguration, client: Client, ledger: Ledger, stopping: Stopping, now: Callable[[], int]
) -> Runners:
    """Makes the runners. Whatever the client sends from now on is told to the trail and to OpenTelemetry, as far as the
    configuration has them."""
    trail: ServiceTrail | None = None
    if configuration.audit is not None:
        trail = ServiceTrail(configuration.audit, account_of(client), ledger)
        trail.watch(client)
    telemetry: HttpTelemetry | None = None
    if configuration.opentelemetry:
        telemetry = HttpTelemetry()
        telemetry.watch(client)
    folder, work = configuration.folder, configuration.work
    outbound = tuple(OutboundRunner(flow, client, ledger, folder, stopping, now) for flow in configuration.outbound)
    inbound = {
        flow.name: InboundRunner(flow, client, ledger, folder, work, stopping, now) for flow in configuration.inbound
    }
    return Runners(outbound, inbound, trail, telemetry)
