"""What a command has written is told, although standard output or a file beside it takes no more."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from brightpearl import Client, ValidationError
from brightpearl.cli.error_lines import choose_errors
from brightpearl.cli.failure import Done, reported
from brightpearl.cli.told import done_before
from brightpearl.journal import JournalError
from brightpearl.testing import EmulatorServer
from command_line import Ended, server, settings

__all__ = ["server", "settings"]

pytestmark = pytest.mark.usefixtures("settings")

ORDER = {"customer": {"contactId": 208}, "orderRows": [{"name": "x", "quantity": 1, "net": "1", "tax": "0"}]}
WRITE = {"method": "POST", "path": "order-service/order/10/note", "body": {"text": "told"}}


@contextlib.contextmanager
def output(kind: str) -> Iterator[int]:
    """Standard output that takes nothing: since the disk is full, or nobody reads it."""
    if kind == "full":
        descriptor = os.open("/dev/full", os.O_WRONLY)
    else:
        reading, descriptor = os.pipe()
        os.close(reading)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


class Told:
    """How a command ended whose output nobody has."""

    def __init__(self, kind: str, *arguments: str, errors: str = "json") -> None:
        with output(kind) as descriptor:
            ended = subprocess.run(
                [sys.executable, "-m", "brightpearl", "--errors", errors, *arguments],
                stdout=descriptor,
                stderr=subprocess.PIPE,
                text=True,
                timeout=60,
                check=False,
            )
        self.code = ended.returncode
        self.err = ended.stderr
        self.lines: list[dict[str, Any]] = [
            json.loads(line) for line in ended.stderr.splitlines() if line.startswith("{")
        ]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [line["error"] for line in self.lines if "exit_code" in line]


CODES = {"full": 7, "closed": 141}


@pytest.fixture
def client(server: EmulatorServer) -> Iterator[Client]:
    with server.client() as client:
        yield client


def notes(client: Client, order: int) -> int:
    response = client.request("GET", f"order-service/order/{order}/note").json()["response"]
    return len(response)


@pytest.mark.parametrize("kind", CODES)
def test_a_task_that_wrote_says_so_with_its_result(kind: str, client: Client) -> None:
    told = Told(kind, "task", "create-sales-order", "--arg", f"customer={json.dumps(ORDER['customer'])}")
    assert told.code == CODES[kind]
    [error] = told.errors
    assert error["delivery"] == "applied"
    assert client.request("GET", f"order-service/order/{error['progress']['orderId']}").status == 200
    assert error["kind"] == ("file" if kind == "full" else "cancelled")
    assert error["advice"] == "Look at what was done before running it again."


@pytest.mark.parametrize("kind", CODES)
@pytest.mark.parametrize("verb", ["post", "put"])
def test_a_request_that_wrote_says_so_with_its_answer(kind: str, verb: str, tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    path = "order-service/order/11/note" if verb == "post" else "order-service/order/11/status"
    body.write_text('{"text": "x"}' if verb == "post" else '{"orderStatusId": 3}')
    told = Told(kind, verb, path, str(body))
    assert told.code == CODES[kind]
    [error] = told.errors
    assert (error["delivery"], error["progress"]["status"]) == ("applied", 200)
    assert verb == "put" or error["progress"]["body"]["response"] > 0
    told = Told(kind, verb, path, str(body), errors="text")
    assert told.err.count("error:") == 1, told.err
    assert "it was carried out" in told.err


@pytest.mark.parametrize("kind", CODES)
def test_what_only_reads_says_that_it_was_answered(kind: str) -> None:
    told = Told(kind, "task", "read-product-availability", "--arg", "productIds=1007")
    assert told.code == CODES[kind]
    assert told.errors[0]["delivery"] == "applied"
    assert "progress" not in told.errors[0]
    assert "standard output cannot be written" in told.err or kind == "closed"
    assert Told(kind, "search", "order", errors="text").err.count("error:") == (kind == "full")


@pytest.mark.parametrize("kind", CODES)
def test_a_batch_tells_every_result_that_came(kind: str, tmp_path: Path, client: Client) -> None:
    file = tmp_path / "writes.jsonl"
    file.write_text((json.dumps(WRITE) + "\n") * 25)
    before = notes(client, 10) if kind == "closed" else 0
    told = Told(kind, "batch", str(file))
    assert told.code == CODES[kind]
    results = [line for line in told.lines if "index" in line]
    assert [result["index"] for result in results] == list(range(10))
    assert all(result["status"] == 200 for result in results)
    assert told.errors[0]["progress"] == {"carried_out": 10, "not_sent": 15}
    assert told.errors[0]["delivery"] == "applied"
    assert "10 carried out, 15 not" in told.err
    assert notes(client, 10) - before == 10 or not before


def records(folder: Path, name: str, count: int) -> tuple[str, str]:
    """A mapping document of sales orders and a file of records."""
    document, file = folder / "document.json", folder / f"{name}.jsonl"
    verify = {"search": "order-service/order-search", "column": "customerRef"}
    fields: list[dict[str, Any]] = [
        {"to": "/ref", "from": "ref", "required": True},
        {"to": "/customer/id", "value": 208},
        {"to": "/rows/0/name", "value": "Thing"},
        {"to": "/rows/0/quantity", "value": 1},
        {"to": "/rows/0/net", "from": "price", "as": "decimal", "required": True},
        {"to": "/rows/0/tax", "value": "0"},
        {"to": "/rows/0/taxCode", "value": "T20"},
    ]
    document.write_text(
        json.dumps(
            {
                "version": 1,
                "name": "told",
                "target": "order-service/sales-order",
                "key": {"target": "/ref", "verify": verify},
                "checks": [],
                "fields": fields,
            }
        )
    )
    file.write_text("".join(f'{{"ref": "{name}-{number}", "price": "1"}}\n' for number in range(count)))
    return str(document), str(file)


def created(client: Client, name: str) -> int:
    references = [row["customerRef"] or "" for row in client.search("order", columns=["customerRef"])]
    return sum(reference.startswith(f"{name}-") for reference in references)


@pytest.mark.parametrize("kind", CODES)
@pytest.mark.parametrize("form", ["lines", "table"])
def test_a_push_counts_and_tells_what_it_did(kind: str, form: str, tmp_path: Path, client: Client) -> None:
    name = f"P{kind}{form}"
    given = records(tmp_path, name, 25)
    told = Told(kind, "push", *given, "--write", *(["--json"] if form == "lines" else []))
    assert told.code == CODES[kind]
    [error] = told.errors
    there = created(client, name)
    assert there > 0
    assert (error["progress"], error["delivery"]) == ({"created": there}, "applied")
    ids = [line["id"] for line in told.lines if "record" in line]
    assert form == "table" or len(set(ids)) == there
    assert "created" in told.err.replace(json.dumps(error), "")


@pytest.mark.parametrize("beside", ["--dead-letters", "--ledger"])
def test_a_file_that_fails_beside_a_push_leaves_no_outcome_untold(
    beside: str, tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"B{beside.strip('-')}"
    document, file = records(tmp_path, name, 300)
    with open(file, "a", encoding="utf-8") as more:
        more.write("".join(f'{{"ref": "{name}-x{number}", "price": "no"}}\n' for number in range(3)))
    if beside == "--dead-letters":
        place = "/dev/full"
    else:
        place = str(tmp_path / "ledger.db")
        from brightpearl.ledger.noting import Noting

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device", place)

        monkeypatch.setattr(Noting, "bury", full)
    ended = Ended("push", document, file, "--write", "--json", beside, place)
    assert ended.code == 7
    states = [json.loads(line)["state"] for line in ended.out.splitlines()]
    assert states.count("created") == created(client, name) > 0
    assert place in ended.err
    done = {state: states.count(state) for state in dict.fromkeys(states)}
    assert f"done before: {json.dumps(done, separators=(',', ':'))}" in ended.err.replace("  done", "done")


@pytest.mark.parametrize("kind", CODES)
def test_dead_letters_that_were_tried_again_are_dealt_with(kind: str, tmp_path: Path, client: Client) -> None:
    name = f"L{kind}"
    document, _ = records(tmp_path, name, 0)
    file, ledger = tmp_path / "bad.jsonl", str(tmp_path / "ledger.db")
    file.write_text("".join(f'{{"ref": "{name}-{number}", "price": "no"}}\n' for number in range(5)))
    assert Ended("push", document, str(file), "--write", "--ledger", ledger).code == 4
    mended = json.loads(Path(document).read_text())
    mended["fields"][4] = {"to": "/rows/0/net", "value": "1"}
    Path(document).write_text(json.dumps(mended))
    told = Told(kind, "dead-letters", "retry", "--all", "--ledger", ledger, "--json")
    assert told.code == CODES[kind]
    there = created(client, name)
    assert there > 0
    assert told.errors[0]["progress"] == {"created": there}
    assert sum("letter" in line or "state" in line for line in told.lines) == there
    left = Ended("dead-letters", "list", "--ledger", ledger, "--json").out.splitlines()
    assert len(left) == 5 - there


def test_a_line_that_is_wrong_amid_a_file_says_what_was_written_before(tmp_path: Path, client: Client) -> None:
    document, _ = records(tmp_path, "F", 0)
    file = tmp_path / "flat.csv"
    lines = [f"F-{number},1" for number in range(200)]
    file.write_text("\n".join(["ref,price", *lines, "F-200,1,too many"]))
    ended = Ended("--errors", "json", "push", document, str(file), "--write")
    assert ended.code == 2
    [error] = [json.loads(line)["error"] for line in ended.err.splitlines() if line.startswith("{")]
    assert error["progress"]["created"] == created(client, "F") > 0
    assert (error["delivery"], error["advice"]) == ("applied", "Look at what was done before running it again.")


@pytest.mark.parametrize("kind", [ValidationError, JournalError])
def test_an_error_after_writes_does_not_advise_as_if_there_were_none(
    kind: type[ValidationError], capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        with done_before(lambda: Done({"created": 2}, "applied")):
            raise kind("it went wrong")

    for wanted in ("text", "json"):
        choose_errors(wanted)
        try:
            with pytest.raises(typer.Exit):
                reported(command)
        finally:
            choose_errors(None)
        told = capsys.readouterr().err
        assert "nothing was sent" not in told
        assert "Look at what was done" in told
        assert '{"created":2}' in told
        assert wanted == "text" or json.loads(told)["error"]["delivery"] == "applied"
