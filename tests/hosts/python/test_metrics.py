"""Metrics of clients and runs, and what promtool says of the text."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from brightpearl import BrightpearlError, Request, Response, ValidationError
from brightpearl.metrics import Metrics
from brightpearl.metrics_file import MetricsFile
from brightpearl.testing import Emulator

NOW = 1_782_864_000_000
GAUGES: dict[str, Any] = {
    "budget": {"left": 120, "quota": 200},
    "health": "degraded",
    "watermarks": [{"flow": 'orders "of" the\nshop\\', "at_ms": NOW - 90_500}],
    "flows": [{"flow": "orders", "last_success_ms": NOW, "failures": 2}],
    "queues": [{"queue": "Bestände 📦", "length": 3, "oldest_ms": NOW - 1_000}],
    "dead_letters": [{"flow": "orders", "count": 2}],
    "tokens": [{"token": "access", "expires_ms": NOW + 60_000}],
}


def sample(text: str, series: str) -> float:
    (value,) = re.findall(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    return float(value)


@pytest.fixture
def metrics() -> Metrics:
    metrics = Metrics(clock=lambda: NOW)
    client = Emulator(orders=50).client()
    list(client.search("order-service/order-search"))
    metrics.collect(client)
    metrics.record('orders "of" the\nshop\\', "created", 3)
    metrics.run("orders", "done", 1.5)
    metrics.add(
        receipts=[{"notification": {"event": "order.modified", "raised_ms": NOW, "received_ms": NOW}}],
        events=[{"event": "throttled", "wait_ms": 5}, {"event": "waiting-for-budget", "wait_ms": 5}],
    )
    return metrics


def test_promtool_has_nothing_to_say(metrics: Metrics) -> None:
    promtool = shutil.which("promtool")
    assert promtool is not None, "expected promtool, which tests/setup.sh installs"
    text = metrics.render(GAUGES).text
    done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for name in re.findall(r"^# TYPE (\S+)", text, re.MULTILINE):
        assert f"# HELP {name} " in text


def test_a_reader_that_wants_openmetrics_gets_it(metrics: Metrics) -> None:
    shown = metrics.render(GAUGES, accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.1")
    assert shown.content_type.startswith("application/openmetrics-text")
    assert shown.text.endswith("# EOF\n")
    plain = metrics.render(GAUGES)
    assert plain.content_type.startswith("text/plain")
    samples = [line for line in plain.text.splitlines() if not line.startswith("#")]
    assert samples == [line for line in shown.text.splitlines() if not line.startswith("#")]


def test_the_sums_go_on_from_a_state(metrics: Metrics) -> None:
    again = Metrics(metrics.state())
    again.record("orders", "created")
    again.record("orders", "created", 2)
    assert sample(again.render().text, 'brightpearl_records_total{flow="orders",outcome="created"}') == 3
    with pytest.raises(ValidationError):
        Metrics({"version": 7, "series": {}})


def test_runs_add_up_in_a_file_that_others_may_read(tmp_path: Path, metrics: Metrics) -> None:
    path = tmp_path / "brightpearl.prom"
    file = MetricsFile(path, clock=lambda: NOW)
    one = Metrics()
    one.record("orders", "created", 2)
    file.add(one, "orders", "failed")
    file.add(one, "orders", "failed", watermark_ms=NOW - 1_000)
    assert sample(path.read_text(), 'brightpearl_flow_failures{flow="orders"}') == 2
    file.add(one, "orders", "done", gauges={"budget": {"left": 7}})
    text = path.read_text()
    assert sample(text, 'brightpearl_records_total{flow="orders",outcome="created"}') == 6
    assert sample(text, 'brightpearl_flow_failures{flow="orders"}') == 0
    assert sample(text, 'brightpearl_watermark_age_seconds{flow="orders"}') == 1
    assert sample(text, "brightpearl_budget_remaining_requests") == 7
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    (tmp_path / ".brightpearl.prom.state").write_text("{spoilt")
    file.add(one, "orders", "done")
    assert sample(path.read_text(), 'brightpearl_records_total{flow="orders",outcome="created"}') == 2
    assert sorted(found.name for found in tmp_path.iterdir()) == [".brightpearl.prom.state", "brightpearl.prom"]
    with pytest.raises(OSError, match="No such file"):
        MetricsFile(tmp_path / "no" / "x.prom")


def test_a_long_call_loses_no_event(metrics: Metrics) -> None:
    emulator = Emulator(orders=20)
    metrics = Metrics()
    transport = metrics.transport(emulator.transport, lambda: client)
    client = emulator.client(transport=transport, pool={"quota": 10_000})
    for _ in range(600):
        client.request("GET", "order-service/order-type")
    metrics.collect(client)
    assert client.statistics().events_dropped == 0
    assert sample(metrics.render().text, 'brightpearl_events_total{event="request-ended"}') == 600


def test_neither_ids_nor_secrets_are_in_labels() -> None:
    emulator = Emulator(orders=20)
    client = emulator.client()
    planted = ["s3cret-token-0123456789", "who@example.com", "4711"]
    for text in planted:
        for path in (f"order-service/order/{text}", f"{text}/{text}", f"contact-service/contact/primaryEmail/{text}"):
            try:
                client.request("GET", path, {"token": text}, unchecked=True)
            except BrightpearlError:
                continue
    metrics = Metrics()
    assert metrics.collect(client)
    text = f"{metrics.state()}{metrics.render().text}"
    assert not [found for found in planted if found in text]


def test_what_an_answer_calls_deprecated_is_told_once() -> None:
    emulator = Emulator(orders=3)

    def transport(request: Request) -> Response:
        answer = emulator.transport(request)
        return Response(answer.status, [*answer.headers.lines, ("Deprecation", "@1767225600")], answer.body)

    client = emulator.client(transport=transport)
    for number in (1, 2, 1):
        client.request("GET", f"order-service/order/{number}")
    told = [event for event in client.events() if event["event"] == "deprecated-used"]
    assert told == [{"event": "deprecated-used", "template": "order-service/order/{ids}", "replacement": None}]
