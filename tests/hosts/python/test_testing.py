"""The emulated account for tests: its state, its webhooks, and the fixtures for pytest."""

from __future__ import annotations

import doctest
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
import pytest

from brightpearl import Client, Request, UnavailableError, ValidationError, testing
from brightpearl._native import Emulator as _NativeEmulator
from brightpearl.testing import Delivery, Emulator
from test_arguments import Whole


def subscribe(client: Client, url: str, quality: int = 1) -> int:
    """Subscribes to changes of orders."""
    body = {
        "subscribeTo": "order.modified.order-status",
        "httpMethod": "POST",
        "uriTemplate": url,
        "bodyTemplate": '{"account":"${account-code}","type":"${resource-type}","id":"${resource-id}",'
        '"event":"${lifecycle-event}"}',
        "contentType": "application/json",
        "idSetAccepted": False,
        "qualityOfService": quality,
    }
    id: int = client.post("integration-service/webhook", body).json()["response"]
    return id


def change(client: Client) -> None:
    """Makes something happen to the first sales order."""
    (found,) = client.search("order-service/order-search", {"orderTypeId": 1}, sort="orderId", limit=1)
    status = 3 if found["orderStatusId"] != 3 else 2
    client.update_order_status(orderId=found["orderId"], orderStatusId=status)


def test_a_saved_account_goes_on() -> None:
    emulator = Emulator(orders=20, seed=3)
    client = emulator.client()
    note = client.add_order_note(orderId=1, text="left at the door")
    state = emulator.save()
    loaded = Emulator.load(state)
    notes = loaded.client().get("order-service/order/1/note")
    assert "left at the door" in json.dumps([found.value for found in notes])
    assert loaded.client().add_order_note(orderId=1, text="x")["noteId"] > note["noteId"]
    assert loaded.statistics()["applied_writes"] == 2
    loaded.reset()
    assert loaded.statistics()["requests"] == 0
    for text in ("", "{}", '{"version":99}'):
        with pytest.raises(ValidationError) as caught:
            Emulator.load(text)
        assert caught.value.location == "state"


def test_an_account_agrees_with_itself() -> None:
    emulator = Emulator(orders=60, seed=7)
    assert emulator.audit() == []
    client = emulator.client()
    (sale,) = client.search("order-service/order-search", {"orderTypeId": 1, "orderPaymentStatusId": 3}, limit=1)
    (payment,) = client.search("accounting-service/customer-payment-search", {"orderId": sale["orderId"]}, limit=1)
    client.delete(f"accounting-service/customer-payment/{payment['paymentId']}")
    assert emulator.audit() == []


def test_faults_change_while_it_runs() -> None:
    emulator = Emulator(orders=5)
    client = emulator.client(retry={"max_attempts": 1})
    emulator.set_faults({"rates": [{"rate": 1.0, "fault": {"kind": "outage"}}]})
    with pytest.raises(UnavailableError):
        client.request("GET", "order-service/order-type")
    emulator.set_faults(None)
    assert client.request("GET", "order-service/order-type").status == 200
    with pytest.raises(ValidationError) as caught:
        emulator.set_faults({"rate": 1})
    assert caught.value.location == "faults"


def test_webhooks_are_handed_to_a_function() -> None:
    emulator = Emulator(orders=5)
    client = emulator.client()
    webhook = subscribe(client, "http://127.0.0.1/hook")
    change(client)
    assert emulator.deliveries() == []
    received: list[Request] = []
    assert emulator.deliver(received.append) == 1
    (notification,) = received
    assert notification.method == "POST"
    assert int(json.loads(notification.body)["id"]) > 0
    assert json.loads(notification.body)["type"] == "order"
    assert emulator.deliver(received.append) == 0
    assert emulator.statistics()["delivered"] == 1
    assert webhook > 0


def test_a_notification_that_fails_is_made_again() -> None:
    emulator = Emulator(orders=5)
    client = emulator.client()
    subscribe(client, "http://127.0.0.1/hook")
    change(client)
    statuses = [503, 500, 200]
    assert emulator.deliver(lambda _: statuses.pop(0), within=1200) == 3
    assert statuses == []
    change(client)
    with pytest.raises(RuntimeError, match="not ready"):
        emulator.deliver(_refuse)
    emulator.sleep(31)
    (again,) = emulator.deliveries()
    assert isinstance(again, Delivery)
    assert again.attempt == 2
    assert "attempt 2" in repr(again)
    again.answered(200)
    assert emulator.statistics()["delivered"] == 2


def _refuse(_: Request) -> int:
    raise RuntimeError("not ready")


def test_webhooks_are_delivered_over_http() -> None:
    received: list[dict[str, Any]] = []
    arrived = threading.Event()

    class Subscriber(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append(json.loads(body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()
            arrived.set()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    subscriber = HTTPServer(("127.0.0.1", 0), Subscriber)
    thread = threading.Thread(target=subscriber.serve_forever)
    thread.start()
    try:
        with Emulator(orders=5).serve() as server, server.client() as client:
            subscribe(client, f"http://127.0.0.1:{subscriber.server_address[1]}/hook")
            change(client)
            assert arrived.wait(10)
            deadline = time.monotonic() + 10
            while not server.emulator.statistics()["delivered"] and time.monotonic() < deadline:
                time.sleep(0.02)
            assert server.emulator.statistics()["delivered"] == 1
    finally:
        subscriber.shutdown()
        subscriber.server_close()
        thread.join()
    assert received[0]["type"] == "order"


def test_a_subscriber_that_is_not_there_does_not_matter() -> None:
    with Emulator(orders=5).serve() as server, server.client() as client:
        subscribe(client, "http://127.0.0.1:9/hook", quality=0)
        change(client)
        deadline = time.monotonic() + 10
        while not server.emulator.statistics()["undelivered"] and time.monotonic() < deadline:
            time.sleep(0.02)
        assert server.emulator.statistics()["undelivered"] == 1


@pytest.mark.parametrize("module", [testing, testing.clock])
def test_the_examples_run(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


FIXTURES = """
import pytest
import socket

def test_client(brightpearl_client):
    assert len(list(brightpearl_client.search("order-service/order-search"))) == 100
    assert brightpearl_client.add_order_note(orderId=1, text="x")["noteId"] == 1

@pytest.mark.brightpearl(orders=7, seed=3)
class TestMarked:
    def test_orders(self, brightpearl_emulator, brightpearl_client):
        assert len(list(brightpearl_client.search("order-service/order-search"))) == 7
        assert brightpearl_emulator.statistics()["requests"] == 1

    @pytest.mark.brightpearl(orders=8)
    def test_nearest(self, brightpearl_client):
        assert len(list(brightpearl_client.search("order-service/order-search"))) == 8
        # An account of its own for each test.
        assert brightpearl_client.add_order_note(orderId=1, text="x")["noteId"] == 1
"""


def test_the_fixtures_are_there_by_themselves(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(FIXTURES)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--strict-markers", "-W", "error", "test_it.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_a_body_may_come_in_chunks_or_be_asked_for_first() -> None:
    with Emulator(orders=3).serve() as server:
        own = server.emulator.credentials._configuration()
        head = (
            "POST /public-api/demo/order-service/order/1/note HTTP/1.1\r\nHost: emulator\r\n"
            f"brightpearl-app-ref: {own['app_ref']}\r\nbrightpearl-account-token: {own['account_token']}\r\n"
        ).encode()
        body = b'{"text": "piecemeal"}'
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
            chunks = b"".join(b"%x;x=y\r\n%b\r\n" % (len(part), part) for part in (body[:5], body[5:]))
            connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\nTrailer: x\r\n\r\n")
            assert connection.recv(9_999).endswith(b'{"response":1}')
            connection.sendall(head + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
            assert connection.recv(9_999) == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.sendall(body)
            assert connection.recv(9_999).endswith(b'{"response":2}')
        for wrong in (b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", b"Content-Length: 1_0\r\n\r\n0123456789"):
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
                connection.sendall(head + wrong)
                assert b" 400 " in connection.recv(9_999).splitlines()[0]


@pytest.mark.parametrize(
    ("where", "settings"),
    [
        ("orders", {"orders": "20"}),
        ("orders", {"orders": -1}),
        ("products", {"products": True}),
        ("contacts", {"contacts": 1.5}),
        ("warehouses", {"warehouses": 1 << 40}),
        ("seed", {"seed": -1}),
        ("faults", {"faults": "outage"}),
        ("clock", {"clock": 5}),
    ],
)
def test_the_setting_that_is_wrong_is_named(where: str, settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        Emulator(**settings)
    assert caught.value.location == where
    with pytest.raises(TypeError, match="state"):
        Emulator.load(b"{}")  # type: ignore[arg-type]


def test_a_server_can_be_told(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with Emulator(orders=10).serve(log=log, clock="2031-05-06T07:08:09Z", latency=0.001, admin=True) as server:
        with server.client() as client:
            assert client.request("GET", "order-service/order-type").status == 200
        with urllib.request.urlopen(f"{server.url}/~emulator/audit") as answer:
            assert json.load(answer) == []
        with urllib.request.urlopen(f"{server.url}/~emulator/clock") as answer:
            assert answer.read().startswith(b"2031-05-06T07:08:")
        with urllib.request.urlopen(f"{server.url}/") as answer:
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert b"Emulated Brightpearl: demo" in answer.read()
        request = urllib.request.Request(f"{server.url}/public-api/demo/order-service/order-type", method="HEAD")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        with refused.value as answer:
            assert (answer.status, answer.read()) == (401, b"")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["response"]["status"] for line in lines] == [200, 401]
    assert dict(server.emulator._native.credentials[0])["brightpearl-account-token"] not in log.read_text()


def test_a_server_speaks_tls(tmp_path: Path) -> None:
    with Emulator(orders=5).serve(tls=True) as server:
        assert server.url.startswith("https://127.0.0.1:")
        authority = server.authority
        assert authority is not None
        context = ssl.create_default_context(cafile=str(authority))
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{server.url}/public-api/demo/order-service/order-type", context=context)
        with refused.value as answer:
            assert answer.status == 401
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(server.url, context=ssl.create_default_context())
        # One who connects and says nothing keeps nobody else waiting.
        with socket.create_connection(("127.0.0.1", server.port)), urllib.request.urlopen(server.url, context=context):
            pass
    assert not authority.exists()

    _, certificate, key = _NativeEmulator.certificates(int(time.time() * 1000))
    (tmp_path / "certificate.pem").write_text(certificate)
    (tmp_path / "key.pem").write_text(key)
    with Emulator(orders=5).serve(certificate=tmp_path / "certificate.pem", key=tmp_path / "key.pem") as server:
        assert server.url.startswith("https://")
        assert server.authority is None
    with pytest.raises(ValidationError) as caught:
        Emulator(orders=5).serve(certificate=tmp_path / "certificate.pem")
    assert caught.value.location == "certificate"
    with pytest.raises(ValidationError) as caught:
        Emulator(orders=5).serve(clock="noon")
    assert caught.value.location == "clock"


@pytest.mark.parametrize(
    ("settings", "place", "said"),
    [
        ({"strict": 1}, "strict", "expected True or False"),
        ({"uncapped": "x"}, "uncapped", "expected True or False"),
        ({"orders": 1, "quota": "x", "seed": 5}, "quota", "expected a whole number"),
        ({"period_ms": 1.5}, "period_ms", "expected a whole number"),
        ({"account": 5}, "account", "expected a text"),
        ({"quota": 5, "ordrs": 5}, "ordrs", "unknown field `ordrs`"),
        ({"faults": {"scrpt": []}}, "faults", "unknown field `scrpt`"),
        ({"faults": []}, "faults", "expected a dict"),
        ({"quota": object()}, "quota", "has no JSON form"),
    ],
)
def test_a_setting_that_is_wrong_is_told_by_its_name(settings: dict[str, Any], place: str, said: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Emulator(**settings)
    assert raised.value.location == place
    assert said in raised.value.message
    assert "column" not in str(raised.value)


@pytest.mark.parametrize("faults", [5, [], "x", {"script": 5}, {"scrpt": 1}, True, 0])
def test_so_are_faults_that_are_set_later(faults: Any) -> None:
    emulator = Emulator(orders=1)
    with pytest.raises(ValidationError) as raised:
        emulator.set_faults(faults)
    assert raised.value.location == "faults"
    assert "column" not in str(raised.value)
    assert "struct" not in str(raised.value)
    emulator.set_faults(None)


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"latency": Decimal("sNaN")}, "latency"),
        ({"latency": -1}, "latency"),
        ({"port": 10**20}, "port"),
        ({"port": 70_000}, "port"),
        ({"port": "80"}, "port"),
        ({"host": "a\ud800"}, "host"),
        ({"host": 5}, "host"),
    ],
)
def test_so_is_an_option_of_its_server(options: dict[str, Any], place: str) -> None:
    emulator = Emulator(orders=1)
    with pytest.raises(ValidationError) as raised:
        emulator.serve(**options)
    assert raised.value.location == place
    with pytest.raises(ValidationError, match="expected seconds"):
        emulator.deliver(lambda *_: None, within=Decimal("sNaN"))  # type: ignore[arg-type]


def test_settings_may_be_numbers_of_other_libraries() -> None:
    emulator = Emulator(orders=numpy.int64(3), quota=numpy.int32(50), seed=numpy.uint8(7))  # type: ignore[arg-type]
    client = emulator.client(
        page_size=numpy.int64(2), seed=numpy.int64(1), retry={"max_attempts": numpy.int8(3)}, pool={"quota": Whole(50)}
    )
    assert len(list(client.search("order"))) == 3
    assert client.statistics().requests == 2
