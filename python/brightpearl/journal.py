"""The journal of a push: a file that is kept while the push runs, so that another run goes on where it ended."""

from __future__ import annotations

import os

from brightpearl.exceptions import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


class Journal:
    """A file that only grows, and that one push at a time has to itself.

    A file that is not there yet is an empty journal.

    Raises `ValidationError` when another push has it, and `OSError` when it cannot be read or written.
    """

    __slots__ = ("_file", "_path", "text")

    text: str
    """What stood in it when it was opened."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.fspath(path)
        is_new = not os.path.exists(self._path)
        self._file: BinaryIO = open(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666), "r+b", buffering=0)  # noqa: SIM115
        try:
            if not _lock(self._file):
                raise ValidationError(
                    f"another push is writing to the journal {self._path!r}; expected to run one after the other",
                    location="journal",
                    advice="Wait for the other push to end, or give this one a journal of its own.",
                )
            if is_new:
                _keep_name(self._path)
            # A crash may have cut the last line anywhere, even within a character; the engine sees to such a line.
            self.text = self._file.read().decode(errors="replace")
        except BaseException:
            self.close()
            raise

    def append(self, lines: str) -> None:
        """Adds whole lines, and returns when they are on disk."""
        self._file.seek(0, os.SEEK_END)
        rest = memoryview(lines.encode())
        while rest:
            rest = rest[self._file.write(rest) :]
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Lets others have it."""
        self._file.close()


def _lock(file: BinaryIO) -> bool:
    """Takes the file until it is closed; False when somebody else has it."""
    try:
        import fcntl
    except ImportError:
        return _lock_windows(file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_windows(file: BinaryIO) -> bool:
    import msvcrt

    # One byte far behind all that is ever written, since what is locked cannot be read by others.
    file.seek(1 << 40)
    try:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return False
    finally:
        file.seek(0)
    return True


def _keep_name(path: str) -> None:
    """A new file outlives a crash when its directory is on disk, too."""
    if os.name != "posix":
        return
    directory = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
