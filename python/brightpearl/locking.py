"""Files that one process at a time has."""

from __future__ import annotations

import errno
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO


def lock(file: IO[bytes]) -> bool:
    """Takes a file until it is closed; False when somebody else has it."""
    try:
        import fcntl
    except ImportError:
        return _lock_windows(file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class NameLock:
    """Has what is under a name, though it is replaced meanwhile: a file beside it is locked. One that a killed process
    left is taken by the next."""

    __slots__ = ("_file", "_path")

    def __init__(self, path: str) -> None:
        directory, name = os.path.split(os.path.realpath(path))
        self._path = os.path.join(directory, f".{name[:200]}.lock")
        self._file: IO[bytes] | None = None

    def take(self) -> bool:
        """Takes it until `give_back`; False when somebody else has it."""
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        while True:
            file = open(self._opened(flags), "r+b", buffering=0)  # noqa: SIM115
            try:
                if not lock(file):
                    file.close()
                    return False
                # Whoever had it before may have taken its name away meanwhile.
                if is_still_named(file, self._path):
                    self._file = file
                    return True
            except BaseException:
                file.close()
                raise
            file.close()

    def _opened(self, flags: int) -> int:
        """Its descriptor. Raises `OSError`, also for what is not a file that was left for a lock."""
        expected = "expected the lock of the file beside it, or nothing there: remove it if nobody needs it"
        try:
            descriptor = os.open(self._path, flags, 0o600)
        except OSError as error:
            if error.errno in (errno.EISDIR, errno.ELOOP, errno.ENXIO):
                error.strerror = f"it is not a regular file; {expected}"
            raise
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, f"it is not a regular file; {expected}", self._path)
        return descriptor

    def is_held(self) -> bool:
        """Whether nobody else can have it: somebody may have removed the file."""
        return self._file is not None and is_still_named(self._file, self._path)

    def give_back(self) -> None:
        """Lets the next have it."""
        file, self._file = self._file, None
        if file is None:
            return
        # Somebody may have removed it, and another process have one of its own by now.
        if os.name == "posix" and is_still_named(file, self._path):
            os.unlink(self._path)
        file.close()


def is_still_named(file: IO[bytes], path: str) -> bool:
    """Whether an open file is the one under that name."""
    if os.name != "posix":
        return True
    try:
        named = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(named, os.fstat(file.fileno()))


def unlock(file: IO[bytes]) -> None:
    """Lets others have a file that is about to be closed, also where a forked child still holds it open."""
    try:
        import fcntl
    except ImportError:
        # There are no forked children, and closing is enough.
        return
    fcntl.flock(file, fcntl.LOCK_UN)


def _lock_windows(file: IO[bytes]) -> bool:
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
