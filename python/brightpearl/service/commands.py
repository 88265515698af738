"""Commands of a configuration: started without a shell, with no more time than they are given, and ended with all that
they have started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

from brightpearl.ledger.noting import Explained
from brightpearl.service.stopping import Stopping, StopRequested
from brightpearl.text import one_line

SECONDS_FOR_A_COMMAND = 600.0

_SECONDS_BETWEEN_LOOKS = 0.2
_SECONDS_FOR_AN_END = 2.0


class CommandFailed(Explained):
    """A command could not be started, or did not end in time."""


@dataclass(frozen=True)
class EndedCommand:
    """How a command ended."""

    code: int
    printed: bytes
    said: str
    """The end of what it wrote to standard error, in one line."""

    def reason(self) -> str:
        """Why it failed, for people."""
        how = f"was ended by signal {-self.code}" if self.code < 0 else f"ended with exit code {self.code}"
        return f"the command {how}{f': {self.said}' if self.said else ''}"


def run_command(words: Sequence[str], given: bytes, folder: str, stopping: Stopping) -> EndedCommand:
    """Runs a command with something on its standard input. Where the service stops, it has as long as flows have."""
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            # In a session of its own, so that what it starts ends with it.
            start_new_session=True,
        )
    except OSError as error:
        raise CommandFailed(f"the command cannot be started: {error.strerror or error}") from None
    deadline = time.monotonic() + SECONDS_FOR_A_COMMAND
    # What was begun to be written goes on by itself.
    left: bytes | None = given
    with process:
        try:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    printed, said = process.communicate(left, timeout=_SECONDS_BETWEEN_LOOKS)
                    break
                left = None
                if stopping.is_over:
                    raise StopRequested
                if time.monotonic() > deadline:
                    raise CommandFailed(f"the command has not ended within {SECONDS_FOR_A_COMMAND:g} seconds")
        except BaseException:
            _end(process)
            raise
    return EndedCommand(process.returncode, printed, one_line(said[-300:].decode(errors="replace").strip()))


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(OSError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS_FOR_AN_END if number == signal.SIGTERM else None)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
