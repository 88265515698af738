"""`--metrics-file`: what a run of a flow did, added to a file."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from brightpearl import Client
from brightpearl.cli.failure import UsageError
from brightpearl.cli.visible import say, visible
from brightpearl.exceptions import ValidationError
from brightpearl.metrics import Metrics
from brightpearl.metrics_file import MetricsFile, state_of_metrics

if TYPE_CHECKING:
    from brightpearl.transport import Transport

MetricsOption = Annotated[
    str | None,
    typer.Option(
        "--metrics-file",
        metavar="FILE",
        help="A .prom file to which the run's metrics are added, for the node exporter's textfile collector.",
    ),
]


def of_metrics(path: str | None) -> dict[str, str | Path | None]:
    """The file that stands beside one of metrics, by what people call it."""
    return {} if path is None else {"what --metrics-file goes on from": state_of_metrics(path)}


class Meter:
    """What one run does; nothing where there is no file.

    `watermark_ms`: up to where it has read, once that is known.
    """

    def __init__(self, flow: str) -> None:
        self.flow = flow
        self.metrics = Metrics()
        self.watermark_ms: int | None = None
        self._client: Client | None = None
        self._records: Counter[str] = Counter()

    def transport(self, transport: Transport) -> Transport:
        """A transport that collects now and then."""
        return self.metrics.transport(transport, lambda: self._client)

    def watch(self, client: Client) -> None:
        """Takes the events of this client."""
        self._client = client

    def record(self, outcome: str, count: int = 1) -> None:
        """Records of the flow."""
        self._records[outcome] += count

    def finish(self) -> dict[str, object]:
        """Takes what is left to take; what holds now."""
        counted = [{"flow": self.flow, "outcome": name, "count": count} for name, count in self._records.items()]
        self.metrics.add(records=[one for one in counted if one["count"]])
        if self._client is None:
            return {}
        self.metrics.collect(self._client)
        budget = self._client.budget()
        return {"budget": {"left": budget.available, "quota": budget.quota}}


@contextlib.contextmanager
def metered(path: str | None, flow: str) -> Iterator[Meter | None]:
    """A meter whose file is written when the run has ended, however it ends."""
    if path is None:
        yield None
        return
    try:
        file = MetricsFile(path)
    except ValidationError as error:
        raise UsageError(error.message, where=f"--metrics-file {path}", advice=error.advice) from None
    meter = Meter(flow)
    began = time.monotonic()
    try:
        yield meter
    except KeyboardInterrupt:
        _write(file, meter, "cancelled", began)
        raise
    except BaseException:
        _write(file, meter, "failed", began)
        raise
    _write(file, meter, "done", began)


def _write(file: MetricsFile, meter: Meter, outcome: object, began: float) -> None:
    """What became of the run is not changed by what becomes of its metrics."""
    try:
        gauges = meter.finish()
        meter.metrics.run(meter.flow, outcome, time.monotonic() - began)  # type: ignore[arg-type]
        file.add(meter.metrics, meter.flow, outcome, watermark_ms=meter.watermark_ms, gauges=gauges)  # type: ignore[arg-type]
    except OSError as error:
        say(f"warning: the metrics were not written: {visible(str(error))}")
