"""How the command ends when something is wrong: a block on standard error, and an exit code."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import typer

from brightpearl._native import dump_json
from brightpearl.cli.stopping import Stopped
from brightpearl.cli.visible import say, visible
from brightpearl.exceptions import BrightpearlError, ValidationError
from brightpearl.secret_reference import SecretUnavailableError

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

EXIT_CODES = """\b
Exit codes:
  0    done
  2    wrong usage, or input that was refused before anything was sent
  3    the credentials were refused, or may not do this
  4    Brightpearl refused the request, a write of a batch or a record, or has no such record
  5    no answer, an outage, the request cap, or an answer that cannot be read: try again later
  6    a mistake in this program
  7    a file cannot be read or written
  129  the terminal has gone (SIGHUP)
  130  interrupted (SIGINT)
  141  nobody reads the output any more
  143  terminated (SIGTERM)"""

# More of a name than this tells nobody more.
_LONGEST_NAME = 300

ERRORS_VARIABLE = "BRIGHTPEARL_ERRORS"
"""The variable that asks for errors as JSON, where `--errors` does not."""

_wanted: str | None = None

FILE_CODE = 7
MISTAKE_CODE = 6
NO_READER_CODE = 141

# generated: exit codes
_KIND_CODES = {
    "authentication": 3,
    "permission": 3,
    "validation": 2,
    "rejected": 4,
    "not-found": 4,
    "conflict": 4,
    "throttled": 5,
    "unavailable": 5,
    "transport": 5,
    "protocol": 5,
    "misuse": 6,
    "cancelled": 6,
}
# generated end

_DELIVERIES = {
    "not-sent": "nothing was sent",
    "rejected": "it was refused and changed nothing",
    "maybe-applied": "it was sent, and the outcome is unknown",
    "applied": "it was carried out",
}


class UsageError(Exception):
    """The command line asks for something that cannot be: said without a stack trace."""

    def __init__(self, message: str, *, where: str | None = None, advice: str | None = None) -> None:
        super().__init__(message)
        self.where = where
        self.advice = advice


def reports_failures(command: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Turns what a command raises into a block on standard error and an exit code."""

    @functools.wraps(command)
    def wrapped(*arguments: Parameters.args, **options: Parameters.kwargs) -> Result:
        return reported(lambda: command(*arguments, **options))

    return wrapped


def reported(command: Callable[[], Result]) -> Result:
    """What a command answers, or a block on standard error and an exit code for what it raises."""
    from brightpearl.cli.grant import GrantError, GrantStop
    from brightpearl.journal import JournalError
    from brightpearl.ledger.trouble import LedgerError

    try:
        return command()
    except UsageError as error:
        _print_block(str(error), [("where", error.where), ("what to do", error.advice)], 2)
        raise typer.Exit(2) from None
    except (JournalError, LedgerError, GrantError, GrantStop) as stop:
        failure = stop.error if isinstance(stop, GrantStop) else stop
        _print_block(failure.message, _details(failure), FILE_CODE, failure)
        raise typer.Exit(FILE_CODE) from None
    except BrightpearlError as error:
        code = _KIND_CODES.get(error.kind, MISTAKE_CODE)
        _print_block(_summary(error), _details(error), code, error)
        raise typer.Exit(code) from None
    except BrokenPipeError:
        # Python would complain about the same pipe again when it flushes on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(NO_READER_CODE) from None
    except OSError as error:
        _print_block(error.strerror or str(error), [("where", _file_of(error))], FILE_CODE)
        raise typer.Exit(FILE_CODE) from None
    except (KeyboardInterrupt, Stopped) as stop:
        _report_stop(stop)
        raise typer.Exit(stop.code if isinstance(stop, Stopped) else 130) from None
    except RecursionError:
        _print_block("the input is nested too deeply to be read", [("what to do", "Give it fewer levels.")], 2)
        raise typer.Exit(2) from None
    except UnicodeError as error:
        _print_block(f"the input is not UTF-8: {error}", [("what to do", "Save it as UTF-8.")], 2)
        raise typer.Exit(2) from None
    except Exception as error:
        if isinstance(error, (typer.Exit, typer.Abort)) or hasattr(error, "exit_code"):
            raise
        what = f"a mistake in this program: {type(error).__name__}: {error}"
        _print_block(what, [("where", _place_of(error))], MISTAKE_CODE)
        raise typer.Exit(MISTAKE_CODE) from None


def _report_stop(stop: KeyboardInterrupt | Stopped) -> None:
    """Says that the command was stopped, and what may have become of a write that was under way."""
    what = str(stop) if isinstance(stop, Stopped) else "interrupted"
    unknown: BrightpearlError | None = getattr(stop, "unknown_outcome", None)
    code = stop.code if isinstance(stop, Stopped) else 130
    if unknown is None:
        if are_errors_json():
            print_error_line({"message": what}, code)
        else:
            say(what)
        return
    advice = "It may have been applied: look before sending it again."
    details = [(name, text) for name, text in _details(unknown) if name in ("request", "to find out")]
    _print_block(f"{what} while a write was under way", [*details, ("what to do", advice)], code)


def _place_of(error: Exception) -> str | None:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return None if place is None else f"{os.path.basename(place.tb_frame.f_code.co_filename)} line {place.tb_lineno}"


def _summary(error: BrightpearlError) -> str:
    """What is wrong. Violations follow line by line, so that the message need not repeat them."""
    return error.message.partition(": ")[0] if error.violations else error.message


def describe_error(error: BrightpearlError) -> dict[str, Any]:
    """An error as data, for programs that read the output. What it does not have is left out."""
    described = {
        "kind": error.kind,
        "message": error.message,
        "location": error.location,
        "status": error.status,
        "errors": [{"code": code, "message": message} for code, message in error.errors],
        "delivery": error.delivery,
        "retryable": error.retryable,
        "retry_after": error.retry_after,
        "advice": error.advice,
        "violations": [str(violation) for violation in error.violations],
        "verifications": [str(verification) for verification in error.verifications],
    }
    return {name: value for name, value in described.items() if value is not False and value not in (None, [], "")}


def _details(error: BrightpearlError) -> list[tuple[str, str | None]]:
    answers = [": ".join(filter(None, answer)) for answer in error.errors]
    request = None
    if error.request is not None:
        request = f"{error.request.method} {error.request.url}\n{_DELIVERIES.get(error.delivery, error.delivery)}"
    elif isinstance(error, ValidationError) and not isinstance(error, OSError):
        request = _DELIVERIES["not-sent"]
    return [
        ("where", error.location),
        ("status", None if error.status is None else f"HTTP {error.status}"),
        ("answer", "\n".join(answers) or None),
        ("request", request),
        ("wrong", "\n".join(map(str, error.violations)) or None),
        ("done before", None if error.progress is None else dump_json(error.progress)),
        ("to find out", "\n".join(map(str, error.verifications)) or None),
        ("again", _again(error)),
        ("secret", str(error.__cause__) if isinstance(error.__cause__, SecretUnavailableError) else None),
        ("what to do", error.advice or None),
    ]


def _again(error: BrightpearlError) -> str | None:
    """Whether sending the same once more is safe and may help."""
    if not error.retryable:
        return None
    after = "" if error.retry_after is None else f", after {error.retry_after:g} s"
    return f"the same request may be sent again{after}"


def choose_errors(wanted: str | None) -> None:
    """Whether errors are blocks for people (`text`) or a line of JSON each (`json`), as an option says."""
    global _wanted
    _wanted = wanted


def are_errors_json() -> bool:
    """Whether errors are wanted as lines of JSON."""
    return (_wanted or os.environ.get(ERRORS_VARIABLE, "")) == "json"


def print_error_line(described: dict[str, Any], code: int) -> None:
    """Prints an error as a line of JSON."""
    say(dump_json({"error": described, "exit_code": code}))


def _print_block(
    what: str, details: list[tuple[str, str | None]], code: int = 0, error: BrightpearlError | None = None
) -> None:
    if are_errors_json():
        described = {"message": what, **{name.replace(" ", "_"): text for name, text in details if text}}
        print_error_line(described if error is None else describe_error(error), code)
        return
    # A line end in what a server said must not begin a line that looks like ours.
    lines = [f"error: {visible(what)}"]
    for name, text in details:
        if text:
            first, *more = text.split("\n")
            lines.append(f"  {name + ':':<13}{first}")
            lines.extend(f"  {'':<13}{line}" for line in more)
    say("\n".join(lines))


def _file_of(error: OSError) -> str | None:
    names = [str(name)[:_LONGEST_NAME] for name in (error.filename, error.filename2) if name]
    return " -> ".join(names) or None
