"""One run of an inbound flow: records that came are pushed, each exactly once by the journal of its file."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable

from brightpearl.cli.failure import UsageError
from brightpearl.cli.records import records_of
from brightpearl.client import Client
from brightpearl.exceptions import BrightpearlError
from brightpearl.ledger import Ledger
from brightpearl.ledger.dead_letter import DeadLetter
from brightpearl.ledger.noting import Noting, noted
from brightpearl.mapping import Mapping
from brightpearl.outcomes import Outcome
from brightpearl.service.accounts import account_of
from brightpearl.service.commands import run_command
from brightpearl.service.destinations import DeliveryFailed
from brightpearl.service.flow_tables import InboundFlow, open_document
from brightpearl.service.places import FromCommand, FromDirectory, FromPost
from brightpearl.service.posted import PostedRecords
from brightpearl.service.recent_secret import RecentSecret
from brightpearl.service.spool import Spool, as_lines, folder_name, is_readable_ending
from brightpearl.service.stopping import Stopping

_TOGETHER = 100


class InboundRunner:
    """Carries out an inbound flow. One thread at a time uses it."""

    def __init__(
        self,
        flow: InboundFlow,
        client: Client,
        ledger: Ledger,
        folder: str,
        work: str,
        stopping: Stopping,
        now: Callable[[], int],
    ) -> None:
        self.flow = flow
        self._client = client
        self._account = account_of(client)
        self._ledger = ledger
        self._folder = folder
        self._stopping = stopping
        self._now = now
        own = os.path.join(work, folder_name(flow.name))
        self.spool = _spool(flow, own)
        self.posted = PostedRecords(flow.name, self.spool, ledger)
        self.token = None if flow.token is None else RecentSecret(flow.token, "token")
        self._letters_journal = os.path.join(own, "dead-letters.journal")
        # Why something is not written that may be another time.
        self._held: str | None = None

    def pending_ms(self) -> int | None:
        """When something besides the schedule is to be done."""
        asked = self._ledger.dead_letters.list(flow=self.flow.name, asked=True, limit=1)
        # Files in a directory wait for the schedule, as it says; what was begun does not.
        is_directory = isinstance(self.flow.origin, FromDirectory)
        waits = self.spool.has_begun() if is_directory else not self.spool.is_empty()
        return self._now() if asked or waits else None

    def run(self, *, is_scheduled: bool) -> None:
        """Does what is to be done. Raises what made it fail; what was done before stays done."""
        mapping = open_document(self.flow.mapping)
        self._try_again(mapping)
        if is_scheduled and isinstance(self.flow.origin, FromCommand):
            self._collect(self.flow.origin.words)
        while (path := self._take()) is not None:
            self._stopping.check()
            with noted(self._ledger, self.flow.name, "push", self._account) as noting:
                self._push_file(path, mapping, noting)

    def _take(self) -> str | None:
        return self.posted.take() if isinstance(self.flow.origin, FromPost) else self.spool.take()

    def _collect(self, words: tuple[str, ...]) -> None:
        """Keeps what a command prints, as one file. One that fails has brought nothing."""
        ended = run_command(words, b"", self._folder, self._stopping)
        if ended.code:
            raise DeliveryFailed(ended.reason())
        if ended.printed.strip():
            self.spool.put(as_lines(ended.printed))

    def _push_file(self, path: str, mapping: Mapping, noting: Noting) -> None:
        name = os.path.basename(path)
        try:
            if not is_readable_ending(path):
                raise UsageError("its ending says no format; expected .jsonl, .json, .csv or .tsv")
            with records_of(path, None, mapping.group_by) as records:
                # What cannot be read in its last line is told before the first one is written.
                for _ in records:
                    self._stopping.check()
            with records_of(path, None, mapping.group_by) as records:
                self._push(records, mapping, noting, self.spool.journal_of(path))
        except (UsageError, UnicodeError) as error:
            why = str(error) if isinstance(error, UsageError) else "it is not UTF-8"
            noting.counts["failed"] += 1
            kept = self.spool.finish(path, is_failed=True)
            noting.bury(
                DeadLetter(
                    self.flow.name, "file", self._account, name, f"the file cannot be read: {why}", key=kept or name
                )
            )
            return
        noting.flush()
        if self._held is not None:
            # The file stays, and its journal has what was done.
            raise DeliveryFailed(f"records could not be written now: {self._held}")
        self.spool.finish(path)

    def _push(self, records: object, mapping: Mapping, noting: Noting, journal: str | None) -> list[Outcome]:
        told = []
        self._held = None
        with self._client.push(
            mapping,
            records,  # type: ignore[arg-type]
            write=True,
            existing=self.flow.existing,  # type: ignore[arg-type]
            max_writes=self.flow.max_writes,
            exclusive=self.flow.exclusive,
            looks=self.flow.looks,
            journal=journal,
            # Somebody may have mended the document since the journal was begun.
            renew=True,
        ) as outcomes:
            for outcome in outcomes:
                self._note(outcome, mapping, noting)
                told.append(outcome)
                self._stopping.check()
        return told

    def _note(self, outcome: Outcome, mapping: Mapping, noting: Noting) -> None:
        from brightpearl.cli.noting import letter_of

        if _is_held(outcome):
            noting.counts["held"] += 1
            self._held = str(outcome.error)
            return
        noting.counts[outcome.state] += 1
        letter = letter_of(noting, mapping, self.flow.mapping, outcome)
        if outcome.ok:
            noting.settle(letter)
        else:
            noting.bury(letter)

    def _try_again(self, mapping: Mapping) -> None:
        """Tries the dead letters of which somebody asked for another try."""
        while letters := self._ledger.dead_letters.list(flow=self.flow.name, asked=True, limit=_TOGETHER):
            self._stopping.check()
            for letter in letters:
                if letter.kind == "file" and self.spool.again(str(letter.key)):
                    self._ledger.dead_letters.drop([letter.id])
                elif letter.kind == "file":
                    gone = f"the file is not where it was put, {letter.key!r}; drop the letter if it was dealt with"
                    self._ledger.dead_letters.put([_with_reason(letter, gone)])
            foreign = [letter for letter in letters if letter.kind != "file" and letter.account != self._account]
            self._ledger.dead_letters.put(_with_reason(letter, self._foreign(letter)) for letter in foreign)
            records = [letter for letter in letters if letter.kind != "file" and letter.account == self._account]
            if records:
                with noted(self._ledger, self.flow.name, "again", self._account) as noting:
                    self._push_letters(records, mapping, noting)

    def _foreign(self, letter: DeadLetter) -> str:
        return f"it is of the account {letter.account!r}, and the flow writes to {self._account!r}; nothing was written"

    def _push_letters(self, letters: list[DeadLetter], mapping: Mapping, noting: Noting) -> None:
        given = [letter.record.encode() if isinstance(letter.record, str) else letter.record for letter in letters]
        try:
            outcomes = self._push(given, mapping, noting, self._letters_journal)
        except BrightpearlError as error:
            # They are asked for no more: otherwise the flow would never get to anything else.
            self._ledger.dead_letters.put([_with_reason(letter, str(error)) for letter in letters])
            raise
        noting.flush()
        # Until these are gone, the journal is what keeps them from being written twice. One whose key was not known
        # before has another identity now, and is kept as that.
        ended = [
            letters[outcome.record].id
            for outcome in outcomes
            if outcome.ok or self._is_renamed(letters[outcome.record], outcome, mapping, noting)
        ]
        self._ledger.dead_letters.drop(ended)
        # What became of each is known: it says nothing of later letters about the same records.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._letters_journal)
        if self._held is not None:
            held = [letters[outcome.record] for outcome in outcomes if _is_held(outcome)]
            self._ledger.dead_letters.put([_with_reason(letter, self._held) for letter in held])
            raise DeliveryFailed(f"records could not be written now: {self._held}")

    def _is_renamed(self, letter: DeadLetter, outcome: Outcome, mapping: Mapping, noting: Noting) -> bool:
        from brightpearl.cli.noting import letter_of

        again = letter_of(noting, mapping, self.flow.mapping, outcome)
        return not _is_held(outcome) and again.identity != letter.identity


def _is_held(outcome: Outcome) -> bool:
    """Whether the same record may be written another time, as it is. It would be a dead letter for nothing."""
    return outcome.state == "rejected" and outcome.error is not None and not outcome.error.is_of_record


def _with_reason(letter: DeadLetter, reason: str) -> DeadLetter:
    from dataclasses import replace

    return replace(letter, reason=reason)


def _spool(flow: InboundFlow, own: str) -> Spool:
    """Where the records of a flow wait. `own`: the flow's folder, which is made."""
    os.makedirs(own, mode=0o700, exist_ok=True)
    if isinstance(flow.origin, FromDirectory):
        folder = flow.origin.path
        return Spool(
            folder,
            os.path.join(folder, "working"),
            done=os.path.join(folder, "done"),
            failed=os.path.join(folder, "failed"),
            # Beside the files, so that they are found whatever the flow is called, and whichever service takes it.
            journals=os.path.join(folder, ".journals"),
        )
    return Spool(
        os.path.join(own, "waiting"),
        os.path.join(own, "working"),
        done=None,
        failed=os.path.join(own, "failed"),
        journals=os.path.join(own, "journals"),
    )
