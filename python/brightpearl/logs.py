"""What a client is doing, for `logging`: the logger `brightpearl` and its children, with fields for machines.

Nothing is shown unless the program asks for it, or the variable `BRIGHTPEARL_LOG` does. Nothing secret is in any of it:
of a request its method and its path, never its query, its headers or its body.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from urllib.parse import urlsplit

from brightpearl._native import RawData
from brightpearl.exceptions import BrightpearlError, ValidationError
from brightpearl.text import one_line, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from brightpearl._native import Call, Send, Wait

VARIABLE = "BRIGHTPEARL_LOG"
"""The variable that asks for lines on standard error: `debug`, `info` or `json`, or `json,info`."""

FIELDS = (
    "run",
    "flow",
    "record",
    "exchange",
    "attempt",
    "method",
    "path",
    "status",
    "duration_ms",
    "reason",
    "seconds",
)
"""The fields that a record of these loggers may have beside those of every record."""

ROOT = logging.getLogger("brightpearl")
REQUESTS = logging.getLogger("brightpearl.requests")
WAITS = logging.getLogger("brightpearl.waits")
LOGINS = logging.getLogger("brightpearl.logins")
RECORDS = logging.getLogger("brightpearl.records")
CALLS = logging.getLogger("brightpearl.calls")

ROOT.addHandler(logging.NullHandler())

# Waiting for another call's login is looked at ten times a second.
_LEVELS = {"backoff": logging.WARNING, "token-refresh": logging.DEBUG}
# So often a call that waits for a lease looks again.
_SHORT = 0.1
_is_configured = False


class CallLog:
    """What one call has to say."""

    __slots__ = ("_call", "_run")

    def __init__(self, call: Call) -> None:
        configure_once()
        self._call = call
        # Tells apart what was begun at the same time, in this process as in others.
        self._run = os.urandom(4).hex() if ROOT.isEnabledFor(logging.ERROR) else ""

    def request(self, step: Send) -> Entry | None:
        """A request that is about to be sent; None where nobody wants to know."""
        if not REQUESTS.isEnabledFor(logging.DEBUG) and not (step.is_login and LOGINS.isEnabledFor(logging.INFO)):
            return None
        return Entry(self, step)

    def waiting(self, step: Wait, seconds: float) -> None:
        """A wait that is about to begin."""
        level = _LEVELS.get(step.reason, logging.INFO)
        if step.reason == "throttled" and seconds <= _SHORT:
            level = logging.DEBUG
        if WAITS.isEnabledFor(level):
            fields = self.fields(reason=step.reason, seconds=seconds)
            WAITS.log(level, "waiting %.3f s: %s", seconds, step.reason, extra=fields)

    def output(self, step: object) -> None:
        """A piece of a result."""
        if not RECORDS.isEnabledFor(logging.DEBUG) or not isinstance(step, RawData) or self._call.operation != "push":
            return
        for place in range(len(step)):
            members = step.value(place)
            record = members.get("key") or members["record"]
            shown = one_line(record)[:200]
            RECORDS.debug("record %s: %s", shown, members["state"], extra=self.fields(record=record))

    def failed(self, error: BrightpearlError) -> None:
        """The call has ended with an error, which its caller gets."""
        if CALLS.isEnabledFor(logging.INFO):
            fields = self.fields(status=error.status, reason=error.kind)
            CALLS.info("%s failed: %s (%s)", self._call.operation, error.kind, error.delivery, extra=fields)

    def fields(self, **more: Any) -> dict[str, Any]:
        """The fields of a record: those that tell the call, and what there is more."""
        return {"run": self._run, "flow": self._call.operation, **more}


class Entry:
    """A request that is out."""

    __slots__ = ("_began", "_fields", "_is_login", "_log")

    def __init__(self, log: CallLog, step: Send) -> None:
        self._log = log
        self._is_login = step.is_login
        self._fields = {
            "exchange": step.exchange,
            "attempt": step.attempt,
            "method": step.method,
            "path": urlsplit(step.url).path,
        }
        self._began = time.monotonic()

    def answered(self, status: int) -> None:
        """The answer is there."""
        self._end(status, str(status))
        if self._is_login and 200 <= status < 300:
            LOGINS.info("logged in", extra=self._log.fields(**self._fields, status=status))

    def unanswered(self, failure: BaseException) -> None:
        """There is no answer. What the failure says may be anything: only its type is told."""
        self._end(None, type(failure).__name__)

    def _end(self, status: int | None, shown: str) -> None:
        if REQUESTS.isEnabledFor(logging.DEBUG):
            took = round((time.monotonic() - self._began) * 1000)
            fields = self._log.fields(**self._fields, status=status, duration_ms=took)
            path = one_line(self._fields["path"])
            REQUESTS.debug("%s %s -> %s in %d ms", self._fields["method"], path, shown, took, extra=fields)


def configure_once() -> None:
    """Shows what `BRIGHTPEARL_LOG` asks for. Raises a `ValidationError` for what it cannot ask for."""
    global _is_configured
    if _is_configured:
        return
    configure(os.environ.get(VARIABLE, ""))
    _is_configured = True


def configure(wanted: str) -> None:
    """Shows what is wanted on standard error; nothing where that is empty."""
    words = [word.strip().lower() for word in wanted.split(",") if word.strip()]
    if not words:
        return
    if not set(words) <= {"debug", "info", "json"} or {"debug", "info"} <= set(words):
        raise ValidationError(
            f"it is {one_line(wanted)[:100]!r}; expected debug, info or json, or two such as json,info",
            location=VARIABLE,
            advice="Set the variable so, or remove it.",
        )
    handler = _StandardError()
    handler.setFormatter(_Lines() if "json" in words else _Text())
    ROOT.addHandler(handler)
    ROOT.setLevel(logging.INFO if "info" in words else logging.DEBUG)


class _StandardError(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to what is standard error at that time."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stderr


class _Text(logging.Formatter):
    """One line for people: no control characters, whatever a record is built of."""

    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={value}" for name, value in _fields_of(record).items())
        line = f"{_moment(record)} {record.levelname} {record.name}: {record.getMessage()}"
        return printable(f"{line} [{fields}]" if fields else line)


class _Lines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        import json

        told = {"time": _moment(record), "level": record.levelname.lower(), "logger": record.name}
        return json.dumps({**told, "message": record.getMessage(), **_fields_of(record)}, default=str)


def _fields_of(record: logging.LogRecord) -> dict[str, Any]:
    found = {name: getattr(record, name, None) for name in FIELDS}
    return {name: value for name, value in found.items() if value is not None}


def _moment(record: logging.LogRecord) -> str:
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03d}Z"
