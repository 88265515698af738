"""What is read whole has a bound: a device or a pipe has no end, and a file may be larger than memory."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brightpearl import Mapping, ValidationError, whole_file
from brightpearl.cli.records import Input, records_of
from brightpearl.cli.target import _lines
from brightpearl.locking import NameLock
from brightpearl.metrics_file import MetricsFile, state_of_metrics
from brightpearl.profiles import profiles_in
from brightpearl.service.configuration import examine
from brightpearl.service.flow_tables import open_document
from brightpearl.service.spool import Spool
from brightpearl.state_file import StateFile
from brightpearl.token_file import TokenFile
from brightpearl.whole_file import lines_of, read_file, read_whole
from command_line import Ended, server, settings

__all__ = ["server", "settings"]

NO_END = "or no end; expected "
DOCUMENT = json.dumps({"version": 1, "name": "x", "source": "order", "fields": [{"to": "/a", "from": "id"}]})


def large(path: Path) -> Path:
    """A file without anything in it that is larger than whatever is read whole."""
    with path.open("wb") as file:
        file.truncate(1 << 40)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    "words",
    [
        ("push", "/dev/zero", "{records}", "--dry-run"),
        ("push", "/dev/full", "{records}", "--dry-run"),
        ("push", "{large}", "{records}", "--dry-run"),
        ("map", "check", "/dev/zero"),
        ("map", "run", "{document}", "/dev/zero", "--format", "json"),
        ("map", "run", "{document}", "{large}"),
        ("map", "test", "{folder}"),
        ("post", "order-service/order/1/note", "/dev/zero"),
        ("task", "add-order-note", "/dev/zero"),
        ("batch", "/dev/zero"),
        ("validate", "order-note", "post", "/dev/zero"),
        ("tap", "--config", "/dev/zero"),
        ("tap", "--config", "{config}", "--state", "/dev/zero"),
        ("tap", "--config", "{config}", "--catalog", "/dev/zero"),
        ("pull", "order", "--since", "2020-01-01", "--state", "{large}", "--out", "x.jsonl"),
        ("emulator", "--state", "{large}"),
        ("check", "{large}"),
    ],
)
def test_a_command_refuses_what_has_no_end(words: tuple[str, ...], tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "x.sample.jsonl").write_text('{"id": 1}\n')
    (folder / "x.json").write_text(DOCUMENT)
    large(folder / "x.expected.json")
    files = {name: tmp_path / name for name in ("document", "config")} | {"folder": folder}
    files |= {"records": tmp_path / "records.jsonl", "large": large(tmp_path / "large.json")}
    files["document"].write_text(DOCUMENT)
    files["config"].write_text(json.dumps({"streams": ["order"]}))
    files["records"].write_text("{}\n")
    ended = Ended(*(word.format(**files) for word in words))
    assert ended.code == 2, ended.err
    told = ended.out + ended.err
    assert NO_END in told
    # It says which file that is.
    assert any(name in told for name in ("/dev/zero", "/dev/full", "large.json", "x.expected.json"))


def test_a_line_without_end_is_refused_where_lines_are_read_one_by_one(tmp_path: Path) -> None:
    document = tmp_path / "document.json"
    document.write_text(DOCUMENT)
    for format, said in (("jsonl", "longer than 64 MiB"), ("csv", "more than 67,108,864 characters")):
        ended = Ended("map", "run", str(document), "/dev/zero", "--format", format)
        assert (ended.code, said in ended.err, "line 1" in ended.err) == (2, True, True), ended.err


READERS: dict[str, Callable[[Path], Any]] = {
    "mapping": Mapping,
    "document of a service": lambda path: open_document(str(path)),
    "tokens": lambda path: TokenFile(str(path)),
    "state": lambda path: StateFile(path).read(),
    "profiles": lambda path: profiles_in(str(path)),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_so_does_whatever_reads_a_file_whole(read: Callable[[Path], Any], tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=NO_END) as caught:
        read(large(tmp_path / "large.json"))
    assert caught.value.location
    assert caught.value.advice


def test_a_mapping_may_be_a_device_with_an_end() -> None:
    with pytest.raises(ValidationError, match=NO_END):
        Mapping(Path("/dev/zero"))
    with pytest.raises(ValidationError, match="JSON"):
        Mapping(Path("/dev/null"))


def test_a_configuration_is_told_among_its_problems(tmp_path: Path) -> None:
    configuration, problems = examine(large(tmp_path / "brightpearl.toml"))
    assert configuration is None
    assert [NO_END in problem.message for problem in problems] == [True]


def test_as_much_as_there_may_be_is_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 100)
    assert read_file(file, 100, "a text", location="file") == b"x" * 100
    assert read_whole(io.BytesIO(b"x" * 99), 100, "a text", location="file", begun=b"y") == b"y" + b"x" * 99
    for begun in (b"", b"y"):
        with pytest.raises(ValidationError, match="expected a text"):
            read_whole(io.BytesIO(b"x" * 101), 100, "a text", location="file", begun=begun)


@pytest.mark.parametrize("text", [b'{"a":1}\n\n{"a":2}', b'\n \n{"a":1}\n{"a":2}\n', b'[{"a":1},\n{"a":2}]'])
def test_records_are_what_they_were(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "records"
    file.write_bytes(text)
    kind = Input.JSON if text.startswith(b"[") else Input.JSONL
    with records_of(str(file), kind, None) as records:
        assert [one if isinstance(one, dict) else json.loads(one) for one in records] == [{"a": 1}, {"a": 2}]


def test_a_long_line_is_told_by_its_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from brightpearl.cli import records

    for module in (whole_file, records):
        monkeypatch.setattr(module, "LARGEST_LINE", 10)
    assert list(lines_of(io.BytesIO(b"1234567890"))) == [(1, b"1234567890")]
    assert list(lines_of(io.BytesIO(b"1\n12345678901\n3\n"))) == [(1, b"1\n"), (2, None)]
    file = tmp_path / "records.jsonl"
    for text, line in ((b"{}\n\n" + b"x" * 20, 3), (b"x" * 20 + b"\n{}", 1)):
        file.write_bytes(text)
        with records_of(str(file), None, None) as read, pytest.raises(Exception, match="longer than") as caught:
            list(read)
        assert caught.value.where == f"FILE {file} line {line}"  # type: ignore[attr-defined]


def test_a_target_refuses_a_message_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/zero", "rb") as endless:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(endless))
        with pytest.raises(Exception, match="longer than 64 MiB"):
            list(_lines())


def test_a_folders_mark_that_a_crash_filled_with_zeros_is_made_anew(tmp_path: Path) -> None:
    def marked() -> str:
        names = ("waiting", "working", "failed", "journals")
        folders = [str(tmp_path / name) for name in names]
        return Spool(folders[0], folders[1], done=None, failed=folders[2], journals=folders[3]).identity

    first = marked()
    assert marked() == first
    (tmp_path / "identity").write_bytes(bytes(32))
    second = marked()
    assert (second != first, "\0" in second, marked() == second) == (True, False, True)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["FIFO", "directory"])
def test_sums_of_metrics_that_cannot_be_a_file_are_told_before_a_run(
    tmp_path: Path, make: Callable[[str], None]
) -> None:
    path = tmp_path / "brightpearl.prom"
    make(state_of_metrics(path))
    with pytest.raises(ValidationError, match="expected what the sums") as caught:
        MetricsFile(path)
    assert str(path) in (caught.value.location or "")


def test_a_lock_that_cannot_be_a_file_says_what_it_is_for(tmp_path: Path) -> None:
    path = tmp_path / "state"
    lock = tmp_path / ".state.lock"
    for make in (lock.mkdir, lambda: os.mkfifo(lock), lambda: lock.symlink_to("nowhere")):
        make()
        with pytest.raises(OSError, match="expected the lock of the file beside it") as caught:
            NameLock(str(path)).take()
        assert caught.value.filename == str(lock)
        lock.rmdir() if lock.is_dir() else lock.unlink()
    taken = NameLock(str(path))
    assert taken.take()
    taken.give_back()
