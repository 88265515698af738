"""Clients of every scheme on a server that echoes all that it hears: no output leads to a planted secret."""

from __future__ import annotations

import asyncio
import http.server
import io
import json
import logging
import pickle
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from brightpearl import (
    ApplicationLogin,
    AsyncClient,
    BrightpearlError,
    Client,
    Credentials,
    LegacySession,
    MaybeSent,
    OAuth,
    PrivateApp,
    PublicApp,
    Request,
    Response,
    StaffApp,
    StaffLogin,
    verify_callback,
)
from brightpearl.audit import AuditFile, verify
from brightpearl.cli.grant import Grant
from brightpearl.environment import settings
from brightpearl.http import HttpxTransport
from brightpearl.metrics import Metrics
from echoes import every_form, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.transport import Transport


# No part of a secret may be one of the numbers by which log records are told apart, which are drawn.
UNLIKE_HEXADECIMAL = str.maketrans("0123456789abcdef", "GhJkLmNpQrStVwXz")


def planted(number: int) -> str:
    return f"Zq7-Wx9_Kv3/{number * 0x9E3779B97F4A7C15 % 2**64:x}".translate(UNLIKE_HEXADECIMAL) + "+Lm5Np8Rt2=="


GIVEN, OTHER, ISSUED, RENEWED = (planted(number) for number in range(1, 5))
SECRETS = [GIVEN, OTHER, ISSUED, RENEWED]

SCHEMES: dict[str, Callable[[str], Credentials]] = {
    "private app": lambda _: PrivateApp("acme_sync", GIVEN),
    "staff app": lambda _: StaffApp("acme_sync", GIVEN),
    "staff login": lambda _: StaffLogin("acme_sync", "ann@acme.example", GIVEN),
    "legacy session": lambda _: LegacySession("ann@acme.example", GIVEN),
    "application": lambda _: ApplicationLogin("acme", GIVEN, token_header="X-Of-Our-Own"),
    "application, bearer": lambda _: ApplicationLogin("acme", GIVEN, token_header="Authorization"),
    "public app": lambda _: PublicApp("acme_dev", "acme_shop", GIVEN, OTHER),
    "oauth": lambda url: OAuth(
        "acme", "dev", client_secret=GIVEN, access_token=OTHER, refresh_token=RENEWED, token_url=f"{url}/token"
    ),
    "code": lambda url: OAuth(
        "acme", "dev", client_secret=GIVEN, code=OTHER, redirect_uri="https://a.example/", token_url=f"{url}/token"
    ),
    "private app, by variable": lambda _: PrivateApp("acme_sync", "env:PLANTED_GIVEN"),
    "staff login, by command": lambda _: StaffLogin(
        "acme_sync", "ann@acme.example", "command:sh -c 'echo $PLANTED_GIVEN'"
    ),
    "public app, in part": lambda _: PublicApp("acme_dev", "acme_shop", OTHER, "env:PLANTED_GIVEN"),
    "oauth, by variable": lambda url: OAuth(
        "acme", "dev", client_secret="env:PLANTED_GIVEN", refresh_token="env:PLANTED_OTHER", token_url=f"{url}/token"
    ),
}


@pytest.fixture(autouse=True)
def planted_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where references lead to."""
    monkeypatch.setenv("PLANTED_GIVEN", GIVEN)
    monkeypatch.setenv("PLANTED_OTHER", OTHER)


class Echo(http.server.BaseHTTPRequestHandler):
    """Grants every login but the last, refuses everything else, and says back what it was sent in one form after the
    other."""

    logins = 0
    turn = 0

    def answer(self) -> None:
        kind = type(self)
        sent = self.rfile.read(int(self.headers.get("content-length") or 0)).decode(errors="replace")
        heard = [sent, *self.headers.values()]
        if "/public-api/" not in self.path:
            kind.logins += 1
            if kind.logins < 6:
                tokens = {"response": ISSUED, "access_token": ISSUED, "refresh_token": RENEWED, "expires_in": 604800}
                return self.send(200, json.dumps(tokens))
        kind.turn += 1
        secrets = [secret for secret in SECRETS if any(secret in text for text in heard)] or heard
        said = [form for secret in secrets for form in every_form(secret)]
        form = said[kind.turn % len(said)]
        status = (401, 400, 200, 500, 302)[kind.turn % 5]
        bodies = [
            json.dumps({"errors": [{"code": form, "message": " ".join([*heard, form])}]}),
            json.dumps({"response": f"You said {form}"}),
            json.dumps({"error": form, "error_description": form}),
            json.dumps({"said": form}),
            f"<html>You said {form}",
            f"abcdefghijklmno{form}",
        ]
        return self.send(status, bodies[kind.turn % len(bodies)])

    def send(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_OPTIONS = do_PUT = answer  # noqa: N815 - the names that the base class asks for

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def echo() -> Iterator[str]:
    handler = type("Handler", (Echo,), {"logins": 0, "turn": 0})
    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{served.server_address[1]}"
    served.shutdown()
    served.server_close()
    thread.join()


def told(error: BaseException) -> Iterator[str]:
    """All that can be printed of an exception and those before it, the variables of the package's frames included."""
    yield from (str(error), repr(error), repr(vars(error)), repr(error.args), repr(pickle.dumps(error)))
    yield "".join(traceback.format_exception(type(error), error, error.__traceback__))
    before: BaseException | None = error
    while before is not None:
        steps = [
            step
            for step in traceback.walk_tb(before.__traceback__)
            if any(f"/{name}/" in step[0].f_code.co_filename for name in ("brightpearl", "httpx", "httpcore", "h11"))
        ]
        summary = traceback.StackSummary.extract(iter(steps), capture_locals=True)
        yield "".join(f"{frame.name}: {frame.locals}\n" for frame in summary)
        before = before.__cause__ or before.__context__


def told_of(result: object) -> Iterator[str]:
    """All that can be printed of a result, and what it is pickled as where it can be."""
    for one in (result, *(result if isinstance(result, list) else ())):
        yield repr(one)
        yield str(one)
        if hasattr(one, "__dict__"):
            yield repr(vars(one))
        try:
            yield repr(pickle.dumps(one))
        except (TypeError, AttributeError, pickle.PicklingError) as refused:
            yield str(refused)


MAPPING = {
    "version": 1,
    "name": "orders",
    "target": "order-service/sales-order",
    "fields": [{"to": "/customer/id", "value": 208}],
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_client_leads_to_no_secret(
    scheme: str, echo: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    credentials = SCHEMES[scheme](echo)
    journal = tmp_path / "journal"
    trail = AuditFile(tmp_path / "audit.jsonl")
    metrics = Metrics()
    with Client(
        account="acme",
        base_url=echo,
        credentials=credentials,
        retry={"max_attempts": 2, "base_ms": 1, "cap_ms": 1},
        transport=trail.transport(unreliable(HttpxTransport())),
    ) as client:

        def note(act: Callable[[], object]) -> None:
            try:
                said.extend(told_of(act()))
            except BrightpearlError as error:
                said.extend(told(error))
            said.append(repr(metrics.collect(client)))

        for _ in range(3):
            note(lambda: list(client.search("order-service/order-search")))
            note(lambda: list(client.get("order-service/order", "1-3")))
            note(lambda: client.post("order-service/order/1/note", {"text": "x"}))
            note(
                lambda: list(
                    client.batch([{"method": "POST", "path": "order-service/order/1/note", "body": {"text": "x"}}])
                )
            )
            note(lambda: client.add_order_note(orderId=1, text="x"))
            note(lambda: [vars(it) if hasattr(it, "__dict__") else repr(it) for it in pushed(client, journal)])
            note(lambda: list(client.pull("order", state=tmp_path / "state")))
        for one in (client, credentials, client.budget(), client.statistics()):
            said += told_of(one)
        said += [repr(vars(client)), client.search("order-service/order-search").explain().__repr__()]
    metrics.write(tmp_path / "metrics")
    assert verify(tmp_path / "audit.jsonl").findings == ()
    out, err = capfd.readouterr()
    # With what a handler of structured lines would write.
    said += [out, err, *(repr(vars(record)) for record in caplog.records), caplog.text]
    assert any("brightpearl.requests" in text for text in said)
    said += [path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    assert any("[redacted]" in text for text in said)
    assert shown(SECRETS, said) is None


def unreliable(transport: Transport) -> Transport:
    """Now and then there is no answer."""
    turn = 0

    def transmit(request: Request) -> Response:
        nonlocal turn
        turn += 1
        response = transport(request)
        if turn % 9 == 0:
            raise MaybeSent("reset")
        return response

    return transmit


def pushed(client: Client, journal: Path) -> list[Any]:
    with client.push(MAPPING, [{"ref": "A"}], write=True, journal=journal) as outcomes:
        return list(outcomes)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_an_asynchronous_client_leads_to_no_secret(scheme: str, echo: str) -> None:
    said: list[str] = []

    async def act() -> None:
        options = {"retry": {"max_attempts": 2, "base_ms": 1, "cap_ms": 1}}
        credentials = SCHEMES[scheme](echo)
        async with AsyncClient(account="acme", base_url=echo, credentials=credentials, **options) as client:
            for _ in range(6):
                for call in (
                    client.post("order-service/order/1/note", {"text": "x"}),
                    client.add_order_note(orderId=1, text="x"),
                ):
                    try:
                        said.append(repr(await call))
                    except BrightpearlError as error:
                        said.extend(told(error))
                said.append(repr(client.events()))
            said.append(repr(client))

    asyncio.run(act())
    assert any("[redacted]" in text for text in said)
    assert shown(SECRETS, said) is None


def raised(act: Callable[[], object]) -> BaseException:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any of them
        act()
    return caught.value


ENVIRONMENTS = [
    {"BRIGHTPEARL_ACCOUNT_TOKEN": GIVEN},
    {"BRIGHTPEARL_ACCOUNT_TOKEN": GIVEN, "BRIGHTPEARL_DEV_SECRET": OTHER, "BRIGHTPEARL_APP_REF": "a"},
    {"BRIGHTPEARL_STAFF_TOKEN": GIVEN},
    {"BRIGHTPEARL_PASSWORD": GIVEN},
    {"BRIGHTPEARL_APPLICATION_SECRET": GIVEN},
    {"BRIGHTPEARL_REFRESH_TOKEN": GIVEN, "BRIGHTPEARL_CLIENT_SECRET": OTHER},
    {"BRIGHTPEARL_REFRESH_TOKEN": GIVEN, "BRIGHTPEARL_PASSWORD": OTHER},
]


UNAVAILABLE: list[Credentials] = [
    PublicApp("d", "a", GIVEN, "env:PLANTED_NOWHERE"),
    PublicApp("d", "a", f"command:false {OTHER}", GIVEN),
    StaffLogin("a", "ann@acme.example", f"command:nothing-of-the-kind {OTHER}"),
    OAuth("a", "d", client_secret="file:/nothing", refresh_token=GIVEN, access_token=OTHER),
]


def looked_up(credentials: Credentials) -> None:
    """Asks for what cannot be looked up."""
    Client(account="acme", datacentre="use1", credentials=credentials).request("GET", "order-service/order-type")


def test_what_is_wrong_before_anything_is_sent_leads_to_no_secret(tmp_path: Path) -> None:
    callback = {"accountCode": "acme", "timestamp": "112287235486", "token": GIVEN, "signature": OTHER}
    kept = tmp_path / "tokens"
    kept.write_text(json.dumps({"refresh_token": GIVEN, "token": 5}))
    kept.chmod(0o600)
    errors = [
        raised(lambda: Client(account="a b", datacentre="use1", credentials=PrivateApp("a", GIVEN))),
        raised(lambda: Client(account="acme", datacentre="use1", credentials=PrivateApp("a", GIVEN + "\n"))),
        raised(
            lambda: Client(
                account="acme", datacentre="use1", credentials=OAuth("a", "d", refresh_token=GIVEN, token_url="x")
            )
        ),
        raised(lambda: OAuth("a", "d", client_secret=GIVEN, code=OTHER, access_token=ISSUED, refresh_token=RENEWED)),
        raised(lambda: OAuth("a", "d", client_secret=GIVEN, code=OTHER)),
        raised(lambda: verify_callback(callback, ISSUED)),
        raised(lambda: verify_callback(callback.items(), ISSUED, max_age=-1)),
        raised(lambda: Grant({"BRIGHTPEARL_TOKEN_FILE": str(kept), "BRIGHTPEARL_REFRESH_TOKEN": OTHER})),
        raised(lambda: pickle.dumps(PrivateApp("a", GIVEN))),
        *(raised(lambda made=made: looked_up(made)) for made in UNAVAILABLE),
        *(raised(lambda given=given: settings({"BRIGHTPEARL_ACCOUNT": "acme", **given})) for given in ENVIRONMENTS),
    ]
    assert shown(SECRETS, [text for error in errors for text in told(error)]) is None


def test_a_long_failure_of_a_transport_is_blanked_before_it_is_cut() -> None:
    for before in range(2950, 3001, 7):

        def transport(_: object, before: int = before) -> Any:
            raise OSError("x" * before + GIVEN + "y" * 5000)

        client = Client(
            account="acme",
            datacentre="use1",
            credentials=PrivateApp("a", GIVEN),
            transport=transport,
            retry={"max_attempts": 1},
        )
        error = raised(lambda client=client: client.post("order-service/order/1/note", {"text": "x"}))
        assert shown(SECRETS, [str(error), repr(error), io.StringIO(str(error)).read()]) is None
        assert "Zq7" not in str(error)
