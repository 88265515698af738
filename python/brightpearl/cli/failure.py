"""How the command ends when something is wrong: a block on standard error, and an exit code."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any, NoReturn, ParamSpec, TypeVar

import typer

from brightpearl._native import dump_json
from brightpearl.cli.error_lines import (
    FILE_KIND,
    are_errors_json,
    describe_error,
    described,
    print_error_line,
)
from brightpearl.cli.stopping import Stopped
from brightpearl.cli.streams import OUTPUT_NAME, give_up_output
from brightpearl.cli.undecodable import told_of_bytes
from brightpearl.cli.visible import say, visible
from brightpearl.cli.words import tell_in_options
from brightpearl.exceptions import BrightpearlError, ValidationError
from brightpearl.secret_reference import SecretUnavailableError
from brightpearl.text import one_line

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

EXIT_CODES = """\b
Exit codes:
  0    done
  2    wrong usage, or input that was refused: nothing of it was sent
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


class UnusableFileError(UsageError):
    """A file that the command line names cannot be read or written."""


def reports_failures(command: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Turns what a command raises into a block on standard error and an exit code."""

    @functools.wraps(command)
    def wrapped(*arguments: Parameters.args, **options: Parameters.kwargs) -> Result:
        return reported(lambda: command(*arguments, **options), of=command, given=options)

    return wrapped


def reported(
    command: Callable[[], Result], *, of: Callable[..., Any] | None = None, given: dict[str, Any] | None = None
) -> Result:
    """What a command answers, or a block on standard error and an exit code for what it raises.

    `of`: the function that the command line was taken apart for. `given`: its arguments.
    """
    from brightpearl.cli.grant import GrantError, GrantStop
    from brightpearl.journal import JournalError
    from brightpearl.ledger.trouble import LedgerError

    try:
        return command()
    except UsageError as error:
        details = [("where", error.where), *_done(error), ("what to do", error.advice)]
        is_of_file = isinstance(error, UnusableFileError)
        kind, code = (FILE_KIND, FILE_CODE) if is_of_file else ("validation", 2)
        _print_block(str(error), details, code, _described(kind, error, error.where, error.advice))
        raise typer.Exit(code) from None
    except (JournalError, LedgerError, GrantError, GrantStop) as stop:
        failure = stop.error if isinstance(stop, GrantStop) else stop
        note_done(failure, getattr(stop, _NOTED, None))
        told = describe_error(failure) | {"kind": FILE_KIND} | _progress(failure, failure.delivery)
        _print_block(failure.message, _details(failure), FILE_CODE, told)
        raise typer.Exit(FILE_CODE) from None
    except BrightpearlError as error:
        tell_in_options(error)
        code = _KIND_CODES.get(error.kind, MISTAKE_CODE)
        told = describe_error(error) | _progress(error, error.delivery)
        _print_block(_summary(error), _details(error), code, told)
        raise typer.Exit(code) from None
    except BrokenPipeError as error:
        give_up_output()
        _report_end("nobody reads the output any more", error, NO_READER_CODE, is_silent=True)
        raise typer.Exit(NO_READER_CODE) from None
    except OSError as error:
        _report_file(error)
        raise typer.Exit(FILE_CODE) from None
    except (KeyboardInterrupt, Stopped) as stop:
        code = stop.code if isinstance(stop, Stopped) else 130
        _report_end(str(stop) if isinstance(stop, Stopped) else "interrupted", stop, code)
        raise typer.Exit(code) from None
    except typer.Abort as stop:
        # Somebody left a question without an answer.
        _report_end("interrupted", stop, 130)
        raise typer.Exit(130) from None
    except RecursionError as error:
        what, advice = "the input is nested too deeply to be read", "Give it fewer levels."
        _print_block(
            what, [*_done(error), ("what to do", advice)], 2, _described("validation", error, None, advice, what)
        )
        raise typer.Exit(2) from None
    except UnicodeError as error:
        what, advice = told_of_bytes(error, of, given or {})
        told = _described("validation", error, None, advice, what)
        _print_block(what, [*_done(error), ("what to do", advice)], 2, told)
        raise typer.Exit(2) from None
    except Exception as error:
        if isinstance(error, typer.Exit) or hasattr(error, "exit_code"):
            raise
        what, where = f"a mistake in this program: {type(error).__name__}: {error}", _place_of(error)
        details = [("where", where), *_done(error)]
        _print_block(what, details, MISTAKE_CODE, _described("misuse", error, where, None, what))
        raise typer.Exit(MISTAKE_CODE) from None


def end_with(
    code: int,
    kind: str,
    message: str,
    *,
    delivery: str = "not-sent",
    advice: str | None = None,
    done: Done | None = None,
) -> NoReturn:
    """Ends a command that has told what is wrong: programs that want errors as JSON are told so in a line."""
    if are_errors_json():
        told = described(kind, message, delivery=delivery if done is None else done.delivery, advice=advice)
        print_error_line(told if done is None else told | {"progress": done.progress}, code)
    raise typer.Exit(code)


class Done:
    """What a command had done when it could not go on.

    `progress`: how much, or what came of it. `delivery`: what became of the writes, in the engine's words. `is_one`:
    whether it was a single write.
    """

    def __init__(self, progress: dict[str, Any], delivery: str, *, is_one: bool = False) -> None:
        self.progress = progress
        self.delivery = delivery
        self.is_one = is_one


def note_done(failure: BaseException, done: Done | None) -> None:
    """Has what ends a command say what was done before."""
    noted: Done | None = getattr(failure, _NOTED, None)
    if noted is None or not noted.progress:
        setattr(failure, _NOTED, done)


_NOTED = "done_before"


def _done(failure: BaseException) -> list[tuple[str, str | None]]:
    done: Done | None = getattr(failure, _NOTED, None)
    if done is None:
        return []
    if not done.progress and not done.is_one:
        return []
    request = _DELIVERIES[done.delivery] if done.is_one else None
    return [("request", request), ("done before", dump_json(done.progress) if done.progress else None)]


def _progress(failure: BaseException, delivery: str) -> dict[str, Any]:
    """The members of an error that say what was done before."""
    done: Done | None = getattr(failure, _NOTED, None)
    if done is None:
        return {}
    told: dict[str, Any] = {"progress": done.progress} if done.progress else {}
    worst = _worst(delivery, done.delivery)
    # What advises as if nothing had been sent is not true then.
    look = {"advice": _LOOK} if told and worst != delivery else {}
    return told | look | {"delivery": worst}


def _worst(one: str, other: str) -> str:
    """Of two deliveries, the one that leaves more to be looked at."""
    return max(one, other, key=("not-sent", "rejected", "applied", "maybe-applied").index)


def _described(
    kind: str, failure: BaseException, where: str | None, advice: str | None, message: str | None = None
) -> dict[str, Any]:
    told = described(kind, str(failure) if message is None else message, location=where, advice=advice)
    return told | _progress(failure, "not-sent")


def _report_file(error: OSError) -> None:
    where = _file_of(error)
    what = error.strerror or str(error)
    if where == OUTPUT_NAME:
        # What is left in the stream would fail once more.
        give_up_output()
        what, where = f"{OUTPUT_NAME} cannot be written: {what}", None
    details = [("where", where), *_done(error)]
    advice = _LOOK if len(details) > 1 else None
    _print_block(what, [*details, ("what to do", advice)], FILE_CODE, _described(FILE_KIND, error, where, advice, what))


def _report_end(what: str, stop: BaseException, code: int, *, is_silent: bool = False) -> None:
    """Says that the command was ended from without, what it had done, and what may have become of a write that was
    under way.

    `is_silent`: where there is nothing to be known, people are told nothing.
    """
    unknown: BrightpearlError | None = getattr(stop, "unknown_outcome", None)
    advice = _LOOK if _done(stop) else None
    told = _described("cancelled", stop, None, advice, what)
    if unknown is not None:
        told |= {name: value for name, value in describe_error(unknown).items() if name in _OF_UNKNOWN}
        told |= {"delivery": "maybe-applied", "advice": _LOOK_FIRST}
        details = [(name, text) for name, text in _details(unknown) if name in ("request", "to find out")]
        done = [(name, text) for name, text in _done(stop) if name == "done before"]
        details = [*details, *done, ("what to do", _LOOK_FIRST)]
        _print_block(f"{what} while a write was under way", details, code, told)
    elif (done := _done(stop)) or are_errors_json():
        _print_block(what, [*done, ("what to do", advice)], code, told)
    elif not is_silent:
        say(what)


_LOOK_FIRST = "It may have been applied: look before sending it again."
_LOOK = "Look at what was done before running it again."
_OF_UNKNOWN = ("request", "verifications")


def _place_of(error: Exception) -> str | None:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return None if place is None else f"{os.path.basename(place.tb_frame.f_code.co_filename)} line {place.tb_lineno}"


def _summary(error: BrightpearlError) -> str:
    """What is wrong. Violations follow line by line, so that the message need not repeat them, unless it has more: of a
    batch, the paths and header lines that are wrong."""
    if not error.violations:
        return error.message
    what, _, named = error.message.partition(": ")
    for violation in error.violations:
        named = named.replace(str(violation), "")
    return error.message if "/requests/" in named else what


def _details(error: BrightpearlError) -> list[tuple[str, str | None]]:
    answers = [": ".join(filter(None, answer)) for answer in error.errors]
    request = None
    if error.request is not None:
        request = (
            f"{error.request.method} {one_line(error.request.url)}\n{_DELIVERIES.get(error.delivery, error.delivery)}"
        )
    elif isinstance(error, ValidationError) and not isinstance(error, OSError):
        request = _DELIVERIES["not-sent"]
    done: Done | None = getattr(error, _NOTED, None)
    progress = error.progress if done is None or not done.progress else done.progress
    advice = error.advice or None
    if done is not None and done.progress and _worst(error.delivery, done.delivery) != error.delivery:
        # The error speaks of its own request alone.
        request, advice = (request if error.request is not None else None), _LOOK
    return [
        ("where", error.location),
        ("status", None if error.status is None else f"HTTP {error.status}"),
        ("answer", "\n".join(answers) or None),
        ("request", request),
        ("wrong", "\n".join(map(str, error.violations)) or None),
        ("done before", None if progress is None else dump_json(progress)),
        ("to find out", "\n".join(map(str, error.verifications)) or None),
        ("again", _again(error)),
        ("secret", str(error.__cause__) if isinstance(error.__cause__, SecretUnavailableError) else None),
        ("what to do", advice),
    ]


def _again(error: BrightpearlError) -> str | None:
    """Whether sending the same once more is safe and may help."""
    if not error.retryable:
        return None
    after = "" if error.retry_after is None else f", after {error.retry_after:g} s"
    return f"the same request may be sent again{after}"


def _print_block(what: str, details: list[tuple[str, str | None]], code: int, told: dict[str, Any]) -> None:
    """Says what is wrong: in a block for people, or in a line that has what is `told` to programs."""
    if are_errors_json():
        print_error_line(told, code)
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
