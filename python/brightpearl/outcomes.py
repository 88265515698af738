"""What became of the records of a push."""

from __future__ import annotations

from collections import Counter, deque

from brightpearl._native import Feed, RawData
from brightpearl.answered import WithAnswers
from brightpearl.exceptions import MisuseError, ValidationError
from brightpearl.findings import failure
from brightpearl.progress_bar import end_of
from brightpearl.record import Record
from brightpearl.turns import Turn
from brightpearl.unsent import warn_of_unsent
from brightpearl.wire import in_record, record_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from brightpearl._native import Explanation
    from brightpearl.driver import Driver, Output
    from brightpearl.exceptions import BrightpearlError
    from brightpearl.exclusive import Lease
    from brightpearl.findings import MappingFailure
    from brightpearl.journal import Journal
    from brightpearl.kinds import State
    from brightpearl.wire import AnyRecord


class Created(Record):
    """Something that was created for a record beside the record itself: its customer, an address."""

    __slots__ = ("mapping", "id")  # noqa: RUF023 - as it is constructed

    mapping: str
    """The name of the nested mapping that made it."""
    id: int | None
    """Its id; None in a dry run."""

    def __init__(self, mapping: str, id: int | None = None) -> None:
        self.mapping = mapping
        self.id = id


class Difference(Record):
    """One value of a record that Brightpearl has otherwise. `str()` of it is one line."""

    __slots__ = ("pointer", "before", "after", "changeable")  # noqa: RUF023 - as it is constructed

    pointer: str
    """Where: a JSON Pointer into the body that the mapping makes."""
    before: Any
    """What Brightpearl has; None when it has nothing."""
    after: Any
    """What the record says."""
    changeable: bool
    """Whether the API can change it once the record is there."""

    def __init__(self, pointer: str, before: Any, after: Any, changeable: bool) -> None:
        self.pointer = pointer
        self.before = before
        self.after = after
        self.changeable = changeable

    def __str__(self) -> str:
        from brightpearl._native import dump_json

        fixed = "" if self.changeable else " (the API cannot change it)"
        return f"{self.pointer}: {dump_json(self.before)} -> {dump_json(self.after)}{fixed}"


class Outcome(Record):
    """What became of one record."""

    __slots__ = (  # noqa: RUF023 - as it is constructed
        "record",
        "key",
        "state",
        "id",
        "reason",
        "failures",
        "error",
        "created",
        "differences",
        "dry_run",
        "journaled",
        "verified",
        "source",
    )

    record: int
    """The record's place in the input, from 0."""
    key: str | None
    """The record's key, where the mapping has one."""
    state: State
    """How it ended: `created`, in this run or an earlier one of the same journal; `updated`; `unchanged`: it was
    there, and nothing was written; `differs`: it is there and is not as the record says; `doubled`: it was created,
    and is there more than once, since somebody else has created it, too; `skipped`: the mapping leaves it out;
    `rejected`: it was not written; or `maybe-applied`: it was sent, the outcome is unknown, and there is no way to find
    out."""
    id: int | None
    """The id that Brightpearl's record has."""
    reason: str | None
    """Why, in one sentence; None where the state says it all."""
    failures: tuple[MappingFailure, ...]
    """Rules of the mapping that could not be carried out."""
    error: BrightpearlError | None
    """The error of the write, or of the read that the record needed."""
    created: tuple[Created, ...]
    """What was created for it beside the record itself."""
    differences: tuple[Difference, ...]
    """How what Brightpearl has differs from what the record says."""
    dry_run: bool
    """Whether that is what a dry run would do."""
    journaled: bool
    """Whether an earlier run did it, and the journal says so."""
    verified: bool
    """Whether the outcome of a write was unknown, and Brightpearl was asked."""
    source: Any
    """The record itself, as it was given."""

    def __init__(
        self,
        record: int,
        key: str | None,
        state: State,
        id: int | None = None,
        reason: str | None = None,
        failures: Iterable[MappingFailure] = (),
        error: BrightpearlError | None = None,
        created: Iterable[Created] = (),
        differences: Iterable[Difference] = (),
        dry_run: bool = False,
        journaled: bool = False,
        verified: bool = False,
        source: Any = None,
    ) -> None:
        self.record = record
        self.key = key
        self.state = state
        self.id = id
        self.reason = reason
        self.failures = tuple(failures)
        self.error = error
        self.created = tuple(created)
        self.differences = tuple(differences)
        self.dry_run = dry_run
        self.journaled = journaled
        self.verified = verified
        self.source = source

    def _repr_html_(self) -> str:
        """A table for notebooks."""
        from brightpearl import html

        told = [
            (name, value) for name, value in zip(self.__slots__, self._values(), strict=True) if value not in (None, ())
        ]
        return html.table(("member", "value"), told)

    @property
    def ok(self) -> bool:
        """Whether there is nothing to do about it: the state is none of `rejected`, `differs`, `doubled` and
        `maybe-applied`."""
        return self.state not in ("rejected", "differs", "doubled", "maybe-applied")


def read_outcome(members: dict[str, Any], error: BrightpearlError | None, source: object) -> Outcome:
    """An outcome from the members of the engine's JSON."""
    return Outcome(
        members["record"],
        members.get("key"),
        members["state"],
        members.get("id"),
        members.get("reason"),
        [failure(one) for one in members.get("failures", ())],
        error,
        [Created(**one) for one in members.get("created", ())],
        [
            Difference(one["pointer"], one.get("before"), one["after"], one["changeable"])
            for one in members.get("differences", ())
        ],
        members.get("dry_run", False),
        members.get("journaled", False),
        members.get("verified", False),
        source,
    )


class Feeding:
    """The records of a push that are under way, and what its outcomes add up to; the same for every kind of client."""

    def __init__(self, journal: Journal | None, lease: Lease | None, progress: Callable[[int], object] | None) -> None:
        self.journal = journal
        self._lease = lease
        self.counts: Counter[State] = Counter()
        self._progress = progress
        # What was read and not handed out.
        self.ready: deque[Outcome] = deque()
        self._fed = 0
        self._under_way: dict[int, object] = {}
        # Why records have no JSON form.
        self._unreadable: dict[int, ValidationError] = {}

    def encoded(self, record: AnyRecord) -> bytes:
        """A record as the engine takes it, remembered until its outcome comes. One that has no JSON form is none for
        the engine either, which rejects it and goes on."""
        try:
            text = record_bytes(record)
        except ValidationError as error:
            text = b""
            self._unreadable[self._fed] = error
        self._under_way[self._fed] = record
        self._fed += 1
        return text

    def rest(self, left: list[RawData]) -> list[Outcome]:
        """The outcomes that were not handed out, and those that the push said when it was ended."""
        while left:
            self.read(left.pop(0))
        rest = list(self.ready)
        self.ready.clear()
        return rest

    def read(self, outcomes: RawData) -> None:
        """Takes outcomes, to be handed out, and counts them. Raises what the lease says when it was lost."""
        for place in range(len(outcomes)):
            members = outcomes.value(place)
            source = self._under_way.pop(members["record"], None)
            outcome = read_outcome(members, outcomes.error(place), source)
            unreadable = self._unreadable.pop(outcome.record, None)
            if unreadable is not None:
                outcome.failures, outcome.error = (), in_record(unreadable, outcome.record)
                outcome.reason = str(outcome.error)
            self.counts[outcome.state] += 1
            self.ready.append(outcome)
        self.renew()
        if self._progress is not None:
            self._progress(self.counts.total())

    def close(self) -> None:
        """Lets others have the journal and the lease."""
        lease, self._lease = self._lease, None
        end_of(self._progress)
        try:
            if self.journal is not None:
                self.journal.close()
        finally:
            if lease is not None:
                lease.release()

    def renew(self) -> None:
        """Makes the lease last, before anything more is written."""
        if self._lease is not None:
            self._lease.renew()


class Outcomes(WithAnswers):
    """What became of the records of a push, in the order in which it is known. They are sent as the outcomes are asked
    for.

    Iterate once, to the end: a push that nobody iterates sends nothing, and warns of it.
    """

    def __init__(self, driver: Driver, records: Iterable[AnyRecord], feeding: Feeding) -> None:
        self._driver = driver
        self._given = records
        # What goes over them, once somebody asks for an outcome.
        self._records: Iterator[AnyRecord] | None = None
        self._feeding = feeding
        self._started = False
        self._done = False
        self._turn = Turn("push")

    @property
    def counts(self) -> Counter[State]:
        """How many records ended in each state, as far as was read."""
        return self._feeding.counts

    def __iter__(self) -> Iterator[Outcome]:
        self._check()
        return self

    def __next__(self) -> Outcome:
        with self._turn:
            self._check()
            self._started = True
            while not self._feeding.ready:
                if self._done or not self._fetch():
                    raise StopIteration
            return self._feeding.ready.popleft()

    def _fetch(self) -> bool:
        try:
            if self._records is None:
                self._records = iter(self._given)
            output = self._driver.next_output()
            if output is not None:
                self._take(output, self._records)
                return True
        except BaseException:
            self._feeding.close()
            raise
        self._done = True
        self._feeding.close()
        return False

    def rest(self) -> list[Outcome]:
        """What is known of the records that were not handed out, once the push was ended early: by an interruption, by
        an error, or by `close`. Each is told once."""
        return self._feeding.rest(self._driver.left)

    def _take(self, output: Output, records: Iterator[AnyRecord]) -> None:
        """Does what the call asks for, or takes what it has put out."""
        try:
            if isinstance(output, Feed):
                self._feed(records, output.room)
                return
            if TYPE_CHECKING:
                assert isinstance(output, RawData)
            self._feeding.read(output)
        except BaseException as interruption:
            self._driver.interrupt(interruption)
            raise

    def _feed(self, records: Iterator[AnyRecord], room: int) -> None:
        self._feeding.renew()
        for _ in range(room):
            try:
                record = next(records)
            except StopIteration:
                self._driver.call.finish()
                return
            self._driver.call.feed(self._feeding.encoded(record))

    def _check(self) -> None:
        if self._driver.failed:
            raise MisuseError("the push was ended before its last record; start it again with its journal")

    def _repr_html_(self) -> str:
        """How many records ended in each state so far, for notebooks."""
        from brightpearl import html

        return html.table(("state", "records"), sorted(self.counts.items()))

    def explain(self) -> Explanation:
        """How many requests are still needed for the records that are under way, and how many seconds they take at
        the present budget.

        Sends nothing.
        """
        return self._driver.call.explain(self._driver.host.now())

    def close(self) -> None:
        """Ends the push before its last record. Nothing more is sent; another push with the same journal goes on."""
        self._started = True
        self._driver.cancel()
        self._driver.failed = True
        self._feeding.close()

    def __enter__(self) -> Outcomes:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if not hasattr(self, "_started"):
            return
        try:
            if not self._started:
                warn_of_unsent("push", self)
        finally:
            self._feeding.close()
