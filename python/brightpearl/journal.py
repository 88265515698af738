"""The journal of a push: a file that is kept while the push runs, so that another run goes on where it ended."""

from __future__ import annotations

import contextlib
import errno
import os

from brightpearl._native import JournalBook, JournalCompaction
from brightpearl.exceptions import MisuseError, ValidationError
from brightpearl.locking import is_still_named, lock, unlock
from brightpearl.private_file import (
    growing,
    irregular,
    irregular_kind,
    open_to_grow,
    open_to_read,
    remove_abandoned,
    replacing,
    sync_directory,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_PART = 1 << 20
"""The bytes of a journal that are read at a time."""


class JournalError(ValidationError, OSError):
    """The journal cannot be written: the disk is full, or a folder is missing. Also an `OSError`, with its `errno`."""


class Journal:
    """A file that only grows, and that one push at a time has to itself.

    A file that is not there yet is an empty journal, and is made readable by its owner only.

    Raises `ValidationError` when another push has it or it is not a regular file, `OSError` when it cannot be
    opened, and `JournalError` when its folder is missing or it cannot be written.

    A child that is forked while it is open cannot write to it, and does not let others have it.
    """

    __slots__ = ("_file", "_is_torn", "_owner", "_path", "_place", "_size")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.fspath(path)
        # A child that is forked from this process shares its lock.
        self._owner = os.getpid()
        # Looked at before it is opened: opening a FIFO waits, and opening a device may do something.
        _require_regular(self._path, irregular(self._path))
        self._file = self._locked()
        # Where it stands, though the process may go to another folder.
        self._place = os.path.realpath(self._path)
        try:
            remove_abandoned(self._path)
            self._size = os.fstat(self._file.fileno()).st_size
            if not self._size:
                # Whoever made it may have been killed before its name was on disk.
                sync_directory(os.path.dirname(os.path.realpath(self._path)))
            # A crash may have cut the last line anywhere.
            self._file.seek(max(self._size - 1, 0))
            self._is_torn = self._file.read(1) not in (b"", b"\n")
        except BaseException:
            self.close()
            raise

    def _locked(self) -> BinaryIO:
        """The file that is under the name once nobody else has it: whoever had it may have replaced it meanwhile."""
        while True:
            file: BinaryIO = open(self._opened(), "r+b", buffering=0)  # noqa: SIM115
            try:
                _require_regular(self._path, irregular_kind(os.fstat(file.fileno()).st_mode))
                if not lock(file):
                    raise ValidationError(
                        f"another push is writing to the journal {self._path!r}; expected to run one after the other",
                        location="journal",
                        advice="Wait for the other push to end, or give this one a journal of its own.",
                    )
                if is_still_named(file, os.path.realpath(self._path)):
                    return file
            except BaseException:
                file.close()
                raise
            file.close()

    def _opened(self) -> int:
        try:
            return open_to_grow(self._path)
        except FileNotFoundError as error:
            raise _without_folder(self._path, error) from None

    def book(self) -> JournalBook:
        """What stood in it when it was opened. A journal that is much longer than what it says is written anew where
        that can be done: nothing is lost where it cannot."""
        book = JournalBook()
        for part in self._parts():
            book.read(part)
        if book.is_worth_compacting():
            with contextlib.suppress(OSError, ValidationError):
                self._write_anew(book)
        return book

    def compact(self) -> tuple[int, int]:
        """Writes it anew, in as few lines as say the same; how many bytes it had and has.

        Raises `ValidationError` when it is not a journal, and `OSError` when it cannot be replaced; then it stays as it
        is.
        """
        book = JournalBook()
        for part in self._parts():
            book.read(part)
        book.end()
        before = self._size
        self._write_anew(book)
        return before, self._size

    def _parts(self) -> Iterator[bytes]:
        """Its bytes, as they were when it was opened: a part at a time, since there may be many."""
        self._file.seek(0)
        left = self._size
        while left and (part := self._file.read(min(left, _PART))):
            left -= len(part)
            yield part

    def _write_anew(self, book: JournalBook) -> None:
        """Replaces it as a whole; the lock is that of the new file then."""
        if os.name != "posix" or os.fstat(self._file.fileno()).st_nlink != 1:
            raise OSError(errno.ENOTSUP, "it has several names, or the system cannot replace a file in use", self._path)
        compaction = JournalCompaction()
        kept: list[int] = []
        try:
            with replacing(self._path, kept) as file:
                for part in self._parts():
                    file.write(compaction.read(book, part).encode())
                file.write(compaction.end(book).encode())
        finally:
            for descriptor in kept:
                before, self._file = self._file, open(growing(descriptor), "r+b", buffering=0)  # noqa: SIM115
                self._size = os.fstat(descriptor).st_size
                self._is_torn = False
                unlock(before)
                before.close()

    def append(self, lines: str) -> None:
        """Adds whole lines, and returns when they are on disk. What a crash or a failure left of a line stays a
        line of its own.

        Raises `JournalError` when it cannot be written, or was removed or replaced meanwhile, and `MisuseError` in a
        forked child: two processes at one end of the file would cut each other's lines.
        """
        if self._owner != os.getpid():
            raise MisuseError(
                f"the journal {self._path!r} was opened by process {self._owner}, from which process {os.getpid()} was "
                "forked; expected only that one to append",
                location="journal",
            )
        closing = "\n" if self._is_torn and not lines.startswith("\n") else ""
        rest = memoryview((closing + lines).encode())
        # Until all of it is on disk, nobody knows where the last line ends.
        self._is_torn = True
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._failure(error) from error
        # Another push that finds none under the name would begin as if nothing had been written.
        if not is_still_named(self._file, self._place):
            raise self._lost()
        self._is_torn = not lines.endswith("\n")

    def close(self) -> None:
        """Lets others have it, also where a forked child still holds it open. A child's own close lets nobody have
        it."""
        # Unlocking is for every process that shares the open file, so only the owner does.
        if self._owner == os.getpid() and not self._file.closed:
            unlock(self._file)
        self._file.close()

    def _lost(self) -> JournalError:
        failure = JournalError(
            f"the journal {self._path!r} was removed or replaced while the push had it; no write is sent before it is "
            "announced there",
            location="journal",
            advice="Put the file back where it was, or push the same records once more: what was written is looked for "
            "by its keys. Move a journal only between pushes.",
        )
        failure.errno, failure.strerror, failure.filename = errno.ENOENT, os.strerror(errno.ENOENT), self._path
        return failure

    def _failure(self, error: OSError) -> JournalError:
        failure = JournalError(
            f"the journal {self._path!r} cannot be written: {error.strerror or error}; no write is sent before it is "
            "announced there",
            location="journal",
            advice="Make room on the disk, then push the same records with the same journal: it goes on from there.",
        )
        failure.errno, failure.strerror, failure.filename = error.errno, error.strerror, self._path
        return failure


def read_journal(path: str | os.PathLike[str]) -> JournalBook:
    """What a journal says, for who only reads it: it may be another push's, and nothing is made, written or locked. A
    file that is not there yet is an empty journal.

    Raises what opening a `Journal` raises, but for those who have it.
    """
    path = os.fspath(path)
    book = JournalBook()
    _require_regular(path, irregular(path))
    try:
        descriptor = open_to_read(path)
    except FileNotFoundError as error:
        if not os.path.isdir(os.path.dirname(os.path.realpath(path))):
            raise _without_folder(path, error) from None
        return book
    with open(descriptor, "rb", buffering=0) as file:
        while part := file.read(_PART):
            book.read(part)
    return book


def _require_regular(path: str, kind: str | None) -> None:
    if kind is not None:
        raise ValidationError(
            f"the journal {path!r} is {kind}; expected a regular file, or none yet",
            location="journal",
            advice="Name a file on a disk that stays.",
        )


def _without_folder(path: str, error: OSError) -> JournalError:
    folder = os.path.dirname(os.path.realpath(path))
    failure = JournalError(
        f"the journal {path!r} cannot be opened, since the folder {folder!r} does not exist; nothing was sent",
        location="journal",
        advice="Make the folder, or name a journal in one that exists.",
    )
    failure.errno, failure.strerror, failure.filename = error.errno, error.strerror, path
    return failure
