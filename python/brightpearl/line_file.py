"""A file of lines that only grows: each of them is in it as a whole, or not at all."""

from __future__ import annotations

import errno
import os

from brightpearl.private_file import irregular_kind, open_to_grow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType


class LineFile:
    """Opens a file, or makes one that its owner alone can read. Several processes may write to it.

    Raises `OSError` where it cannot be opened.
    """

    __slots__ = ("_file", "_is_regular", "_path")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.fspath(path)
        self._file = open(open_to_grow(path), "r+b", buffering=0)  # noqa: SIM115
        try:
            self._is_regular = irregular_kind(os.fstat(self._file.fileno()).st_mode) is None
            if self._is_regular:
                self._end_line()
            else:
                # Such as a pipe, whose reader may be slower.
                os.set_blocking(self._file.fileno(), True)
        except BaseException:
            self._file.close()
            raise

    def write(self, lines: bytes) -> None:
        """Puts lines behind those that are there. A disk that is full takes the beginning of them and says nothing:
        that is taken away again. Raises `OSError`; the file is as it was then, or was removed meanwhile."""
        before = os.fstat(self._file.fileno()).st_size
        rest = memoryview(lines)
        try:
            while rest:
                rest = rest[self._file.write(rest) or 0 :]
        except OSError as error:
            error.filename = self._path
            # Not what another process has written meanwhile.
            if self._is_regular and os.fstat(self._file.fileno()).st_size == before + len(lines) - len(rest):
                self._file.truncate(before)
            raise
        # A name that it has been given since is found; none is not.
        if self._is_regular and os.fstat(self._file.fileno()).st_nlink == 0:
            message = "the file was removed while lines were written to it; expected it to stay"
            raise FileNotFoundError(errno.ENOENT, message, self._path)

    def _end_line(self) -> None:
        """A crash may have cut the last line anywhere: what is left of it stays a line of its own."""
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(max(size - 1, 0))
        if self._file.read(1) not in (b"", b"\n"):
            self.write(b"\n")

    def sync(self) -> None:
        """Returns when what was written outlives a crash."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def __enter__(self) -> LineFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
