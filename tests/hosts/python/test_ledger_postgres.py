"""The same ledger in a real PostgreSQL: what holds of a file holds there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from brightpearl.ledger import Ledger, LedgerError, heartbeats, open_ledger
from test_ledger import (
    DAY,
    Clock,
    clock,
    elsewhere,
    take_elsewhere,
    test_a_clock_that_jumps_ahead_ends_nobodys_turn,
    test_a_flow_that_fails_is_known_by_its_failures,
    test_a_key_of_records_is_kept_with_what_came_with_it,
    test_a_notification_is_stored_once_for_each_flow,
    test_a_run_whose_process_died_was_interrupted,
    test_dead_letters_of_the_same_record_are_one,
    test_old_rows_go_and_what_is_to_be_done_stays,
    test_runs_are_told_with_their_counts,
    test_small_facts_are_kept,
    test_threads_store_side_by_side,
    test_what_a_killed_process_had_claimed_is_claimed_again,
    test_what_failed_comes_again_when_it_is_due_and_ends_as_a_dead_letter,
)

__all__ = [
    "clock",
    "test_a_clock_that_jumps_ahead_ends_nobodys_turn",
    "test_a_flow_that_fails_is_known_by_its_failures",
    "test_a_key_of_records_is_kept_with_what_came_with_it",
    "test_a_notification_is_stored_once_for_each_flow",
    "test_a_run_whose_process_died_was_interrupted",
    "test_dead_letters_of_the_same_record_are_one",
    "test_old_rows_go_and_what_is_to_be_done_stays",
    "test_runs_are_told_with_their_counts",
    "test_small_facts_are_kept",
    "test_threads_store_side_by_side",
    "test_what_a_killed_process_had_claimed_is_claimed_again",
    "test_what_failed_comes_again_when_it_is_due_and_ends_as_a_dead_letter",
]


def programs() -> Path:
    """Where Debian has the programs of the newest PostgreSQL, or whoever has them on the path."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if installed:
        return installed[-1]
    found = shutil.which("initdb")
    assert found is not None, "PostgreSQL is missing: tests/setup.sh installs it"
    return Path(found).parent


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server of its own, behind a socket in its own folder."""
    # It refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="brightpearl-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        initialise = [programs() / "initdb", "--pgdata", data, "--username", "test", "--auth", "trust", "--no-sync"]
        subprocess.run(initialise, user=user, cwd=folder, check=True, capture_output=True)
        start = [programs() / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        with subprocess.Popen(start, user=user, cwd=folder, stderr=subprocess.DEVNULL) as server:
            try:
                socket = folder / ".s.PGSQL.5432"
                deadline = time.monotonic() + 30
                while not socket.exists():
                    assert time.monotonic() < deadline
                    time.sleep(0.02)
                folder.chmod(0o755)
                yield f"postgresql+psycopg://test@/postgres?host={folder}"
            finally:
                server.terminate()


@pytest.fixture
def ledger(url: str, clock: Clock) -> Iterator[Ledger]:
    place = opened(url)
    with Ledger(place, now=clock) as ledger:
        with ledger._database.writing() as connection:
            for table in (
                "runs",
                "notifications",
                "handlings",
                "dead_letters",
                "pulls",
                "deliveries",
                "flows",
                "notes",
                "push_keys",
            ):
                connection.execute(text(f"TRUNCATE brightpearl_{table} RESTART IDENTITY"))
        yield ledger


def opened(url: str) -> str:
    """The URL, once the server takes connections."""
    deadline = time.monotonic() + 30
    while True:
        try:
            open_ledger(url).close()
        except LedgerError as error:
            assert error.trouble == "unreachable"
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return url


def test_a_mark_that_another_process_moved_is_not_lost(ledger: Ledger, url: str) -> None:
    rounds, workers = 15, 2
    program = [
        f"ledger = open_ledger({url!r})",
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
    found = ledger.standings.pull("orders", "acme")
    assert found is not None
    assert (found.state, found.number) == (str(rounds * workers), rounds * workers)


def test_a_newer_ledger_is_refused(ledger: Ledger, url: str) -> None:
    with ledger._database.writing() as connection:
        connection.execute(text("UPDATE brightpearl_ledger SET version = 7"))
    try:
        with pytest.raises(LedgerError, match="has version 7"):
            open_ledger(url)
    finally:
        with ledger._database.writing() as connection:
            connection.execute(text("UPDATE brightpearl_ledger SET version = 1"))


def test_the_clock_of_the_server_says_who_is_silent(
    ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_machine = json.dumps({"host": "another-machine", "pid": 1, "began": "7"})
    take_elsewhere(ledger, monkeypatch, another_machine)
    for ahead in (heartbeats.SILENT_MS + 1, DAY):
        clock.now += ahead
        assert ledger.notifications.claim("a", 10) == []
        assert not ledger.standings.take_flow("a", "acme")
        assert not ledger.notes.take("turn", 60_000)
    clock.now = 0
    with ledger._database.writing() as connection:
        for table, column in (("heartbeats", "seen_ms"), ("notes", "noted_ms")):
            connection.execute(text(f"UPDATE brightpearl_{table} SET {column} = {column} - {heartbeats.SILENT_MS + 1}"))
    assert ledger.standings.take_flow("a", "acme")
    assert ledger.notes.take("turn", 60_000)
    assert len(ledger.notifications.claim("a", 10)) == 1
