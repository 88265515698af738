"""A file of metrics that many short runs share, such as the node exporter's textfile collector reads it."""

from __future__ import annotations

import contextlib
import json
import os
import time

from brightpearl.arguments import checked_path
from brightpearl.exceptions import ValidationError
from brightpearl.locking import NameLock
from brightpearl.metrics import Metrics
from brightpearl.private_file import irregular, open_to_read, replacing, require_replaceable
from brightpearl.whole_file import LARGEST_DOCUMENT, read_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike
    from typing import Any

    from brightpearl.metrics import RunOutcome

PATIENCE = 10.0
"""Seconds to wait for another run that is writing."""


class MetricsFile:
    """The file, and beside it, under a name that no collector reads, what its sums go on from.

    `clock`: milliseconds since the Unix epoch. Raises `OSError` where there can be no such file, and `ValidationError`
    where it has something else than metrics of this package, which would be replaced.
    """

    __slots__ = ("_clock", "_path")

    def __init__(self, path: str | PathLike[str], *, clock: Callable[[], float] | None = None) -> None:
        self._path = checked_path(path, "metrics_file")
        self._clock = clock or _milliseconds
        require_replaceable(self._path)
        _require_metrics(self._path)
        if (kind := irregular(self._state_path())) is not None:
            raise ValidationError(
                f"{self._state_path()!r} is {kind}; expected what the sums of the file go on from, or nothing yet",
                location=f"metrics_file {self._path}",
                advice="Nothing was sent. Remove it, or name another file of metrics.",
            )

    def add(
        self,
        metrics: Metrics,
        flow: str,
        outcome: RunOutcome,
        *,
        watermark_ms: int | None = None,
        gauges: dict[str, Any] | None = None,
    ) -> None:
        """Adds what one run did. `watermark_ms`: up to where it has read. `gauges`: what holds beside that, as
        `render_metrics` takes it. Raises `OSError` where it cannot be written; the file stays as it was then."""
        now = int(self._clock())
        with self._held():
            kept = self._kept()
            before = kept["flows"].get(flow, {})
            is_done = outcome == "done"
            flows = kept["flows"] | {
                flow: {
                    "last_success_ms": now if is_done else before.get("last_success_ms"),
                    "failures": 0 if is_done else before.get("failures", 0) + 1,
                    "at_ms": before.get("at_ms") if watermark_ms is None else watermark_ms,
                }
            }
            together = self._together(kept["metrics"], metrics)
            with replacing(self._state_path()) as file:
                file.write(json.dumps({"metrics": together.state(), "flows": flows}).encode())
            together.write(self._path, {**(gauges or {}), **_gauges(flows)})

    def _together(self, before: dict[str, Any] | None, metrics: Metrics) -> Metrics:
        try:
            together = Metrics(before, clock=self._clock)
        except ValidationError:
            # Of another version, or spoilt: Prometheus takes sums that begin anew for what they are.
            together = Metrics(clock=self._clock)
        together.add(more=metrics.state())
        return together

    def _kept(self) -> dict[str, Any]:
        try:
            place = self._state_path()
            kept = json.loads(read_file(place, LARGEST_DOCUMENT, "sums of metrics", location=f"metrics_file {place}"))
            if isinstance(kept["flows"], dict) and all(isinstance(one, dict) for one in kept["flows"].values()):
                return {"metrics": kept["metrics"], "flows": kept["flows"]}
        except (FileNotFoundError, ValidationError, ValueError, KeyError, TypeError, RecursionError):
            # Not there yet, or spoilt.
            pass
        return {"metrics": None, "flows": {}}

    def _state_path(self) -> str:
        return state_of_metrics(self._path)

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        held = NameLock(self._state_path())
        until = time.monotonic() + PATIENCE
        while not held.take():
            if time.monotonic() >= until:
                raise TimeoutError(f"another run has had the metrics file for {PATIENCE:.0f} seconds")
            time.sleep(0.01)
        try:
            yield
        finally:
            held.give_back()


def state_of_metrics(path: str | PathLike[str]) -> str:
    """What stands beside a file of metrics, from which its sums go on."""
    directory, name = os.path.split(os.path.realpath(path))
    return os.path.join(directory, f".{name}.state")


def _require_metrics(path: str) -> None:
    try:
        with open(open_to_read(path), "rb") as file:
            first = file.readline(_LONGEST_LINE)
    except FileNotFoundError:
        return
    if first.strip() and not first.startswith((b"# HELP brightpearl_", b"# TYPE brightpearl_")):
        raise ValidationError(
            "the file has something else in it than metrics of this package; expected a file of those, or none yet",
            location=f"metrics_file {path}",
            advice="Nothing was sent. Name another file, such as brightpearl.prom.",
        )


_LONGEST_LINE = 1000


def _gauges(flows: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "flows": [
            {"flow": flow, "last_success_ms": one.get("last_success_ms"), "failures": one.get("failures", 0)}
            for flow, one in flows.items()
        ],
        "watermarks": [
            {"flow": flow, "at_ms": one["at_ms"]} for flow, one in flows.items() if one.get("at_ms") is not None
        ],
    }


def _milliseconds() -> float:
    return time.time_ns() // 1_000_000
