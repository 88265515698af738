"""The ledger of a command: where it is, and what a push or a pull notes there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Annotated

import typer

from brightpearl import Client, Mapping, Outcome, PulledRecord
from brightpearl.cli.failure import UsageError
from brightpearl.cli.mapping import failure_members
from brightpearl.ledger import VARIABLE, open_ledger
from brightpearl.ledger.dead_letter import DeadLetter
from brightpearl.ledger.noting import Noting, noted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.ledger import Ledger

LedgerOption = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="FILE|URL",
        help=f"The ledger: a file, or postgresql+psycopg://...; {VARIABLE} unless given.",
    ),
]


def existing_ledger(place: str | None) -> Ledger:
    """The ledger that is to be looked at, which must be there."""
    chosen = place or os.environ.get(VARIABLE)
    if not chosen:
        raise UsageError(
            "no ledger is named; expected a file or the URL of a database",
            where="--ledger",
            advice=f"Give --ledger FILE, or set {VARIABLE}.",
        )
    return open_ledger(chosen, must_exist=True)


@contextlib.contextmanager
def noted_run(
    place: str | None, name: str, kind: str, client: Client, *, is_dry: bool = False
) -> Iterator[Noting | None]:
    """Notes a run of a command where there is a ledger. A dry run does nothing that would be worth noting."""
    chosen = None if is_dry else place or os.environ.get(VARIABLE)
    if not chosen:
        yield None
        return
    with open_ledger(chosen) as ledger, noted(ledger, name, kind, client._account) as noting:
        yield noting


def note_outcome(noting: Noting, mapping: Mapping, document: str, outcome: Outcome) -> None:
    """Counts what became of a record, and keeps one that was not written."""
    noting.counts[outcome.state] += 1
    letter = letter_of(noting, mapping, document, outcome)
    if outcome.ok:
        noting.settle(letter)
    else:
        noting.bury(letter)


def letter_of(noting: Noting, mapping: Mapping, document: str, outcome: Outcome) -> DeadLetter:
    """A record that was pushed as a dead letter."""
    from brightpearl.cli.pushing import outcome_members, source_of

    why = outcome.reason or (str(outcome.error) if outcome.error is not None else outcome.state)
    failures = "; ".join(str(failure) for failure in outcome.failures)
    return DeadLetter(
        flow=noting.name,
        kind="push",
        account=noting.account,
        record=source_of(outcome.source),
        reason=failures or why,
        resource=mapping.target or "",
        key=outcome.key,
        details=outcome_members(outcome),
        mapping=document,
    )


def note_pulled(noting: Noting, record: PulledRecord) -> None:
    """Counts a record that was pulled, and keeps one that could not be mapped."""
    letter = DeadLetter(
        flow=noting.name,
        kind="pull",
        account=noting.account,
        record=record.source,
        reason="; ".join(map(str, record.failures)),
        resource=record.resource,
        key=None if record.id is None else str(record.id),
        details={"failures": [failure_members(failure) for failure in record.failures], "changed": record.changed},
    )
    if record.failures:
        noting.counts["failed"] += 1
        noting.bury(letter)
        return
    noting.counts["deleted" if record.deleted else "skipped" if record.raw is None else "records"] += 1
    noting.settle(letter)
