"""The command `brightpearl`."""

from __future__ import annotations


def main() -> None:
    """Runs the command line of this process."""
    import signal
    import sys

    from brightpearl.cli.app import app

    def stop(*_: object) -> None:
        # Unwinds the stack, so that a partial file is removed.
        sys.exit(143)

    signal.signal(signal.SIGTERM, stop)
    app(prog_name="brightpearl")
