"""Runs and dead letters as tables and as JSON."""

from __future__ import annotations

import datetime
from typing import Any

from brightpearl._native import dump_json
from brightpearl.cli.visible import print_json, say
from brightpearl.cli.wrapped import print_wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from brightpearl.ledger.dead_letter import DeadLetter
    from brightpearl.ledger.runs import Run


def show_runs(runs: list[Run], as_json: bool) -> None:
    """Writes runs, the last one first."""
    if as_json:
        for run in runs:
            members = {
                "id": run.id,
                "name": run.name,
                "kind": run.kind,
                "account": run.account,
                "began": moment(run.began_ms),
                "ended": None if run.ended_ms is None else moment(run.ended_ms),
                "outcome": run.outcome,
                "reason": run.reason,
                "counts": run.counts,
            }
            print_json(dump_json(members))
        return
    rows = [
        {
            "began": moment(run.began_ms),
            "took": "" if run.ended_ms is None else f"{(run.ended_ms - run.began_ms) / 1000:.1f} s",
            "name": run.name,
            "outcome": run.outcome,
            "records": ", ".join(f"{number:,} {what}" for what, number in run.counts.items()),
            "why": run.reason,
        }
        for run in runs
    ]
    _table(rows, "no runs")


def show_letters(letters: Iterable[DeadLetter], as_json: bool) -> None:
    """Writes letters, in the order of their numbers."""
    if as_json:
        for letter in letters:
            print_json(dump_json(letter_members(letter, whole=False)))
        return
    rows = [
        {
            "number": str(letter.id),
            "flow": letter.flow,
            "about": f"{letter.kind} {letter.key or ''}".strip(),
            "tries": str(letter.tries),
            "last": moment(letter.last_ms),
            "why": letter.reason,
        }
        for letter in letters
    ]
    _table(rows, "no dead letters")


def letter_members(letter: DeadLetter, *, whole: bool) -> dict[str, Any]:
    """A letter as data, with its record where the `whole` is asked for."""
    members: dict[str, Any] = {
        "number": letter.id,
        "flow": letter.flow,
        "kind": letter.kind,
        "account": letter.account,
        "resource": letter.resource,
        "key": letter.key,
        "reason": letter.reason,
        "tries": letter.tries,
        "first": moment(letter.first_ms),
        "last": moment(letter.last_ms),
        "asked": None if letter.asked_ms is None else moment(letter.asked_ms),
        "mapping": letter.mapping,
    }
    return members | ({"details": letter.details, "record": letter.record} if whole else {})


def moment(milliseconds: int) -> str:
    """A time of the ledger as people write it."""
    shown = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc)
    return shown.isoformat(timespec="seconds").replace("+00:00", "Z")


def _table(rows: list[dict[str, str]], nothing: str) -> None:
    if rows:
        print_wrapped(list(rows[0]), rows)
    else:
        say(nothing)
