"""`--audit`: a trail of what a command writes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Annotated

import typer

from brightpearl import Outcome
from brightpearl.audit import AuditError, AuditFile
from brightpearl.cli.chosen import chosen
from brightpearl.cli.failure import UnusableFileError
from brightpearl.cli.visible import say, visible
from brightpearl.secret_reference import secret_of

_NOTHING_SENT = "Nothing was sent. Name a file that can be written."

KEY_VARIABLE = "BRIGHTPEARL_AUDIT_KEY"
"""The variable that has the key of the trail, or says where it is."""

AuditOption = Annotated[
    str | None,
    typer.Option(
        "--audit",
        metavar="FILE",
        envvar="BRIGHTPEARL_AUDIT",
        help=f"A file that each write is told to, before it is sent and after; with the key that {KEY_VARIABLE} has.",
    ),
]


def key_of(environment: dict[str, str]) -> str | None:
    """The key; None where none is set."""
    text = environment.get(KEY_VARIABLE)
    return secret_of(text, KEY_VARIABLE) if text else None


@contextlib.contextmanager
def audited(path: str | None, command: str) -> Iterator[AuditFile | None]:
    """The trail of a command, which begins with a line that says so; None where no file is named."""
    if path is None:
        yield None
        return
    import getpass
    import os
    import socket

    variables, _ = chosen({})
    user = ""
    # A container may have no name for its user.
    with contextlib.suppress(OSError, KeyError):
        user = getpass.getuser()
    trail = AuditFile(
        path,
        key=key_of(variables),
        account=variables.get("BRIGHTPEARL_ACCOUNT", ""),
        app=variables.get("BRIGHTPEARL_APP_REF", ""),
        host=socket.gethostname(),
        user=user,
        run=os.urandom(4).hex(),
        flow=command,
    )
    try:
        trail.append({"outcome": "noted", "note": "begun"})
    except AuditError as error:
        raise UnusableFileError(str(error), where=f"--audit {path}", advice=_NOTHING_SENT) from error
    try:
        yield trail
    finally:
        try:
            trail.settle()
        except AuditError as error:
            say(f"warning: {visible(str(error))}; the last outcomes are not in it")


def tell_outcome(trail: AuditFile, outcome: Outcome) -> None:
    """Which record a push has written, and as what."""
    if outcome.dry_run or outcome.journaled or outcome.state not in ("created", "updated", "doubled", "maybe-applied"):
        return
    entry = {
        "record": outcome.key,
        "id": outcome.id,
        "note": outcome.state,
        "outcome": "maybe-applied" if outcome.state == "maybe-applied" else "applied",
    }
    trail.tell({name: value for name, value in entry.items() if value is not None})
