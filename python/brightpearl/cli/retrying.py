"""Another try of dead letters."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from brightpearl._native import dump_json
from brightpearl.cli.failure import Done, UsageError
from brightpearl.cli.ledger_listing import letter_members
from brightpearl.cli.mapping import open_mapping
from brightpearl.cli.noting import letter_of
from brightpearl.cli.pushing import NOT_AS_IT_SHOULD, done_of
from brightpearl.cli.session import at_work
from brightpearl.cli.told import Telling, done_before
from brightpearl.cli.visible import say, visible
from brightpearl.ledger.noting import noted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl import Client, Outcome
    from brightpearl.ledger import Ledger
    from brightpearl.ledger.dead_letter import DeadLetter
    from brightpearl.wire import AnyRecord

_TURN = "turn of dead-letters retry"
_LONGEST_TURN_MS = 6 * 60 * 60_000


def retry(
    ledger: Ledger, letters: list[DeadLetter], mapping: str | None, journal: str | None, as_json: bool
) -> Done | None:
    """Tries letters again; what was done, where some were refused again."""
    flows = {state.name for state in ledger.standings.flows()}
    of_service = [letter for letter in letters if letter.flow in flows]
    own = [letter for letter in letters if letter.flow not in flows]
    if unable := [letter for letter in own if letter.kind != "push"]:
        raise UsageError(
            f"dead letter {unable[0].id} is of a pull, which brings it again when the record changes; nothing was done",
            where="NUMBER",
            advice="Mend the mapping, and pull the resource once more with --renew, or without its state.",
        )
    if of_service:
        ledger.dead_letters.ask_again(letter.id for letter in of_service)
        say(f"{len(of_service):,} asked for: the service tries them in the next run of their flow")
    counts: Counter[str] = Counter()
    if not own:
        return None
    with done_before(lambda: done_of(counts)), at_work() as (client, _), _alone(ledger):
        # Another command may have dealt with some a moment ago.
        left = [letter for letter in own if ledger.dead_letters.get(letter.id) is not None]
        for document in dict.fromkeys(mapping or letter.mapping or "" for letter in left):
            group = [letter for letter in left if (mapping or letter.mapping or "") == document]
            _push(ledger, client, group, document, journal, as_json, counts)
    return done_of(counts) if any(counts[state] for state in NOT_AS_IT_SHOULD) else None


@contextlib.contextmanager
def _alone(ledger: Ledger) -> Iterator[None]:
    """Keeps other commands from trying letters of this ledger at the same time: each would write them."""
    if not ledger.notes.take(_TURN, _LONGEST_TURN_MS):
        raise UsageError(
            "another command is trying dead letters of this ledger; nothing was done",
            where="--ledger",
            advice="Wait for it to end. One that was killed on another machine has it for six hours.",
        )
    try:
        yield
    finally:
        ledger.notes.drop(_TURN)


def _push(
    ledger: Ledger,
    client: Client,
    letters: list[DeadLetter],
    document: str,
    journal: str | None,
    as_json: bool,
    counts: Counter[str],
) -> None:
    mapping = open_mapping(document)
    if foreign := [letter for letter in letters if letter.account != client._account]:
        raise UsageError(
            f"dead letter {foreign[0].id} is of the account {foreign[0].account!r}, and this is {client._account!r}",
            where="NUMBER",
            advice="Name the profile of that account, or the letters of this one.",
        )
    telling = Telling()

    def take(outcome: Outcome) -> None:
        counts[outcome.state] += 1
        letter = letters[outcome.record]
        telling.to("ledger", lambda: _deal_with(ledger, letter, letter_of(noting, mapping, document, outcome), outcome))
        noting.counts[outcome.state] += 1
        if as_json:
            members = letter_members(letter, whole=False) | {"state": outcome.state, "id": outcome.id}
            telling.json_line(dump_json(members))
        else:
            why = "" if outcome.ok else f": {outcome.reason or '; '.join(map(str, outcome.failures))}"
            telling.line(visible(f"dead letter {letter.id} ({letter.key or 'no key'}): {outcome.state}{why}"))

    with noted(ledger, letters[0].flow, "push", client._account) as noting:
        records = [_record(letter) for letter in letters]
        with client.push(mapping, records, write=True, journal=journal) as outcomes:
            telling.each(outcomes, take)
        telling.end()


def _deal_with(ledger: Ledger, letter: DeadLetter, again: DeadLetter, outcome: Outcome) -> None:
    """Takes a letter away whose record is where it should be, and keeps another one with what is wrong now."""
    if outcome.ok:
        ledger.dead_letters.drop([letter.id])
        return
    ledger.dead_letters.put([again])
    if again.identity != letter.identity:
        # One whose key was not known before is kept as another, and not twice.
        ledger.dead_letters.drop([letter.id])


def _record(letter: DeadLetter) -> AnyRecord:
    """The record as it was given: what was no JSON is bytes again."""
    record: Any = letter.record
    return record.encode() if isinstance(record, str) else record
