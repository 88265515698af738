"""A flow whose runs are told by OpenTelemetry."""

from __future__ import annotations

from brightpearl.service.flow_tables import InboundFlow, OutboundFlow
from brightpearl.service.workers import FlowRunner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.otel import HttpTelemetry


class TracedRunner:
    """Carries out a flow by another runner, each run in a span."""

    def __init__(self, runner: FlowRunner, telemetry: HttpTelemetry) -> None:
        self._runner = runner
        self._telemetry = telemetry

    @property
    def flow(self) -> OutboundFlow | InboundFlow:
        """The flow."""
        return self._runner.flow

    def pending_ms(self) -> int | None:
        """When something besides the schedule is to be done."""
        return self._runner.pending_ms()

    def run(self, *, is_scheduled: bool) -> None:
        """Does what is to be done."""
        with self._telemetry.flow(self.flow.name):
            self._runner.run(is_scheduled=is_scheduled)
