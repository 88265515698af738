"""Requests and runs, as the OpenTelemetry SDK of a program is told of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv.attributes import error_attributes, http_attributes, server_attributes
from opentelemetry.semconv.metrics import MetricInstruments
from opentelemetry.trace import SpanKind, StatusCode

import served
from brightpearl import NotFoundError, NotSent, Request, Response, TransportError, ValidationError
from brightpearl.otel import HttpTelemetry
from brightpearl.service import runners
from brightpearl.service.configuration import examine
from brightpearl.testing import Emulator
from served import Beside, configured, until

FLOW = '[[flow]]\nname = "orders"\npull = ["order"]\nevery = "1h"\nto = "file: out.jsonl"\n'


class Told:
    """An SDK that keeps what it is told."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.meters = MeterProvider([self._reader])

    def telemetry(self) -> HttpTelemetry:
        return HttpTelemetry(self.tracers, self.meters)

    def spans(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())

    def points(self, name: str) -> list[Any]:
        data = self._reader.get_metrics_data()
        metrics = [
            one
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for one in scope.metrics
        ]
        return [point for metric in metrics if metric.name == name for point in metric.data.data_points]

    def everything(self) -> str:
        return "".join(span.to_json() for span in self.spans()) + json.dumps(
            [dict(point.attributes) for point in self.points("http.client.request.duration")]
        )


@pytest.fixture
def told() -> Iterator[Told]:
    told = Told()
    yield told
    told.tracers.shutdown()
    told.meters.shutdown()


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_a_request_is_a_span_and_a_measurement_by_the_conventions(told: Told) -> None:
    client = told.telemetry().watch(Emulator(orders=3).client())
    client.request("GET", "order-service/order/1")
    assert len(list(client.search("order"))) == 3
    with pytest.raises(NotFoundError):
        client.request("GET", "order-service/nothing-of-that-name")
    read, search, missing = told.spans()
    assert read.name == "GET /public-api/{account}/order-service/order/{ID-SET}"
    assert (read.kind, read.status.status_code) == (SpanKind.CLIENT, StatusCode.UNSET)
    assert attributes(read) == {
        http_attributes.HTTP_REQUEST_METHOD: "GET",
        server_attributes.SERVER_ADDRESS: "127.0.0.1",
        server_attributes.SERVER_PORT: 80,
        "url.template": "/public-api/{account}/order-service/order/{ID-SET}",
        http_attributes.HTTP_RESPONSE_STATUS_CODE: 200,
    }
    assert attributes(search)["url.template"] == "/public-api/{account}/order-service/order-search"
    assert attributes(missing)[error_attributes.ERROR_TYPE] == "404"
    assert (missing.name, missing.status.status_code) == ("GET", StatusCode.ERROR)
    points = told.points(MetricInstruments.HTTP_CLIENT_DURATION.replace("duration", "request.duration"))
    assert sorted((point.attributes["http.response.status_code"], point.count) for point in points) == [
        (200, 1),
        (200, 1),
        (404, 1),
    ]
    assert all(0 <= point.sum < 60 and 0.005 in point.explicit_bounds for point in points)


def test_no_id_no_account_and_no_secret_is_told(told: Told) -> None:
    secret = "an-invented-token-which-nobody-may-see"

    def transport(request: Request) -> Response:
        raise NotSent(f"no connection to {request.url} with {secret}")

    client = Emulator(orders=3).client(transport=told.telemetry().transport(transport))
    with pytest.raises(TransportError):
        client.request("GET", "order-service/order/987654", query={"secretReference": secret})
    with pytest.raises(TransportError):
        client.request("GET", f"contact-service/{secret}/x")
    spans = told.spans()
    assert {span.status.status_code for span in spans} == {StatusCode.ERROR}
    assert {attributes(span)["error.type"] for span in spans} == {"brightpearl.transport.NotSent"}
    for text in (secret, "987654", "secretReference", client._account):
        assert text not in told.everything()
    assert not any(span.events for span in spans)


def test_an_async_client_is_told_of_in_the_same_way(told: Told) -> None:
    async def read() -> None:
        async with told.telemetry().watch(Emulator(orders=3).async_client()) as client:
            with told.tracers.get_tracer("test").start_as_current_span("around"):
                await client.request("GET", "order-service/order/1")

    anyio.run(read)
    inner, around = told.spans()
    assert inner.name == "GET /public-api/{account}/order-service/order/{ID-SET}"
    assert inner.parent is not None
    assert around.context is not None
    assert inner.parent.span_id == around.context.span_id


def test_a_service_tells_of_its_runs(tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "HttpTelemetry", told.telemetry)
    with Emulator(orders=3, uncapped=True).serve() as server:
        for name, value in served.variables(server).items():
            monkeypatch.setenv(name, value)
        path = configured(tmp_path, FLOW)
        path.write_text(f"opentelemetry = true\n{path.read_text()}")
        with Beside(path):
            until(lambda: [span for span in told.spans() if span.name == "flow orders"])
    [run] = [span for span in told.spans() if span.name == "flow orders"]
    assert attributes(run) == {"brightpearl.flow": "orders", "brightpearl.outcome": "done"}
    requests = [span for span in told.spans() if span.kind is SpanKind.CLIENT and span.parent is not None]
    assert run.context is not None
    assert requests
    assert {span.parent.span_id for span in requests if span.parent} == {run.context.span_id}
    [point] = told.points("brightpearl.flow.duration")
    assert point.count == 1


def test_what_is_missing_is_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = sys.modules["importlib.util"].find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "opentelemetry" else found(name))
    with pytest.raises(ValidationError) as caught:
        HttpTelemetry()
    assert "opentelemetry-api" in caught.value.message
    assert "pip install 'brightpearl[otel]'" in caught.value.advice
    path = tmp_path / "brightpearl.toml"
    path.write_text(f"opentelemetry = true\n{FLOW}")
    problems = {problem.place: problem.message for problem in examine(path)[1]}
    assert "pip install 'brightpearl[otel]'" in problems["opentelemetry"]
