"""Files that one process at a time has."""

from __future__ import annotations

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
