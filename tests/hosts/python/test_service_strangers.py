"""Strangers who send requests to a service: they learn nothing, start nothing, and stand in nobody's way."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import served
from brightpearl.service import recent_secret
from brightpearl.service.recent_secret import RecentSecret
from brightpearl.testing import Emulator, EmulatorServer
from pushed import ORDERS
from served import TOKEN, Beside, address, configured, notification

PUSH = '[[flow]]\nname = "in"\npush = "orders.json"\nfrom = "POST /push/orders"\n'
EVENTS = '[[flow]]\nname = "out"\npull = ["order"]\non = ["order.modified"]\nto = "file: out.jsonl"\n'


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=5, seed=5, uncapped=True).serve() as server:
        yield server


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch, server: EmulatorServer, tmp_path: Path) -> None:
    for name, value in served.variables(server).items():
        monkeypatch.setenv(name, value)
    (tmp_path / "orders.json").write_text(json.dumps(ORDERS))


def test_strangers_do_not_start_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent_secret, "SECONDS_BETWEEN_LOOKS", 3600.0)
    program = tmp_path / "token.py"
    count = tmp_path / "count"
    program.write_text(f"open({str(count)!r}, 'a').write('x')\nprint({TOKEN!r})\n")
    token = f'token = "command:{sys.executable} {program}"\n'
    path = configured(tmp_path, f"{PUSH}{token}[dashboard]\n{token}")
    with Beside(path) as service:
        before = len(count.read_text())
        for _ in range(5):
            wrong = {"authorization": "Bearer wrong", "cookie": "brightpearl_session=9999999999.x.y"}
            assert service.request("POST", "/push/orders", b"{}", headers=wrong).status_code == 401
            assert service.request("GET", "/dashboard/panels", headers=wrong).status_code == 401
            assert service.request("POST", "/dashboard/login", b"token=wrong").status_code == 401
        assert len(count.read_text()) - before <= 2
        right = {"authorization": f"Bearer {TOKEN}"}
        assert service.request("POST", "/push/orders", b"{}", headers=right).status_code == 202


def test_a_secret_is_known_anew_soon_after_it_was_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = RecentSecret("env:PUSH_TOKEN", "token")
    assert secret.is_same(TOKEN)
    monkeypatch.setattr(recent_secret, "SECONDS_BETWEEN_LOOKS", 0.0)
    monkeypatch.setenv("PUSH_TOKEN", "another-invented-token")
    assert not secret.is_same(TOKEN)
    assert secret.is_same("another-invented-token")
    monkeypatch.delenv("PUSH_TOKEN")
    assert not secret.is_same("another-invented-token")
    assert TOKEN not in repr(secret)


def test_requests_are_answered_while_secrets_are_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Beside(configured(tmp_path, EVENTS)) as service:
        receiver = service.service.receiver
        known, may_end = receiver._declared, threading.Event()
        assert known is not None

        def slow() -> object:
            may_end.wait(30)
            return known

        monkeypatch.setattr(receiver, "_look_up", slow)
        monkeypatch.setattr(receiver, "_looked_at", time.monotonic() - 3600)
        body = json.dumps(notification(1)).encode()
        stranger = threading.Thread(target=service.request, args=("POST", address("wrong-secret-0123456789"), body))
        stranger.start()
        try:
            assert service.request("GET", "/metrics", timeout=10).status_code == 200
            assert service.request("POST", address(), body, timeout=10).status_code == 200
        finally:
            may_end.set()
            stranger.join()


def test_the_cookie_is_for_https_where_the_proxy_says_so(tmp_path: Path) -> None:
    path = configured(tmp_path, f'{EVENTS}[dashboard]\ntoken = "env:PUSH_TOKEN"\n')
    with Beside(path) as service:
        for headers, is_secure in (({}, False), ({"x-forwarded-proto": "https"}, True)):
            answer = service.request("POST", "/dashboard/login", f"token={TOKEN}".encode(), headers=headers)
            assert answer.status_code == 303
            assert ("Secure" in answer.headers["set-cookie"]) == is_secure
