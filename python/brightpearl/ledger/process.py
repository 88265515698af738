"""Which process has something, so that what a killed one had can be taken over."""

from __future__ import annotations

import json
import os
import socket


def this_process() -> str:
    """This process as a text that no other one has: its machine, its number, and when it began."""
    return json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "began": _began(os.getpid())})


def has_ended(process: str) -> bool:
    """Whether the process of that text is known to have ended. Of those of other machines nothing is known."""
    try:
        told = json.loads(process)
        host, number, began = told["host"], int(told["pid"]), told["began"]
    except (ValueError, KeyError, TypeError):
        return True
    if host != socket.gethostname() or os.name != "posix":
        return False
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    # The number may be that of a later process by now.
    return began is not None and _began(number) not in (None, began)


def is_here(process: str) -> bool:
    """Whether it is a process of this machine, of which is known whether it has ended."""
    try:
        return os.name == "posix" and json.loads(process)["host"] == socket.gethostname()
    except (ValueError, KeyError, TypeError):
        return False


def is_of_this_boot(process: str) -> bool:
    """Whether it runs on the kernel that this one runs on, such as in another container: both have one clock that
    nobody sets."""
    mine = _boot(this_process())
    return mine is not None and _boot(process) == mine


def _boot(process: str) -> str | None:
    try:
        boot, separator, _ = json.loads(process)["began"].rpartition("-")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return boot if separator else None


def described(process: str) -> str:
    """The same for people."""
    try:
        told = json.loads(process)
        return f"process {told['pid']} of {told['host']}"
    except (ValueError, KeyError, TypeError):
        return "an unknown process"


def _began(number: int) -> str | None:
    """When a process began, counted by the kernel since its own start; None where that is not told, or of one that is
    only waited for."""
    try:
        with open(f"/proc/{number}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        with open("/proc/sys/kernel/random/boot_id", "rb") as file:
            boot = file.read(8).decode()
        # The twentieth behind the name; a zombie holds nothing any more.
        return "ended" if fields[0] == b"Z" else f"{boot}-{int(fields[19])}"
    except (OSError, ValueError, IndexError):
        return None
