"""The command as a process: its streams, and its end."""

from __future__ import annotations

import os
import sys
from typing import Any

from brightpearl.cli.error_lines import (
    FILE_KIND,
    are_errors_json,
    choose_errors_of,
    described,
    has_told,
    print_error_line,
)
from brightpearl.cli.failure import FILE_CODE, MISTAKE_CODE, NO_READER_CODE, UsageError, reported
from brightpearl.cli.streams import OUTPUT_NAME, give_up_output, occupy_streams, prepare_output
from brightpearl.cli.visible import say, visible


def run() -> int:
    """Runs the command line; the exit code."""
    is_closed = sys.stdout is None
    occupy_streams()
    choose_errors_of(sys.argv[1:])
    if is_closed:
        what, advice = f"{OUTPUT_NAME} is closed", "Give the command a place to write to, such as >/dev/null."
        _tell(what, FILE_CODE, FILE_KIND, advice)
        return FILE_CODE
    prepare_output()
    code = _flushed(_run())
    if code and not has_told() and are_errors_json():
        print_error_line(described(*_ENDS.get(code, ("misuse", "the command failed"))), code)
    return code


_ENDS = {
    2: ("validation", "the input is invalid"),
    4: ("rejected", "something is not as it should be"),
    NO_READER_CODE: ("cancelled", "nobody reads the output any more"),
}
"""What an exit code says by itself."""


def _tell(what: str, code: int, kind: str, advice: str) -> None:
    if are_errors_json():
        print_error_line(described(kind, what, advice=advice), code)
    else:
        say(f"error: {what}\n  what to do:  {advice}")


def _run() -> int:
    from brightpearl.cli.secret_options import secret_named

    try:
        ended = reported(_command)
    except SystemExit as end:
        # How the parser of the command line ends when nobody reads what it prints, and when it has completed a word.
        if isinstance(end.__context__, BrokenPipeError):
            return NO_READER_CODE
        return _USAGE_CODE if end.code else 0
    except Exception as error:
        # What the parser of the command line raises says itself how it is to be shown.
        shown, code = getattr(error, "format_message", None), getattr(error, "exit_code", None)
        if code is None:
            return MISTAKE_CODE
        if shown is not None:
            context = getattr(error, "ctx", None)
            secret = secret_named(getattr(error, "option_name", None))
            if are_errors_json():
                advice = None if secret is None else _instead_of(secret)
                command = None if context is None else context.command_path
                # Of a command that stands alone, its help says what is missing.
                said = f"{command or 'brightpearl'} needs a command" if _is_help(error) else shown()
                print_error_line(described("validation", said, location=command, advice=advice), int(code))
                return int(code)
            if _is_help(error):
                say(shown())
                return int(code)
            if context is not None:
                say(context.get_usage())
            say(f"error: {visible(shown())}")
            if secret is not None:
                say(f"  what to do:  {_instead_of(secret)}")
        return int(code)
    return ended if isinstance(ended, int) else 0


_USAGE_CODE = 2
_COMPLETE_VARIABLE = "_BRIGHTPEARL_COMPLETE"


def _command() -> Any:
    from typer.main import get_command

    from brightpearl.cli.app import app

    try:
        return get_command(app).main(prog_name="brightpearl", standalone_mode=False)
    except (LookupError, ValueError):
        if _COMPLETE_VARIABLE not in os.environ:
            raise
        raise UsageError(
            "the words to complete are not there; expected the variables that a shell sets",
            where=_COMPLETE_VARIABLE,
            advice="brightpearl --install-completion has the shell set them; unset the variable otherwise.",
        ) from None


def _is_help(error: Exception) -> bool:
    return type(error).__name__ == "NoArgsIsHelpError"


def _instead_of(secret: str) -> str:
    place = f"--secret {secret}=env:NAME"
    return f"Put the secret into BRIGHTPEARL_{secret.upper()}, or say where it is: {place}"


def _flushed(code: int) -> int:
    """The exit code when all of the output has arrived, and another when it has not."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = NO_READER_CODE
    except OSError as error:
        _tell(f"{OUTPUT_NAME} cannot be written: {error.strerror or error}", FILE_CODE, FILE_KIND, _MAKE_ROOM)
        code = FILE_CODE
    else:
        return code
    give_up_output()
    return code


_MAKE_ROOM = "Make room there, or send the output elsewhere."
