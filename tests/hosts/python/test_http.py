"""Real HTTP on loopback: the default transport, and the emulated account on a port."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from brightpearl import Client, MaybeSent, NotSent, PrivateApp, ProtocolError, Request, TransportError, Unsendable
from brightpearl.http import HttpxTransport
from brightpearl.testing import Emulator, EmulatorServer
from conftest import NEW_ORDER, SEARCH, TOKEN

ORDER = "order-service/order"
ADDRESS = "contact-service/postal-address"


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=1200, seed=3).serve() as server:
        yield server


def test_a_pull_over_http(server: EmulatorServer) -> None:
    with server.client() as client:
        ids = [row["orderId"] for row in client.search(SEARCH)]
        orders = list(client.get(ORDER, ids, plan="never"))
        assert sorted(order["id"] for order in orders) == ids
        assert len(ids) == 1200
        assert client.statistics().requests == 3 + 6 == server.emulator.statistics()["requests"]
        assert all("orderRows" in order for order in orders)


def test_a_write_over_http(server: EmulatorServer) -> None:
    with server.client() as client:
        before = server.emulator.statistics()["applied_writes"]
        body = {"addressLine1": "Ü 1", "postalCode": "00000", "countryIsoCode": "DEU"}
        reply = client.request("POST", ADDRESS, body=body)
        assert server.emulator.statistics()["applied_writes"] == before + 1
        (address,) = client.get(ADDRESS, reply.json()["response"])
        assert address["addressLine1"] == "Ü 1"


def test_a_lost_answer_to_a_write_is_told(server: EmulatorServer) -> None:
    faults = {"script": [{"request": 1, "fault": {"kind": "lost-response"}}]}
    with Emulator(orders=5, faults=faults).serve() as faulty, faulty.client() as client:
        with pytest.raises(TransportError) as caught:
            client.request("POST", ADDRESS, body={"addressLine1": "1", "postalCode": "0", "countryIsoCode": "DEU"})
        assert caught.value.delivery == "maybe-applied"
        assert faulty.emulator.statistics()["requests"] == 1
        assert isinstance(caught.value.__cause__, MaybeSent)
        assert isinstance(caught.value.__cause__.__cause__, httpx.RequestError)
        assert caught.value.__cause__.__cause__.__traceback__ is None


def test_a_lost_answer_to_a_read_is_asked_for_again() -> None:
    faults = {"script": [{"request": 1, "fault": {"kind": "lost-response"}}]}
    with Emulator(orders=5, faults=faults).serve() as faulty, faulty.client(retry={"base_ms": 1}) as client:
        assert len(list(client.search(SEARCH))) == 5
        assert client.statistics().retries == 1


def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        transport = HttpxTransport(timeout=5)
        with pytest.raises(NotSent, match="ConnectError"):
            transport(Request("GET", url))
        client = Client(
            account="acme", base_url=url, credentials=PrivateApp("a", TOKEN), retry={"max_attempts": 1}, timeout=5
        )
        with client, pytest.raises(TransportError) as caught:
            client.request("POST", ORDER, body=NEW_ORDER)
        assert caught.value.delivery == "not-sent"


@pytest.mark.parametrize(
    ("raised", "finding"),
    [
        (httpx.ConnectError("x"), NotSent),
        (httpx.ConnectTimeout("x"), NotSent),
        (httpx.PoolTimeout("x"), NotSent),
        (httpx.UnsupportedProtocol("x"), NotSent),
        (httpx.ReadTimeout("x"), MaybeSent),
        (httpx.WriteTimeout("x"), MaybeSent),
        (httpx.ReadError("x"), MaybeSent),
        (httpx.WriteError("x"), MaybeSent),
        (httpx.RemoteProtocolError("x"), MaybeSent),
        (httpx.DecodingError("x"), MaybeSent),
    ],
)
def test_what_the_library_raises_is_a_finding(raised: Exception, finding: type[Exception]) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise raised

    with (
        httpx.Client(transport=httpx.MockTransport(handler)) as given,
        pytest.raises(finding, match=type(raised).__name__),
    ):
        HttpxTransport(client=given)(Request("GET", "https://example.com"))


@pytest.mark.parametrize(
    ("said", "shown", "finding"),
    [
        ("407 ann:s3cret is wrong", "ProxyError: 407", Unsendable),
        ("502 ann:s3cret", "ProxyError: 502", MaybeSent),
        ("502", "ProxyError: 502", MaybeSent),
        ("Invalid username/password", "ProxyError: Invalid username/password", Unsendable),
        (
            "Requested NO AUTHENTICATION REQUIRED from proxy server, but got USERNAME/PASSWORD.",
            "ProxyError: Requested NO AUTHENTICATION REQUIRED from proxy server, but got USERNAME/PASSWORD.",
            Unsendable,
        ),
        (
            "Proxy Server could not connect: Connection refused.",
            "ProxyError: Proxy Server could not connect: Connection refused.",
            MaybeSent,
        ),
        ("", "ProxyError", MaybeSent),
    ],
)
def test_what_a_proxy_says_is_told(said: str, shown: str, finding: type[Exception]) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise httpx.ProxyError(said)

    with httpx.Client(transport=httpx.MockTransport(handler)) as given, pytest.raises(finding) as caught:
        HttpxTransport(client=given)(Request("GET", "https://example.com"))
    assert type(caught.value) is finding
    assert str(caught.value) == shown
    assert "s3cret" not in repr(caught.value.__cause__)


def test_no_redirect_is_followed() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(302, headers={"location": "https://elsewhere.example.com"})

    with httpx.Client(transport=httpx.MockTransport(handler), follow_redirects=True) as given:
        client = Client(
            account="acme",
            datacentre="use1",
            credentials=PrivateApp("a", TOKEN),
            transport=HttpxTransport(client=given),
        )
        with pytest.raises(ProtocolError, match="redirects elsewhere"):
            client.request("GET", "order-service/order-type")
    assert len(seen) == 1


def test_a_body_over_the_cap_is_not_read_to_its_end() -> None:
    with (
        Emulator(orders=500).serve() as server,
        server.client(max_body_bytes=1000, retry={"max_attempts": 1}) as client,
        pytest.raises(ProtocolError, match="expected at most 1000"),
    ):
        list(client.search(SEARCH))


def test_the_server_speaks_plain_http(server: EmulatorServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", "/public-api/demo/order-service/order/1")
    answer = connection.getresponse()
    assert answer.status == 401
    answer.read()
    connection.request("BREW", "/")
    assert connection.getresponse().status == 501
    connection.close()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.putrequest("POST", "/public-api/demo/order-service/order")
    connection.putheader("content-length", "many")
    connection.endheaders()
    assert connection.getresponse().status == 400
    connection.close()


def test_a_closed_server_leaves_no_thread_and_no_port() -> None:
    before = threading.active_count()
    server = Emulator(orders=5).serve()
    client = server.client()
    assert len(list(client.search(SEARCH))) == 5
    server.close()
    client.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)
    for thread in threading.enumerate():
        if thread.name != "MainThread":
            thread.join(timeout=5)
    assert threading.active_count() <= before


def test_an_html_page_is_no_answer() -> None:
    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>Please log in</html>")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        try:
            client = Client(
                account="acme",
                base_url=f"http://127.0.0.1:{proxy.server_port}",
                credentials=PrivateApp("a", TOKEN),
                retry={"max_attempts": 1},
            )
            with client, pytest.raises(ProtocolError, match="Please log in"):
                client.request("GET", "order-service/order-type")
        finally:
            proxy.shutdown()
            thread.join()


def test_the_emulator_says_what_is_wrong_with_its_settings() -> None:
    with pytest.raises(ValueError, match="odrers"):
        Emulator(odrers=5)
    with pytest.raises(ValueError, match="quota"):
        Emulator(quota=0)


def test_virtual_time_respects_the_cap() -> None:
    emulator = Emulator(orders=3000, quota=10)
    client = emulator.client(pool={"quota": 10}, page_size=100)
    assert len(list(client.search(SEARCH))) == 3000
    assert emulator.statistics()["throttled"] == 0
    assert client.statistics().budget_waits >= 3
