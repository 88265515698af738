"""Traces and metrics through the OpenTelemetry SDK of the program (`pip install 'brightpearl[otel]'`).

A span and a measurement for each request, by the conventions for HTTP clients. Nothing that is told has an id, an
account or a secret in it: of an address there are the host, and the template of the path by the catalogue. For that
reason `url.full`, which the conventions have, is left out, and of an error its kind alone is told.
"""

from __future__ import annotations

import contextlib
import time
from urllib.parse import urlsplit

from brightpearl.discovery import ask
from brightpearl.exceptions import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeVar

    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider

    from brightpearl.async_client import AsyncClient
    from brightpearl.client import Client
    from brightpearl.messages import Request, Response
    from brightpearl.transport import AsyncTransport, Transport

    AnyClientT = TypeVar("AnyClientT", Client, AsyncClient)

NAME = "brightpearl"
"""The name of the instrumentation scope."""

_CONVENTIONS = "https://opentelemetry.io/schemas/1.43.0"
_PORTS = {"http": 80, "https": 443}
# As the conventions advise, in seconds.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)


class HttpTelemetry:
    """Tells the SDK of requests. May be shared by threads, and by clients.

    `tracer_provider`, `meter_provider`: those that the program has set for all, unless given.

    Raises `ValidationError` where the package is missing.
    """

    def __init__(
        self, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
    ) -> None:
        require_package()
        from opentelemetry import metrics, trace

        from brightpearl import __version__

        self._tracer = trace.get_tracer(NAME, __version__, tracer_provider, _CONVENTIONS)
        meter = metrics.get_meter(NAME, __version__, meter_provider, _CONVENTIONS)
        self._requests = meter.create_histogram(
            "http.client.request.duration",
            "s",
            "Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )
        self._flows = meter.create_histogram("brightpearl.flow.duration", "s", "Duration of runs of flows.")

    def watch(self, client: AnyClientT) -> AnyClientT:
        """Has each request of a client told from now on; the client."""
        from brightpearl.async_client import AsyncClient

        host: Any = client._host
        if isinstance(client, AsyncClient):
            host.transport = self.async_transport(host.transport)
        else:
            host.transport = self.transport(host.transport)
        return client

    def transport(self, transport: Transport) -> Transport:
        """A transport that tells of each request."""

        def transmit(request: Request) -> Response:
            with self._told(request) as told:
                return told.answered(transport(request))

        return transmit

    def async_transport(self, transport: AsyncTransport) -> AsyncTransport:
        """The same for an `AsyncClient`."""

        async def transmit(request: Request) -> Response:
            with self._told(request) as told:
                return told.answered(await transport(request))

        return transmit

    @contextlib.contextmanager
    def flow(self, name: str) -> Iterator[None]:
        """A run of a flow, of which the requests within are a part."""
        attributes = {"brightpearl.flow": name}
        began = time.perf_counter()
        outcome = "failed"
        with self._tracer.start_as_current_span(
            f"flow {name}", attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
                outcome = "done"
            except Exception as error:
                _fail(span, _kind_of(error))
                raise
            except BaseException:
                outcome = "cancelled"
                raise
            finally:
                span.set_attribute("brightpearl.outcome", outcome)
                self._flows.record(time.perf_counter() - began, attributes | {"brightpearl.outcome": outcome})

    @contextlib.contextmanager
    def _told(self, request: Request) -> Iterator[_Exchange]:
        from opentelemetry.trace import SpanKind

        exchange = _Exchange(_attributes_of(request))
        method, template = exchange.attributes["http.request.method"], exchange.attributes.get("url.template")
        name = "HTTP" if method == "_OTHER" else str(method)
        began = time.perf_counter()
        with self._tracer.start_as_current_span(
            name if template is None else f"{name} {template}",
            kind=SpanKind.CLIENT,
            attributes=exchange.attributes,
            # What an exception says may have anything in it.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield exchange
            except BaseException as error:
                exchange.ended["error.type"] = _kind_of(error)
                raise
            finally:
                span.set_attributes(exchange.ended)
                if "error.type" in exchange.ended:
                    _fail(span, str(exchange.ended["error.type"]))
                self._requests.record(time.perf_counter() - began, exchange.attributes | exchange.ended)


class _Exchange:
    """What is told of a request, and of its end."""

    __slots__ = ("attributes", "ended")

    def __init__(self, attributes: dict[str, str | int]) -> None:
        self.attributes = attributes
        self.ended: dict[str, str | int] = {}

    def answered(self, response: Response) -> Response:
        """Takes an answer, and gives it on."""
        # A transport may give anything; the driver says what is wrong with it.
        status = getattr(response, "status", None)
        if isinstance(status, int):
            self.ended["http.response.status_code"] = status
            if status >= 400:
                self.ended["error.type"] = str(status)
        return response


def require_package() -> None:
    """Raises `ValidationError` where the package is missing."""
    from importlib.util import find_spec

    if find_spec("opentelemetry") is None:
        raise ValidationError(
            "telemetry by OpenTelemetry needs the package opentelemetry-api, which is not installed",
            advice="Install it: pip install 'brightpearl[otel]'.",
        )


def _attributes_of(request: Request) -> dict[str, str | int]:
    labels = ask({"request_labels": {"method": request.method, "url": request.url}})
    attributes: dict[str, str | int] = {"http.request.method": labels["method"]}
    parts = urlsplit(request.url)
    if parts.hostname:
        attributes["server.address"] = parts.hostname
        if (port := parts.port or _PORTS.get(parts.scheme)) is not None:
            attributes["server.port"] = port
    if labels["template"] is not None:
        attributes["url.template"] = labels["template"]
    return attributes


def _kind_of(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _fail(span: Span, kind: str) -> None:
    from opentelemetry.trace import Status, StatusCode

    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR))
