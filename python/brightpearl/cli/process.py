"""The command as a process: its streams, and its end."""

from __future__ import annotations

import contextlib
import os
import sys

from brightpearl.cli.failure import (
    FILE_CODE,
    MISTAKE_CODE,
    NO_READER_CODE,
    are_errors_json,
    print_error_line,
    reported,
)
from brightpearl.cli.visible import say, visible


def run() -> int:
    """Runs the command line; the exit code."""
    is_closed = sys.stdout is None
    _occupy_streams()
    if is_closed:
        say(
            "error: standard output is closed\n  what to do:  Give the command a place to write to, such as >/dev/null."
        )
        return FILE_CODE
    _choose_encoding()
    code = _run()
    return _flushed(code)


def _run() -> int:
    from typer.main import get_command

    from brightpearl.cli.app import app
    from brightpearl.cli.secret_options import secret_named

    try:
        ended = reported(lambda: get_command(app).main(prog_name="brightpearl", standalone_mode=False))
    except SystemExit:
        # How the parser of the command line ends when nobody reads what it prints.
        return NO_READER_CODE
    except Exception as error:
        # What the parser of the command line raises says itself how it is to be shown.
        shown, code = getattr(error, "format_message", None), getattr(error, "exit_code", None)
        if code is None:
            return MISTAKE_CODE
        if shown is not None:
            context = getattr(error, "ctx", None)
            if type(error).__name__ == "NoArgsIsHelpError":
                say(shown())
                return int(code)
            if are_errors_json():
                print_error_line({"kind": "usage", "message": shown()}, int(code))
                return int(code)
            if context is not None:
                say(context.get_usage())
            say(f"error: {visible(shown())}")
            if (name := secret_named(getattr(error, "option_name", None))) is not None:
                place = f"--secret {name}=env:NAME"
                say(f"  what to do:  Put the secret into BRIGHTPEARL_{name.upper()}, or say where it is: {place}")
        return int(code)
    return ended if isinstance(ended, int) else 0


def _occupy_streams() -> None:
    """Descriptors that the caller closed are not given to files that are opened later."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def _choose_encoding() -> None:
    """Data is UTF-8 wherever it goes; a terminal has the encoding that it says, and gets what it lacks by number."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        encoding = sys.stdout.encoding if sys.stdout.isatty() else "utf-8"
        reconfigure(encoding=encoding, errors="backslashreplace")


def _flushed(code: int) -> int:
    """The exit code when all of the output has arrived, and another when it has not."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = NO_READER_CODE
    except OSError as error:
        say(f"error: standard output cannot be written: {error.strerror or error}")
        code = FILE_CODE
    else:
        return code
    _give_up_output()
    return code


def _give_up_output() -> None:
    """Python would complain about the same stream again when it flushes on its way out."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
