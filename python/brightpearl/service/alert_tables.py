"""Who is told when things do not go well, as a configuration writes it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from brightpearl.service.members import Members
from brightpearl.service.places import ToAddress, ToFunction, require_importable
from brightpearl.service.problems import Problem
from brightpearl.service.secrets import check_secret
from brightpearl.service.timing import milliseconds_of
from brightpearl.text import one_line

TO = "stdout, mail: ADDRESS, an address such as https://..., or MODULE:FUNCTION"
SECURITIES = ("tls", "starttls", "none")

_FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_MAILBOX = re.compile(r"[^@\s,<>]+@[^@\s,<>]+")
_PORTS = {"tls": 465, "starttls": 587, "none": 25}


@dataclass(frozen=True)
class ToStandardOutput:
    """A line of JSON on standard output."""


@dataclass(frozen=True)
class ToMailbox:
    """Mail, by a server that takes it."""

    recipients: tuple[str, ...]
    sender: str
    host: str
    port: int
    security: str
    """One of `SECURITIES`."""
    user: str | None
    password: str | None
    """Where the password is."""


@dataclass(frozen=True)
class AlertTarget:
    """Somebody who is told."""

    name: str
    to: ToStandardOutput | ToMailbox | ToAddress | ToFunction
    least: str
    """From which level on: `degraded` or `failing`."""
    raise_ms: int
    """How long a finding has lasted before it is told."""
    recover_ms: int
    """How long it has been gone before that is told."""
    remind_ms: int
    """How long until it is told once more; 0 is never."""
    secret: str | None
    """Where the secret is that signs what is posted."""
    is_slack: bool
    """Whether the body is that of an incoming webhook of Slack."""


def read_alerts(tables: object, problems: list[Problem]) -> tuple[AlertTarget, ...]:
    """The `[[alert]]` tables."""
    if tables is None:
        return ()
    if not isinstance(tables, list):
        problems.append(Problem("[[alert]]", "expected tables that begin with [[alert]]"))
        return ()
    found: list[AlertTarget] = []
    for number, table in enumerate(tables, 1):
        before = len(problems)
        target = _read(table, number, problems)
        if target is not None and any(other.name == target.name for other in found):
            problems.append(
                Problem(
                    f"alert {number}", f"another one is named {target.name!r}; give one of them a `name` of its own"
                )
            )
        elif target is not None and not any(not problem.is_warning for problem in problems[before:]):
            found.append(target)
    return tuple(found)


def _read(table: object, number: int, problems: list[Problem]) -> AlertTarget | None:
    members = Members(table, f"alert {number}", problems)
    written = members.text("to", TO, is_required=True)
    name = members.text("name", "a name of its own")
    least = members.choice("level", ("degraded", "failing")) or "degraded"
    times = [
        _time(members, "after", 60_000),
        _time(members, "recovered_after", 300_000),
        _time(members, "remind", 24 * 60 * 60_000),
    ]
    to = None if written is None else _to(written.strip(), members)
    is_slack = members.choice("format", ("slack", "message")) == "slack"
    secret = members.text("secret", "a reference such as env:ALERT_SECRET")
    if secret is not None:
        check_secret(members, "secret", secret)
    for member, is_given in (("secret", secret is not None), ("format", is_slack)):
        if is_given and to is not None and not isinstance(to, ToAddress):
            members.wrong(member, "only what goes to an HTTP address has it")
    members.finish()
    if to is None or written is None:
        return None
    return AlertTarget(name or _shown(to, written), to, least, times[0], times[1], times[2], secret, is_slack)


def _shown(to: object, written: str) -> str:
    """What it is called. The paths of addresses are secrets as often as not, such as those of Slack."""
    if not isinstance(to, ToAddress):
        return one_line(written)
    parts = urlsplit(to.url)
    return f"{parts.scheme}://{parts.hostname} ({hashlib.sha256(to.url.encode()).hexdigest()[:8]})"


def _to(text: str, members: Members) -> ToStandardOutput | ToMailbox | ToAddress | ToFunction | None:
    if text == "stdout":
        return ToStandardOutput()
    if text.startswith("mail:"):
        return _mailbox(text.removeprefix("mail:"), members)
    if text.startswith(("http://", "https://")):
        if _is_address(text):
            return ToAddress(text)
        members.wrong("to", "expected an address with a host, and without a user or password in it")
    elif _FUNCTION.fullmatch(text):
        try:
            require_importable(text)
        except ValueError as error:
            members.wrong("to", str(error))
        return ToFunction(text)
    else:
        # Behind the host may be a secret.
        shown = one_line(text.partition("://")[0] if "://" in text else text)[:100]
        members.wrong("to", f"it is {shown!r}; expected {TO}")
    return None


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return False


def _mailbox(text: str, members: Members) -> ToMailbox | None:
    recipients = tuple(one.strip() for one in text.split(","))
    sender = members.text("from", "the address that mail comes from", is_required=True)
    server = members.text("server", "a mail server such as smtp.example.com:587", is_required=True) or ""
    user = members.text("user", "the name to log in with")
    password = members.text("password", "a reference such as env:MAIL_PASSWORD")
    if password is not None:
        check_secret(members, "password", password)
    if (user is None) != (password is None):
        members.wrong("user", "expected `user` and `password`, or neither")
    for place, address in (*(("to", one) for one in recipients), ("from", sender)):
        if address is not None and not _MAILBOX.fullmatch(address):
            members.wrong(place, f"it is {one_line(address)[:100]!r}; expected an address such as ops@example.com")
            return None
    security = members.choice("security", SECURITIES)
    host, _, port = server.partition(":")
    if port and not (port.isascii() and port.isdecimal() and 0 < int(port) < 1 << 16):
        members.wrong("server", f"it is {one_line(server)[:100]!r}; expected a host, or a host and a port")
        return None
    if security is None:
        security = {"465": "tls", "25": "none"}.get(port, "starttls")
    if user is not None and security == "none":
        members.wrong("security", "a password would be sent for everybody to read; expected starttls or tls")
    if sender is None or not host:
        return None
    return ToMailbox(recipients, sender, host, int(port or _PORTS[security]), security, user, password)


def _time(members: Members, name: str, otherwise: int) -> int:
    text = members.text(name, "a duration such as 5m, or 0s")
    if text is None or text == "0s":
        return otherwise if text is None else 0
    try:
        return milliseconds_of(text)
    except ValueError as error:
        members.wrong(name, f"it is {one_line(text)[:100]!r}; {error}")
        return otherwise
