"""The ASGI application of a service: webhooks, records that are posted, health and metrics."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Callable

import anyio
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from brightpearl.ledger import LedgerError
from brightpearl.service.bodies import body_of
from brightpearl.service.configuration import ServiceConfiguration, read_configuration
from brightpearl.service.inbound import InboundRunner
from brightpearl.service.posted import KeyUsedOtherwise, key_of
from brightpearl.service.running import Service

LARGEST_PUSH = 64 << 20
"""The bytes of records that one request may post."""

_METHODS = ["GET", "POST", "PUT", "DELETE"]


def application(configuration: ServiceConfiguration | str | os.PathLike[str]) -> Starlette:
    """An application to serve, or to mount in another one, whose lifespan must then enter this one's.

    `configuration`: a file such as `brightpearl.toml`, or what `read_configuration` gave. Raises `ConfigurationError`.
    """
    if not isinstance(configuration, ServiceConfiguration):
        configuration = read_configuration(configuration)
    told = configuration
    return application_of(told, lambda: Service(told))


def application_of(told: ServiceConfiguration, make: Callable[[], Service]) -> Starlette:
    """The application of a service by that configuration, which is made when the application starts."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        service = await run_sync(make)
        app.state.service = service
        try:
            await run_sync(service.start)
            yield
        finally:
            with anyio.CancelScope(shield=True):
                await run_sync(service.stop, told.stop_within_ms / 1000)

    routes: list[BaseRoute] = [
        Route("/healthz", _health, methods=["GET"]),
        Route("/readyz", _ready, methods=["GET"]),
        Route("/metrics", _metrics, methods=["GET"]),
        Route("/push/{name}", _push, methods=["POST"]),
        *_dashboard(told),
        # Whatever else it is, the engine says.
        Route("/{path:path}", _notification, methods=_METHODS),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def _dashboard(configuration: ServiceConfiguration) -> list[BaseRoute]:
    if configuration.dashboard is None:
        return []
    from brightpearl.service.dashboard import Dashboard

    return Dashboard(configuration.dashboard).routes()


async def _health(request: Request) -> Response:
    health = await run_sync(_service(request).health)
    # What is wrong in full may have names of customers in it; whoever may see it asks `brightpearl status`.
    told = {"level": health.level, "rules": sorted({finding.rule for finding in health.findings})}
    # Another start of the process mends neither a ledger nor an account.
    return JSONResponse(told, 200 if health.is_alive else 503, {"cache-control": "no-store"})


async def _ready(request: Request) -> Response:
    service = _service(request)
    health = await run_sync(service.health)
    is_ready = health.is_ready and not service.is_stopping
    return JSONResponse({"ready": is_ready}, 200 if is_ready else 503, {"cache-control": "no-store"})


async def _metrics(request: Request) -> Response:
    try:
        text, content_type = await run_sync(_service(request).metrics_page, request.headers.get("accept"))
    except LedgerError:
        return PlainTextResponse("the ledger cannot be read\n", 503)
    return Response(text, headers={"content-type": content_type})


async def _notification(request: Request) -> Response:
    service = _service(request)
    # One byte more tells the engine that it is too large; the rest is never read.
    body = await body_of(request, service.receiver.largest_body + 1)
    if body is None:
        return Response(status_code=408)
    url = request.scope.get("root_path", "") + request.url.path
    query = request.scope["query_string"].decode("latin-1")
    path = request.scope.get("raw_path", b"").decode("latin-1").partition("?")[0] or url
    status = await service.receiver.receive(request.method, f"{path}?{query}" if query else path, body)
    headers = {"connection": "close"} if len(body) > service.receiver.largest_body else None
    return Response(status_code=status, headers=headers)


async def _push(request: Request) -> Response:
    service = _service(request)
    runner = next((one for one in service.inbound.values() if one.flow.post_name == request.path_params["name"]), None)
    if runner is None or not await run_sync(_is_bearer, runner, request.headers.get("authorization", "")):
        # Whoever does not know the token is told nothing of which names there are.
        return JSONResponse({"error": "the token is not the one of this flow"}, 401, {"www-authenticate": "Bearer"})
    try:
        key = key_of(request.headers.get("idempotency-key"))
    except ValueError as error:
        return JSONResponse({"error": str(error)}, 400)
    body = await body_of(request, LARGEST_PUSH + 1)
    if body is None:
        return JSONResponse({"error": "the body did not come in time"}, 408)
    if len(body) > LARGEST_PUSH:
        message = f"the body is larger than {LARGEST_PUSH >> 20} MiB; expected fewer records at a time"
        return JSONResponse({"error": message}, 413, {"connection": "close"})
    if not body.strip():
        return JSONResponse({"error": "the body is empty; expected records as JSON, or a JSON line for each"}, 400)
    try:
        name = await run_sync(runner.posted.accept, body, key)
    except KeyUsedOtherwise:
        message = "other records came with this Idempotency-Key before; expected a key of their own for these"
        return JSONResponse({"error": message}, 422)
    except (OSError, LedgerError):
        return JSONResponse({"error": "the records cannot be stored now; send them again"}, 503)
    service.wake(runner.flow.name)
    return JSONResponse({"accepted": name}, 202)


def _is_bearer(runner: InboundRunner, header: str) -> bool:
    scheme, _, given = header.partition(" ")
    return runner.token is not None and scheme.lower() == "bearer" and runner.token.is_same(given.strip())


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service
