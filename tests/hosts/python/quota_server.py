"""A Redis or Valkey server of a test's own."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path


class QuotaServer:
    """The server on a free port of the loopback, until it is closed."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("valkey-server") or shutil.which("redis-server")
        assert program is not None, "missing: redis-server or valkey-server; tests/setup.sh installs it"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._command = [program, "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--dir", str(folder)]
        self._begin()

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        """Takes messages, and answers none."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Answers again, late messages first."""
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Ends."""
        self._process.kill()
        self._process.wait()

    def _begin(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        for _ in range(500):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        raise AssertionError("the server does not start")
