"""The ledger: what is in it stays, once, whatever happens to its file and its processes."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from brightpearl import ValidationError
from brightpearl.ledger import Ledger, LedgerError, heartbeats, notes, notifications, open_ledger, runs, standings
from brightpearl.ledger.dead_letter import DeadLetter
from brightpearl.ledger.migrations import STEPS
from brightpearl.ledger.process import this_process
from brightpearl.ledger.thinning import KeepingPolicy

DAY = 24 * 60 * 60_000


class Clock:
    """Shows what it was set to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    with Ledger(str(tmp_path / "ledger"), now=clock) as ledger:
        yield ledger


def notification(number: int, event: str = "order.modified") -> dict[str, Any]:
    """What the engine makes of a request, as far as the ledger looks at it."""
    return {
        "key": f"acme {event} {number} 2026-06-01T10:00:00.000Z",
        "account": "acme",
        "event": event,
        "ids": str(number),
        "raised_ms": 1_800_000_000_000 + number,
        "received_ms": 1_800_000_000_500 + number,
    }


def letter(record: Any, **members: Any) -> DeadLetter:
    return DeadLetter(
        **{"flow": "orders", "kind": "push", "account": "acme", "record": record, "reason": "no"} | members
    )


def elsewhere(*lines: str) -> subprocess.Popen[str]:
    """Some Python in a process of its own."""
    program = "\n".join(["import sys", "from brightpearl.ledger import open_ledger", *lines])
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)


def test_runs_are_told_with_their_counts(ledger: Ledger, clock: Clock) -> None:
    first = ledger.runs.begin("orders", "push", "acme")
    clock.now += 5_000
    ledger.runs.end(first, "partly", {"created": 3, "rejected": 1}, "1 record was not written")
    ledger.runs.begin("orders", "push", "acme")
    ledger.runs.begin("stock", "pull", "acme")
    [stock, second, run] = ledger.runs.list()
    assert (stock.name, second.outcome, second.ended_ms) == ("stock", "running", None)
    assert (run.outcome, run.counts, run.reason) == (
        "partly",
        {"created": 3, "rejected": 1},
        "1 record was not written",
    )
    assert run.ended_ms == run.began_ms + 5_000
    assert [run.name for run in ledger.runs.list(name="stock")] == ["stock"]
    assert {name: run.outcome for name, run in ledger.runs.last_of_each().items()} == {
        "orders": "running",
        "stock": "running",
    }


def test_a_run_whose_process_died_was_interrupted(ledger: Ledger) -> None:
    with elsewhere(
        f"ledger = open_ledger({ledger.place!r})",
        "ledger.runs.begin('orders', 'push', 'acme')",
        "print('begun', flush=True)",
        "sys.stdin.read()",
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        [run] = ledger.runs.list()
        assert run.outcome == "running"
        process.send_signal(signal.SIGKILL)
    [run] = ledger.runs.list()
    assert run.outcome == "interrupted"
    assert "ended without a word" in run.reason
    assert ledger.runs.settle_interrupted() == 1
    assert ledger.runs.settle_interrupted() == 0


def test_a_notification_is_stored_once_for_each_flow(ledger: Ledger) -> None:
    one, two = notification(1), notification(2)
    assert ledger.notifications.store([(one, ["a", "b"]), (two, ["a"]), (one, ["a"])]) == [True, True, False]
    assert ledger.notifications.store([(two, ["b"])]) == [False]
    assert [claimed.content for claimed in ledger.notifications.claim("a", 10)] == [one, two]
    assert [claimed.key for claimed in ledger.notifications.claim("b", 10)] == [one["key"]]
    assert ledger.notifications.count() == 2
    # What nobody asked for is known, so that it is not taken for new when it is repeated.
    assert ledger.notifications.store([(notification(3), [])]) == [True]
    assert ledger.notifications.store([(notification(3), [])]) == [False]


def test_what_failed_comes_again_when_it_is_due_and_ends_as_a_dead_letter(ledger: Ledger, clock: Clock) -> None:
    ledger.notifications.store([(notification(1), ["a"]), (notification(2), ["a"])])
    first, second = ledger.notifications.claim("a", 10)
    ledger.notifications.settle("a", [first.id])
    ledger.notifications.put_off("a", [second.id], "no connection", clock.now + 1_000)
    assert ledger.notifications.claim("a", 10) == []
    assert ledger.notifications.next_due("a") == clock.now + 1_000
    clock.now += 1_000
    [again] = ledger.notifications.claim("a", 10)
    assert (again.id, again.attempts) == (second.id, 1)
    gone = letter(again.content, flow="a", kind="notification", key=again.key)
    ledger.dead_letters.put_notifications("a", [(again.id, gone)])
    assert ledger.notifications.claim("a", 10) == []
    queue = ledger.notifications.queue_of("a")
    assert (queue.waiting, queue.handled, queue.dead) == (0, 1, 1)
    assert [kept.key for kept in ledger.dead_letters.list()] == [again.key]


def test_what_a_killed_process_had_claimed_is_claimed_again(ledger: Ledger, clock: Clock) -> None:
    # The other process has the machine's time.
    clock.now = 0
    ledger.notifications.store([(notification(1), ["a"])])
    with elsewhere(
        f"ledger = open_ledger({ledger.place!r})",
        "[claimed] = ledger.notifications.claim('a', 10)",
        "assert ledger.standings.take_flow('a', 'acme')",
        "print('claimed', flush=True)",
        "sys.stdin.read()",
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "claimed\n"
        assert ledger.notifications.claim("a", 10) == []
        assert not ledger.standings.take_flow("a", "acme")
        process.send_signal(signal.SIGKILL)
    assert ledger.standings.take_flow("a", "acme")
    [claimed] = ledger.notifications.claim("a", 10)
    assert claimed.attempts == 0


def test_what_a_process_of_another_machine_had_is_taken_over_when_it_is_silent(
    ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere_and_gone = json.dumps({"host": "another-machine", "pid": 1, "began": "7"})
    with monkeypatch.context() as other:
        for module in (heartbeats, notifications, standings, runs):
            other.setattr(module, "this_process", lambda: elsewhere_and_gone)
        ledger.heartbeats.beat()
        ledger.runs.begin("a", "pull", "acme")
        ledger.notifications.store([(notification(1), ["a"])])
        assert len(ledger.notifications.claim("a", 10)) == 1
        assert ledger.standings.take_flow("a", "acme")
        ledger.standings.forget_flow("a", "acme")
    clock.now += heartbeats.SILENT_MS
    assert ledger.notifications.claim("a", 10) == []
    assert not ledger.standings.take_flow("a", "acme")
    assert (ledger.runs.list()[0].outcome, ledger.standings.flows()[0].is_running) == ("running", True)
    clock.now += 1
    assert (ledger.runs.list()[0].outcome, ledger.standings.flows()[0].is_running) == ("interrupted", False)
    assert ledger.standings.take_flow("a", "acme")
    assert len(ledger.notifications.claim("a", 10)) == 1


def another_container() -> str:
    """A process of another container on this machine, of which only its signs of life tell."""
    return json.dumps(json.loads(this_process()) | {"host": "another-container", "pid": 1})


def take_elsewhere(ledger: Ledger, monkeypatch: pytest.MonkeyPatch, process: str) -> None:
    """Another process gives a sign of life, and takes everything."""
    with monkeypatch.context() as other:
        for module in (heartbeats, notes, notifications, standings, runs):
            other.setattr(module, "this_process", lambda: process)
        ledger.heartbeats.beat()
        ledger.runs.begin("a", "pull", "acme")
        ledger.notifications.store([(notification(1), ["a"])])
        assert len(ledger.notifications.claim("a", 10)) == 1
        assert ledger.standings.take_flow("a", "acme")
        assert ledger.notes.take("turn", 60_000)
        ledger.standings.forget_flow("a", "acme")


def test_a_clock_that_jumps_ahead_ends_nobodys_turn(
    ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_elsewhere(ledger, monkeypatch, another_container())
    for ahead in (heartbeats.SILENT_MS + 1, DAY, 400 * DAY):
        clock.now += ahead
        assert ledger.notifications.claim("a", 10) == []
        assert not ledger.standings.take_flow("a", "acme")
        assert (ledger.runs.list()[0].outcome, ledger.standings.flows()[0].is_running) == ("running", True)
        assert ledger.runs.settle_interrupted() == 0
    # Silence that lasts is told by the clock that nobody sets.
    up = heartbeats._up_ms()
    monkeypatch.setattr(heartbeats, "_up_ms", lambda: up + heartbeats.SILENT_MS + 60_000)
    assert ledger.standings.take_flow("a", "acme")
    assert len(ledger.notifications.claim("a", 10)) == 1


def test_a_turn_of_a_process_of_this_machine_lasts_as_long_as_that_lives(
    ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive = json.dumps(json.loads(this_process()) | {"began": None})
    with monkeypatch.context() as other:
        other.setattr(notes, "this_process", lambda: alive)
        assert ledger.notes.take("turn", 1_000)
    clock.now += DAY
    assert not ledger.notes.take("turn", 1_000)


def test_a_key_of_records_is_kept_with_what_came_with_it(ledger: Ledger, clock: Clock) -> None:
    assert ledger.push_keys.begin("in", "k", "digest", "name") == ("digest", "name", False)
    assert ledger.push_keys.begin("in", "k", "other", "another") == ("digest", "name", False)
    assert ledger.push_keys.begin("out", "k", "other", "another") == ("other", "another", False)
    assert ledger.push_keys.settle("in", "name", "here")
    assert ledger.push_keys.begin("in", "k", "digest", "name") == ("digest", "name", True)
    assert not ledger.push_keys.settle("in", "name", "elsewhere")
    assert ledger.push_keys.settle("in", "name", "here")
    assert ledger.push_keys.settle("in", "no key", "elsewhere")
    assert ledger.push_keys.begin("out", "k", "x", "y") == ("other", "another", False)
    clock.now += 31 * DAY
    ledger.thin()
    assert ledger.push_keys.begin("in", "k", "new", "new") == ("new", "new", False)


def test_dead_letters_of_the_same_record_are_one(ledger: Ledger, clock: Clock) -> None:
    ledger.dead_letters.put([letter({"number": "W-1", "total": Decimal("12.50")}, key="W-1"), letter("no JSON")])
    clock.now += 60_000
    ledger.dead_letters.put([letter({"number": "W-1", "total": Decimal("13.00")}, key="W-1", reason="still no")])
    first, second = ledger.dead_letters.list()
    assert (first.tries, first.reason, first.last_ms - first.first_ms) == (2, "still no", 60_000)
    assert first.record == {"number": "W-1", "total": Decimal("13.00")}
    assert (second.record, second.tries) == ("no JSON", 1)
    assert ledger.dead_letters.ask_again([second.id]) == 1
    assert [one.id for one in ledger.dead_letters.list(asked=True)] == [second.id]
    assert [one.id for one in ledger.dead_letters.list(behind=first.id)] == [second.id]
    assert ledger.dead_letters.drop([first.id, 99]) == 1
    assert ledger.dead_letters.count() == 1
    assert ledger.dead_letters.get(first.id) is None


def test_the_number_of_a_dropped_letter_is_never_that_of_another(ledger: Ledger) -> None:
    ledger.dead_letters.put([letter({"a": 1})])
    ledger.dead_letters.drop([1])
    ledger.dead_letters.put([letter({"a": 2})])
    assert [one.id for one in ledger.dead_letters.list()] == [2]


def test_a_mark_that_another_process_moved_is_not_lost(tmp_path: Path) -> None:
    path = str(tmp_path / "ledger")
    open_ledger(path).close()
    rounds, workers = 15, 2
    program = [
        f"ledger = open_ledger({path!r})",
        f"left = {rounds}",
        "while left:",
        "    before = ledger.standings.pull('orders', 'acme')",
        "    number = 0 if before is None else int(before.state)",
        "    left -= ledger.standings.advance_pull('orders', 'acme', str(number + 1), before) is not None",
    ]
    processes = [elsewhere(*program) for _ in range(workers)]
    assert [process.wait(60) for process in processes] == [0] * workers
    for process in processes:
        assert process.stdout is not None
        process.stdout.close()
    with open_ledger(path) as ledger:
        found = ledger.standings.pull("orders", "acme")
    assert found is not None
    assert (found.state, found.number) == (str(rounds * workers), rounds * workers)


def test_threads_store_side_by_side(ledger: Ledger) -> None:
    def store(first: int) -> None:
        for number in range(first, first + 20):
            ledger.notifications.store([(notification(number), ["a"])])

    threads = [threading.Thread(target=store, args=(place * 10,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.notifications.count() == 50


def test_small_facts_are_kept(ledger: Ledger, clock: Clock) -> None:
    ledger.standings.note_token("acme", clock.now + DAY)
    ledger.standings.note_token("acme", clock.now + 2 * DAY)
    assert ledger.standings.token_expires("acme") == clock.now + 2 * DAY
    ledger.standings.note_head("audit.jsonl", "b" * 64, 7)
    ledger.standings.note_head("audit.jsonl", "a" * 64, 3)
    assert ledger.standings.head("audit.jsonl") == ("b" * 64, 7)
    ledger.standings.note_deliveries("orders", [("order", 5, "x", 1)])
    ledger.standings.note_deliveries("orders", [("order", 5, "y", 2)])
    assert ledger.standings.delivered("orders", [("order", 5), ("order", 6)]) == {("order", 5): ("y", 2)}


def test_a_flow_that_fails_is_known_by_its_failures(ledger: Ledger, clock: Clock) -> None:
    for _ in range(2):
        assert ledger.standings.take_flow("orders", "acme")
        ledger.standings.leave_flow(
            "orders", "acme", reason="no connection", next_ms=clock.now + 1_000, is_scheduled=True
        )
    [flow] = ledger.standings.flows()
    assert (flow.failures, flow.reason, flow.is_running, flow.good_ms) == (2, "no connection", False, None)
    assert ledger.standings.take_flow("orders", "acme")
    assert ledger.standings.flows()[0].is_running
    ledger.standings.leave_flow("orders", "acme", reason=None, next_ms=None, is_scheduled=False)
    [flow] = ledger.standings.flows()
    assert (flow.failures, flow.reason, flow.good_ms) == (0, "", clock.now)


def test_old_rows_go_and_what_is_to_be_done_stays(ledger: Ledger, clock: Clock) -> None:
    ledger.runs.end(ledger.runs.begin("old", "pull", "acme"), "done", {})
    ledger.notifications.store([(notification(1), ["a"]), (notification(2), ["a"]), (notification(3), [])])
    first, _ = ledger.notifications.claim("a", 2)
    ledger.notifications.settle("a", [first.id])
    ledger.dead_letters.put([letter("x")])
    ledger.standings.note_deliveries("a", [("order", 1, "x", 1)])
    policy = KeepingPolicy(DAY, DAY, DAY, DAY)
    assert set(ledger.thin(policy).values()) == {0}
    clock.now += 2 * DAY
    assert ledger.thin(policy) == {"runs": 1, "notifications": 2, "dead_letters": 1, "deliveries": 1}
    assert ledger.notifications.queue_of("a").waiting == 1


def test_signs_of_life_go_unless_somebody_may_take_over(ledger: Ledger, clock: Clock) -> None:
    def left() -> list[str]:
        with ledger._database.reading() as connection:
            return list(
                connection.execute(text("SELECT process FROM brightpearl_heartbeats ORDER BY process")).scalars()
            )

    with ledger._database.writing() as connection:
        for name in ("ended", "holds"):
            connection.execute(
                text("INSERT INTO brightpearl_heartbeats VALUES (:name, :now, 0)"), {"name": name, "now": 1}
            )
        connection.execute(
            text("INSERT INTO brightpearl_flows (name, account, process) VALUES ('orders', 'acme', 'holds')")
        )
    ledger.heartbeats.beat()
    ledger.thin()
    assert [name for name in left() if name != this_process()] == ["holds"]
    assert len(left()) == 2
    clock.now += 31 * DAY
    ledger.heartbeats.beat()
    ledger.thin()
    assert len(left()) == 2


def test_the_file_is_private_and_on_disk_before_a_call_returns(ledger: Ledger) -> None:
    assert stat.S_IMODE(os.stat(ledger.place).st_mode) == 0o600
    with ledger._database.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


def test_a_newer_ledger_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    open_ledger(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE brightpearl_ledger SET version = 7")
    with pytest.raises(LedgerError, match="has version 7") as caught:
        open_ledger(path)
    assert (caught.value.trouble, caught.value.location) == ("newer", str(path))
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT version FROM brightpearl_ledger").fetchall() == [(7,)]


def test_an_older_ledger_is_brought_to_the_present_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger"
    with open_ledger(path) as ledger:
        ledger.runs.begin("orders", "pull", "acme")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE brightpearl_ledger SET version = 0")
    monkeypatch.setitem(STEPS, 0, lambda connection: connection.execute(text("UPDATE brightpearl_runs SET name = 'b'")))
    with open_ledger(path) as ledger:
        assert [run.name for run in ledger.runs.list()] == ["b"]
    with open_ledger(path) as ledger:
        assert [run.name for run in ledger.runs.list()] == ["b"]


def test_keys_that_an_older_version_has_kept_stay_those_of_their_only_place(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    with open_ledger(path) as ledger:
        ledger.push_keys.begin("in", "k", "digest", "name")
        ledger.push_keys.settle("in", "name", "here")
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE brightpearl_push_keys DROP COLUMN place")
        connection.execute("UPDATE brightpearl_ledger SET version = 3")
    with open_ledger(path) as ledger:
        assert ledger.push_keys.begin("in", "k", "digest", "name") == ("digest", "name", True)
        assert ledger.push_keys.settle("in", "name", "here")


@pytest.mark.parametrize(
    ("content", "trouble"),
    [(b"not a database, and longer than a header of one would be: " * 20, "corrupt"), (None, "foreign")],
)
def test_another_file_is_left_alone(tmp_path: Path, content: bytes | None, trouble: str) -> None:
    path = tmp_path / "other"
    if content is None:
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE theirs (a)")
        content = path.read_bytes()
    else:
        path.write_bytes(content)
    with pytest.raises(LedgerError) as caught:
        open_ledger(path)
    assert caught.value.trouble == trouble
    if trouble == "corrupt":
        assert path.read_bytes() == content


def test_a_damaged_ledger_is_told(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    with open_ledger(path) as ledger:
        ledger.notifications.store([(notification(number), ["a"]) for number in range(500)])
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 40_000)
    with pytest.raises(LedgerError) as caught, open_ledger(path) as ledger:
        ledger.notifications.claim("a", 500)
    assert caught.value.trouble == "corrupt"
    assert "acme" not in str(caught.value)


def test_a_locked_ledger_is_waited_for_and_then_told(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    with open_ledger(path, seconds_for_lock=0.1) as ledger, sqlite3.connect(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match=r"for 0.1 seconds") as caught:
            ledger.runs.begin("orders", "pull", "acme")
        assert (caught.value.trouble, caught.value.may_pass) == ("locked", True)
        # Reading goes on meanwhile.
        assert ledger.runs.list() == []
        other.rollback()
        assert ledger.runs.begin("orders", "pull", "acme") == 1


def test_a_full_disk_loses_nothing_that_was_stored(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    with open_ledger(path) as ledger:
        ledger.notifications.store([(notification(1), ["a"])])
    with open_ledger(path) as ledger:
        # No more pages than there are now.
        event.listen(
            ledger._database.engine, "begin", lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 1")
        )
        with pytest.raises(LedgerError, match="the disk is full") as caught:
            ledger.notifications.store([(notification(number), ["a"]) for number in range(2, 2_000)])
        assert (caught.value.trouble, caught.value.may_pass) == ("full", True)
    with open_ledger(path) as ledger:
        assert [claimed.content["ids"] for claimed in ledger.notifications.claim("a", 10)] == ["1"]
        assert ledger.notifications.store([(notification(2), ["a"])]) == [True]


def test_a_ledger_that_was_removed_or_replaced_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    with open_ledger(path) as ledger:
        ledger.runs.begin("a", "pull", "acme")
        backup = sqlite3.connect(tmp_path / "backup")
        with sqlite3.connect(path) as original:
            original.backup(backup)
        backup.close()
        ledger.runs.begin("b", "pull", "acme")
        for name in ("ledger", "ledger-wal", "ledger-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        with pytest.raises(LedgerError, match="was removed while it was in use") as caught:
            ledger.notifications.store([(notification(1), ["a"])])
        assert caught.value.trouble == "missing"
        (tmp_path / "backup").rename(path)
        assert ledger.notifications.store([(notification(1), ["a"])]) == [True]
        assert [run.name for run in ledger.runs.list()] == ["a"]


def test_what_cannot_be_a_ledger_is_told_before_anything_is_made(tmp_path: Path) -> None:
    found = {}
    for name, place in {
        "absent": tmp_path / "nowhere" / "ledger",
        "directory": tmp_path,
        "scheme": "mongo://host/name",
        "sqlite": "sqlite:///file",
    }.items():
        with pytest.raises(LedgerError) as caught:
            open_ledger(place)
        found[name] = caught.value.trouble
    assert found == {"absent": "missing", "directory": "foreign", "scheme": "wrong", "sqlite": "wrong"}
    with pytest.raises(LedgerError, match="the file is not there"):
        open_ledger(tmp_path / "ledger", must_exist=True)
    assert list(tmp_path.iterdir()) == []


def test_where_the_url_is_may_be_said_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER_OF_THE_TEST", str(tmp_path / "ledger"))
    with open_ledger("env:LEDGER_OF_THE_TEST") as ledger:
        assert ledger.place == str(tmp_path / "ledger")
    monkeypatch.delenv("LEDGER_OF_THE_TEST")
    with pytest.raises(ValidationError, match="LEDGER_OF_THE_TEST is not set"):
        open_ledger("env:LEDGER_OF_THE_TEST")


def test_a_password_is_never_told() -> None:
    with pytest.raises(LedgerError) as caught:
        open_ledger("postgresql+psycopg://me:s3cret-word@127.0.0.1:9/none")
    assert caught.value.trouble == "unreachable"
    assert "s3cret-word" not in str(caught.value) + repr(caught.value.__dict__)


def test_a_ledger_that_may_not_be_written_is_told(ledger: Ledger) -> None:
    @event.listens_for(ledger._database.engine, "begin")
    def refuse(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = 1")

    with pytest.raises(LedgerError, match="cannot be written by this user") as caught:
        ledger.runs.begin("orders", "pull", "acme")
    assert (caught.value.trouble, caught.value.may_pass) == ("read-only", False)
