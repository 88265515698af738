"""A lease on an account's keys: while a push has it, no other one writes records of that kind."""

from __future__ import annotations

import errno
import os

from brightpearl.arguments import checked_path, checked_seconds, named
from brightpearl.exceptions import ArgumentTypeError, MisuseError, ValidationError
from brightpearl.locking import is_still_named, lock, unlock
from brightpearl.private_file import PRIVATE, irregular_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO, Protocol

    class Lease(Protocol):
        """What one push at a time has, such as a row of a database that several machines share. Each method raises what
        it likes when the lease cannot be had, or was lost: the push then ends before anything more is sent."""

        def acquire(self) -> object:
            """Takes it, before anything is read or sent."""

        def renew(self) -> object:
            """Makes it last, or says that it was lost; called before more records are taken and with each outcome."""

        def release(self) -> object:
            """Gives it back, when the push is over, however it ended."""

    AnyLease = Lease | str | os.PathLike[str]
    """A lease, or the path of a lock file, or of a folder that has one for each account and kind of record."""

_SECONDS_BETWEEN_TRIES = 0.2


class FileLease:
    """A lease over a lock file, among the processes of one machine. The end of a process, however it ends, gives it
    back.

    `wait`: for how many seconds to wait for it when another process has it; not at all if absent.
    """

    __slots__ = ("_file", "_owner", "_path", "_wait")

    def __init__(self, path: str | os.PathLike[str], *, wait: float | None = None) -> None:
        self._path = checked_path(path, "path")
        self._wait = 0.0 if wait is None else checked_seconds(wait, "wait")
        self._file: BinaryIO | None = None
        self._owner = 0

    def acquire(self) -> None:
        """Takes it. Raises `ValidationError` that says who has it, and `OSError` where there can be no such file."""
        import time

        if self._file is not None:
            raise MisuseError(
                f"the lease {self._path!r} is taken already; expected it to be released", location="exclusive"
            )
        until = time.monotonic() + self._wait
        while not self._take():
            if time.monotonic() >= until:
                raise self._refusal()
            time.sleep(_SECONDS_BETWEEN_TRIES)

    def renew(self) -> None:
        """Raises `ValidationError` when its file was removed: another push may have the lease then."""
        if self._file is None or not is_still_named(self._file, os.path.realpath(self._path)):
            raise ValidationError(
                f"the lease {self._path!r} was lost: its file is not there any more; expected it to stay while a push "
                "runs",
                location="exclusive",
                advice="Push the same records with the same journal: it goes on from there.",
            )

    def release(self) -> None:
        """Gives it back. The file stays, and says nothing."""
        file, self._file = self._file, None
        if file is None:
            return
        # A child that was forked meanwhile shares the lock, and has not to give it back.
        if self._owner == os.getpid():
            file.truncate(0)
            unlock(file)
        file.close()

    def within(self, account: str, target: Callable[[], str | None]) -> FileLease:
        """Of a folder, the lease of that account and kind of record; of a file itself."""
        if not os.path.isdir(self._path):
            return self
        import re

        kind = re.sub(r"[^A-Za-z0-9]+", "-", target() or "records").strip("-")
        return FileLease(os.path.join(self._path, f"brightpearl-{account}-{kind}.lease"), wait=self._wait or None)

    def _take(self) -> bool:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        file = open(self._opened(flags), "r+b", buffering=0)  # noqa: SIM115
        try:
            if (kind := irregular_kind(os.fstat(file.fileno()).st_mode)) is not None:
                raise self._not_a_file(f"is {kind}")
            text = file.read(_LONGEST)
            if text and not _is_ours(text):
                raise ValidationError(
                    f"the file {self._path!r} is not that of a lease; expected one of its own, or none yet",
                    location="exclusive",
                    advice="Nothing was changed. Name another file, or remove this one if nobody needs it.",
                )
            if not lock(file):
                file.close()
                return False
            if not is_still_named(file, os.path.realpath(self._path)):
                file.close()
                return False
            file.seek(0)
            file.truncate(0)
            file.write(_myself())
        except BaseException:
            file.close()
            raise
        self._file, self._owner = file, os.getpid()
        return True

    def _opened(self, flags: int) -> int:
        try:
            return os.open(self._path, flags, PRIVATE)
        except IsADirectoryError:
            wrong = "is a directory"
        except OSError as error:
            if not os.path.islink(self._path) or error.errno not in (errno.ENOENT, errno.ELOOP):
                raise
            wrong = f"is a symbolic link that leads nowhere, to {os.readlink(self._path)!r}"
        raise self._not_a_file(wrong)

    def _not_a_file(self, wrong: str) -> ValidationError:
        return ValidationError(
            f"the lease {self._path!r} {wrong}; expected a regular file, or none yet",
            location="exclusive",
            advice="Nothing was sent. Remove it if nobody needs it, or name another file.",
        )

    def _refusal(self) -> ValidationError:
        import json

        try:
            with open(self._path, "rb") as file:
                holder = json.loads(file.read(_LONGEST))
            who = (
                f"process {holder['pid']} of {holder['host']} has had the lease {self._path!r} since {holder['since']}"
            )
        except (OSError, ValueError, KeyError, TypeError):
            who = f"another push has the lease {self._path!r}"
        return ValidationError(
            f"{who}; expected to push one after the other, since two that look for a key in the same seconds both "
            "create it",
            location="exclusive",
            advice="Nothing was sent. Wait for the other push to end, or let this one wait for it.",
        )


_LONGEST = 4096
"""The most bytes of a lease's file that are looked at."""


def _myself() -> bytes:
    import datetime
    import json
    import socket

    since = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}).encode() + b"\n"


_BEGINNING = b'{"pid": '


def _is_ours(text: bytes) -> bool:
    """Whether a lease has written it. One that is just writing it, or was killed meanwhile, has left its beginning, and
    a loss of power zeros."""
    import json

    text = text.strip(b"\0")
    if not text or (not text.endswith(b"\n") and (text.startswith(_BEGINNING) or _BEGINNING.startswith(text))):
        return True
    try:
        return set(json.loads(text)) == {"pid", "host", "since"}
    except (ValueError, TypeError):
        return False


def lease_of(exclusive: object, account: str, target: Callable[[], str | None]) -> Lease | None:
    """The lease that an argument asks for: of a folder, the file of that account and kind of record."""
    if exclusive is None:
        return None
    if isinstance(exclusive, (str, os.PathLike)):
        exclusive = FileLease(checked_path(exclusive, "exclusive"))
    if isinstance(exclusive, FileLease):
        return exclusive.within(account, target)
    missing = [name for name in ("acquire", "renew", "release") if not callable(getattr(exclusive, name, None))]
    if missing:
        raise ArgumentTypeError(
            f"`exclusive` is {named(exclusive)} without {' and '.join(missing)}; expected a path, a "
            "brightpearl.FileLease, or an object that has acquire, renew and release",
            location="exclusive",
        )
    return exclusive  # type: ignore[return-value]
