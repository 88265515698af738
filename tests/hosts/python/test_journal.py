"""The journal's file, and the state's: on disk as a whole, and one writer at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from brightpearl import ValidationError
from brightpearl.journal import Journal
from brightpearl.state_file import StateFile, read_state


def test_a_missing_file_is_an_empty_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    assert journal.text == ""
    journal.append("one\n")
    journal.append("two\n")
    assert path.read_text() == "one\ntwo\n"
    journal.close()
    again = Journal(path)
    assert again.text == "one\ntwo\n"
    again.append("three\n")
    again.close()
    assert path.read_text() == "one\ntwo\nthree\n"


def test_every_line_is_on_disk_before_more_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal"
    synced: list[str] = []
    journal = Journal(path)
    monkeypatch.setattr(os, "fsync", lambda _: synced.append(path.read_text()))
    journal.append("one\n")
    assert synced == ["one\n"]
    journal.close()


def test_a_second_push_is_refused_while_the_first_has_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    with pytest.raises(ValidationError, match="another push") as raised:
        Journal(path)
    assert raised.value.location == "journal"
    journal.close()
    Journal(path).close()


def test_another_process_is_refused_and_the_end_of_a_process_frees_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    code = (
        "import sys; from brightpearl.journal import Journal\n"
        "journal = Journal(sys.argv[1]); print('has it', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "has it\n"
        with pytest.raises(ValidationError, match="another push"):
            Journal(path)
        other.kill()
        other.wait()
    Journal(path).close()


def test_a_line_that_a_crash_cut_within_a_character_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b"whole\n" + "Grüße".encode()[:3])
    journal = Journal(path)
    assert journal.text.startswith("whole\nGr")
    journal.close()


def test_a_state_is_replaced_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state"
    file = StateFile(path)
    assert file.read() is None
    file.write('{"version": 1}')
    assert file.read() == '{"version": 1}'

    def fail(_: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="full"):
        file.write('{"version": 2}')
    assert file.read() == '{"version": 1}'
    assert [entry.name for entry in tmp_path.iterdir()] == ["state"]


def test_a_state_may_be_a_text(tmp_path: Path) -> None:
    assert read_state(None) == (None, None)
    assert read_state('{"version": 1}') == (None, '{"version": 1}')
    file, text = read_state(tmp_path / "state")
    assert file is not None
    assert text is None
