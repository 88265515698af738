"""A Singer target: reads what a tap writes and pushes it. A STATE goes to standard output, and nothing else does, once
everything that stands before it is settled."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from brightpearl import Client, FileLease, Outcome
from brightpearl._native import dump_json, load_json
from brightpearl.cli.dead_letters import DeadLetterFile, DeadLetters
from brightpearl.cli.failure import Done, UsageError, end_with
from brightpearl.cli.pushing import NOT_AS_IT_SHOULD, done_of, outcome_members
from brightpearl.cli.records import standard_input
from brightpearl.cli.roles import require_distinct, require_lines
from brightpearl.cli.schemas import SchemaCheck, schema_check
from brightpearl.cli.session import account_client
from brightpearl.cli.singer import DELETED_AT, account_variables, write
from brightpearl.cli.singer_input import Message, messages_of, wrong_line
from brightpearl.cli.stopping import Stopped, Stopping
from brightpearl.cli.target_config import OWN, TargetConfig, TargetStream
from brightpearl.cli.told import Telling, done_before
from brightpearl.cli.visible import say, visible
from brightpearl.whole_file import LONG_LINE, lines_of

_LARGEST_STRETCH = 64 << 20
"""The most bytes of records that wait to be settled."""

REJECTED_CODE = 4
HELD_CODE = 5


class Gathered:
    """The records of a stream that wait for the next settlement. Of several with one key the last counts, as in any
    target."""

    def __init__(self, stream: TargetStream, message: Message, check: SchemaCheck | None) -> None:
        self.stream = stream
        self._keys: list[str] = message.members["key_properties"]
        self._check = check
        self._records: dict[object, bytes] = {}
        # Tells records without a key apart.
        self._taken = 0
        self.size = 0

    def take(self, record: dict[str, Any]) -> str | None:
        """Takes a record; why not, where it does not fit the schema."""
        if self._check is not None and (reason := self._check(record)) is not None:
            return reason
        text = dump_json(record | self.stream.constants).encode()
        self._taken += 1
        key: object = self._taken
        values = [record.get(name) for name in self._keys]
        if values and None not in values:
            key = dump_json(values)
            # The newest stands where it came.
            self.size -= len(self._records.pop(key, b""))
        self._records[key] = text
        self.size += len(text)
        return None

    def release(self) -> list[bytes]:
        """All of them; others are gathered then."""
        records = list(self._records.values())
        self._records.clear()
        self.size = 0
        return records

    def __len__(self) -> int:
        return len(self._records)


class Target:
    """What came of the messages so far."""

    def __init__(
        self,
        config: TargetConfig,
        client: Client,
        letters: DeadLetters,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._client = client
        self._letters = letters
        self._now = now
        self._streams = {stream.name: stream for stream in config.streams}
        self._gathered: dict[str, Gathered] = {}
        self._told: set[str] = set()
        self._state: dict[str, Any] | None = None
        self._settled_at = now()
        self.counts: dict[str, Counter[str]] = {}
        self.is_held = False
        """Whether something is in doubt, so that no STATE goes out any more."""
        self.is_broken_off = False
        """Whether Brightpearl could not be reached, so that nothing more is to be read."""

    def take(self, message: Message) -> None:
        """Takes a message, and settles what has gathered where it is enough."""
        if message.type == "RECORD":
            self._record(message)
        elif message.type == "SCHEMA":
            self._schema(message)
        elif message.type == "STATE":
            self._state = message.members
            if not self._waiting() or self._now() - self._settled_at >= self._config.settle_seconds:
                self.settle()
        elif message.type == "BATCH":
            raise wrong_line(
                message.line, "it is a BATCH message, whose records are in files; expected RECORD messages"
            )
        elif message.type == "ACTIVATE_VERSION":
            self._tell_once(f"{message.stream}: ACTIVATE_VERSION is passed over: nothing is removed from Brightpearl")
        else:
            self._tell_once(
                f"line {message.line}: messages of type {message.type[:100]!r} are unknown, and passed over"
            )

    def _schema(self, message: Message) -> None:
        stream = self._streams.get(message.stream)
        if stream is None:
            self._refuse_unmapped(message)
            return
        if (before := self._gathered.get(message.stream)) is not None and len(before):
            # They were held against the schema before.
            self.settle()
        check = None
        if self._config.validates:
            try:
                check = schema_check(message.members["schema"])
            except ValueError as error:
                raise wrong_line(message.line, f"the schema of {message.stream!r} is invalid: {error}") from None
        self._gathered[message.stream] = Gathered(stream, message, check)

    def _record(self, message: Message) -> None:
        gathered = self._gathered.get(message.stream)
        if gathered is None:
            if message.stream not in self._streams:
                self._refuse_unmapped(message)
                return
            raise wrong_line(
                message.line, f"a RECORD of {message.stream!r} comes before its SCHEMA; expected the SCHEMA first"
            )
        record = message.members["record"]
        if record.get(DELETED_AT) is not None:
            self._count(message.stream, "gone")
            return
        if (reason := gathered.take(record)) is not None:
            self._count(message.stream, "rejected")
            self._bury({"stream": message.stream, "record": record, "reason": f"it does not fit its schema: {reason}"})
        if self._waiting() >= self._config.settle_records or self._size() >= _LARGEST_STRETCH:
            self.settle()

    def _waiting(self) -> int:
        return sum(map(len, self._gathered.values()))

    def _size(self) -> int:
        return sum(gathered.size for gathered in self._gathered.values())

    def _refuse_unmapped(self, message: Message) -> None:
        if self._config.unmapped == "refuse":
            raise UsageError(
                f"there is no mapping for the stream {message.stream!r}; expected one of {', '.join(self._streams)}",
                where=f"standard input, line {message.line}",
                advice="Add it to streams, leave it out of the tap, or set unmapped to ignore.",
            )
        self._tell_once(f"{message.stream}: it has no mapping, and is passed over")

    def _tell_once(self, text: str) -> None:
        if text.partition(":")[2] not in self._told:
            self._told.add(text.partition(":")[2])
            say(visible(text))

    def settle(self) -> None:
        """Pushes what has gathered, stream by stream in the order of the configuration, and then tells the state."""
        for name, stream in self._streams.items():
            gathered = self._gathered.get(name)
            if gathered is not None and len(gathered):
                self._push(stream, gathered.release())
        self._letters.settle()
        self._settled_at = self._now()
        if self._state is not None and not self.is_held and not self._config.is_dry:
            write(self._state)
            self._state = None

    def _push(self, stream: TargetStream, records: list[bytes]) -> None:
        config = self._config
        with self._client.push(
            stream.mapping,
            records,
            write=not config.is_dry,
            dry_run=config.is_dry,
            existing=stream.existing,
            journal=stream.journal,
            renew=config.renew,
            looks=config.looks,
            exclusive=None if config.exclusive is None else FileLease(config.exclusive),
        ) as outcomes:
            telling = Telling()

            def take(outcome: Outcome) -> None:
                self._count(stream.name, outcome.state)
                telling.to("dead letters", lambda: self._heed(stream.name, outcome))

            telling.each(outcomes, take)
            telling.end()

    def _heed(self, stream: str, outcome: Outcome) -> None:
        if outcome.ok:
            return
        members = outcome_members(outcome)
        reason = outcome.reason or str(outcome.error or outcome.state)
        told = f"{stream}: {outcome.key or 'a record'}: {outcome.state}: {reason}"
        if outcome.state == "maybe-applied" and self._config.doubt == "hold":
            self.is_held = True
            say(visible(f"{told}; the state is held back until it is known"))
            return
        if outcome.state == "rejected" and outcome.error is not None and not outcome.error.is_of_record:
            self.is_held = self.is_broken_off = True
            say(visible(f"{told}; the state is held back, since another run may bring it"))
            return
        letter = {"stream": stream, "record": load_json(outcome.source), "reason": reason}
        self._bury(letter | {name: value for name, value in members.items() if name not in ("record", "reason")})

    def _bury(self, letter: dict[str, Any]) -> None:
        say(visible(f"{letter['stream']}: {letter.get('key', 'a record')}: not written: {letter['reason']}"))
        if not self._config.is_dry:
            self._letters.keep(letter)

    def _count(self, stream: str, state: str) -> None:
        self.counts.setdefault(stream, Counter())[state] += 1

    @property
    def done(self) -> Done:
        """What was done so far."""
        return done_of(sum(self.counts.values(), Counter()), is_dry=self._config.is_dry)

    def sum_up(self) -> int:
        """Says what became of the records; the exit code."""
        for stream, counts in self.counts.items():
            before = "dry run, " if self._config.is_dry else ""
            say(visible(f"{stream}: {before}" + ", ".join(f"{count:,} {state}" for state, count in counts.items())))
        if self.is_held:
            say("the state was held back: run tap and target again, which settles it by the journals")
            return HELD_CODE
        lost = sum(counts[state] for counts in self.counts.values() for state in NOT_AS_IT_SHOULD)
        return REJECTED_CODE if lost and self._config.rejected == "fail" else 0


def load(path: Path, members: dict[str, Any]) -> None:
    """Reads standard input to its end, and ends the command where not all is as it should be."""
    config = TargetConfig(members)
    Path(config.directory).mkdir(parents=True, exist_ok=True)
    journals: dict[str, str | Path | None] = {f"the journal of {one.name}": one.journal for one in config.streams}
    require_distinct(config=path, dead_letters=config.dead_letters, exclusive=config.exclusive, beside=journals)
    require_lines("--config dead_letters", config.dead_letters, "dead letters")
    letters = DeadLetterFile(config.dead_letters)
    try:
        with account_client(sleep=_sleep, configured=account_variables(members, OWN)) as client:
            target = Target(config, client, letters)
            with done_before(lambda: target.done):
                code = _load(target)
    finally:
        letters.close()
    if code == HELD_CODE:
        end_with(code, "unavailable", "the state was held back", advice=_AGAIN, done=target.done)
    if code:
        end_with(code, "rejected", "not every record is where it should be", done=target.done)


_AGAIN = "Run tap and target again, which settles it by the journals."


def _load(target: Target) -> int:
    with Stopping("what came before is being settled; a second signal stops at once") as stopping:
        try:
            stopped = _read(target, stopping)
            target.settle()
        except UsageError:
            # The line that is wrong is told when what stands before it is settled.
            target.settle()
            target.sum_up()
            raise
        except BaseException:
            target.sum_up()
            raise
    code = target.sum_up()
    if stopped is not None:
        raise stopped
    return code


def _read(target: Target, stopping: Stopping) -> Stopped | None:
    """Takes messages until there are no more; the signal that ended it, where one did."""
    messages = messages_of(_lines())
    while not target.is_broken_off:
        try:
            with stopping.at_once():
                message = next(messages, None)
        except Stopped as stopped:
            return stopped
        if message is None:
            return stopping.came
        target.take(message)
    return stopping.came


def _lines() -> Iterator[bytes]:
    for number, line in lines_of(standard_input()):
        if line is None:
            raise wrong_line(number, LONG_LINE)
        yield line


def _sleep(seconds: float) -> None:
    if seconds >= 1:
        say(f"waiting {seconds:.0f} s before the next request")
    time.sleep(seconds)
