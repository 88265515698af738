"""A command that prints a secret: no shell, no terminal, no more time and no more output than it is given."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import suppress

from brightpearl.text import Hidden


class CommandError(Exception):
    """Why there is no output that can be used. Nothing that the command printed is in it."""


def output_of(words: Hidden, longest: int, seconds: float) -> Hidden:
    """The standard output of a program with its arguments. What it says on standard error is dropped, since it may be
    anything."""
    # A process shows its arguments.
    run = Hidden(_started(words))
    printed = Hidden(b"")
    reader = threading.Thread(target=_read, args=(run, printed, longest), name="brightpearl-secret", daemon=True)
    reader.start()
    try:
        reader.join(seconds)
        if reader.is_alive():
            raise CommandError(f"the command has not ended within {seconds:g} seconds")
        if len(printed.value) > longest:
            raise CommandError(f"the command prints more than {longest >> 10} KiB; expected a secret")
        with suppress(subprocess.TimeoutExpired):
            run.value.wait(seconds)
        if (code := run.value.returncode) is None:
            raise CommandError(f"the command has not ended within {seconds:g} seconds")
        if code > 0:
            raise CommandError(f"the command ended with exit code {code}")
        if code < 0:
            raise CommandError(f"the command was ended by signal {-code}")
        return printed
    finally:
        _end(run.value)


def _started(words: Hidden) -> subprocess.Popen[bytes]:
    try:
        # In a session of its own, so that what it starts ends with it.
        return subprocess.Popen(
            words.value,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=os.name == "posix",
        )
    except OSError as error:
        why = error.strerror or type(error).__name__
    # Without the failure, whose traceback has the arguments: they may be secret.
    raise CommandError(f"the program cannot be started: {why}")


def _read(run: Hidden, printed: Hidden, longest: int) -> None:
    if run.value.stdout is not None:
        with suppress(OSError), run.value.stdout as stream:
            printed.value = stream.read(longest + 1)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends it and what it has started."""
    # Whether or not the command itself has ended meanwhile: until it is waited for, its number is no other's.
    if process.returncode is None:
        with suppress(OSError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
    process.wait()
