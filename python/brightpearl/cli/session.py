"""The client that a command works with, and what its arguments mean."""

from __future__ import annotations

import contextlib
import logging
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from brightpearl import Client, describe
from brightpearl.cli.chosen import chosen, timeout_given, usual_timeout
from brightpearl.cli.failure import Done, UsageError, note_done
from brightpearl.cli.grant import Grant
from brightpearl.cli.progress import Progress, progress
from brightpearl.cli.records import standard_input
from brightpearl.cli.visible import say, visible
from brightpearl.client_settings import LARGEST_BODY, place_in_profile
from brightpearl.environment import beneath, settings
from brightpearl.exceptions import ValidationError
from brightpearl.http import HttpxTransport
from brightpearl.profiles import require_login, token_file_place
from brightpearl.text import one_line
from brightpearl.whole_file import LARGEST_RECORDS, read_whole

if TYPE_CHECKING:
    from brightpearl.audit import AuditFile
    from brightpearl.cli.metered import Meter
    from brightpearl.profiles import Profile
    from brightpearl.transport import Transport


@contextlib.contextmanager
def at_work(**options: Any) -> Iterator[tuple[Client, Progress]]:
    """A client of the account that the environment names, and a progress display."""
    shown = progress()
    try:
        with account_client(sleep=shown.sleep, **options) as client:
            yield client, shown
    finally:
        shown.close()


@contextlib.contextmanager
def account_client(
    *,
    sleep: Callable[[float], object],
    configured: dict[str, str] | None = None,
    wrap: Callable[[Transport], Transport] | None = None,
    trail: AuditFile | None = None,
    meter: Meter | None = None,
    **options: Any,
) -> Iterator[Client]:
    """A client of the account that the environment names, whose tokens are kept for the next command.

    `configured`: variables that win over those of the environment. `wrap`: puts another transport around the client's
    own. `trail`: is told of each write. `meter`: of everything.
    """
    variables, profile = chosen(configured or {})
    grant = Grant(variables, token_file_place(profile))
    if profile is not None:
        require_login(profile, grant.environment)
    given = beneath(settings(grant.environment, None if profile is None else profile.where), options)
    arguments = given if profile is None else beneath(profile.checked(), given)
    waits = {name: value for name in _WAITS if (value := arguments.get(name)) is not None}
    transport = HttpxTransport(**{"max_body_bytes": LARGEST_BODY} | usual_timeout() | waits | timeout_given())
    transmit = grant.transport(transport if wrap is None else wrap(transport))
    for watching in (meter, trail):
        transmit = transmit if watching is None else watching.transport(transmit)
    try:
        with (
            _quota_told(),
            _made(profile, given, transport=transmit, sleep=grant.sleep(sleep)) as client,
        ):
            grant.watch(client)
            if meter is not None:
                meter.watch(client)
            try:
                yield client
            except OSError as failure:
                # Such as of standard output: what was asked for was answered, and a write says more of itself.
                note_done(failure, Done({}, "applied" if client.statistics().requests else "not-sent"))
                raise
            finally:
                grant.keep()
    finally:
        transport.close()


def _made(profile: Profile | None, given: dict[str, Any], **own: Any) -> Client:
    """The client, of what was given and what the profile has beside that. What the engine refuses of the profile is
    told at its place in the file."""
    if profile is None:
        return Client(**given, **own)
    try:
        return Client(**beneath(profile.checked(), given), **own)
    except ValidationError as error:
        place_in_profile(error, profile, given)
        raise


_WAITS = ("timeout", "deadline", "max_body_bytes")
"""What the transport of a command is made with."""


@contextlib.contextmanager
def _quota_told() -> Iterator[None]:
    """Says what is wrong with the quota that is shared with others, for which a command may wait."""
    handler = _Said(logging.WARNING)
    log = logging.getLogger("brightpearl.quota")
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


class _Said(logging.Handler):
    """Says what is logged on standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Says one entry."""
        say(f"warning: {visible(record.getMessage())}")


def pairs(
    texts: list[str] | None,
    *,
    what: str = "filter",
    expected: str = "a column and a value such as orderTypeId=1",
) -> list[tuple[str, str]]:
    """Arguments such as `orderTypeId=1`, taken apart."""
    found = []
    for text in texts or []:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise UsageError(f"invalid {what} {one_line(text)!r}; expected {expected}")
        if (size := len(quote(value, errors="surrogateescape"))) > _LONGEST_VALUE:
            raise UsageError(
                f"the {what} {one_line(name)!r} takes {size:,} characters of an address; expected at most "
                f"{_LONGEST_VALUE:,}",
                advice="Nothing was sent. Ask in several steps.",
            )
        found.append((name, value))
    return found


_LONGEST_VALUE = 32_000
"""No address is sent that is much longer."""


def read_input(name: str | None) -> bytes | None:
    """The bytes of a file, or of standard input for `-`, behind the mark that some editors begin UTF-8 with; `None`
    when there is no name."""
    if name is None:
        return None
    if name == "-":
        return _whole(standard_input(), name)
    with open(name, "rb") as file:
        return _whole(file, name)


def _whole(file: IO[bytes], name: str) -> bytes:
    return read_whole(file, LARGEST_RECORDS, "what is to be sent", location=f"FILE {name}").removeprefix(BOM_UTF8)


def path_named(name: str, verb: str) -> str:
    """The one path without placeholders where a resource of that name knows the verb."""
    operations = describe(name).operations
    paths = {found.path for found in operations if found.method == verb}
    if len(paths) == 1 and "{" not in (path := paths.pop()):
        return path
    listed = sorted({found.path for found in operations if found.method == verb})
    expected = f"a path such as {', '.join(listed)}" if listed else f"one that knows {verb}"
    raise UsageError(f"{name} alone does not say what to read; expected {expected}", where="RESOURCE")
