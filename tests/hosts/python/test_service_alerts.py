"""Who is told of what is found, by which way, how often, and what happens when nobody can be."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from standardwebhooks import Webhook

import served
from brightpearl.ledger import Ledger, open_ledger
from brightpearl.service.alert_tables import AlertTarget, read_alerts
from brightpearl.service.alerts import ServiceAlerts
from brightpearl.service.configuration import examine
from brightpearl.service.health import HealthFinding
from brightpearl.service.problems import Problem
from brightpearl.testing import Emulator, EmulatorServer
from served import Beside, configured

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FAILING = HealthFinding("failing", "flow", "orders", "orders: failed runs in a row: 3", "Look what its last run says.")
DEGRADED = HealthFinding("degraded", "dead-letters", "orders", "orders: 1 was given up", "Look at the dead letters.")
HERE = Path(__file__).parent
RULES = HERE.parents[2] / "docs" / "deploy" / "prometheus-rules.yml"
FLOW = '[[flow]]\nname = "orders"\npull = ["order"]\nevery = "1h"\nto = "file: out.jsonl"\n'


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger") as ledger:
        yield ledger


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What a function was called with."""
    messages: list[dict[str, Any]] = []
    module = ModuleType("alerted")
    module.__spec__ = json.__spec__
    module.tell = messages.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "alerted", module)
    return messages


class Clock:
    def __init__(self) -> None:
        self.ms = 1_780_000_000_000

    def __call__(self) -> int:
        return self.ms


def targets(**table: Any) -> tuple[AlertTarget, ...]:
    problems: list[Any] = []
    found = read_alerts([{"after": "0s", "recovered_after": "0s"} | table], problems)
    assert not problems, [str(problem) for problem in problems]
    return found


class Posts:
    """An HTTP address that takes what is posted; a context manager."""

    def __init__(self) -> None:
        self.status = 204
        self.taken: list[tuple[dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/alerts"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> Posts:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_a_function_is_told_once_and_of_the_recovery_after_a_restart(
    ledger: Ledger, told: list[dict[str, Any]]
) -> None:
    clock = Clock()
    to = targets(to="alerted:tell", after="1m", recovered_after="5m")
    alerts = ServiceAlerts(to, "demo", ledger, clock)
    alerts.look([FAILING])
    assert told == []
    for _ in range(5):
        clock.ms += 30_000
        alerts.look([FAILING])
    [message] = told
    assert (message["change"], message["rule"], message["subject"]) == ("new", "flow", "orders")
    assert message["text"].endswith("What to do: Look what its last run says.")
    assert (message["account"], message["timestamp"][:4]) == ("demo", "2026")
    # A start does not tell it again, and knows what has recovered.
    again = ServiceAlerts(to, "demo", ledger, clock)
    again.look([FAILING])
    assert len(told) == 1
    again.look([])
    clock.ms += 100_000
    again.look([])
    assert len(told) == 1
    clock.ms += 300_000
    again.look([])
    assert [message["change"] for message in told] == ["new", "recovered"]
    again.look([])
    assert len(told) == 2


def test_what_one_service_is_told_of_is_not_well_again_by_another(ledger: Ledger, told: list[dict[str, Any]]) -> None:
    clock = Clock()
    to = targets(to="alerted:tell", after="1m", recovered_after="5m")
    ServiceAlerts(to, "demo", ledger, clock, scope="a").look([FAILING])
    clock.ms += 100_000
    ServiceAlerts(to, "demo", ledger, clock, scope="a").look([FAILING])
    clock.ms += 900_000
    ServiceAlerts(to, "demo", ledger, clock, scope="b").look([])
    assert [message["change"] for message in told] == ["new"]


def test_a_recovery_is_told_although_the_clock_was_set_back(ledger: Ledger, told: list[dict[str, Any]]) -> None:
    clock = Clock()
    alerts = ServiceAlerts(targets(to="alerted:tell", after="1m", recovered_after="5m"), "demo", ledger, clock)
    alerts.look([FAILING])
    clock.ms += 100_000
    alerts.look([FAILING])
    clock.ms -= 7 * 24 * 60 * 60_000
    alerts.look([])
    assert [message["change"] for message in told] == ["new", "recovered"]


def test_levels_are_told_from_the_least_one_on(ledger: Ledger, told: list[dict[str, Any]]) -> None:
    alerts = ServiceAlerts(targets(to="alerted:tell", level="failing"), "demo", ledger, Clock())
    alerts.look([DEGRADED])
    assert told == []
    alerts.look([DEGRADED, FAILING])
    assert [message["rule"] for message in told] == ["flow"]


def test_an_address_has_a_message_that_is_signed(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALERT_SECRET", SECRET)
    with Posts() as posts:
        ServiceAlerts(targets(to=posts.url, secret="env:ALERT_SECRET"), "demo", ledger, Clock()).look([FAILING])
        [(headers, body)] = posts.taken
        verified = Webhook(SECRET).verify(body.decode(), headers)
        assert (verified["type"], verified["data"]["rule"]) == ("alert.new", "flow")
        ServiceAlerts(targets(to=posts.url, format="slack", name="slack"), "demo", ledger, Clock()).look([FAILING])
        assert list(json.loads(posts.taken[1][1])) == ["text"]
    ServiceAlerts(targets(to="stdout"), "demo", ledger, Clock()).look([FAILING])
    assert json.loads(capsys.readouterr().out)["alert"]["state"] == "failing"


def test_who_cannot_be_told_is_told_later_with_the_same_id(ledger: Ledger) -> None:
    with Posts() as posts:
        posts.status = 500
        to = targets(to=posts.url)
        alerts = ServiceAlerts(to, "demo", ledger, Clock())
        alerts.look([FAILING])
        [finding] = alerts.troubles()
        assert (finding.rule, finding.subject) == ("alert", to[0].name)
        assert "HTTP 500" in finding.message
        posts.status = 204
        again = ServiceAlerts(to, "demo", ledger, Clock())
        again.look([FAILING, finding])
        assert again.troubles() == []
        first, second = posts.taken
        assert first[0]["webhook-id"] == second[0]["webhook-id"]
        again.look([FAILING])
        assert len(posts.taken) == 2


class NobodyReads(io.StringIO):
    """Standard output whose reader has gone."""

    def write(self, _: str) -> int:
        raise BrokenPipeError


def test_others_are_told_where_standard_output_is_closed(ledger: Ledger, told: list[dict[str, Any]]) -> None:
    both = (*targets(to="stdout"), *targets(to="alerted:tell"))
    alerts = ServiceAlerts(both, "demo", ledger, Clock())
    with contextlib.redirect_stdout(NobodyReads()):
        alerts.look([FAILING])
    assert len(told) == 1
    [trouble] = alerts.troubles()
    assert (trouble.subject, "standard output" in trouble.message) == ("stdout", True)


def test_what_stands_behind_the_host_of_an_address_is_never_shown(
    ledger: Ledger, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    url = "http://127.0.0.1:9/services/T00/B00/an-invented-secret"
    alerts = ServiceAlerts(targets(to=url, format="slack"), "demo", ledger, Clock())
    alerts.look([FAILING])
    [trouble] = alerts.troubles()
    assert trouble.subject.startswith("http://127.0.0.1 (")
    shown = [caplog.text, str(trouble), *(path.read_bytes().decode("latin-1") for path in tmp_path.iterdir())]
    assert not any("an-invented-secret" in text for text in shown)
    problems: list[Problem] = []
    read_alerts([{"to": url.replace("http:", "htp:")}], problems)
    assert "an-invented-secret" not in str(problems)
    # Two of one host are told apart.
    assert len({one.name for to in (url, f"{url}-2") for one in targets(to=to)}) == 2


def test_a_ledger_that_fails_is_told_all_the_same(ledger: Ledger, told: list[dict[str, Any]]) -> None:
    alerts = ServiceAlerts(targets(to="alerted:tell"), "demo", ledger, Clock())
    alerts.look([])
    Path(ledger.place).unlink()
    ledger.close()
    Path(ledger.place).mkdir()
    finding = HealthFinding("failing", "ledger", "", "it cannot be opened", "See what is wrong with it.")
    alerts.look([finding])
    alerts.look([finding])
    assert [message["rule"] for message in told] == ["ledger"]


class Mailboxes:
    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(envelope)
        return "250 OK"


class AnyPort(Controller):
    """A mail server at a port that is free."""

    def _trigger_server(self) -> None:
        # It connects to itself, at the port that it was given.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def test_mail_is_sent(ledger: Ledger) -> None:
    handler = Mailboxes()
    server = AnyPort(handler, hostname="127.0.0.1", port=0)
    server.start()
    try:
        port = server.port
        table = {"from": "brightpearl@example.com", "server": f"127.0.0.1:{port}", "security": "none"}
        to = targets(to="mail: ops@example.com, shop@example.com", **table)
        ServiceAlerts(to, "demo", ledger, Clock()).look([FAILING])
    finally:
        server.stop()
    [mail] = handler.mails
    assert mail.rcpt_tos == ["ops@example.com", "shop@example.com"]
    content = mail.content.decode()
    assert "Subject: brightpearl: [failing] flow of orders" in content
    assert "What to do: Look what its last run says." in content
    assert "Auto-Submitted: auto-generated" in content
    alerts = ServiceAlerts(targets(to="mail: ops@example.com", **table), "demo", ledger, Clock())
    alerts.look([FAILING])
    assert "did not take it: ConnectionRefusedError" in alerts.troubles()[0].message


@pytest.mark.parametrize(
    ("table", "place", "part"),
    [
        ('to = "stdot"', "to", "expected stdout, mail: ADDRESS"),
        ('level = "failing"', "to", "it is missing; expected stdout"),
        ('to = "stdout"\nlevel = "bad"', "level", "expected one of degraded, failing"),
        ('to = "stdout"\nafter = "soon"', "after", "expected a duration"),
        ('to = "https://example.com/"\nsecret = "env:NOT_THERE"', "secret", "NOT_THERE"),
        ('to = "stdout"\nformat = "slack"', "format", "only what goes to an HTTP address"),
        ('to = "https://user:word@example.com/"', "to", "without a user or password"),
        ('to = "https://example.com:99999/"', "to", "expected an address with a host"),
        ('to = "no_such_module:tell"', "to", "there is no module no_such_module"),
        ('to = "mail: ops"\nfrom = "a@example.com"\nserver = "mail"', "to", "expected an address such as"),
        ('to = "mail: a@example.com"\nserver = "mail"', "from", "it is missing"),
        ('to = "mail: a@example.com"\nfrom = "a@example.com"', "server", "it is missing"),
        ('to = "mail: a@example.com"\nfrom = "a@example.com"\nserver = "mail:x"', "server", "a host and a port"),
        (
            'to = "mail: a@example.com"\nfrom = "a@example.com"\nserver = "mail"\nuser = "me"',
            "user",
            "or neither",
        ),
        ('to = "stdout"\nlevle = "failing"', "levle", "did you mean level?"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path: Path, table: str, place: str, part: str) -> None:
    problems = {problem.place: problem.message for problem in examine(configured(tmp_path, f"[[alert]]\n{table}\n"))[1]}
    assert part in problems[f"alert 1: {place}"]


def test_the_service_tells(tmp_path: Path, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    with Emulator(orders=2, seed=5).serve() as server:
        variables(monkeypatch, server)
        alert = '[[alert]]\nto = "alerted:tell"\nafter = "0s"\n'
        with Beside(configured(tmp_path, alert + FLOW)) as service:
            service.service._trouble("notifications", "the disk is full")
            service.service._look()
    assert [message["rule"] for message in told] == ["ledger"]


def variables(monkeypatch: pytest.MonkeyPatch, server: EmulatorServer) -> None:
    for name, value in served.variables(server).items():
        monkeypatch.setenv(name, value)


def test_promtool_takes_the_rules() -> None:
    for arguments in (["check", "rules", str(RULES)], ["test", "rules", str(HERE / "prometheus-rules.test.yml")]):
        done = subprocess.run(["promtool", *arguments], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
