"""The file of the audit trail, and the command that verifies it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from brightpearl import BrightpearlError, MaybeSent, NotSent, Request, Response, TransportError
from brightpearl.audit import AuditError, AuditFile, verify
from brightpearl.testing import Emulator

NOTE = {"outcome": "noted", "note": "x"}
TOKEN = "an-invented-token-0123456789"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_write_of_a_client_is_told_before_and_after(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    emulator = Emulator(orders=20)
    trail = AuditFile(path, app="shop-sync", user="cron", secrets=[TOKEN])
    client = emulator.client(transport=trail.transport(emulator.transport))
    list(client.search("order-service/order-search", limit=3))
    order = client.create_sales_order(
        customer={"contactId": 208},
        reference=TOKEN,
        orderRows=[{"productId": 1007, "quantity": 1, "price": "2.50"}],
    )
    with pytest.raises(BrightpearlError):
        client.request("DELETE", "order-service/order/999999/row/1")
    told = lines(path)
    outcomes = [(line["method"], line["outcome"]) for line in told]
    assert outcomes[0::2] == [("POST", "sent")] * (len(told) // 2 - 1) + [("DELETE", "sent")]
    assert ("POST", "applied") in outcomes
    assert outcomes[-1] == ("DELETE", "rejected")
    assert order["orderId"]
    assert all(line["app"] == "shop-sync" and line["user"] == "cron" for line in told)
    assert all(line["path"].startswith("order-service/") for line in told)
    assert TOKEN not in path.read_text()
    assert "orderRows" not in path.read_text()
    assert oct(path.stat().st_mode)[-3:] == "600"
    assert verify(path).findings == ()


def test_what_cannot_be_told_is_not_sent(tmp_path: Path) -> None:
    sent: list[Request] = []

    def transmit(request: Request) -> Response:
        sent.append(request)
        return Response(200, {}, b'{"response":1}')

    trail = AuditFile(tmp_path / "no" / "audit.jsonl")
    client = Emulator(orders=1).client(transport=trail.transport(transmit))
    with pytest.raises(TransportError) as failed:
        client.request("POST", "order-service/order/1/note", body={"text": "x"})
    assert (sent, failed.value.delivery) == ([], "not-sent")
    assert isinstance(failed.value.__cause__, AuditError)
    assert "cannot be written" in str(failed.value)


@pytest.mark.parametrize(("failure", "outcome"), [(NotSent("x"), "not-sent"), (MaybeSent("x"), "maybe-applied")])
def test_what_has_no_answer_is_told(tmp_path: Path, failure: Exception, outcome: str) -> None:
    def transmit(_: Request) -> Response:
        raise failure

    transport = AuditFile(tmp_path / "a").transport(transmit)
    with pytest.raises(type(failure)):
        transport(Request("POST", "https://x.example.com/public-api/acme/order", {}, b"{}"))
    assert [line["outcome"] for line in lines(tmp_path / "a")] == ["sent", outcome]


def test_an_outcome_that_cannot_be_written_is_written_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail = AuditFile(tmp_path / "a")
    request = Request("POST", "https://x.example.com/public-api/acme/order", {}, b"{}")

    def fill_the_disk(_: Request) -> Response:
        monkeypatch.setattr(os, "fsync", _no_room)
        return Response(200, {}, b'{"response":1}')

    assert trail.transport(fill_the_disk)(request).status == 200
    assert [line["outcome"] for line in lines(tmp_path / "a")] == ["sent"]
    with pytest.raises(AuditError):
        trail.settle()
    monkeypatch.undo()
    trail.settle()
    assert [line["outcome"] for line in lines(tmp_path / "a")] == ["sent", "applied"]
    assert verify(tmp_path / "a").findings == ()


def _no_room(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_line_that_was_torn_is_cut_off_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a"
    AuditFile(path).append(NOTE)
    head = AuditFile(path).append(NOTE)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"line":3,"at":"20')
    assert [finding.fault for finding in verify(path).findings] == ["torn"]
    AuditFile(path).append(NOTE)
    assert [line["note"] for line in lines(path)][2:] == ["an unfinished line of 18 bytes was cut off", "x"]
    assert verify(path, anchors=[head]).findings == ()
    path.write_bytes(whole[:-1])
    AuditFile(path).append(NOTE)
    assert (len(lines(path)), verify(path, anchors=[head]).findings) == (3, ())
    path.write_bytes(b'{"lin')
    AuditFile(path).append(NOTE)
    assert verify(path).findings == ()


def test_nothing_is_put_behind_what_is_no_trail(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for text in ("orders,total\n1,2\n", "orders", '{"text": "x"}', '{"line": 1}\n', "x" * 300_000):
        path.write_text(text)
        with pytest.raises(AuditError, match="does not end with a line of its own"):
            AuditFile(path).append(NOTE)
        assert path.read_text() == text
    with pytest.raises(AuditError, match="a directory"):
        AuditFile(tmp_path).append(NOTE)


def test_several_processes_append_to_one_file(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom brightpearl.audit import AuditFile\ntrail = AuditFile(sys.argv[1])\n"
        "for _ in range(10): trail.append({'outcome': 'noted'})\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "a")]) for _ in range(3)]
    assert [one.wait(60) for one in running] == [0, 0, 0]
    assert (verify(tmp_path / "a").findings, len(lines(tmp_path / "a"))) == ((), 30)


def test_writes_of_an_asyncio_client_are_told_also_when_they_are_given_up(tmp_path: Path) -> None:
    import asyncio

    trail = AuditFile(tmp_path / "a")
    is_out = asyncio.Event()

    async def transmit(request: Request) -> Response:
        if request.url.endswith("slow"):
            is_out.set()
            await asyncio.sleep(60)
        return Response(200, {}, b'{"response":1}')

    async def run() -> None:
        transport = trail.async_transport(transmit)
        await transport(Request("GET", "https://x.example.com/public-api/acme/order", {}))
        await transport(Request("POST", "https://x.example.com/public-api/acme/order", {}, b"{}"))
        slow = asyncio.create_task(transport(Request("PUT", "https://x.example.com/public-api/acme/slow", {}, b"{}")))
        await is_out.wait()
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow

    asyncio.run(run())
    told = [(line["method"], line["outcome"]) for line in lines(tmp_path / "a")]
    assert told == [("POST", "sent"), ("POST", "applied"), ("PUT", "sent"), ("PUT", "maybe-applied")]


def test_the_secrets_that_a_request_is_sent_with_are_blanked_wherever_they_stand(tmp_path: Path) -> None:
    secret = "s3cret-token-0123456789"
    trail = AuditFile(tmp_path / "a", user=f"a {secret} b")
    transport = trail.transport(lambda _: Response(400, {}, f'{{"errors":[{{"message":"{secret}"}}]}}'.encode()))
    url = f"https://x.example.com/public-api/acme/order/{secret}?token={secret}"
    transport(Request("POST", url, {"brightpearl-account-token": secret}, secret.encode()))
    trail.append({"outcome": "noted", "note": f"refused: {secret}"})
    assert "s3cret" not in (tmp_path / "a").read_text()
    assert [line["user"] for line in lines(tmp_path / "a")] == ["a [redacted] b"] * 3
