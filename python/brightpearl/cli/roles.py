"""One file has one role: each would undo what another did, or be taken for what it is not."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from brightpearl.cli.chosen import files_of_the_account
from brightpearl.cli.failure import UsageError
from brightpearl.cli.files import STANDARD_OUTPUT

AnyPath = str | Path | None

_ARGUMENTS = {"--file": "FILE", "--mapping-document": "MAPPING", "--document": "DOCUMENT"}
"""What is called otherwise than an option."""


def require_distinct(*, beside: dict[str, AnyPath] | None = None, **named: AnyPath) -> None:
    """Refuses options that name one file, by whatever name or link, one that the output of the command goes to, or one
    that says who asks.

    `beside`: files that the command has besides, by what people call them.
    """
    seen: dict[object, str] = dict.fromkeys(_outputs(), "the output of this command")
    for shown, own in files_of_the_account().items():
        for identity in _identities(own):
            other = seen.setdefault(identity, shown)
            if other == "the output of this command":
                raise _refused(other, shown, own)
    options = {("--" + name.replace("_", "-")): path for name, path in named.items()}
    for option, path in {**options, **(beside or {})}.items():
        if path is None or not str(path) or (option == "--out" and str(path) == STANDARD_OUTPUT):
            continue
        shown = _ARGUMENTS.get(option, option)
        for identity in _identities(str(path)):
            other = seen.setdefault(identity, shown)
            if other != shown:
                raise _refused(other, shown, path)


def _refused(one: str, other: str, path: str | Path) -> UsageError:
    return UsageError(
        f"{one} and {other} name the same file; expected one file for each",
        where=f"{other} {path}",
        advice="Nothing was read or written. Name another file for one of them.",
    )


def require_lines(option: str, path: AnyPath, what: str) -> None:
    """Refuses to write lines of JSON behind something else, before anything is sent. `what`: what is expected there."""
    if path is None:
        return
    with contextlib.suppress(OSError):
        if not stat.S_ISREG(os.stat(path).st_mode):
            return
        with open(path, "rb") as file:
            first = file.read(1)
        if first not in (b"", b"{"):
            raise UsageError(
                f"the file has something else in it; expected {what}, or none yet",
                where=f"{option} {path}",
                advice="Nothing was sent. Name another file.",
            )


def _outputs() -> Iterator[object]:
    """The files that standard output and standard error go to, where they are files."""
    for descriptor in (1, 2):
        with contextlib.suppress(OSError):
            found = os.fstat(descriptor)
            if stat.S_ISREG(found.st_mode):
                yield found.st_dev, found.st_ino


def _identities(path: str) -> list[object]:
    """What tells one file from others: where it is, and which it is once it is there."""
    if path == "-":
        path = "/dev/stdin"
    identities: list[object] = [os.path.realpath(path)]
    with contextlib.suppress(OSError, ValueError):
        found = os.stat(path)
        identities.append((found.st_dev, found.st_ino))
    return identities
