"""The command on a terminal of its own."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys


def on_terminal(*arguments: str, **environment: str) -> str:
    """What a terminal gets of what the command writes to standard output."""
    reading, writing = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "brightpearl", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=writing,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "200", **environment},
    ) as process:
        os.close(writing)
        written = b""
        # The end of a terminal is an error.
        with contextlib.suppress(OSError):
            while part := os.read(reading, 1 << 16):
                written += part
        process.wait(60)
    os.close(reading)
    return written.decode(errors="surrogateescape")
