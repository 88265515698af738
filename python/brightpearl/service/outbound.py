"""One run of an outbound flow: what changed, or what notifications are about, is read, mapped and delivered."""

from __future__ import annotations

import datetime
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from brightpearl._native import find_resource, load_json
from brightpearl.client import Client
from brightpearl.discovery import ask
from brightpearl.exceptions import BrightpearlError, ConflictError
from brightpearl.ledger import Ledger
from brightpearl.ledger.dead_letter import DeadLetter
from brightpearl.ledger.notifications import Claimed
from brightpearl.ledger.noting import Noting, noted, reason_of
from brightpearl.mapping import Mapping
from brightpearl.service.accounts import account_of
from brightpearl.service.destinations import DeliveryFailed, MessageDeliverer
from brightpearl.service.flow_tables import OutboundFlow, open_document, pull_resources
from brightpearl.service.messages import FlowMessage, digest_of, message_id
from brightpearl.service.stopping import Stopping
from brightpearl.service.timing import back_off_ms

CLAIMED_TOGETHER = 500
"""Notifications that are looked at together: the more, the fewer reads."""

MOST_ATTEMPTS = 30
"""How often a notification is tried before it is a dead letter: for about four hours."""

_TOGETHER = 100
_NOT_TRIED = (
    "there is nothing that this flow could read again for it: it has no id, or is of another account or resource than "
    "the flow pulls; the next pull brings the record when it changes"
)
_LAG_MS = 2_000


@dataclass(frozen=True)
class FlowRecord:
    """A record on its way out."""

    resource: str
    id: int | None
    content: bytes | None
    """Its JSON; None of one that is gone, or of which nothing came."""
    is_deleted: bool = False
    failures: tuple[str, ...] = ()
    source: Any = None


class OutboundRunner:
    """Carries out an outbound flow. One thread at a time uses it."""

    def __init__(
        self,
        flow: OutboundFlow,
        client: Client,
        ledger: Ledger,
        folder: str,
        stopping: Stopping,
        now: Callable[[], int],
    ) -> None:
        self.flow = flow
        self._client = client
        self._account = account_of(client)
        self._ledger = ledger
        self._stopping = stopping
        self._now = now
        self._deliverer = MessageDeliverer(flow.to, flow.secret, folder, stopping)
        self._draw = random.Random()

    def pending_ms(self) -> int | None:
        """When something besides the schedule is to be done."""
        if self._ledger.dead_letters.list(flow=self.flow.name, asked=True, limit=1):
            return self._now()
        return self._ledger.notifications.next_due(self.flow.name, account=self._account)

    def run(self, *, is_scheduled: bool) -> None:
        """Does what is to be done. Raises what made it fail; what was done before stays done."""
        mapping = None if self.flow.mapping is None else open_document(self.flow.mapping)
        # What a run before could not even give back.
        self._ledger.notifications.give_back(self.flow.name)
        self._try_again(mapping)
        try:
            for_pull = self._handle_notifications(mapping)
            if is_scheduled or for_pull:
                with noted(self._ledger, self.flow.name, "pull", self._account) as noting:
                    self._pull(mapping, noting)
                self._settle(for_pull)
        except BaseException:
            # What is left is neither handled nor put off.
            self._ledger.notifications.give_back(self.flow.name)
            raise

    # Pulls.

    def _pull(self, mapping: Mapping | None, noting: Noting) -> None:
        flow = self.flow
        name = pull_name(flow)
        before = self._ledger.standings.pull(name, self._account)
        with self._client.pull(pull_resources(flow, mapping), state=None if before is None else before.state) as pulled:
            for batch in pulled.batches():
                self._stopping.check()
                self._hand_over(
                    noting,
                    (
                        FlowRecord(
                            one.resource,
                            one.id,
                            one.raw,
                            one.deleted,
                            tuple(map(str, one.failures)),
                            one.source if one.failures else None,
                        )
                        for one in batch
                    ),
                )
                # What is behind the mark does not come again: its letters are kept first.
                noting.flush()
                before = self._advance(name, pulled.checkpoint(), before)
            self._advance(name, pulled.checkpoint(), before)

    def _advance(self, name: str, state: str, before: Any) -> Any:
        moved = self._ledger.standings.advance_pull(name, self._account, state, before)
        if moved is None:
            raise ConflictError(
                "another process has moved the mark of this flow meanwhile",
                location="ledger",
                advice="Let one service at a time run the flows of a ledger. What was delivered twice has the same id.",
            )
        return moved

    # Notifications.

    def _handle_notifications(self, mapping: Mapping | None) -> list[int]:
        """Handles what is due; the notifications that a pull has to stand for."""
        name = self.flow.name
        for_pull: list[int] = []
        while claimed := self._ledger.notifications.claim(name, CLAIMED_TOGETHER, account=self._account):
            with noted(self._ledger, name, "events", self._account) as noting:
                noting.counts["notifications"] = len(claimed)
                for_pull += self._handle(claimed, mapping, noting)
            if len(claimed) < CLAIMED_TOGETHER:
                break
        return for_pull

    def _handle(self, claimed: Sequence[Claimed], mapping: Mapping | None, noting: Noting) -> list[int]:
        by_key = {one.key: one for one in claimed}
        told = json.dumps([one.content for one in claimed])
        coalesced = ask({"coalesce_notifications": {"notifications": told, "settled": "[]"}})
        for_pull = [by_key[one["key"]].id for one in coalesced["unreadable"]]
        failure: Exception | None = None
        for read in coalesced["reads"]:
            self._stopping.check()
            concerned = [by_key[key] for key in read["keys"]]
            wanted = self._wanted(read)
            if wanted is None or self.flow.filters:
                for_pull += [one.id for one in concerned]
                continue
            try:
                is_first = all(one.attempts == 0 for one in concerned)
                lags = self._read(*wanted, read, mapping, noting, is_first)
                noting.flush()
            except (BrightpearlError, DeliveryFailed) as error:
                failure = error
                self._put_off(concerned, reason_of(error))
                continue
            first = [one for one in concerned if lags and one.attempts == 0]
            self._ledger.notifications.put_off(
                self.flow.name, [one.id for one in first], "it was read before the change shows", self._now() + _LAG_MS
            )
            self._settle(one.id for one in concerned if one not in first)
        if failure is not None:
            raise failure
        return for_pull

    def _wanted(self, read: dict[str, Any]) -> tuple[str, str | None] | None:
        """Which of the flow's resources a read is about, and the member that has its id where it changed along with
        what is read; None where it is about none."""
        then = read.get("then")
        for name in self.flow.pull:
            if _is_same(read["resource"], name):
                return name, None
            if then is not None and _is_same(then[0], name):
                return name, then[1]
        return None

    def _ids_in(self, read: dict[str, Any], member: str) -> list[int]:
        """The ids that stand in what is read, such as those of the orders of goods-out notes."""
        found = (record.value.get(member) for record in self._client.get(read["path"], read["ids"]))
        return sorted({int(id) for id in found if isinstance(id, (int, str)) and str(id).isdecimal()})

    def _read(
        self,
        resource: str,
        member: str | None,
        read: dict[str, Any],
        mapping: Mapping | None,
        noting: Noting,
        is_first: bool,
    ) -> bool:
        """Reads and delivers what notifications are about; whether some of it was read before the change shows. What is
        missing at first sight may have been created just now."""
        lags = False

        def seen(changed: str | None) -> None:
            nonlocal lags
            lags = lags or _is_before(changed, read["last_raised_ms"])

        ids = read["ids"] if member is None else self._ids_in(read, member)
        is_missing = self._deliver_by_id(resource, ids, mapping, noting, seen, is_first)
        return lags or is_missing

    def _deliver_by_id(
        self,
        resource: str,
        ids: Any,
        mapping: Mapping | None,
        noting: Noting,
        seen: Callable[[str | None], None] = lambda _: None,
        is_first: bool = False,
    ) -> bool:
        """Reads and delivers records by their ids; whether some were missing at first sight, which is not told."""
        if not ids:
            return False
        listed = find_resource(resource)
        assert listed is not None
        found = self._client.get(listed.path, ids, query=list(self.flow.query), plan="never")
        self._hand_over(noting, self._mapped(resource, found, mapping, listed.key, seen))
        for refusal in found.refused:
            if not refusal.error.is_of_record:
                raise refusal.error
            noting.counts["failed"] += 1
            noting.bury(self._letter("pull", resource, refusal.id, None, str(refusal.error)))
        if is_first and found.missing:
            return True
        for id in found.missing:
            # An answer to several may leave some out: only its own read says that a record is gone.
            alone = self._client.get(listed.path, [id], query=list(self.flow.query), plan="never")
            self._hand_over(noting, self._mapped(resource, alone, mapping, listed.key, seen))
            self._hand_over(noting, [FlowRecord(resource, id, None, is_deleted=True) for id in alone.missing])
        return False

    def _mapped(
        self,
        resource: str,
        found: Iterable[Any],
        mapping: Mapping | None,
        key: str | None,
        seen: Callable[[str | None], None],
    ) -> Iterable[FlowRecord]:
        from brightpearl.cli.files import with_id

        records = iter(found)
        while part := list(islice(records, _TOGETHER)):
            for record in part:
                changed = record.value.get("updatedOn")
                seen(changed if isinstance(changed, str) else None)
            if mapping is None:
                for record in part:
                    yield FlowRecord(resource, record.resource_id, with_id(record.raw, record.resource_id, key))
                continue
            for record, mapped in zip(part, mapping.map_many([record.raw for record in part]), strict=True):
                failures = tuple(map(str, mapped.failures))
                source = load_json(record.raw) if failures else None
                yield FlowRecord(resource, record.resource_id, mapped.raw, False, failures, source)

    def _put_off(self, concerned: Sequence[Claimed], reason: str) -> None:
        """Tries notifications later, and those that were tried often enough no more."""
        name = self.flow.name
        ended = [one for one in concerned if one.attempts + 1 >= MOST_ATTEMPTS]
        self._ledger.dead_letters.put_notifications(
            name,
            [
                (one.id, DeadLetter(name, "notification", self._account, one.content, reason, key=one.key))
                for one in ended
            ],
        )
        left = [one for one in concerned if one not in ended]
        for attempts in sorted({one.attempts for one in left}):
            numbers = [one.id for one in left if one.attempts == attempts]
            due = self._now() + back_off_ms(attempts + 1, self._draw)
            self._ledger.notifications.put_off(name, numbers, reason, due)

    def _settle(self, numbers: Iterable[int]) -> None:
        self._ledger.notifications.settle(self.flow.name, numbers)

    # Dead letters.

    def _try_again(self, mapping: Mapping | None) -> None:
        """Tries the dead letters of which somebody asked for another try."""
        name = self.flow.name
        while letters := self._ledger.dead_letters.list(flow=name, asked=True, limit=_TOGETHER):
            self._stopping.check()
            with noted(self._ledger, name, "again", self._account) as noting:
                for letter in letters:
                    # It is kept anew where it fails once more.
                    before = noting.counts.copy()
                    try:
                        is_tried = self._try_letter(letter, mapping, noting)
                    except (BrightpearlError, DeliveryFailed) as error:
                        self._ledger.dead_letters.put([_with_reason(letter, reason_of(error))])
                        raise
                    noting.flush()
                    if not is_tried:
                        noting.counts["failed"] += 1
                        self._ledger.dead_letters.put([_with_reason(letter, _NOT_TRIED)])
                        continue
                    wrong = sum(noting.counts[state] - before[state] for state in ("failed", "undelivered"))
                    if not wrong or letter.kind == "notification":
                        self._ledger.dead_letters.drop([letter.id])

    def _try_letter(self, letter: DeadLetter, mapping: Mapping | None, noting: Noting) -> bool:
        """Whether there was anything to try."""
        if letter.account != self._account:
            return False
        if letter.kind == "notification":
            told = json.dumps([letter.record])
            reads = ask({"coalesce_notifications": {"notifications": told, "settled": "[]"}})["reads"]
            wanted = [(self._wanted(read), read) for read in reads]
            for read_by, read in wanted:
                if read_by is not None:
                    self._read(*read_by, read, mapping, noting, False)
            return any(read_by is not None for read_by, _ in wanted)
        if letter.key is None or not letter.key.isdecimal() or find_resource(letter.resource) is None:
            return False
        self._deliver_by_id(letter.resource, [int(letter.key)], mapping, noting)
        return True

    # Deliveries.

    def _hand_over(self, noting: Noting, records: Iterable[FlowRecord]) -> None:
        """Delivers records, but for those that are where they go already, and keeps those that cannot be."""
        each = iter(records)
        while part := list(islice(each, _TOGETHER)):
            self._stopping.check()
            self._hand_over_part(noting, part)

    def _hand_over_part(self, noting: Noting, records: Sequence[FlowRecord]) -> None:
        name = self.flow.name
        # What another account's record of that id was says nothing, where a configuration now names this one.
        delivered_as = f"{self._account} {name}"
        known = self._ledger.standings.delivered(
            delivered_as, [(one.resource, one.id) for one in records if one.id is not None]
        )
        messages: dict[str, FlowMessage] = {}
        for one in records:
            if one.failures:
                noting.counts["failed"] += 1
                noting.bury(self._letter("pull", one.resource, one.id, one.source, "; ".join(one.failures)))
                continue
            if one.content is None and not one.is_deleted:
                noting.counts["skipped"] += 1
                continue
            digest = digest_of(one.content)
            place = (one.resource, one.id)
            last = known.get(place)
            if last is not None and last[0] == digest:
                noting.counts["unchanged"] += 1
                continue
            number = 1 if last is None else last[1] + 1
            known[place] = (digest, number)
            id = message_id(name, self._account, one.resource, one.id, number, digest)
            messages[id] = FlowMessage(id, one.resource, one.id, number, digest, self._now(), one.content)
        if not messages:
            return
        refused = {message.id: why for message, why in self._deliverer.deliver(list(messages.values()))}
        delivered = [one for one in messages.values() if one.id not in refused]
        self._ledger.standings.note_deliveries(
            delivered_as,
            [(one.resource, one.record, one.digest, one.number) for one in delivered if one.record is not None],
        )
        for message in messages.values():
            if message.id in refused:
                noting.counts["undelivered"] += 1
                content = None if message.content is None else load_json(message.content)
                noting.bury(self._letter("delivery", message.resource, message.record, content, refused[message.id]))
            else:
                noting.counts["deleted" if message.is_deleted else "delivered"] += 1
                for kind in ("pull", "delivery"):
                    noting.settle(self._letter(kind, message.resource, message.record, None, ""))

    def _letter(self, kind: str, resource: str, id: int | None, record: Any, reason: str) -> DeadLetter:
        return DeadLetter(
            self.flow.name,
            kind,
            self._account,
            record,
            reason,
            resource=resource,
            key=None if id is None else str(id),
        )


def _with_reason(letter: DeadLetter, reason: str) -> DeadLetter:
    from dataclasses import replace

    return replace(letter, reason=reason)


def pull_name(flow: OutboundFlow) -> str:
    """What the state of a pull is kept under: other resources or filters begin anew, and what was delivered is not
    delivered again."""
    if not flow.filters and not flow.query:
        return f"{flow.name} | {' '.join(sorted(flow.pull))}"
    return f"{flow.name} | {' '.join(sorted(flow.pull))} | {json.dumps([flow.filters, flow.query])}"


def _is_same(name: str, other: str) -> bool:
    """Whether two names are of one resource."""
    listed, compared = find_resource(name), find_resource(other)
    return listed is not None and compared is not None and listed.path == compared.path


def _is_before(changed: str | None, raised_ms: int) -> bool:
    """Whether a record that changed then cannot have the change that was raised."""
    if changed is None:
        return False
    try:
        moment = datetime.datetime.fromisoformat(changed.replace("Z", "+00:00"))
    except ValueError:
        return False
    return moment.tzinfo is not None and moment.timestamp() * 1000 + _LAG_MS < raised_ms
