"""The dashboard in a real browser: panels with data and without, a retry by click, strangers, many dead letters."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import insert
from starlette.applications import Starlette
from starlette.routing import Mount

import served
from brightpearl import ask
from brightpearl.ledger.dead_letter import DeadLetter
from brightpearl.ledger.tables import DEAD_LETTERS
from brightpearl.service.configuration import examine
from brightpearl.service.dashboard_session import COOKIE
from brightpearl.testing import Emulator, EmulatorServer
from browsing import chromium, opened, require_accessible
from served import Beside, address, change, configured, lines, notification, until

TOKEN = "an-invented-dashboard-token"
FLOW = '\n[[flow]]\nname = "orders"\npull = ["order"]\non = ["order.modified"]\nto = "file: out.jsonl"\n'
ACCESS = '[audit]\nfile = "audit.jsonl"\n[dashboard]\ntoken = "env:DASHBOARD_TOKEN"\n'
PANELS = ("health", "flows", "requests", "latency", "budget", "lag", "queue", "tokens", "letters", "audit")
EVIL = "<script>document.title='taken'</script><img src=x onerror=alert(1)> \"' & {{ 7 * 7 }}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=12, seed=5, uncapped=True).serve() as server:
        yield server


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch, server: EmulatorServer) -> None:
    for name, value in served.variables(server).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DASHBOARD_TOKEN", TOKEN)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Beside]:
    with Beside(configured(tmp_path, ACCESS + FLOW)) as service:
        yield service


def letter(key: str, reason: str = "the shop refused it", flow: str = "orders", **members: Any) -> DeadLetter:
    return DeadLetter(flow, "delivery", "demo", {"id": key}, reason, "order", key, **members)


def bury(service: Beside, count: int) -> None:
    """Many letters in one statement, none of them old enough to be thinned out."""
    now = str(time.time_ns() // 1_000_000)
    same = {"flow": "orders", "kind": "delivery", "account": "demo", "resource": "order", "record": "{}"}
    same |= {"reason": "the shop refused it", "details": "{}", "tries": "1", "first_ms": now, "last_ms": now}
    rows = [same | {"identity": f"order {number}", "key": str(number)} for number in range(count)]
    with service.service.ledger._database.writing() as connection:
        connection.execute(insert(DEAD_LETTERS), rows)


def log_in(page: Page) -> None:
    page.get_by_label("The token of the dashboard").fill(TOKEN)
    page.keyboard.press("Enter")
    page.wait_for_selector("main[data-live]")


def text_of(page: Page, panel: str) -> str:
    return page.locator(f"#{panel}").inner_text()


def is_narrow(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_every_panel_without_data_and_with(
    browser: Browser, service: Beside, server: EmulatorServer, tmp_path: Path
) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
    with opened(browser, service.url, **phone) as page:
        require_accessible(page)
        log_in(page)
        assert [page.locator("main > section").nth(place).get_attribute("id") for place in range(10)] == list(PANELS)
        assert "All is well" in text_of(page, "health")
        assert "no run yet" in text_of(page, "flows")
        assert "No request yet" in text_of(page, "requests")
        assert "No answer yet" in text_of(page, "latency")
        assert "requests are left" in text_of(page, "budget")
        assert "No notification since the start" in text_of(page, "lag")
        assert re.search(r"orders\s+0\s+none\s+0\s+0", text_of(page, "queue"))
        assert "No token has an end" in text_of(page, "tokens")
        assert "None" in text_of(page, "letters")
        assert "Nothing was written yet" in text_of(page, "audit")
        assert is_narrow(page)
        require_accessible(page)

        # What happens then is seen without loading anything.
        ledger = service.service.ledger
        with server.client() as client:
            [order] = change(client)
        told = notification(order, raisedOn=time.strftime("%Y-%m-%dT%H:%M:%S.000+00:00", time.gmtime(time.time() - 60)))
        assert service.request("POST", address(), json.dumps(told).encode()).status_code == 200
        until(lambda: ledger.notifications.queue_of("orders").handled == 1)
        ledger.dead_letters.put([letter("1"), letter("2", EVIL), letter("3", flow="orders of the shop")])
        ledger.standings.note_token("demo", int(time.time() * 1000) + 86_400_000)
        entry = {"at_ms": 1_780_000_000_000, "account": "demo", "app": "shop", "host": "a", "user": "cron"}
        entry |= {"flow": "orders", "run": "1", "exchange": 1, "method": "POST", "path": "order-service/order"}
        entry |= {"record": EVIL, "body": "{}", "outcome": "applied", "status": 200, "id": 208}
        trail = ask({"append_audit": {"head": None, "entries": [entry], "secrets": []}})["lines"]
        (tmp_path / "audit.jsonl").write_text(trail + '{"half')
        expect(page.locator("#letters-title")).to_have_text("Dead letters: 3")
        expect(page.locator("#audit")).to_contain_text("order-service/order")
        expect(page.locator("#requests")).to_contain_text(re.compile(r"[1-9]\d* requests, 0 of them failed"))
        expect(page.locator("#lag")).to_contain_text(re.compile(r"(59|6\d) s in the middle"))
        assert "degraded" in text_of(page, "health")
        assert "What to do: Look at the dead letters" in text_of(page, "health")
        assert "done" in text_of(page, "flows")
        assert "1 delivered" in text_of(page, "flows")
        assert page.locator("#flows svg rect").count() == 1
        assert page.locator("#latency svg rect").count() >= 1
        assert re.search(r"orders\s+0\s+none\s+1\s+0", text_of(page, "queue"))
        assert "demo: ends 20" in text_of(page, "tokens")
        # What others wrote is text.
        assert EVIL in text_of(page, "letters")
        assert "document.title='taken'" in text_of(page, "audit")
        assert "taken" not in page.title()
        # The letter of a command is not one of the service's.
        assert "by its command" in text_of(page, "letters")
        assert is_narrow(page)
        require_accessible(page)
        page.emulate_media(color_scheme="light")
        require_accessible(page)
        # For whoever wants to see what it looks like.
        page.set_viewport_size({"width": 1280, "height": 900})
        page.screenshot(path=Path(__file__).parents[3] / ".build" / "dashboard.png", full_page=True)


def test_a_retry_by_click_and_by_keys(
    browser: Browser, service: Beside, server: EmulatorServer, tmp_path: Path
) -> None:
    with server.client() as client:
        first, second = change(client, 2)
    ledger = service.service.ledger
    ledger.dead_letters.put([letter(str(first)), letter(str(second))])
    with opened(browser, service.url) as page:
        log_in(page)
        page.get_by_role("button", name="Retry 1", exact=True).click()
        expect(page.get_by_role("status")).to_have_text("Another try of the dead letter 1 was asked for.")
        expect(page.locator("#letters-title")).to_have_text("Dead letters: 1")
        # By keys alone: past the link to the panels, to the button of the other one.
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip button"
        page.keyboard.press("Enter")
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "retry-2":
                break
        page.keyboard.press("Enter")
        expect(page.locator("#letters-title")).to_have_text("Dead letters: 0")
        assert {message["record"] for message in lines(tmp_path / "out.jsonl")} == {first, second}
        page.get_by_role("button", name="Log out").click()
        page.wait_for_selector("#token")
        page.goto(service.url)
        assert page.url.endswith("/dashboard/login")


def test_a_wrong_token_sees_nothing(browser: Browser, service: Beside) -> None:
    with httpx.Client(base_url=service.url, trust_env=False) as stranger:
        for path in ("/", "/dashboard/panels", "/dashboard/events"):
            answer = stranger.get(path)
            assert (answer.status_code, answer.text) in ((303, ""), (401, ""))
            assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert stranger.post("/dashboard/retry", data={"number": "1"}).status_code == 403
        answer = stranger.post("/dashboard/login", data={"token": "wrong"})
        assert (answer.status_code, answer.headers.get("set-cookie")) == (401, None)
        assert "is not the one" in answer.text
        assert TOKEN not in answer.text
        for cookie in ("", "1.2.3", f"{int(time.time()) + 999}.abc.{'0' * 64}", "\u00e9"):
            assert stranger.get("/", headers={"cookie": f"{COOKIE}={cookie}".encode()}).status_code == 303
        good = stranger.post("/dashboard/login", data={"token": TOKEN})
        told = good.headers["set-cookie"].lower()
        assert all(part in told for part in ("httponly", "samesite=strict", "path=/", "max-age=43200"))
        # A form that was not given to this session changes nothing.
        service.service.ledger.dead_letters.put([letter("1")])
        assert stranger.post("/dashboard/retry", data={"number": "1", "csrf": "0" * 64}).status_code == 403
        [kept] = service.service.ledger.dead_letters.list()
        assert kept.asked_ms is None
        page = stranger.get("/").text
        csrf = {"csrf": page.partition('name="csrf" value="')[2].partition('"')[0]}
        for number, status in (("2", 404), ("x", 400), ("9" * 40, 400), ("", 400)):
            assert stranger.post("/dashboard/retry", data=csrf | {"number": number}).status_code == status
        assert stranger.get("/?behind=99999999999999999999&asked=<b>").status_code == 200
        for _ in range(9):
            stranger.post("/dashboard/login", data={"token": "wrong"})
        answer = stranger.post("/dashboard/login", data={"token": TOKEN})
        assert (answer.status_code, "try again in a minute" in answer.text) == (429, True)


def test_a_token_that_was_changed_ends_sessions(service: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    with httpx.Client(base_url=service.url, trust_env=False) as reader:
        reader.post("/dashboard/login", data={"token": TOKEN})
        assert reader.get("/").status_code == 200
        monkeypatch.setenv("DASHBOARD_TOKEN", "another-invented-token")
        until(lambda: reader.get("/").status_code == 303)


def test_ten_thousand_dead_letters_are_paged(browser: Browser, service: Beside) -> None:
    bury(service, 10_000)
    with opened(browser, service.url) as page:
        log_in(page)
        # What was shown a moment ago is kept that long.
        until(lambda: text_of(page, "letters").startswith("Dead letters: 10,000"))
        assert page.locator("#letters tbody tr").count() == 50
        page.locator("#next").click()
        page.wait_for_url("**/?behind=50**")
        assert page.locator("#letters tbody tr").first.inner_text().startswith("51")
        page.goto(f"{service.url}/?behind=9990")
        assert page.locator("#letters tbody tr").count() == 10
        assert page.locator("#next").count() == 0
        page.goto(f"{service.url}/?behind=10000")
        assert "the first page has some" in text_of(page, "letters")
        page.locator("#first, #letters a").first.click()
        expect(page.locator("#letters tbody tr").first).to_contain_text("the shop refused it")


def test_a_proxy_says_who_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    access = '[dashboard]\nuser_header = "X-Forwarded-User"\nproxies = "{}"\n'
    for proxies, status in (("127.0.0.0/8", 200), ("10.0.0.1", 403)):
        folder = tmp_path / str(status)
        folder.mkdir()
        with Beside(configured(folder, access.format(proxies) + FLOW)) as service:
            assert service.request("GET", "/", headers={"x-forwarded-user": "ann"}).status_code == status
            assert service.request("GET", "/").status_code == 403
            assert service.request("GET", "/", headers={"x-forwarded-user": ""}).status_code == 403


def test_a_ledger_that_cannot_be_read_is_shown(
    service: Beside, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from brightpearl.ledger import LedgerError

    def fail(*_: object, **__: object) -> None:
        raise LedgerError("corrupt", "the file is damaged", place="ledger")

    with httpx.Client(base_url=service.url, trust_env=False) as reader:
        reader.post("/dashboard/login", data={"token": TOKEN})
        monkeypatch.setattr(service.service.ledger.standings, "flows", fail)
        page = reader.get("/")
        assert page.status_code == 200
        assert "the file is damaged" in page.text
        monkeypatch.undo()


def test_a_stop_of_the_service_does_not_wait_for_readers(browser: Browser, tmp_path: Path) -> None:
    with Beside(configured(tmp_path, ACCESS + FLOW)) as service:
        context = browser.new_context()
        page = context.new_page()
        page.goto(service.url)
        log_in(page)
        expect(page.locator("#live")).to_have_text("live")
    # It has ended, with the page still open.
    assert service.service.is_stopping
    context.close()


def test_it_is_where_the_application_is_mounted(tmp_path: Path) -> None:
    service = Beside(configured(tmp_path, ACCESS + FLOW))
    inner = service.app

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with inner.router.lifespan_context(inner):
            yield

    service._server.config.app = Starlette(routes=[Mount("/shop", inner)], lifespan=lifespan)
    with service, httpx.Client(base_url=service.url, trust_env=False, follow_redirects=True) as client:
        login = client.get("/shop/")
        assert str(login.url).endswith("/shop/dashboard/login")
        page = client.post("/shop/dashboard/login", data={"token": TOKEN})
        assert (page.status_code, str(page.url)) == (200, f"{service.url}/shop/")
        for place in re.findall(r'(?:href|src|action|data-live|data-panels)="(/[^"#?]*)', page.text):
            assert place.startswith("/shop/"), place
        assert client.get("/shop/dashboard/style.css").headers["content-type"].startswith("text/css")
        assert client.get("/shop/metrics").status_code == 200


def test_there_is_none_unless_it_is_configured(tmp_path: Path) -> None:
    with Beside(configured(tmp_path, FLOW)) as service:
        assert service.request("GET", "/").status_code == 404
        assert service.request("GET", "/dashboard/login").status_code == 404


@pytest.mark.parametrize(
    ("table", "place", "part"),
    [
        ("", "token", "it is missing"),
        ('token = "env:NOT_THERE"', "token", "NOT_THERE"),
        ('token = "env:SHORT"', "token", "expected at least 16 characters"),
        ('user_header = "a b"\nproxies = "::1"', "user_header", "the name of a header"),
        ('user_header = "X-User"', "proxies", "from which `user_header` is believed"),
        ('user_header = "X-User"\nproxies = ["home"]', "proxies[0]", "expected an address"),
        ('tokn = "x"', "tokn", "did you mean token?"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, place: str, part: str) -> None:
    monkeypatch.setenv("SHORT", "short")
    found = examine(configured(tmp_path, f"[dashboard]\n{table}\n{FLOW}"))[1]
    assert part in {problem.place: problem.message for problem in found}[f"[dashboard]: {place}"]
