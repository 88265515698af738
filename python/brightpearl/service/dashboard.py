"""The dashboard at `/`: how the service does, for people, live, with another try of dead letters by a click."""

from __future__ import annotations

import datetime
import hashlib
import logging
from collections.abc import AsyncIterator, Mapping
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs

import anyio
from anyio.to_thread import run_sync
from jinja2 import DictLoader, Environment, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from brightpearl.exceptions import BrightpearlError
from brightpearl.service.bodies import body_of
from brightpearl.service.dashboard_data import shown
from brightpearl.service.dashboard_session import (
    COOKIE,
    SECONDS_OF_A_SESSION,
    DashboardReader,
    DashboardSessions,
    is_form_of,
)
from brightpearl.service.dashboard_tables import DashboardAccess
from brightpearl.service.login_attempts import LoginAttempts
from brightpearl.service.running import Service

LOG = logging.getLogger("brightpearl.service")

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}

_LARGEST_FORM = 16 << 10
_LARGEST_NUMBER = (1 << 63) - 1
_SECONDS_BETWEEN_LOOKS = 1.0
_LOOKS = 3
"""So often it is looked before a stream ends and is asked for anew: a stop of the service need not wait for readers."""
_RETRY_MS = 1000
_ASSETS = {"style.css": "text/css; charset=utf-8", "script.js": "text/javascript; charset=utf-8"}
_TEMPLATES = ("page.html", "panels.html", "login.html")


class Dashboard:
    """The pages of one service."""

    def __init__(self, access: DashboardAccess) -> None:
        self._sessions = DashboardSessions(access)
        self._attempts = LoginAttempts(access.proxies)
        place = files("brightpearl.service") / "assets"
        self._assets = {name: (place / name).read_bytes() for name in _ASSETS}
        templates = {name: (place / name).read_text("utf-8") for name in _TEMPLATES}
        self._templates = Environment(
            loader=DictLoader(templates),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
        )
        self._templates.filters["moment"] = moment

    def routes(self) -> list[BaseRoute]:
        """Where its pages are."""
        return [
            Route("/", self._page, methods=["GET"]),
            Route("/dashboard/login", self._login, methods=["GET", "POST"]),
            Route("/dashboard/logout", self._logout, methods=["POST"]),
            Route("/dashboard/panels", self._panels, methods=["GET"]),
            Route("/dashboard/events", self._events, methods=["GET"]),
            Route("/dashboard/retry", self._retry, methods=["POST"]),
            Route("/dashboard/{name}", self._asset, methods=["GET"]),
        ]

    async def _page(self, request: Request) -> Response:
        reader = await run_sync(self._sessions.reader, request)
        if reader is None:
            return self._stranger(request)
        return _html(await self._rendered("page.html", request, reader))

    async def _panels(self, request: Request) -> Response:
        reader = await run_sync(self._sessions.reader, request)
        if reader is None:
            return Response(status_code=401, headers=HEADERS)
        return _html(await self._rendered("panels.html", request, reader))

    async def _rendered(self, template: str, request: Request, reader: DashboardReader) -> str:
        behind = _number(request.query_params.get("behind")) or 0
        asked = _number(request.query_params.get("asked"))

        def render() -> str:
            told = shown(_service(request), behind)
            return self._templates.get_template(template).render(
                **told,
                base=_base(request),
                query=f"?behind={behind}" if behind else "",
                csrf=reader.csrf,
                has_session=reader.has_session,
                notice=None if asked is None else f"Another try of the dead letter {asked} was asked for.",
            )

        return await run_sync(render)

    async def _events(self, request: Request) -> Response:
        reader = await run_sync(self._sessions.reader, request)
        if reader is None:
            return Response(status_code=401, headers=HEADERS)

        async def versions() -> AsyncIterator[str]:
            # Whoever has seen a version says so when it asks anew.
            seen = request.headers.get("last-event-id", "")
            yield f"retry: {_RETRY_MS}\n\n"
            for look in range(_LOOKS):
                if look:
                    await anyio.sleep(_SECONDS_BETWEEN_LOOKS)
                panels = await self._rendered("panels.html", request, reader)
                version = hashlib.sha256(panels.encode()).hexdigest()[:16]
                if version != seen:
                    yield f"id: {version}\nevent: panels\ndata: {version}\n\n"
                    return

        return StreamingResponse(versions(), media_type="text/event-stream", headers=HEADERS)

    async def _retry(self, request: Request) -> Response:
        reader = await run_sync(self._sessions.reader, request)
        form = await _form(request)
        if reader is None or not is_form_of(reader, form.get("csrf", "")):
            return self._refused("This form is not one that you were given; load the page anew.")
        number = _number(form.get("number"))
        if number is None:
            return self._refused("There is no such dead letter.", 400)
        try:
            found = await run_sync(self._ask_again, _service(request), number)
        except BrightpearlError as error:
            return self._refused(f"Nothing was changed: {error}", 503)
        if not found:
            return self._refused("There is no such dead letter by now, or its command retries it.", 404)
        LOG.info("another try of the dead letter %d was asked for on the dashboard", number)
        behind = _number(form.get("behind")) or 0
        return _redirect(f"{_base(request)}/?asked={number}{f'&behind={behind}' if behind else ''}")

    def _ask_again(self, service: Service, number: int) -> bool:
        letter = service.ledger.dead_letters.get(number)
        if letter is None or letter.flow not in service.workers:
            return False
        service.ledger.dead_letters.ask_again([number])
        service.wake(letter.flow)
        return True

    async def _login(self, request: Request) -> Response:
        if not self._sessions.has_token:
            return self._stranger(request)
        if request.method == "GET":
            return _html(self._form_of_login(request, None))
        client = self._attempts.client_of(request)
        if self._attempts.is_to_wait(client):
            return _html(self._form_of_login(request, "Too many wrong tokens; try again in a minute."), 429)
        form = await _form(request)
        cookie = await run_sync(self._sessions.opened, form.get("token", ""))
        if cookie is None:
            self._attempts.note(client)
            LOG.warning("somebody gave a wrong token to the dashboard")
            return _html(self._form_of_login(request, "This token is not the one of the dashboard."), 401)
        answer = _redirect(f"{_base(request)}/")
        answer.set_cookie(
            COOKIE,
            cookie,
            max_age=SECONDS_OF_A_SESSION,
            path=f"{_base(request)}/",
            # Whoever says so untruly gets a cookie that is sent less often.
            secure="https" in (request.url.scheme, request.headers.get("x-forwarded-proto")),
            httponly=True,
            samesite="strict",
        )
        return answer

    async def _logout(self, request: Request) -> Response:
        reader = await run_sync(self._sessions.reader, request)
        form = await _form(request)
        if reader is None or not is_form_of(reader, form.get("csrf", "")):
            return self._refused("This form is not one that you were given; load the page anew.")
        answer = _redirect(f"{_base(request)}/dashboard/login")
        answer.delete_cookie(COOKIE, path=f"{_base(request)}/", httponly=True, samesite="strict")
        return answer

    async def _asset(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._assets:
            return Response(status_code=404, headers=HEADERS)
        return Response(self._assets[name], headers={**HEADERS, "content-type": _ASSETS[name]})

    def _stranger(self, request: Request) -> Response:
        if self._sessions.has_token:
            return _redirect(f"{_base(request)}/dashboard/login")
        return self._refused("The reverse proxy did not say who you are.")

    def _form_of_login(self, request: Request, wrong: str | None) -> str:
        return self._templates.get_template("login.html").render(base=_base(request), wrong=wrong)

    def _refused(self, text: str, status: int = 403) -> Response:
        return Response(f"{text}\n", status, {**HEADERS, "content-type": "text/plain; charset=utf-8"})


def moment(milliseconds: int | None) -> str:
    """A time for people; empty where there is none."""
    if milliseconds is None:
        return ""
    try:
        time = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc)
    except (ValueError, OverflowError, OSError):
        return ""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC")


def _html(text: str, status: int = 200) -> Response:
    return HTMLResponse(text, status, HEADERS)


def _redirect(place: str) -> Response:
    return RedirectResponse(place, 303, HEADERS)


def _base(request: Request) -> str:
    base: str = request.scope.get("root_path", "")
    return base.rstrip("/")


def _number(text: str | None) -> int | None:
    if text is None or not (text.isascii() and text.isdecimal()) or len(text) > 19:
        return None
    number = int(text)
    return number if number <= _LARGEST_NUMBER else None


async def _form(request: Request) -> Mapping[str, str]:
    body = await body_of(request, _LARGEST_FORM + 1)
    if body is None or len(body) > _LARGEST_FORM:
        return {}
    try:
        fields: dict[str, Any] = parse_qs(body.decode(), max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service
