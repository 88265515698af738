"""Files with data of customers: readable by their owner only, and replaced as a whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat

from brightpearl.locking import is_still_named, lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, BinaryIO

PRIVATE = 0o600
"""The mode of a new file, whatever the umask says."""

READABLE = 0o644
"""That of one which another user's program is to read."""

_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def irregular(path: str | os.PathLike[str]) -> str | None:
    """What is under that name instead of a regular file; None where there is one, or nothing."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return irregular_kind(found.st_mode)


def irregular_kind(mode: int) -> str | None:
    """What a file of that mode is instead of a regular file."""
    return None if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "a special file")


class NamedFile(io.FileIO):
    """An open file whose errors say which one it is: those of a disk that is full do not."""

    def __init__(self, descriptor: int, mode: str, shown: str, *, closefd: bool = True) -> None:
        super().__init__(descriptor, mode, closefd=closefd)
        self._shown = shown

    def write(self, data: Any) -> int:
        """Writes what it takes."""
        with naming(self._shown):
            return super().write(data)


@contextlib.contextmanager
def naming(shown: str) -> Iterator[None]:
    """Has an `OSError` that names no file name this one."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            error.filename = shown
        raise


@contextlib.contextmanager
def spool(directory: str | None, shown: str) -> Iterator[BinaryIO]:
    """A file without a name, in the directory or where such files are kept; its errors speak of `shown`."""
    import tempfile

    with (
        tempfile.TemporaryFile(dir=directory, buffering=0) as raw,
        io.BufferedRandom(NamedFile(os.dup(raw.fileno()), "r+b", shown)) as file,
    ):
        yield file


def require_replaceable(path: str | os.PathLike[str]) -> None:
    """Raises the `OSError` that putting a file under that name would end with, as far as that can be known without
    trying."""
    target = os.path.realpath(path)
    directory = os.path.dirname(target)
    os.stat(directory)
    for name in (directory, target):
        if os.path.exists(name) and not os.access(name, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), name)


def open_to_grow(path: str | os.PathLike[str]) -> int:
    """Opens a file for reading and writing at its end, or makes a private one; the descriptor. Never waits, as opening
    a FIFO does."""
    flags = os.O_RDWR | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        descriptor = os.open(path, flags | os.O_CREAT, PRIVATE)
    try:
        _change_mode(descriptor, PRIVATE)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def open_to_read(path: str | os.PathLike[str]) -> int:
    """Opens a regular file for reading; the descriptor. Raises `OSError` for anything else: opening a FIFO would wait
    for somebody to write, and a device may have no end."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    kind = irregular_kind(os.fstat(descriptor).st_mode)
    if kind is None:
        return descriptor
    os.close(descriptor)
    number = errno.EISDIR if kind == "a directory" else errno.EINVAL
    raise OSError(number, f"it is {kind}; expected a regular file", os.fspath(path))


def growing(descriptor: int) -> int:
    """The same descriptor, by which is written at the end of the file and nowhere else."""
    import fcntl

    fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_APPEND)
    return descriptor


@contextlib.contextmanager
def replacing(
    path: str | os.PathLike[str], kept: list[int] | None = None, *, mode: int = PRIVATE
) -> Iterator[BinaryIO]:
    """A file that appears under its name when it is complete and on disk. It has the owner, the group and the mode of
    the one that it replaces, or `mode`. Who may not give files away gets a `PermissionError`, unless the owner that
    there was may read it all the same. Where the name is a symbolic link, what that leads to is replaced.

    `kept`: takes a descriptor by which the file that has appeared stays open, and locked, where there are locks.
    """
    kind = irregular(path)
    if kind is not None:
        raise OSError(errno.EINVAL, f"it is {kind}; expected a regular file", os.fspath(path))
    target = os.path.realpath(path)
    directory, name = os.path.split(target)
    remove_abandoned(target)
    descriptor, partial = _made(directory, _prefix(name))
    shown = os.fspath(path)
    try:
        with io.BufferedWriter(NamedFile(descriptor, "wb", shown)) as file:
            yield file
            file.flush()
            _keep_access(descriptor, target, mode)
            with naming(shown):
                os.fsync(descriptor)
            if os.name == "posix":
                # While it is locked, nobody takes it for one that was left behind.
                os.replace(partial, target)
                if kept is not None:
                    kept.append(os.dup(descriptor))
        if os.name != "posix":
            os.replace(partial, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(partial)
        raise
    sync_directory(directory)


_SUFFIX = ".partial"


def _prefix(name: str) -> str:
    """What the files beside a file begin with that are to replace it. Nobody else's do."""
    return f".{name[:48]}.brightpearl-"


def _made(directory: str, prefix: str) -> tuple[int, str]:
    """A new file and its path: private, and locked, so that nobody takes it for one that was left behind."""
    import tempfile

    while True:
        # Exclusive, and following no link.
        descriptor, path = tempfile.mkstemp(dir=directory, prefix=prefix, suffix=_SUFFIX)
        with open(descriptor, "wb", closefd=False) as file:
            if os.name != "posix" or (lock(file) and is_still_named(file, path)):
                return descriptor, path
        os.close(descriptor)


def remove_abandoned(path: str | os.PathLike[str]) -> None:
    """Removes what processes that were killed while they replaced a file have left beside it: regular files of this
    user with such a name, which nobody has locked any more."""
    if os.name != "posix":
        return
    import re

    directory, name = os.path.split(os.path.realpath(path))
    made = re.compile(re.escape(_prefix(name)) + r"[a-z0-9_]{8}" + re.escape(_SUFFIX))
    with contextlib.suppress(OSError):
        names = [one.path for one in os.scandir(directory) if made.fullmatch(one.name)]
        for partial in names:
            with contextlib.suppress(OSError):
                _remove_if_abandoned(partial)


def _remove_if_abandoned(partial: str) -> None:
    # Opening a FIFO would wait.
    descriptor = os.open(partial, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        is_ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_nlink == 1
        if is_ours and lock(file) and is_still_named(file, partial):
            os.unlink(partial)


def _keep_access(descriptor: int, target: str, otherwise: int) -> None:
    """Gives a file the owner, the group and the mode of the one that it is to replace."""
    try:
        found = os.stat(target)
    except FileNotFoundError:
        _change_mode(descriptor, otherwise)
        return
    mode = stat.S_IMODE(found.st_mode) & 0o777
    if hasattr(os, "fchown"):
        made = os.fstat(descriptor)
        if (made.st_uid, made.st_gid) != (found.st_uid, found.st_gid):
            _give_away(descriptor, made, found, target)
    _change_mode(descriptor, mode)


def _give_away(descriptor: int, made: os.stat_result, found: os.stat_result, target: str) -> None:
    try:
        os.fchown(descriptor, found.st_uid, found.st_gid)
    except OSError as error:
        has_group = made.st_gid == found.st_gid or _gives_group(descriptor, found.st_gid)
        mode = found.st_mode
        is_readable = made.st_uid == found.st_uid or mode & 0o004 or (has_group and mode & 0o040)
        if not is_readable:
            reason = f"it cannot be left to its owner, user {found.st_uid}: {error.strerror}"
            raise OSError(error.errno, reason, target) from error


def _gives_group(descriptor: int, group: int) -> bool:
    try:
        os.fchown(descriptor, -1, group)
    except OSError:
        return False
    return True


def _change_mode(descriptor: int, mode: int) -> None:
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, mode)


def sync_directory(path: str) -> None:
    """A name outlives a crash when its directory is on disk, too."""
    if os.name != "posix":
        return
    directory = os.open(path or ".", os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
