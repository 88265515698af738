"""Inbound flows: records that come are pushed, each exactly once, and what cannot be written is kept."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import served
from brightpearl import Client, Mapping, Outcome, PermissionDeniedError, RejectedError
from brightpearl.ledger import Ledger, open_ledger
from brightpearl.ledger.dead_letter import DeadLetter
from brightpearl.ledger.dead_letters import DeadLetters
from brightpearl.service.configuration import read_configuration
from brightpearl.service.destinations import DeliveryFailed
from brightpearl.service.inbound import InboundRunner
from brightpearl.service.spool import Spool, as_lines
from brightpearl.service.stopping import Stopping
from brightpearl.testing import Emulator, EmulatorServer
from pushed import ORDERS, found, order, orders
from served import TOKEN, Beside, Serving, configured, until


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=20, contacts=30, products=20, uncapped=True).serve() as server:
        yield server


@pytest.fixture
def client(server: EmulatorServer) -> Iterator[Client]:
    with server.client() as client:
        yield client


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch, server: EmulatorServer) -> None:
    for name, value in served.variables(server).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "orders.json").write_text(json.dumps(ORDERS))
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def flow(source: str, **members: str) -> str:
    listed = {"name": "in", "push": "orders.json", "from": source} | members
    return "[[flow]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in listed.items())


def put(path: Path, records: list[Any], *, age: float = 10.0) -> None:
    """A file that somebody wrote some time ago."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    os.utime(path, (time.time() - age,) * 2)


def ledger_of(folder: Path) -> Ledger:
    return open_ledger(folder / "brightpearl-ledger.sqlite")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_files_of_a_directory_are_pushed_and_put_away(tmp_path: Path, inbox: Path, client: Client) -> None:
    records = orders(client, 3)
    put(inbox / "a.jsonl", records[:2])
    put(inbox / "b.jsonl", [records[2], order(70, "NO-SUCH")])
    put(inbox / "c.txt", [records[0]])
    (inbox / "d.json").write_text("[{")
    os.utime(inbox / "d.json", (1, 1))
    put(inbox / "e.jsonl.part", records)
    put(inbox / "f.jsonl", records, age=0)
    os.utime(inbox / "f.jsonl", (time.time() + 3600,) * 2)
    path = configured(tmp_path, flow("directory: inbox", every="1h"))
    with Beside(path) as service:
        until(lambda: len(names(inbox / "done")) == 2 and len(names(inbox / "failed")) == 2)
        until(lambda: not names(inbox / "working"))
        ledger = service.service.ledger
        letters = {letter.kind: letter for letter in ledger.dead_letters.list() if letter.record != "c.txt"}
        assert letters["push"].key == "W-70"
        assert "NO-SUCH" in letters["push"].reason
        assert (letters["file"].record, "cannot be read" in letters["file"].reason) == ("d.json", True)
    assert names(inbox / "done") == ["a.jsonl", "b.jsonl"]
    assert names(inbox / "failed") == ["c.txt", "d.json"]
    assert [found(client, f"W-{number}") for number in range(3)] == [1, 1, 1]
    # One that is still being written, and one whose name says so, are left.
    assert {"e.jsonl.part", "f.jsonl"} <= set(names(inbox))


class Answering:
    """A client whose pushes end as they are told to."""

    _account = "demo"

    def __init__(self) -> None:
        self.outcomes: list[list[Outcome]] = []
        self.pushes = 0

    def push(self, *_: Any, **__: Any) -> Any:
        self.pushes += 1
        return contextlib.nullcontext(self.outcomes.pop(0) if self.outcomes else [])


def test_what_may_be_written_another_time_makes_no_dead_letter(tmp_path: Path, inbox: Path) -> None:
    path = configured(tmp_path, flow("directory: inbox", every="1h"))
    configuration = read_configuration(path)
    client = Answering()
    with ledger_of(tmp_path) as ledger:
        given: Any = client
        runner = InboundRunner(
            configuration.inbound[0], given, ledger, str(tmp_path), configuration.work, Stopping(), lambda: 1
        )
        put(inbox / "a.jsonl", [{"number": "W-1"}, {"number": "W-2"}])
        forbidden = PermissionDeniedError("the app may not do this")
        wrong = RejectedError("the body is wrong")
        client.outcomes = [
            [Outcome(0, "W-1", "rejected", error=forbidden), Outcome(1, "W-2", "rejected", error=wrong)],
            [Outcome(0, "W-1", "created", 7), Outcome(1, "W-2", "rejected", error=wrong)],
        ]
        with pytest.raises(DeliveryFailed, match="may not do this"):
            runner.run(is_scheduled=True)
        assert names(inbox / "working") == ["a.jsonl"]
        assert [letter.key for letter in ledger.dead_letters.list()] == ["W-2"]
        assert runner.pending_ms() == 1
        runner.run(is_scheduled=False)
        assert names(inbox / "done") == ["a.jsonl"]
        assert [letter.tries for letter in ledger.dead_letters.list()] == [2]


def runner_of(folder: Path, client: Any, ledger: Ledger, text: str) -> InboundRunner:
    configuration = read_configuration(configured(folder, text))
    [one] = configuration.inbound
    return InboundRunner(one, client, ledger, str(folder), configuration.work, Stopping(), lambda: 1)


def test_a_flow_that_is_renamed_goes_on_with_the_files_that_were_begun(tmp_path: Path, inbox: Path) -> None:
    with ledger_of(tmp_path) as ledger:
        runners = [
            runner_of(tmp_path, Answering(), ledger, flow("directory: inbox", every="1h", name=name))
            for name in ("in", "orders of the shop")
        ]
    put(inbox / "a.jsonl", [{}])
    taken = [runner.spool.take() for runner in runners]
    assert taken == [str(inbox / "working" / "a.jsonl")] * 2
    assert len({runner.spool.journal_of(str(taken[0])) for runner in runners}) == 1


def test_the_journal_of_letters_stays_until_they_are_gone(
    tmp_path: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Answering()
    client.outcomes = [[Outcome(0, None, "created", 7)]]
    with ledger_of(tmp_path) as ledger:
        runner = runner_of(tmp_path, client, ledger, flow("directory: inbox", every="1h"))
        ledger.dead_letters.put([DeadLetter("in", "push", "demo", {}, "no")])
        ledger.dead_letters.ask_again([1])
        [work] = (tmp_path / "brightpearl-work").iterdir()
        journal = work / "dead-letters.journal"
        journal.write_text("")
        original = DeadLetters.drop
        had: list[bool] = []

        def dropped(letters: DeadLetters, ids: Any) -> int:
            had.append(journal.exists())
            return original(letters, ids)

        monkeypatch.setattr(DeadLetters, "drop", dropped)
        runner.run(is_scheduled=False)
        assert had[0]
        assert not journal.exists()


@pytest.mark.parametrize("end", ["one cell\n", "a,\u00fc\n", '"a,b\n'])
def test_nothing_is_written_of_a_file_that_cannot_be_read_to_its_end(tmp_path: Path, inbox: Path, end: str) -> None:
    (inbox / "a.csv").write_bytes(("number,email\n" + "W-1,a@example.com\n" * 2_000 + end).encode("latin-1"))
    os.utime(inbox / "a.csv", (1, 1))
    client = Answering()
    with ledger_of(tmp_path) as ledger:
        runner_of(tmp_path, client, ledger, flow("directory: inbox", every="1h")).run(is_scheduled=True)
        [letter] = ledger.dead_letters.list()
    assert (letter.kind, "cannot be read" in letter.reason) == ("file", True)
    assert names(inbox / "failed") == ["a.csv"]
    assert client.pushes == 0


def test_a_letter_that_is_asked_for_while_it_is_tried_is_kept(
    tmp_path: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Answering()
    wrong = RejectedError("the body is wrong")
    client.outcomes = [
        [Outcome(0, "W-1", "rejected", error=wrong), Outcome(1, "W-2", "rejected", error=wrong)],
        [Outcome(0, "W-1", "created", 7)],
    ]
    with ledger_of(tmp_path) as ledger:
        runner = runner_of(tmp_path, client, ledger, flow("directory: inbox", every="1h"))
        # The key of the second one was not known before.
        resource = Mapping(ORDERS).target or ""
        ledger.dead_letters.put(DeadLetter("in", "push", "demo", {}, "no", resource, key) for key in ("W-1", None))
        ledger.dead_letters.ask_again([1, 2])
        original = DeadLetters.put

        def put(letters: DeadLetters, given: Any) -> None:
            original(letters, given)
            if client.pushes == 1:
                letters.ask_again([1])

        monkeypatch.setattr(DeadLetters, "put", put)
        runner.run(is_scheduled=False)
        assert client.pushes == 2
        assert [letter.id for letter in ledger.dead_letters.list()] == [3]


def test_a_letter_of_a_file_that_is_gone_stays(tmp_path: Path, inbox: Path) -> None:
    with ledger_of(tmp_path) as ledger:
        runner = runner_of(tmp_path, Answering(), ledger, flow("directory: inbox", every="1h"))
        ledger.dead_letters.put([DeadLetter("in", "file", "demo", "a.csv", "no", key=str(inbox / "failed" / "a.csv"))])
        ledger.dead_letters.ask_again([1])
        runner.run(is_scheduled=False)
        [letter] = ledger.dead_letters.list(asked=False)
        assert "not where it was put" in letter.reason
        (inbox / "failed" / "a.csv").write_text("number\n")
        ledger.dead_letters.ask_again([1])
        runner.run(is_scheduled=False)
        assert ledger.dead_letters.count() == 0


def test_a_command_brings_records(tmp_path: Path, inbox: Path, client: Client) -> None:
    [record] = [order(90, orders(client, 1)[0]["lines"][0]["sku"])]
    (tmp_path / "fetch.py").write_text(f"print({json.dumps(json.dumps(record))})")
    path = configured(tmp_path, flow(f"command: {sys.executable} fetch.py", every="1h"))
    with Beside(path):
        until(lambda: found(client, "W-90") == 1)
        until(lambda: ledger_of(tmp_path).runs.list()[0].outcome == "done")
    (tmp_path / "fetch.py").write_text("import sys; print('{}'); sys.exit('no connection')")
    (tmp_path / "brightpearl-ledger.sqlite").unlink()
    with Beside(path) as service:
        until(lambda: service.request("GET", "/healthz").json()["rules"] == ["flow"])
        assert "no connection" in service.service.health().findings[0].message


def test_records_are_posted_with_a_token(tmp_path: Path, inbox: Path, client: Client) -> None:
    record = order(80, orders(client, 1)[0]["lines"][0]["sku"])
    path = configured(tmp_path, flow("POST /push/orders", token="env:PUSH_TOKEN"))
    right = {"authorization": f"Bearer {TOKEN}"}
    with Beside(path) as service:
        for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {TOKEN}"}):
            assert service.request("POST", "/push/orders", b"{}", headers=headers).status_code == 401
        assert service.request("POST", "/push/other", b"{}", headers=right).status_code == 401
        assert service.request("POST", "/push/orders", b" ", headers=right).status_code == 400
        body = json.dumps([record, order(81, "NO-SUCH")]).encode()
        answers = [service.request("POST", "/push/orders", body, headers=right) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[0].json() == answers[1].json()
        until(lambda: found(client, "W-80") == 1)
        ledger = service.service.ledger
        until(lambda: [letter.key for letter in ledger.dead_letters.list()] == ["W-81"])
        # Another try, of what somebody has mended in Brightpearl, say.
        ledger.dead_letters.ask_again([ledger.dead_letters.list()[0].id])
        until(lambda: [letter.tries for letter in ledger.dead_letters.list()] >= [2])
        assert service.request("POST", "/push/orders", b"no JSON", headers=right).status_code == 202
        until(lambda: ledger.dead_letters.count() == 2)
    assert found(client, "W-80") == 1


def test_a_push_that_was_killed_is_gone_on_with_and_writes_nothing_twice(
    tmp_path: Path, inbox: Path, client: Client, server: EmulatorServer
) -> None:
    known = {record["lines"][0]["sku"] for record in orders(client, 20)}
    count = 20
    put(inbox / "many.jsonl", [order(1_000 + number, sorted(known)[number % len(known)]) for number in range(count)])
    # Soon, and yet later than the account takes for a request that was on its way when the process died.
    path = configured(tmp_path, flow("directory: inbox", every="1h") + "looks = [1, 5]\n")
    journals = inbox / ".journals"
    serving = Serving(path, server)
    until(lambda: any('"write"' in journal.read_text() for journal in journals.glob("*.journal")))
    serving.kill()
    assert names(inbox / "working") == ["many.jsonl"]
    serving = Serving(path, server)
    until(lambda: names(inbox / "done") == ["many.jsonl"])
    code, said = serving.stop()
    assert (code, "stopped" in said) == (0, True), said
    assert all(found(client, f"W-{1_000 + number}") == 1 for number in range(0, count, 5))
    assert not list(journals.glob("*.journal"))
    with ledger_of(tmp_path) as ledger:
        assert [run.outcome for run in ledger.runs.list()] == ["done", "interrupted"]


def test_a_document_that_is_mended_while_a_file_is_pushed_goes_on(tmp_path: Path, inbox: Path, client: Client) -> None:
    record = order(95, orders(client, 1)[0]["lines"][0]["sku"])
    put(inbox / "x.jsonl", [record])
    path = configured(tmp_path, flow("directory: inbox", every="1h"))
    with Beside(path) as service:
        until(lambda: names(inbox / "done") == ["x.jsonl"])
        [runner] = service.service.inbound.values()
    # As after a crash between the end of a push and the end of its file.
    (inbox / "done" / "x.jsonl").rename(inbox / "working" / "x.jsonl")
    other = json.loads((tmp_path / "orders.json").read_text())
    with client.push(
        other | {"description": "as it was before"}, [record], write=True, journal=runner.spool.journal_of("x.jsonl")
    ) as one:
        assert [outcome.ok for outcome in one] == [True]
    with Beside(path):
        until(lambda: names(inbox / "done") == ["x.jsonl"])
    assert found(client, "W-95") == 1


def test_what_an_earlier_file_of_the_same_name_left_says_nothing(tmp_path: Path) -> None:
    folders = {name: str(tmp_path / name) for name in ("waiting", "working", "done", "failed", "journals")}
    spool = Spool(**folders)
    put(tmp_path / "waiting" / "x.jsonl", ["a"])
    journal = Path(spool.journal_of("x.jsonl"))
    journal.write_text("of yesterday")
    assert spool.take() is not None
    assert not journal.exists()
    journal.write_text("of this one")
    assert spool.take() is not None
    assert journal.exists()


def test_a_file_whose_time_is_to_come_is_taken_when_it_rests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = {name: str(tmp_path / name) for name in ("waiting", "working", "done", "failed", "journals")}
    folder = Spool(**folders)
    put(tmp_path / "waiting" / "x.jsonl", ["a"], age=-86_400)
    assert folder.take() is None
    monkeypatch.setattr("brightpearl.service.spool._SECONDS_UNCHANGED", 0.0)
    assert folder.take() == str(tmp_path / "working" / "x.jsonl")


def test_a_folder_that_vanished_is_a_finding_and_the_flow_goes_on_when_it_is_back(
    tmp_path: Path, inbox: Path, client: Client
) -> None:
    path = configured(tmp_path, flow("directory: inbox", every="1s"))
    with Beside(path) as service:
        until(lambda: ledger_of(tmp_path).standings.flows() != [])
        inbox.rename(tmp_path / "away")
        until(lambda: "flow" in service.request("GET", "/healthz").json()["rules"])
        (tmp_path / "away").rename(inbox)
        put(inbox / "y.jsonl", [order(96, orders(client, 1)[0]["lines"][0]["sku"])])
        until(lambda: found(client, "W-96") == 1)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1.10}\n{"a": 2}\n',
        '[\n  {"a": 1.10},\n  {"a": 2}\n]',
        '\ufeff[{"a":1.10},{"a":2}]',
    ],
)
def test_records_are_taken_apart_however_they_are_laid_out(text: str) -> None:
    lines = [json.loads(line, parse_float=str) for line in as_lines(text.encode()).splitlines()]
    assert lines == [{"a": "1.10"}, {"a": 2}]


def test_one_record_in_several_lines_is_one() -> None:
    assert as_lines(b'{\n  "a": 1\n}') == b'{"a":1}\n'
    assert as_lines(b"no JSON\n") == b"no JSON\n"


def test_a_name_that_is_taken_keeps_both_files(tmp_path: Path) -> None:
    folders = {name: str(tmp_path / name) for name in ("waiting", "working", "done", "failed", "journals")}
    spool = Spool(**folders)
    for text in ("a", "b"):
        put(tmp_path / "waiting" / "x.jsonl", [text])
        taken = spool.take()
        assert taken is not None
        spool.finish(taken)
    assert names(tmp_path / "done") == ["x-2.jsonl", "x.jsonl"]
    assert spool.take() is None
    assert spool.is_empty()
