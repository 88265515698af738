"""A push: records of a file go into Brightpearl, and what became of each is told."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from brightpearl import Client, FileLease, Mapping, Outcome, Outcomes
from brightpearl._native import dump_json
from brightpearl.audit import AuditFile
from brightpearl.cli.audited import tell_outcome
from brightpearl.cli.error_lines import describe_error
from brightpearl.cli.failure import Done, UsageError
from brightpearl.cli.flat_files import Layout
from brightpearl.cli.mapping import failure_members, without_key
from brightpearl.cli.metered import Meter
from brightpearl.cli.noting import note_outcome, noted_run
from brightpearl.cli.progress import Progress
from brightpearl.cli.records import Input, records_of
from brightpearl.cli.told import Telling, delivery_of, done_before
from brightpearl.cli.unused import Unused
from brightpearl.cli.visible import say, visible
from brightpearl.cli.wrapped import wrapped
from brightpearl.line_file import LineFile

_STATES = {
    "created": ("created", "would be created"),
    "updated": ("changed", "would be changed"),
    "unchanged": ("there already", "there already"),
    "differs": ("there, and not as the record says", "there, and would not be as the record says"),
    "doubled": ("created, and there more than once: keep one of them", ""),
    "skipped": ("left out by the mapping", "left out by the mapping"),
    "rejected": ("not written", "would not be written"),
    "maybe-applied": ("may have been written: look before pushing it again", ""),
}


class Pushing:
    """How a push is done."""

    def __init__(
        self,
        *,
        write: bool,
        journal: str | None,
        renew: bool,
        max_writes: int | None,
        existing: Any,
        looks: list[float],
        confirm: list[float],
        exclusive: str | None,
        wait: float | None,
        dead_letters: str | None,
        as_json: bool,
        ledger: str | None = None,
        document: str = "",
    ) -> None:
        self.write = write
        self.journal = journal
        self.renew = renew
        self.max_writes = max_writes
        self.existing = existing
        self.looks = looks
        self.confirm = confirm
        self.exclusive = exclusive
        self.wait = wait
        self.dead_letters = dead_letters
        self.as_json = as_json
        self.ledger = ledger
        # What the ledger says a retry is mapped by.
        self.document = document


class Source:
    """Where the records come from, and how they are written there."""

    def __init__(self, file: str, format: Input | None, layout: Layout | None, report_unused: bool) -> None:
        self.file = file
        self.format = format
        self.layout = layout
        self.report_unused = report_unused


def push(
    client: Client,
    mapping: Mapping,
    source: Source,
    how: Pushing,
    shown: Progress,
    trail: AuditFile | None = None,
    meter: Meter | None = None,
) -> Done | None:
    """Pushes the records of a file and tells of them; what was done, where some are not where they should be."""
    unused = Unused(mapping)
    counts: Counter[str] = Counter()
    with (
        done_before(lambda: done_of(counts, is_dry=not how.write)),
        records_of(source.file, source.format, mapping.group_by, source.layout) as records,
        lines_to(how.dead_letters) as dead_letters,
        noted_run(how.ledger, mapping.name, "push", client, is_dry=not how.write) as noting,
    ):
        shown.stage("records", None)
        with client.push(
            mapping,
            unused.watch(records) if source.report_unused else records,
            dry_run=not how.write,
            write=how.write,
            max_writes=how.max_writes,
            existing=how.existing,
            looks=how.looks,
            confirm=how.confirm,
            exclusive=None if how.exclusive is None else FileLease(how.exclusive, wait=how.wait),
            journal=how.journal,
            renew=how.renew,
        ) as outcomes:
            earlier: Counter[str] = Counter()
            telling = Telling()

            def take(outcome: Outcome) -> None:
                shown.advance(1)
                counts[outcome.state] += 1
                earlier[outcome.state] += outcome.journaled
                _tell(outcome, how.as_json, telling)
                if noting is not None:
                    telling.to("ledger", lambda: note_outcome(noting, mapping, how.document, outcome))
                if trail is not None:
                    telling.to("audit", lambda: tell_outcome(trail, outcome))
                if meter is not None:
                    meter.record(outcome.state)
                if dead_letters is not None and not outcome.ok:
                    telling.to("dead letters", lambda: dead_letters.write(_dead_letter(outcome)))

            try:
                telling.each(outcomes, take)
            finally:
                shown.close()
                _sum_up(outcomes, earlier, how, telling)
                if source.report_unused:
                    unused.tell()
            telling.end()
    is_done = not any(counts[state] for state in NOT_AS_IT_SHOULD)
    return None if is_done else done_of(counts, is_dry=not how.write)


NOT_AS_IT_SHOULD = ("rejected", "differs", "doubled", "maybe-applied")
"""The states of records that somebody has to look at."""


def done_of(counts: Counter[str], *, is_dry: bool = False) -> Done:
    """What a push had done, by how many records ended in each state."""
    wrote = not is_dry and any(counts[state] for state in ("created", "updated", "doubled"))
    return Done(dict(counts), delivery_of(wrote, bool(counts["maybe-applied"])))


@contextlib.contextmanager
def lines_to(path: str | None) -> Iterator[LineFile | None]:
    """A file that takes lines as they come, and keeps those that it has."""
    if path is None:
        yield None
        return
    with LineFile(path) as file:
        yield file


def outcome_members(outcome: Outcome) -> dict[str, Any]:
    """An outcome as data."""
    members: dict[str, Any] = {
        "record": outcome.record,
        "key": outcome.key,
        "state": outcome.state,
        "id": outcome.id,
        "reason": outcome.reason,
        "failures": [failure_members(failure) for failure in outcome.failures],
        "error": None if outcome.error is None else describe_error(outcome.error),
        "created": [{"mapping": one.mapping} | ({} if one.id is None else {"id": one.id}) for one in outcome.created],
        "differences": [
            {"pointer": one.pointer, "before": one.before, "after": one.after, "changeable": one.changeable}
            for one in outcome.differences
        ],
        "dry_run": outcome.dry_run or None,
        "journaled": outcome.journaled or None,
        "verified": outcome.verified or None,
    }
    return {name: value for name, value in members.items() if value not in (None, [])}


def _dead_letter(outcome: Outcome) -> bytes:
    """The record and what became of it. `jq -c .source` gives the records for another push."""
    return dump_json({"source": source_of(outcome.source), **outcome_members(outcome)}).encode() + b"\n"


def source_of(record: Any) -> Any:
    """A record as data. Bytes may be no JSON at all: then they are what they are, as a text."""
    from brightpearl import BrightpearlError
    from brightpearl._native import load_json

    if not isinstance(record, bytes):
        return record
    try:
        return load_json(record)
    except BrightpearlError:
        return record.decode(errors="replace")


def _tell(outcome: Outcome, as_json: bool, telling: Telling) -> None:
    if as_json:
        telling.json_line(dump_json(outcome_members(outcome)))
        return
    told = outcome.dry_run and outcome.state in ("created", "updated")
    if outcome.ok and not told and not outcome.differences:
        return
    telling.line("\n".join(map(visible, _lines(outcome))))


def _lines(outcome: Outcome) -> Iterator[str]:
    """What became of a record, in a line or two; of a dry run, each value that differs in a line of its own."""
    name = f"record {outcome.record}" + ("" if outcome.key is None else f" ({outcome.key})")
    what = _STATES[outcome.state][outcome.dry_run]
    there = "" if outcome.id is None else f" {outcome.id}"
    yield f"{name}: {what}{there}"
    for created in outcome.created:
        yield f"  with {created.mapping}" + ("" if created.id is None else f" {created.id}")
    for difference in outcome.differences:
        yield f"  {difference}"
    for failure in outcome.failures:
        yield f"  {without_key(failure)}"
    reason = outcome.reason or ""
    if reason and not outcome.failures:
        yield f"  {reason}"
    if outcome.error is not None and str(outcome.error) not in reason:
        yield f"  {outcome.error}"
    for verification in () if outcome.error is None else outcome.error.verifications:
        yield f"  to find out: {verification}"


def _sum_up(outcomes: Outcomes, earlier: Counter[str], how: Pushing, telling: Telling) -> None:
    def said(state: str, words: str) -> str:
        return (
            f"{words}, {earlier[state]:,} of them in an earlier run, as the journal has it" if earlier[state] else words
        )

    records = [
        {"state": state, "records": f"{outcomes.counts[state]:,}", "": said(state, words[not how.write])}  # type: ignore[index]
        for state, words in _STATES.items()
        if outcomes.counts[state]  # type: ignore[index]
    ]
    if how.as_json:
        counts = ", ".join(f"{record['records']} {record['state']}" for record in records)
        before = f", {earlier.total():,} of them in an earlier run, as the journal has it" if earlier.total() else ""
        say(f"{counts}{before}" if counts else "no records")
    elif records:
        telling.line("\n".join(wrapped(["state", "records", ""], records)))
    else:
        say("no records")


def seconds_of(text: str, option: str) -> list[float]:
    """Seconds with commas between them; none when there is nothing."""
    try:
        seconds = [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        seconds = [-1.0]
    if any(not 0 <= second < 86_400 for second in seconds):
        raise UsageError(f"{text!r} is not a list of seconds", where=option, advice="Give numbers such as 2,10,30.")
    return seconds


def check_intent(write: bool, dry_run: bool) -> None:
    """Refuses a push that does not say whether it writes."""
    if write == dry_run:
        raise UsageError(
            "both --dry-run and --write are given" if write else "a push writes nothing by accident",
            where="--write",
            advice="Give --dry-run to see what would be written, then --write to write it.",
        )
