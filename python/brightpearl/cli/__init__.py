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


def main_of_tap() -> None:
    """`brightpearl tap` by a name of its own."""
    _main_of("tap")


def main_of_target() -> None:
    """`brightpearl target` by a name of its own."""
    _main_of("target")


def _main_of(command: str) -> None:
    import sys

    sys.argv.insert(1, command)
    main()
