"""Bodies are unpacked piece by piece, and no further than is wanted."""

from __future__ import annotations

import gzip
import socket
import subprocess
import sys
import threading
import zlib

import httpx
import pytest

from brightpearl import BrightpearlError, Client, MaybeSent, PrivateApp, Request
from brightpearl.http import HttpxTransport
from conftest import NEW_ORDER, TOKEN
from raw_server import KINDS, answering, served, transmitted

TEXT = b'{"response": [1, 2, 3]}'
MEBIBYTE = 1 << 20


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("GZIP", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("gzip, deflate", zlib.compress(gzip.compress(TEXT))),
        ("gzip, identity, gzip", gzip.compress(gzip.compress(TEXT))),
        ("gzip", gzip.compress(TEXT[:5]) + gzip.compress(TEXT[5:])),
        ("gzip", gzip.compress(TEXT) + b"\0\0\0"),
        ("gzip", gzip.compress(TEXT) + b"garbage"),
    ],
)
def test_a_packed_body_is_unpacked(kind: str, coding: str, body: bytes) -> None:
    with served(answering(body, f"content-encoding: {coding}")) as url:
        assert transmitted(kind, Request("GET", url), max_body_bytes=1000).body == TEXT


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("coding", "body", "why"),
    [
        ("gzip", gzip.compress(TEXT)[:-4], "ends within its gzip data"),
        ("gzip", b"\x1f", "ends within its gzip data"),
        ("deflate", zlib.compress(TEXT)[:-1], "ends within its deflate data"),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT)[:-3]), "ends within its gzip data"),
        ("gzip", TEXT, "damaged gzip data"),
        ("gzip", gzip.compress(TEXT) + gzip.compress(TEXT)[:2] + b"xx", "damaged gzip data"),
        ("br", TEXT, "packed as 'br'; expected one of gzip, deflate"),
        ("gzip, zstd", TEXT, "packed as 'zstd'"),
        ("gzip, gzip, gzip", TEXT, "packed 3 times over; expected at most 2"),
    ],
)
def test_a_body_that_cannot_be_unpacked_is_no_answer(kind: str, coding: str, body: bytes, why: str) -> None:
    with served(answering(body, f"content-encoding: {coding}")) as url, pytest.raises(MaybeSent, match=why):
        transmitted(kind, Request("POST", url), max_body_bytes=1000)


MEASURED = """
import resource, sys
from brightpearl import Request
from raw_server import transmitted
kind, url = sys.argv[1:]
def largest(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
try: transmitted(kind, Request("GET", "http://127.0.0.1:1"))
except Exception: pass
before = largest()
body = transmitted(kind, Request("GET", url), max_body_bytes=1 << 20).body
print(len(body), largest() - before)
"""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, gzip", "deflate, gzip"])
def test_a_body_that_is_huge_inside_takes_little_memory(kind: str, coding: str) -> None:
    body = bytes(64 * MEBIBYTE)
    for name in coding.split(", "):
        body = gzip.compress(body) if name == "gzip" else zlib.compress(body)
    with served(answering(body, f"content-encoding: {coding}")) as url:
        told = subprocess.run(
            [sys.executable, "-c", MEASURED, kind, url], capture_output=True, text=True, check=True
        ).stdout
    length, grown = map(int, told.split())
    assert MEBIBYTE < length <= MEBIBYTE + (1 << 16)
    assert grown < 16 * MEBIBYTE


@pytest.mark.parametrize("kind", KINDS)
def test_empty_members_without_end_are_too_large(kind: str) -> None:
    with served(answering(gzip.compress(b"") * 100_000, "content-encoding: gzip")) as url:
        assert len(transmitted(kind, Request("GET", url), max_body_bytes=MEBIBYTE).body) == MEBIBYTE + 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("announced", [True, False])
def test_a_plain_body_is_not_read_to_its_end(kind: str, announced: bool) -> None:
    sent: list[int] = []

    def talk(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(1 << 16)
        length = f"content-length: {5 << 30}\r\n" if announced else ""
        connection.sendall(f"HTTP/1.1 200 OK\r\n{length}\r\n".encode())
        while not over.is_set():
            sent.append(connection.send(bytes(1 << 16)))

    with served(talk) as url:
        assert len(transmitted(kind, Request("GET", url), max_body_bytes=MEBIBYTE).body) > MEBIBYTE
    assert sum(sent) < 64 * MEBIBYTE


@pytest.mark.parametrize(
    ("beginning", "delivery"), [(b' {"response":', "applied"), (b"<html>", "maybe-applied"), (b"\0", "maybe-applied")]
)
def test_what_became_of_a_write_whose_answer_is_too_large(beginning: bytes, delivery: str) -> None:
    with served(answering(gzip.compress(beginning + bytes(MEBIBYTE)), "content-encoding: gzip")) as url:
        client = Client(account="acme", base_url=url, credentials=PrivateApp("a", TOKEN), max_body_bytes=1000)
        with client, pytest.raises(BrightpearlError, match="expected at most 1000") as caught:
            client.post("order-service/order", NEW_ORDER)
    assert caught.value.delivery == delivery
    assert not caught.value.retryable


def test_only_what_can_be_unpacked_is_asked_for() -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["accept-encoding"])
        return httpx.Response(200, content=TEXT)

    with httpx.Client(transport=httpx.MockTransport(handler)) as given:
        assert HttpxTransport(client=given)(Request("GET", "https://example.com")).body == TEXT
    assert asked == ["gzip, deflate"]
