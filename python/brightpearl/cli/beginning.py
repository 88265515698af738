"""`brightpearl init`: a first configuration, by asking or by options."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from brightpearl.cli.failure import UsageError
from brightpearl.cli.visible import say, visible
from brightpearl.private_file import naming
from brightpearl.service.beginning import FirstConfiguration

_NONE = "none"

_QUESTIONS = [
    ("profile", "Profile of the account (none: the environment says)"),
    ("public_url", "Address by which Brightpearl reaches the service (none: schedules only)"),
    ("pull", "Resource whose changes go out (none: nothing goes out)"),
    ("mapping", "Mapping document of what goes out (none: Brightpearl's own form)"),
    ("to", "Where it goes"),
    ("push", "Mapping document of what comes in (none: nothing comes in)"),
    ("origin", "Where it comes from"),
    ("every", "How often"),
]

_NEEDS = {"mapping": "pull", "to": "pull", "origin": "push"}


def begin(file: Path, given: dict[str, str | None], asks: bool) -> None:
    """Writes a configuration, and says what is to be done about it."""
    if file.exists():
        raise UsageError(
            "the file is there already; expected a new one", where=f"FILE {file}", advice="Nothing was changed."
        )
    wanted = replace(FirstConfiguration(), **{name: _said(value) for name, value in given.items() if value is not None})
    if asks:
        wanted = _asked(wanted, given)
    if wanted.pull is None and wanted.push is None:
        raise UsageError("neither pull nor push is wanted; expected one of them", where="--pull")
    # What is there already is not replaced, though it came only now.
    with naming(str(file)), open(file, "x", encoding="utf-8") as target:
        target.write(wanted.text())
    say(f"written: {visible(str(file))}")
    _make_inbox(file, wanted)
    from brightpearl.service.configuration import examine

    for problem in examine(file)[1]:
        say(f"to be done: {visible(str(problem))}")
    say(f"then: brightpearl check {visible(str(file))} && brightpearl serve {visible(str(file))}")


def asks_by_itself(given: dict[str, str | None]) -> bool:
    """Whether somebody is there to be asked, and has said nothing yet."""
    return not any(given.values()) and sys.stdin is not None and sys.stdin.isatty()


def _asked(wanted: FirstConfiguration, given: dict[str, str | None]) -> FirstConfiguration:
    for name, question in _QUESTIONS:
        needed = _NEEDS.get(name)
        if given.get(name) is not None or (needed is not None and getattr(wanted, needed) is None):
            continue
        usual = getattr(wanted, name)
        answer = typer.prompt(question, default=_NONE if usual is None else usual, err=True)
        members: dict[str, Any] = {name: _said(answer)}
        wanted = replace(wanted, **members)
    return wanted


def _said(answer: str) -> Any:
    return None if answer.strip().lower() in ("", _NONE) else answer.strip()


def _make_inbox(file: Path, wanted: FirstConfiguration) -> None:
    """The directory that files come in by, which is only named so far."""
    kind, _, path = wanted.origin.partition(":")
    if wanted.push is not None and kind == "directory" and path.strip():
        os.makedirs(file.parent / path.strip(), exist_ok=True)
