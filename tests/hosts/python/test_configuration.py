"""What is configured wrongly is named, leaves nothing sent, and is not tried again, whatever the verb."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brightpearl import (
    AsyncClient,
    Client,
    NotSent,
    PrivateApp,
    Request,
    TransportError,
    Unsendable,
    ValidationError,
)
from brightpearl.exchange import certificates
from conftest import NEW_ORDER, TOKEN
from pushed import MAPPING, order
from raw_server import KINDS, served, transmitted

VARIABLES = [
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    *(name for proxy in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY") for name in (proxy, proxy.lower())),
]


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def failed(kind: str, method: str, url: str, **options: Any) -> TransportError:
    """How a request of a client ends, which must be at once."""
    options = {"account": "acme", "base_url": url, "credentials": PrivateApp("a", TOKEN)} | options
    body = NEW_ORDER if method == "POST" else None

    async def ask() -> None:
        async with AsyncClient(**options) as client:
            try:
                await client.request(method, "order-service/order", body=body)
            finally:
                assert client.statistics().requests == 1

    with pytest.raises(TransportError) as caught:
        if kind == "sync":
            with Client(**options) as client:
                try:
                    client.request(method, "order-service/order", body=body)
                finally:
                    assert client.statistics().requests == 1
        else:
            asyncio.run(ask())
    assert caught.value.delivery == "not-sent"
    assert not caught.value.retryable
    assert isinstance(caught.value.__cause__, Unsendable)
    return caught.value


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
@pytest.mark.parametrize("what", ["nothing", "garbage", "empty"])
def test_certificates(
    kind: str, method: str, variable: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / what
    if variable == "SSL_CERT_FILE" and what != "nothing":
        place.write_bytes(b"" if what == "empty" else b"-----BEGIN CERTIFICATE-----\nnot base64\n")
    elif what != "nothing":
        place.mkdir()
        if what == "garbage":
            (place / "readme.txt").write_text("not a certificate")
    monkeypatch.setenv(variable, str(place))
    error = failed(kind, method, "https://use1.example")
    assert f"{variable} names, {str(place)!r}, cannot be read" in str(error)


@pytest.mark.parametrize("order", [["good", "missing"], ["missing", "good"], ["file", "empty", "", "good"]])
def test_directories_without_certificates_are_passed_over(
    order: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("good", "empty"):
        (tmp_path / name).mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "good" / "0a1b2c3d.0").touch()
    monkeypatch.setenv("SSL_CERT_DIR", os.pathsep.join(str(tmp_path / name) if name else "" for name in order))
    assert isinstance(certificates(), ssl.SSLContext)
    (tmp_path / "good" / "0a1b2c3d.0").unlink()
    with pytest.raises(Unsendable, match=r"SSL_CERT_DIR names, .* cannot be read"):
        certificates()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("proxy", "why"),
    [
        ("http://ann:s3cret@[::1", "not a URL"),
        ("http://ann:s3cret@proxy:port", "not a URL"),
        ("ann:s3cret@proxy:99999", "port is too high"),
        ("http://ann:s3cret@", "no host"),
        ("http://ann:s3cret@:3128", "no host"),
        ("gopher://ann:s3cret@proxy", "scheme is not supported"),
        ("socks4://ann:s3cret@proxy", "scheme is not supported"),
    ],
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_proxies(kind: str, method: str, proxy: str, why: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, proxy)
    error = failed(kind, method, "https://use1.example")
    assert f"the proxy of {variable} cannot be used: " in str(error)
    assert why in str(error)
    assert "s3cret" not in str(error) + repr(error.__cause__)


def refusing(connection: socket.socket, _: threading.Event) -> None:
    connection.recv(1 << 16)
    connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")


def gone(connection: socket.socket, _: threading.Event) -> None:
    connection.recv(1 << 16)
    connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")


@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_that_opens_no_tunnel_leaves_nothing_sent(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(refusing) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        assert "407" in str(failed(kind, "POST", "https://use1.example"))
    with served(gone) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with pytest.raises(NotSent, match="502") as caught:
            transmitted(kind, Request("POST", "https://use1.example", {}, b"{}"))
        assert not isinstance(caught.value, Unsendable)


@pytest.fixture(scope="module")
def untrusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server whose certificate nobody vouches for."""
    folder = tmp_path_factory.mktemp("untrusted")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=localhost"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def talk(connection: socket.socket, _: threading.Event) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(1 << 16)

    with served(talk) as url:
        yield url.replace("http://127.0.0.1", "https://localhost")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_certificate_that_is_not_trusted(kind: str, method: str, untrusted: str) -> None:
    error = failed(kind, method, untrusted)
    assert "the certificate for 'localhost' is not trusted: self" in str(error)
    try:
        raise error
    except TransportError:
        assert "the certificate for 'localhost' is not trusted: self" in str(failed(kind, method, untrusted))


def test_a_push_ends_at_once(untrusted: str, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with Client(account="acme", base_url=untrusted, credentials=PrivateApp("a", TOKEN)) as client:
        with pytest.raises(TransportError, match="not trusted"):
            list(client.push(MAPPING, [order(1, "A"), order(2, "A")], write=True, journal=journal))
        assert client.statistics().requests == 1
    assert TOKEN not in journal.read_text()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://127.0.0.1:1", {"x-note": "é"}),
        ("http://127.0.0.1:1", {"x-note": "a\nb: c"}),
        ("http://127.0.0.1:1", {"x note": "a"}),
        ("http://[::1", {}),
        ("http://127.0.0.1:99999999", {}),
        ("ftp://127.0.0.1", {}),
        (f"http://{'a' * 70}.example", {}),
        ("", {}),
    ],
)
def test_what_cannot_be_put_on_the_wire(kind: str, url: str, headers: dict[str, str]) -> None:
    with pytest.raises(Unsendable):
        transmitted(kind, Request("POST", url, headers, b"{}"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_of_the_caller_is_named(kind: str) -> None:
    options: dict[str, Any] = {
        "account": "acme",
        "base_url": "http://127.0.0.1:1",
        "credentials": PrivateApp("a", TOKEN),
    }
    given: dict[str, Any] = {"body": NEW_ORDER, "headers": {"x-note": "é"}}

    async def post() -> None:
        async with AsyncClient(**options) as client:
            await client.post("order-service/order", **given)

    with pytest.raises(ValidationError, match="'x-note' has a character that cannot stand in a header") as caught:
        if kind == "sync":
            with Client(**options) as client:
                client.post("order-service/order", **given)
        else:
            asyncio.run(post())
    assert caught.value.delivery == "not-sent"
    assert not caught.value.retryable


@pytest.mark.parametrize("kind", KINDS)
def test_a_host_that_is_not_there_may_come_back(kind: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(NotSent) as caught:
            transmitted(kind, Request("GET", f"http://127.0.0.1:{unused.getsockname()[1]}"))
    assert not isinstance(caught.value, Unsendable)
