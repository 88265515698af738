"""The journal's file, and the state's: on disk as a whole, and one writer at a time."""

from __future__ import annotations

import errno
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from brightpearl import ValidationError
from brightpearl.journal import Journal, JournalError, read_journal
from brightpearl.locking import NameLock
from brightpearl.state_file import StateFile, read_state

_HEAD = b'{"push":{"version":1,"account":"acme","mapping":"orders"}}\n'


def _written(path: Path, records: int) -> bytes:
    """A journal of records that came to their end, and of one that is in doubt."""
    lines = [_HEAD.decode()]
    for number in range(records):
        lines.append(f'{{"write":{{"what":"{number:032x}","key":"WEB-{number}"}}}}\n')
        lines.append(f'{{"done":{{"what":"{number:032x}","state":"created","id":{number + 1}}}}}\n')
    lines.append(f'{{"write":{{"what":"{records:032x}","key":"WEB-{records}"}}}}\n')
    path.write_text("".join(lines))
    return path.read_bytes()


def test_a_compacted_journal_says_the_same_in_fewer_lines(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    whole = _written(path, 3)
    path.chmod(0o640)
    link = tmp_path / "link"
    link.symlink_to(path)
    journal = Journal(link)
    before, after = journal.compact()
    assert (before, after) == (len(whole), path.stat().st_size)
    assert after < before
    lines = path.read_text().splitlines()
    assert lines[1] == f'{{"done":{{"what":"{0:032x}","state":"created","id":1,"key":"WEB-0"}}}}'
    assert lines[-1] == f'{{"write":{{"what":"{3:032x}","key":"WEB-3"}}}}'
    assert len(lines) == 5
    assert (stat.S_IMODE(path.stat().st_mode), link.is_symlink()) == (0o640, True)
    # It is still this one's alone, and grows.
    with pytest.raises(ValidationError, match="another push"):
        Journal(path)
    journal.append("{}\n")
    journal.close()
    assert path.read_text().splitlines() == [*lines, "{}"]
    Journal(path).close()


def test_a_long_journal_is_compacted_by_whoever_goes_on_with_it(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    _written(path, 6_000)
    journal = Journal(path)
    journal.book()
    assert len(path.read_text().splitlines()) == 6_002
    assert [one.name for one in tmp_path.iterdir()] == ["journal"]
    again = path.read_bytes()
    journal.book()
    assert path.read_bytes() == again
    journal.append("next\n")
    assert path.read_bytes() == again + b"next\n"
    journal.close()


def test_a_journal_that_cannot_be_replaced_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal"
    whole = _written(path, 6_000)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    journal = Journal(path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        journal.book()
        with pytest.raises(OSError, match="No space left"):
            journal.compact()
    assert path.read_bytes() == whole
    assert [one.name for one in tmp_path.iterdir()] == ["journal"]
    os.link(path, tmp_path / "other")
    journal.book()
    assert path.read_bytes() == whole
    journal.append("next\n")
    journal.close()
    assert path.read_bytes() == whole + b"next\n"
    other = tmp_path / "orders.csv"
    other.write_text("id,sku\n")
    journal = Journal(other)
    with pytest.raises(ValidationError, match="not one of a journal"):
        journal.compact()
    journal.close()
    assert other.read_text() == "id,sku\n"


def test_a_killed_compaction_leaves_one_journal_or_the_other(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    whole = _written(path, 20)
    short = tmp_path / "short"
    short.write_bytes(whole)
    journal = Journal(short)
    journal.compact()
    journal.close()
    # Killed at each of the calls that a compaction makes of the system.
    code = """
import os, signal, sys
from brightpearl.journal import Journal
left = int(sys.argv[2])
def counted(name, call):
    def step(*arguments, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **named)
    setattr(os, name, step)
journal = Journal(sys.argv[1])
for name in ("fsync", "replace", "dup", "fstat", "stat", "unlink", "open"):
    counted(name, getattr(os, name))
journal.compact()
"""
    seen = set()
    for killed_at in range(40):
        path.write_bytes(whole)
        ended = subprocess.run([sys.executable, "-c", code, str(path), str(killed_at)], check=False)
        seen.add(path.read_bytes())
        Journal(path).close()
        if ended.returncode == 0:
            break
    else:
        raise AssertionError("it was never left alone")
    assert killed_at > 5
    assert seen == {whole, short.read_bytes()}


def test_what_killed_processes_have_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    abandoned = [".journal.brightpearl-abcd_123.partial", ".state.brightpearl-abcd_123.partial"]
    others = [
        ".journal.abcdefgh.partial",
        ".journal.brightpearl-abcdefgh.partial.bak",
        ".journal.brightpearl-ABCDEFGH.partial",
        ".other.brightpearl-abcdefgh.partial",
        "journal.brightpearl-abcdefgh.partial",
    ]
    for name in abandoned + others:
        (tmp_path / name).write_text("data")
    link = tmp_path / ".journal.brightpearl-aaaaaaaa.partial"
    link.symlink_to(tmp_path / others[0])
    fifo = tmp_path / ".journal.brightpearl-bbbbbbbb.partial"
    os.mkfifo(fifo)
    alive = tmp_path / ".journal.brightpearl-cccccccc.partial"
    code = (
        "import fcntl, sys; file = open(sys.argv[1], 'w'); fcntl.flock(file, fcntl.LOCK_EX)\n"
        "print('has it', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(alive)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        Journal(tmp_path / "journal").close()
        left = {path.name for path in tmp_path.iterdir()}
        assert left == {"journal", abandoned[1], *others, link.name, fifo.name, alive.name}
        owner.kill()
    Journal(tmp_path / "journal").close()
    assert not alive.exists()
    StateFile(tmp_path / "state").release()
    assert {path.name for path in tmp_path.iterdir()} == {"journal", *others, link.name, fifo.name}


def test_who_waited_for_a_journal_takes_the_one_that_replaced_it(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    _written(path, 3)
    first = Journal(path)
    with open(path, "rb") as before:
        first.compact()
        assert not os.path.samestat(os.fstat(before.fileno()), path.stat())
    with pytest.raises(ValidationError, match="another push"):
        Journal(path)
    first.close()
    Journal(path).close()


def test_a_missing_file_is_an_empty_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.append("one\n")
    journal.append("two\n")
    assert path.read_text() == "one\ntwo\n"
    journal.close()
    again = Journal(path)
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


def test_the_name_of_an_empty_journal_is_put_on_disk_by_whoever_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal"
    synced: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode)))
    Journal(path).close()
    assert synced == [True]
    # The run that made it may have been killed before that.
    journal = Journal(path)
    assert synced == [True, True]
    journal.append("one\n")
    journal.close()
    Journal(path).close()
    assert synced == [True, True, False]


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


def _alone(code: str, path: Path) -> None:
    """Runs code in a process of its own, since it forks; `path` is the journal's, and `forked` waits for a child."""
    before = """
import os, sys
from brightpearl import MisuseError, ValidationError
from brightpearl.journal import Journal

path = sys.argv[1]

def forked(carry_out):
    child = os.fork()
    if child == 0:
        try:
            carry_out()
        except BaseException as error:
            sys.stderr.write(repr(error))
            os._exit(1)
        os._exit(0)
    return child

def succeeds(child):
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    subprocess.run([sys.executable, "-c", before + code, str(path)], check=True)


def test_a_forked_child_lets_nobody_have_the_journal(tmp_path: Path) -> None:
    code = """
journal = Journal(path)

def append():
    try:
        journal.append("child\\n")
    except MisuseError as error:
        assert error.location == "journal" and str(os.getppid()) in str(error)
    else:
        raise AssertionError("the child has written")

succeeds(forked(append))
succeeds(forked(journal.close))
try:
    Journal(path)
except ValidationError:
    pass
else:
    raise AssertionError("another push has it")
journal.append("parent\\n")
journal.close()
journal.close()
assert open(path).read() == "parent\\n"
"""
    _alone(code, tmp_path / "journal")


def test_a_forked_child_keeps_no_journal_locked(tmp_path: Path) -> None:
    code = """
journal = Journal(path)
reader, writer = os.pipe()

def wait():
    os.close(writer)
    os.read(reader, 1)

child = forked(wait)
journal.close()
Journal(path).close()
os.close(writer)
succeeds(child)
"""
    _alone(code, tmp_path / "journal")


def test_a_line_that_a_crash_cut_within_a_character_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(_HEAD + b'{"write":{"what":"' + "Grüße".encode()[:3])
    journal = Journal(path)
    journal.book().end()
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
    file.release()
    assert [entry.name for entry in tmp_path.iterdir()] == ["state"]


def test_a_state_may_be_a_text(tmp_path: Path) -> None:
    assert read_state(None) == (None, None)
    assert read_state('{"version": 1}') == (None, '{"version": 1}')
    file, text = read_state(tmp_path / "state")
    assert file is not None
    assert text is None


def test_a_torn_line_is_closed_before_more_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b"whole\nto")
    journal = Journal(path)
    journal.append("next\n")
    journal.append("more\n")
    assert path.read_bytes() == b"whole\nto\nnext\nmore\n"

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(JournalError, match="No space left") as raised:
            journal.append("lost")
    assert (raised.value.errno, raised.value.location) == (errno.ENOSPC, "journal")
    assert isinstance(raised.value, OSError)
    journal.append("again\n")
    assert path.read_bytes().endswith(b"more\nlost\nagain\n")
    journal.close()


@pytest.mark.parametrize("kind", ["fifo", "directory", "socket", "device", "link"])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    with socket.socket(socket.AF_UNIX) as listener:
        if kind == "fifo":
            os.mkfifo(path)
        elif kind == "directory":
            path.mkdir()
        elif kind == "socket":
            listener.bind(str(path))
        else:
            path = Path("/dev/full") if kind == "device" else path
        if kind == "link":
            path.symlink_to("/dev/null")
        with pytest.raises(ValidationError, match="expected a regular file") as raised:
            Journal(path)
        assert raised.value.location == "journal"
        with pytest.raises(ValidationError, match="expected a regular file") as raised:
            StateFile(path)
        assert raised.value.location == "state"


def test_new_files_are_private_and_old_ones_keep_their_mode(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Journal(tmp_path / "journal").close()
        StateFile(tmp_path / "state").write("{}")
        os.chmod(tmp_path / "state", 0o644)
        (tmp_path / "link").symlink_to("state")
        StateFile(tmp_path / "link").write("{ }")
        StateFile(tmp_path / "other").write("{}")
    finally:
        os.umask(before)
    modes = {entry.name: stat.S_IMODE(entry.lstat().st_mode) for entry in tmp_path.iterdir()}
    assert modes == {"journal": 0o600, "state": 0o644, "other": 0o600, "link": 0o777}
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "state").read_text() == "{ }\n"


def test_a_state_that_is_cut_off_or_another_program_s_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state"
    for text, said in (('{"version":1,"acc', "is not whole JSON"), ('{"a":1}', "does not say its `version`")):
        path.write_text(text)
        with StateFile(path) as file:
            with pytest.raises(ValidationError, match=said) as refused:
                file.read()
            assert "Name the file of the last pull" in refused.value.advice
            assert file.read(renew=True) == text


def test_a_state_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValidationError, match="UTF-8") as raised:
        read_state(tmp_path / "state")
    assert raised.value.location == "state"


def test_a_journal_in_a_folder_that_is_missing_says_so(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"the folder .*missing' does not exist") as caught:
        Journal(tmp_path / "missing" / "journal")
    assert (caught.value.errno, caught.value.location) == (errno.ENOENT, "journal")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="a file in use keeps its name")
@pytest.mark.parametrize("how", ["removed", "moved", "replaced"])
def test_a_journal_that_lost_its_name_takes_no_more_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    path = tmp_path / "journal"
    # The process may go to another folder meanwhile.
    monkeypatch.chdir(tmp_path)
    journal = Journal("journal")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    journal.append(_HEAD.decode())
    if how == "removed":
        path.unlink()
    else:
        path.rename(tmp_path / "before")
    if how == "replaced":
        path.write_bytes(_HEAD)
    with pytest.raises(JournalError, match="was removed or replaced while the push had it") as caught:
        journal.append('{"write":{"what":"00"}}\n')
    assert (caught.value.errno, caught.value.location) == (errno.ENOENT, "journal")
    journal.close()


@pytest.mark.skipif(os.name != "posix", reason="a file in use keeps its name")
def test_a_name_that_another_process_has_by_now_stays_its_own(tmp_path: Path) -> None:
    first = NameLock(str(tmp_path / "state"))
    assert first.take()
    (locked,) = tmp_path.iterdir()
    locked.unlink()
    second = NameLock(str(tmp_path / "state"))
    assert second.take()
    first.give_back()
    assert locked.exists()
    assert not NameLock(str(tmp_path / "state")).take()
    locked.unlink()
    second.give_back()
    assert list(tmp_path.iterdir()) == []


def test_who_only_reads_a_journal_makes_and_locks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    read_journal(path).end()
    assert not list(tmp_path.iterdir())
    whole = _written(path, 6_000)
    with path.open("ab") as file:
        file.write(b'{"done":{"what')
    path.chmod(0o400)
    assert read_journal(path).is_worth_compacting()
    assert path.read_bytes() == whole + b'{"done":{"what'
    path.chmod(0o600)
    journal = Journal(path)
    try:
        assert read_journal(path).is_worth_compacting()
    finally:
        journal.close()
    assert [one.name for one in tmp_path.iterdir()] == ["journal"]


def test_what_no_push_could_have_as_its_journal_nobody_reads(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path, kind in ((tmp_path, "a directory"), (tmp_path / "fifo", "a FIFO")):
        with pytest.raises(ValidationError, match=kind) as refused:
            read_journal(path)
        assert refused.value.location == "journal"
    with pytest.raises(JournalError, match="does not exist") as raised:
        read_journal(tmp_path / "nowhere" / "journal")
    assert raised.value.errno == errno.ENOENT
