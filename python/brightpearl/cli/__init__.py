"""The command `brightpearl`."""

from __future__ import annotations


def main() -> None:
    """Runs the command line of this process."""
    import sys

    from brightpearl.cli.stopping import Stopped, stop_on_signals

    stop_on_signals()
    try:
        from brightpearl.cli.process import run

        code = run()
    except Stopped as stopped:
        code = stopped.code
    sys.exit(code)
