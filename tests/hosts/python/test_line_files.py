"""Files of lines on a full disk, and files that are not files."""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from brightpearl.cli.dead_letters import DeadLetterFile
from brightpearl.cli.pushing import lines_to
from brightpearl.line_file import LineFile
from command_line import Ended

FULL = re.compile("too large|No space")


@contextmanager
def full_at(size: int) -> Iterator[None]:
    """No file of this process grows beyond that, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_line_that_the_disk_takes_in_part_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    with LineFile(path) as file:
        file.write(b"first\n")
        with full_at(10), pytest.raises(OSError, match=FULL):
            file.write(b"second\n")
        assert path.read_bytes() == b"first\n"
        file.write(b"third\n")
    assert path.read_bytes() == b"first\nthird\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_a_crash_left_of_a_line_stays_a_line_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"first\nsec")
    with LineFile(path) as file:
        file.write(b"third\n")
    assert path.read_bytes() == b"first\nsec\nthird\n"


def test_lines_for_a_file_that_was_removed_are_not_lost_without_a_word(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    with LineFile(path) as file:
        file.write(b"first\n")
        path.rename(tmp_path / "rotated")
        file.write(b"second\n")
        assert (tmp_path / "rotated").read_bytes() == b"first\nsecond\n"
        (tmp_path / "rotated").unlink()
        with pytest.raises(FileNotFoundError, match="was removed while lines were written") as caught:
            file.write(b"third\n")
        assert caught.value.filename == str(path)


def test_what_another_process_wrote_meanwhile_is_not_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    with LineFile(path) as file, full_at(10):
        before = os.fstat

        def grown(descriptor: int) -> os.stat_result:
            os.fstat = before
            found = before(descriptor)
            with open(path, "ab") as other:
                other.write(b"theirs\n")
            return found

        os.fstat = grown
        with pytest.raises(OSError, match=FULL):
            file.write(b"ours\n")
    assert path.read_bytes().startswith(b"theirs\n")


def test_dead_letters_are_whole_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "letters"
    letters = DeadLetterFile(str(path))
    letters.keep({"record": 1})
    with full_at(20), pytest.raises(OSError, match=FULL):
        letters.keep({"record": "x" * 100})
    letters.close()
    assert path.read_text() == '{"record":1}\n'
    with lines_to(str(path)) as lines, full_at(20):
        assert lines is not None
        with pytest.raises(OSError, match=FULL):
            lines.write(b"y" * 100 + b"\n")
    assert path.read_text() == '{"record":1}\n'


@pytest.mark.parametrize("words", [("check", "PLACE"), ("audit", "verify", "PLACE"), ("serve", "PLACE")])
def test_what_would_wait_for_ever_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    place = tmp_path / "fifo"
    os.mkfifo(place)
    for path, kind in ((place, "a FIFO"), (Path("/dev/zero"), "a device"), (tmp_path, "directory")):
        ended = Ended(*(str(path) if word == "PLACE" else word for word in words))
        assert ended.code not in (0, 1), ended.out
        assert kind in (ended.out + ended.err).lower().replace("fifo", "FIFO"), ended.err


def test_a_mapping_and_a_trail_of_a_configuration_are_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "mapping.json")
    os.mkfifo(tmp_path / "trail")
    (tmp_path / "brightpearl.toml").write_text(
        '[audit]\nfile = "trail"\n[[flow]]\nname = "in"\npush = "mapping.json"\nfrom = "command: cat x"\nevery = "5m"\n'
    )
    ended = Ended("check", str(tmp_path / "brightpearl.toml"))
    assert ended.code == 2
    assert "'mapping.json' cannot be read: it is a FIFO" in ended.out + ended.err
    assert "[audit]: file: it is a FIFO" in ended.out + ended.err
