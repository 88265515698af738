"""Health and metrics of a service, and what `brightpearl status` makes of the ledger that it leaves."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

import served
from brightpearl import Client, ask
from brightpearl.ledger import open_ledger
from brightpearl.ledger.dead_letter import DeadLetter
from brightpearl.ledger.tables import NOTIFICATIONS
from brightpearl.service import health
from brightpearl.service.configuration import examine
from brightpearl.service.health import forget_health, ledger_health, note_health
from brightpearl.testing import Emulator, EmulatorServer
from command_line import Ended
from monitoring import Prometheus
from served import PUBLIC, SECRET, Beside, address, change, configured, notification, until

FLOW = """
[[flow]]
name = "orders"
pull = ["order"]
on = ["order.modified"]
every = "15m"
to = "file: out.jsonl"
"""


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=12, seed=5, uncapped=True).serve() as server:
        yield server


@pytest.fixture
def client(server: EmulatorServer) -> Iterator[Client]:
    with server.client() as client:
        yield client


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch, server: EmulatorServer) -> None:
    for name, value in served.variables(server).items():
        monkeypatch.setenv(name, value)


def letter(flow: str = "orders", key: str = "1", reason: str = "the shop refused it") -> DeadLetter:
    return DeadLetter(flow, "delivery", "demo", {"id": key}, reason, "order", key)


def pulled(service: Beside) -> None:
    until(lambda: service.service.ledger.standings.flows() and service.service.ledger.standings.flows()[0].good_ms)


def test_prometheus_scrapes_what_happened(tmp_path: Path, client: Client) -> None:
    with Beside(configured(tmp_path, FLOW)) as service, Prometheus(tmp_path, service.url) as prometheus:
        pulled(service)
        for order in change(client, 3):
            assert service.request("POST", address(), json.dumps(notification(order)).encode()).status_code == 200
        ledger = service.service.ledger
        until(lambda: ledger.notifications.queue_of("orders").handled == 3)
        ledger.dead_letters.put([letter(key=str(number)) for number in range(4)])
        prometheus.expect('sum(brightpearl_notifications_total{outcome="accepted"})', 3)
        delivered = sum(run.counts.get("delivered", 0) for run in ledger.runs.list())
        assert delivered >= 3
        prometheus.expect('brightpearl_records_total{flow="orders",outcome="delivered"}', delivered)
        prometheus.expect('brightpearl_dead_letters{flow="orders"}', 4)
        prometheus.expect('brightpearl_queue_length{queue="orders"}', 0)
        prometheus.expect('brightpearl_health{state="degraded"}', 1)
        requests = service.service.client.statistics().requests
        prometheus.expect("sum(brightpearl_requests_total)", requests)
        [age] = prometheus.query('brightpearl_watermark_age_seconds{flow="orders"}')
        assert age < 60
        text = service.request("GET", "/metrics")
        assert text.headers["content-type"].startswith("text/plain; version=0.0.4")
        checked = subprocess.run(["promtool", "check", "metrics"], input=text.text, text=True, capture_output=True)
        assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
        openmetrics = {"accept": "application/openmetrics-text; version=1.0.0"}
        assert service.request("GET", "/metrics", headers=openmetrics).text.endswith("# EOF\n")


def test_status_finds_what_the_service_finds(tmp_path: Path) -> None:
    place = str(tmp_path / "brightpearl-ledger.sqlite")
    with Beside(configured(tmp_path, FLOW)) as service:
        pulled(service)
        running = service.service
        running.ledger.dead_letters.put([letter()])
        running._collect()
        refused = {"event": "authentication-failed", "exchange": 1}
        running.watch._remember(refused, int(time.time() * 1000))
        drift = {
            "event": "schema-drift",
            "resource": "order-service/order-search",
            "added": [],
            "removed": ["placedOn"],
        }
        running.watch._remember(drift | {"changed": []}, 0)
        running._look()
        ended = Ended("status", "--ledger", place, "--json")
        assert ended.code == 4
        told = json.loads(ended.out)
        assert told["level"] == running.health().level == "failing"
        assert {finding["rule"] for finding in told["findings"]} == {"authentication", "drift", "dead-letters"}
        here = [(finding.rule, finding.subject, finding.message) for finding in running.health().findings]
        assert [(one["rule"], one["subject"], one["message"]) for one in told["findings"]] == here
        # It can still be sent to, and another start would not mend it.
        assert service.request("GET", "/healthz").status_code == 200
        assert service.request("GET", "/readyz").status_code == 200
    # What only a running service knows goes with it.
    assert [one["rule"] for one in json.loads(Ended("status", "--ledger", place, "--json").out)["findings"]] == [
        "dead-letters"
    ]


def test_a_service_that_was_killed_is_missed(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "ledger") as ledger:
        note_health(ledger, "demo", {}, {}, [])
        now = int(time.time() * 1000)
        assert ledger_health(ledger, now).level == "ok"
        [finding] = ledger_health(ledger, now + 600_000).findings
        assert (finding.rule, finding.subject, finding.level) == ("service", "demo", "failing")
        assert "brightpearl serve" in finding.advice


def test_a_token_that_nothing_renews_is_told_before_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Beside(configured(tmp_path, FLOW)) as service:
        pulled(service)
        running = service.service
        place = running.ledger.place
        ends = int(time.time() * 1000) + 3 * 24 * 60 * 60_000
        tokens = {"token": "x", "expires_at": ends, "refresh_token": None, "api_domain": None}
        monkeypatch.setattr(running.client, "tokens", lambda: dict(tokens))
        # A scheme that logs in by itself.
        assert running.health().findings == ()
        monkeypatch.setattr(running.client, "_needs_refresh_token", True)
        [finding] = running.health().findings
        assert (finding.level, finding.rule, finding.subject) == ("degraded", "token", "demo")
        running._look()
        told = json.loads(Ended("status", "--ledger", place, "--json").out)
        assert [one["rule"] for one in told["findings"]] == ["token"]
        tokens["refresh_token"] = "another"
        assert running.health().findings == ()


REFUSED = {"authentication": [{"subject": "demo", "failures": 2}]}
TAKEN = {"authentication": [{"subject": "demo", "failures": 0}]}


def test_two_services_of_one_account_hide_nothing_of_each_other(tmp_path: Path) -> None:
    now = int(time.time() * 1000)
    with open_ledger(tmp_path / "ledger") as ledger:
        for facts, instance, flow in ((REFUSED, "a", "orders"), (TAKEN, "b", "stock")):
            note_health(ledger, "demo", facts, {}, [], flows=[flow], place=f"{flow}.toml", instance=instance)
        [finding] = ledger_health(ledger, now).findings
        assert (finding.rule, finding.level) == ("authentication", "failing")
        # What both find is told once, and what one has switched off the other has not.
        note_health(ledger, "demo", REFUSED, {"authentication": False}, [], flows=["stock"], instance="b")
        assert [finding.rule for finding in ledger_health(ledger, now).findings] == ["authentication"]
        forget_health(ledger, "demo", "a")
        assert ledger_health(ledger, now).findings == ()
        note_health(ledger, "demo", TAKEN, {}, [], flows=["orders"], instance="a")
        silent = ledger_health(ledger, now + 600_000).findings
        assert {finding.rule for finding in silent} == {"service"}
        assert sorted(finding.message.split(" has not")[0] for finding in silent) == [
            "the service of the flows orders",
            "the service of the flows stock",
        ]


def test_a_service_that_is_back_is_not_missed_for_what_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = json.dumps({"host": socket.gethostname(), "pid": 2**22 + 1, "began": "x"})
    now = int(time.time() * 1000)
    with open_ledger(tmp_path / "ledger") as ledger:
        with monkeypatch.context() as other:
            other.setattr(health, "this_process", lambda: ended)
            note_health(ledger, "demo", {}, {}, [], flows=["orders", "stock"], place="here")
            note_health(ledger, "demo", {}, {}, [], flows=["prices"], place="there", instance="2")
        assert len(ledger.notes.named("health ")) == 2
        # The same flow, under another configuration; then the same configuration, with other flows.
        note_health(ledger, "demo", {}, {}, [], flows=["stock"], place="elsewhere", instance="3")
        assert [note.content["flows"] for _, note in ledger.notes.named("health ")] in (
            [["prices"], ["stock"]],
            [["stock"], ["prices"]],
        )
        note_health(ledger, "demo", {}, {}, [], flows=["x"], place="there", instance="4")
        assert ledger_health(ledger, now).level == "ok"
        assert len(ledger.notes.named("health ")) == 2


def test_a_flow_whose_thread_has_ended_is_told_by_liveness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Beside(configured(tmp_path, FLOW)) as service:
        pulled(service)
        worker = service.service.workers["orders"]
        monkeypatch.setattr(worker.thread, "is_alive", lambda: False)
        answer = service.request("GET", "/healthz")
        assert (answer.status_code, answer.json()) == (503, {"level": "failing", "rules": ["flow-dead"]})
        monkeypatch.undo()


def test_rules_are_changed_by_the_configuration(tmp_path: Path) -> None:
    rules = "[health]\ndead-letters = { degraded = 10, failing = 100 }\n"
    with Beside(configured(tmp_path, rules + FLOW)) as service:
        pulled(service)
        service.service.ledger.dead_letters.put([letter()])
        assert service.request("GET", "/healthz").json()["level"] == "ok"
        service.service.ledger.dead_letters.put([letter(key=str(number)) for number in range(12)])
        assert service.request("GET", "/healthz").json() == {"level": "degraded", "rules": ["dead-letters"]}


@pytest.mark.parametrize(
    ("written", "place", "part"),
    [
        ("dead-leters = false", "[health]: dead-leters", "did you mean dead-letters?"),
        ("clock = 3", "[health]: clock", "expected true, false or an object"),
        ("clock = { degraded = 60, failing = 5 }", "[health]: clock", "expected `failing` to be the worse"),
        ("clock = 2026-01-01", "[health]: clock", "expected false, true or thresholds"),
    ],
)
def test_rules_that_are_wrong_are_told(tmp_path: Path, written: str, place: str, part: str) -> None:
    problems = examine(configured(tmp_path, f"[health]\n{written}\n{FLOW}"))[1]
    assert part in {problem.place: problem.message for problem in problems}[place]


def test_webhooks_that_are_not_registered_are_found(tmp_path: Path, client: Client) -> None:
    with Beside(configured(tmp_path, FLOW)) as service:
        pulled(service)
        running = service.service
        assert running.inspection.is_needed
        running.inspection.inspect()
        [finding] = running.health().findings
        assert (finding.rule, finding.subject) == ("subscription", "demo")
        assert "order.modified" in finding.message
        assert SECRET not in str(running.inspection.facts())
        receiver = {"accounts": [{"account": "demo", "secrets": [SECRET]}], "public_url": PUBLIC}
        told = {"receiver": json.dumps(receiver | {"subscriptions": ["order.modified"]}), "account": "demo"}
        [creation] = ask({"plan_webhooks": told | {"registered": "[]"}})["create"]
        client.request("POST", "integration-service/webhook", body=json.loads(creation["body"]))
        running.inspection.inspect()
        assert running.health().findings == ()
        assert running.inspection.facts()["subscriptions"] == [{"subject": "demo", "missing": []}]
        # The clock is known with it, and the rule holds it against this machine's.
        running.inspection.facts()["clock"] = [{"subject": "", "date": "Sun, 06 Nov 1994 08:49:37 GMT", "at_ms": 0}]
        assert [finding.rule for finding in running.health().findings] == ["clock"]


def test_silence_is_told_by_the_rhythm_of_weeks(tmp_path: Path) -> None:
    with Beside(configured(tmp_path, FLOW)) as service:
        pulled(service)
        running = service.service
        now = int(time.time() * 1000)
        rows = [
            {"key": str(place), "account": "demo", "event": "order", "content": "{}"}
            | {"raised_ms": at, "received_ms": at}
            for place, at in enumerate(range(now - 14 * 86_400_000, now - 7_200_000, 60_000))
        ]
        with running.ledger._database.writing() as connection:
            connection.execute(insert(NOTIFICATIONS), rows)
        running.watch._rhythm_ms = 0
        facts = running.watch.facts(now)["notifications"]
        # Every minute for two weeks, of which one in five is enough.
        assert 14 * 86_400 // 300 - 30 < len(facts[0]["received_ms"]) < 14 * 86_400 // 300 + 2
        [finding] = running.health().findings
        assert (finding.rule, finding.level) == ("webhook-silence", "failing")
        # Another one ends it at once.
        with running.ledger._database.writing() as connection:
            connection.execute(insert(NOTIFICATIONS), [rows[-1] | {"key": "last", "received_ms": now}])
        assert running.health().level == "ok"


def test_nothing_secret_is_on_any_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: Client, server: EmulatorServer
) -> None:
    monkeypatch.setenv("DASHBOARD_TOKEN", "an-invented-dashboard-token")
    access = '[dashboard]\ntoken = "env:DASHBOARD_TOKEN"\n'
    with Beside(configured(tmp_path, access + FLOW)) as service:
        pulled(service)
        [order] = change(client)
        service.request("POST", address(), json.dumps(notification(order)).encode())
        service.request("POST", address("a-wrong-secret-0123456789"), json.dumps(notification(order)).encode())
        service.service.inspection.inspect()
        service.service._look()
        service.request("POST", "/dashboard/login", b"token=an-invented-dashboard-token")
        shown = [
            service.request("GET", path).content
            for path in ("/", "/dashboard/panels", "/dashboard/events", "/metrics", "/healthz", "/readyz")
        ]
        assert b"data-live" in shown[0]
    kept = [path.read_bytes() for path in tmp_path.iterdir() if path.is_file() and path.suffix != ".toml"]
    for name, secret in served.variables(server).items():
        if name in ("BRIGHTPEARL_ACCOUNT_TOKEN", "HOOK_SECRET", "HOOK_SECRET_OLD", "PUSH_TOKEN"):
            assert not [content for content in (*shown, *kept) if secret.encode() in content], name
    assert not [content for content in (*shown, *kept) if b"an-invented-dashboard-token" in content]
