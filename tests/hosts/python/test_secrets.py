"""Planted secrets: whatever a server echoes, nothing that the package shows or raises leads to a credential."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import pickle
import signal
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from brightpearl import (
    ApplicationLogin,
    AsyncClient,
    BrightpearlError,
    Client,
    Credentials,
    Headers,
    LegacySession,
    MaybeSent,
    OAuth,
    PrivateApp,
    PublicApp,
    Request,
    StaffApp,
    StaffLogin,
)
from conftest import NEW_ORDER
from raw_server import KINDS, served, transmitted

SECRET = "s3cret/word+of==acme"
ISSUED = "issued/t0ken+of==acme"
FORMS = [
    form
    for secret in (SECRET, ISSUED)
    for form in (
        secret,
        quote(secret, safe=""),
        base64.b64encode(secret.encode()).decode(),
        json.dumps(secret)[1:-1].replace("/", "\\/"),
    )
]

SCHEMES: dict[str, Callable[[], Credentials]] = {
    "private app": lambda: PrivateApp("acme_sync", SECRET),
    "staff app": lambda: StaffApp("acme_sync", SECRET),
    "staff login": lambda: StaffLogin("acme_sync", "ann@acme.example", SECRET),
    "legacy session": lambda: LegacySession("ann@acme.example", SECRET),
    "application": lambda: ApplicationLogin("acme-app", SECRET),
    "application, header": lambda: ApplicationLogin("acme-app", SECRET, token_header="X-Auth-Token"),
    "application, bearer": lambda: ApplicationLogin("acme-app", SECRET, token_header="Authorization"),
    "public app": lambda: PublicApp("acme_dev", "acme_shop", SECRET, "fcVGPrRapgRyT83CJb9kg8wBpgIV7tdKikdKA/7SmvY="),
    "oauth": lambda: OAuth("acme_app", "acme_dev", client_secret=SECRET, access_token=SECRET, refresh_token=ISSUED),
}


class Signal(BaseException):
    """What the handler of a signal raises."""


def reached(root: BaseException) -> Iterator[object]:
    """Every object in the frames that an exception and those before it passed, as far as they are of the package or
    of an HTTP library, with what their members lead to."""
    # Kept by their ids, and alive, so that no id is used again.
    seen: dict[int, object] = {}
    errors: list[BaseException | None] = [root]
    values: list[object] = []
    while errors:
        error = errors.pop()
        if error is None or id(error) in seen:
            continue
        seen[id(error)] = error
        errors += [error.__cause__, error.__context__]
        values += [vars(error), error.args]
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if any(f"/{name}/" in frame.f_code.co_filename for name in ("brightpearl", "httpx", "httpcore", "h11")):
                values.append(dict(frame.f_locals))
    seen.clear()
    while values:
        value = values.pop()
        if id(value) in seen or isinstance(value, (type, type(json), threading.Thread)):
            continue
        seen[id(value)] = value
        yield value
        if isinstance(value, dict):
            values += [*value, *value.values()]
        elif isinstance(value, (list, tuple, set, frozenset)):
            values += value
        else:
            values += [getattr(value, "__dict__", None) or ()]
            for kind in type(value).__mro__:
                slots = getattr(kind, "__slots__", ())
                values += [getattr(value, name, None) for name in ((slots,) if isinstance(slots, str) else slots)]


def assert_clean(error: BaseException) -> None:
    for value in reached(error):
        text = value if isinstance(value, str) else repr(value)
        for form in FORMS:
            assert form not in text, type(value)


def ends(kind: str, url: str, headers: dict[str, str]) -> BaseException:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - any of them
        transmitted(kind, Request("POST", url, headers, SECRET.encode()), deadline=5)
    return caught.value


ECHOES = [
    b"HTTP/1.1 " + SECRET.encode() + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + SECRET.encode() + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: " + SECRET.encode() + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n" + SECRET.encode(),
    b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n" + SECRET.encode(),
    SECRET.encode(),
    b"",
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("echo", ECHOES)
def test_a_failed_exchange_leads_to_no_credential(kind: str, echo: bytes) -> None:
    def talk(connection: socket.socket, _: threading.Event) -> None:
        connection.recv(1 << 16)
        connection.sendall(echo)

    with served(talk) as url:
        error = ends(kind, url, {"X-Auth-Token": SECRET, "Authorization": f"Bearer {SECRET}"})
    assert isinstance(error, MaybeSent)
    assert_clean(error)


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_that_cannot_be_sent_leads_to_no_credential(kind: str) -> None:
    assert_clean(ends(kind, "http://127.0.0.1:1", {"X-Auth-Token": SECRET + "\n"}))
    assert_clean(ends(kind, "http://127.0.0.1:1", {"X-Auth-Token": SECRET}))


@pytest.mark.parametrize("where", ["answer", "body"])
def test_a_signal_in_an_exchange_leads_to_no_credential(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")

    def talk(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(1 << 16)
        if where == "body":
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{")
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
        over.wait()

    def interrupt(*_: object) -> None:
        raise Signal

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with served(talk) as url:
            client = Client(account="acme", base_url=url, credentials=PrivateApp("a", SECRET))
            with client, pytest.raises(Signal) as caught:
                client.post("order-service/order", NEW_ORDER)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert_clean(caught.value)


def test_a_cancelled_exchange_leads_to_no_credential() -> None:
    began = threading.Event()

    def talk(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(1 << 16)
        began.set()
        over.wait()

    async def act(url: str) -> BaseException:
        async with AsyncClient(account="acme", base_url=url, credentials=PrivateApp("a", SECRET)) as client:
            call = asyncio.ensure_future(client.post("order-service/order", NEW_ORDER))
            await asyncio.to_thread(began.wait)
            call.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await call
            return caught.value

    with served(talk) as url:
        assert_clean(asyncio.run(act(url)))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_nothing_of_a_client_shows_a_credential(scheme: str, status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[Request] = []

    def talk(connection: socket.socket, _: threading.Event) -> None:
        asked = connection.recv(1 << 16)
        is_login = b"/public-api/" not in asked.split(b"\r\n", 1)[0]
        told: object = "<html>"
        if is_login:
            told = {"response": ISSUED, "access_token": ISSUED, "refresh_token": ISSUED, "expires_in": 604800}
        body = json.dumps(told).encode()
        lines = [f"HTTP/1.1 {200 if is_login else status} OK", f"content-length: {len(body)}", "connection: close"]
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    credentials = SCHEMES[scheme]()
    with served(talk) as url:
        client = Client(account="acme", base_url=url, credentials=credentials, retry={"max_attempts": 1})
        sent = client._host.transport

        def noting(request: Request) -> Any:
            seen.append(request)
            return sent(request)

        client._host.transport = noting
        with client, pytest.raises(BrightpearlError) as caught:
            client.post("order-service/order", NEW_ORDER)
    shown = [
        *(repr(thing) for thing in (client, credentials, vars(client), *seen)),
        *(repr(request.headers) for request in seen),
        *(record.getMessage() for record in caplog.records),
        str(caught.value),
        repr(caught.value),
        repr(pickle.dumps(caught.value)),
        repr(client.events()),
    ]
    assert seen
    for text in shown:
        for form in FORMS:
            assert form not in text


def test_headers_are_blanked_unless_they_are_known_to_be_harmless() -> None:
    headers = {"X-Auth-Token": SECRET, "Content-Type": "application/json", "Location": f"/?t={SECRET}"}
    shown = repr(Headers(headers))
    assert SECRET not in shown
    assert "application/json" in shown
