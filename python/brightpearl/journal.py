"""The journal of a push: a file that is kept while the push runs, so that another run goes on where it ended."""

from __future__ import annotations

import os

from brightpearl.exceptions import MisuseError, ValidationError
from brightpearl.locking import lock, unlock
from brightpearl.private_file import irregular, irregular_kind, open_to_grow, sync_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


class JournalError(ValidationError, OSError):
    """The journal cannot be written: the disk is full, or has gone. Also an `OSError`, with its `errno`."""


class Journal:
    """A file that only grows, and that one push at a time has to itself.

    A file that is not there yet is an empty journal, and is made readable by its owner only.

    Raises `ValidationError` when another push has it or it is not a regular file, `OSError` when it cannot be
    opened, and `JournalError` when it cannot be written.

    A child that is forked while it is open cannot write to it, and does not let others have it.
    """

    __slots__ = ("_file", "_is_torn", "_owner", "_path", "text")

    text: str
    """What stood in it when it was opened."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.fspath(path)
        # A child that is forked from this process shares its lock.
        self._owner = os.getpid()
        # Looked at before it is opened: opening a FIFO waits, and opening a device may do something.
        self._require_regular(irregular(self._path))
        self._file: BinaryIO = open(open_to_grow(self._path), "r+b", buffering=0)  # noqa: SIM115
        try:
            self._require_regular(irregular_kind(os.fstat(self._file.fileno()).st_mode))
            if not lock(self._file):
                raise ValidationError(
                    f"another push is writing to the journal {self._path!r}; expected to run one after the other",
                    location="journal",
                    advice="Wait for the other push to end, or give this one a journal of its own.",
                )
            self._file.seek(0)
            # A crash may have cut the last line anywhere, even within a character; the engine sees to such a line.
            found = self._file.read()
            self.text = found.decode(errors="replace")
            if not found:
                # Whoever made it may have been killed before its name was on disk.
                sync_directory(os.path.dirname(os.path.realpath(self._path)))
            self._is_torn = bool(found) and not found.endswith(b"\n")
        except BaseException:
            self.close()
            raise

    def append(self, lines: str) -> None:
        """Adds whole lines, and returns when they are on disk. What a crash or a failure left of a line stays a
        line of its own.

        Raises `MisuseError` in a forked child: two processes at one end of the file would cut each other's lines.
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
        self._is_torn = not lines.endswith("\n")

    def close(self) -> None:
        """Lets others have it, also where a forked child still holds it open. A child's own close lets nobody have
        it."""
        # Unlocking is for every process that shares the open file, so only the owner does.
        if self._owner == os.getpid() and not self._file.closed:
            unlock(self._file)
        self._file.close()

    def _require_regular(self, kind: str | None) -> None:
        if kind is not None:
            raise ValidationError(
                f"the journal {self._path!r} is {kind}; expected a regular file, or none yet",
                location="journal",
                advice="Name a file on a disk that stays.",
            )

    def _failure(self, error: OSError) -> JournalError:
        failure = JournalError(
            f"the journal {self._path!r} cannot be written: {error.strerror or error}; no write is sent before it is "
            "announced there",
            location="journal",
            advice="Make room on the disk, then push the same records with the same journal: it goes on from there.",
        )
        failure.errno, failure.strerror, failure.filename = error.errno, error.strerror, self._path
        return failure
