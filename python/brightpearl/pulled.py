"""What a pull hands out."""

from __future__ import annotations

from brightpearl._native import RawData, load_json
from brightpearl.answered import WithAnswers
from brightpearl.exceptions import MisuseError
from brightpearl.findings import failure
from brightpearl.progress_bar import end_of
from brightpearl.turns import Turn, used_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeVar

    import pandas
    import polars
    import pyarrow

    from brightpearl._native import Call, Explanation
    from brightpearl.driver import Driver
    from brightpearl.findings import MappingFailure
    from brightpearl.frames import Moments, Tabled
    from brightpearl.pulled_tables import PullTables
    from brightpearl.state_file import StateFile

    Made = TypeVar("Made")


class PulledRecord:
    """One record of a pull, or what is known of it. Its JSON is parsed when something in it is asked for."""

    __slots__ = ("_data", "_known", "_parsed", "_place", "_record")

    def __init__(self, data: RawData | _Kept, place: int) -> None:
        # Kept while one of its records is: nothing is copied.
        self._data = data
        self._place = place
        self._known: dict[str, Any] | None = None
        self._parsed = False
        self._record: Any = None

    @property
    def resource(self) -> str:
        """What the pull calls the resource."""
        return self._data.name or ""

    @property
    def id(self) -> int | None:
        """Its id in Brightpearl; `None` when it has none."""
        return self._told.get("id")

    @property
    def changed(self) -> str | None:
        """When it changed, as Brightpearl wrote it; `None` when that is not known."""
        return self._told.get("changed")

    @property
    def deleted(self) -> bool:
        """Whether it is gone. It then has no `record`."""
        return bool(self._told.get("deleted"))

    @property
    def record(self) -> Any:
        """The mapped record, or Brightpearl's own without a mapping, parsed; `None` when there is none. Numbers with
        a fraction are `decimal.Decimal`."""
        if not self._parsed:
            raw = self.raw
            self._record = None if raw is None else load_json(raw)
            self._parsed = True
        return self._record

    @property
    def raw(self) -> bytes | None:
        """The JSON of `record`; `None` when there is none."""
        return self._data.record(self._place)

    @property
    def skipped(self) -> str | None:
        """Why the mapping leaves it out; `None` when it does not."""
        return self._told.get("skipped")

    @property
    def failures(self) -> list[MappingFailure]:
        """Why it could not be mapped or read; empty when it could."""
        return [failure(one) for one in self._told.get("failures", ())]

    @property
    def source(self) -> Any:
        """Brightpearl's own record where the mapping failed or its rows do not come to its totals; `None` otherwise."""
        return self._told.get("source")

    @property
    def _told(self) -> dict[str, Any]:
        """What is known beside the record itself."""
        if self._known is None:
            self._known = self._data.value(self._place)
        return self._known

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._data.name, self._told, self.raw)

    def _repr_html_(self) -> str:
        """A table for notebooks."""
        from brightpearl import html

        return html.pulled_record(self)

    def __repr__(self) -> str:
        deleted = ", deleted" if self.deleted else ""
        return f"<PulledRecord {self.resource} {self.id}{deleted}>"


class _Kept:
    """What a record that was pickled is read from."""

    __slots__ = ("_raw", "_told", "name")

    def __init__(self, name: str | None, told: dict[str, Any], raw: bytes | None) -> None:
        self.name = name
        self._told = told
        self._raw = raw

    def value(self, place: int) -> dict[str, Any]:
        return self._told

    def record(self, place: int) -> bytes | None:
        return self._raw


def _restored(name: str | None, told: dict[str, Any], raw: bytes | None) -> PulledRecord:
    return PulledRecord(_Kept(name, told, raw), 0)


def read_records(records: RawData) -> list[PulledRecord]:
    """The records of a batch, one by one."""
    return [PulledRecord(records, place) for place in range(len(records))]


class Consumption:
    """How far the records of a pull are consumed, and where that is kept; the same for every kind of client."""

    def __init__(self, call: Call, file: StateFile | None, progress: Callable[[int], object] | None) -> None:
        self._call = call
        self._file = file
        self._progress = progress
        self._open = False
        self._position = 0
        self._done = 0
        # The checkpoint before what is dealt with as a whole or not at all.
        self._before: str | None = None
        self._done_before = 0

    @property
    def has_begun(self) -> bool:
        """Whether any record was handed out."""
        return self._done > 0

    def begin(self) -> None:
        """A batch was put out."""
        self._open, self._position = True, 0

    def advance(self, position: int) -> None:
        """So many records of the batch are handed out."""
        self._done += position - self._position
        self._position = position

    def end(self) -> None:
        """The batch is consumed, since more is asked for; or there is no more."""
        if self._open:
            self._call.acknowledge(self._position)
            self._open = False
            if self._progress is not None:
                self._progress(self._done)
        self._write()

    def _write(self) -> None:
        if self._file is not None and self._before is None:
            self._file.write(self._call.checkpoint())

    def release(self) -> None:
        """Lets other pulls have the file: nothing more is written to it."""
        end_of(self._progress)
        if self._file is not None and self._before is None:
            self._file.release()

    def begin_whole(self, *, failed: bool) -> None:
        """What follows is dealt with as a whole: until then, the file and the checkpoint stay as they are."""
        self._before, self._done_before = self.checkpoint(failed=failed), self._done

    def end_whole(self) -> None:
        """All of it is dealt with."""
        self._before = None
        self._write()
        self.release()

    def abandon_whole(self) -> bool:
        """None of it is dealt with; whether something was handed out, so that nothing more must be."""
        if self._done == self._done_before:
            self._before = None
            return False
        if self._file is not None:
            self._file.release()
        return True

    def checkpoint(self, *, failed: bool) -> str:
        """Behind the last record that was handed out."""
        if self._before is not None:
            return self._before
        if self._open and not failed:
            self._call.acknowledge(self._position)
        return self._call.checkpoint()


class PulledRecords(WithAnswers):
    """The records of a pull, in the order in which they changed, read as they are asked for.

    Iterate once: `for record in records`. Asking for the next record says that the one before is dealt with. Where
    the state is a file, it is replaced when all records of a batch are dealt with, and at the end; a run that ends
    before hands out some records again, and leaves out none.
    """

    def __init__(
        self, driver: Driver, file: StateFile | None = None, progress: Callable[[int], object] | None = None
    ) -> None:
        self._driver = driver
        self._consumption = Consumption(driver.call, file, progress)
        self._batch: list[PulledRecord] = []
        self._next = 0
        self._done = False
        self._turn = Turn("pull")

    def __iter__(self) -> Iterator[PulledRecord]:
        self._check()
        return self

    def __next__(self) -> PulledRecord:
        with self._turn:
            if not self._more():
                raise StopIteration
            self._next += 1
            self._consumption.advance(self._next)
            return self._batch[self._next - 1]

    def batches(self) -> Iterator[list[PulledRecord]]:
        """The records that are left, in the batches in which they come, each of one resource. Asking for the next
        batch says that the one before is dealt with."""
        while rest := self._rest():
            yield rest

    def _rest(self) -> list[PulledRecord]:
        with self._turn:
            if not self._more():
                return []
            rest = self._batch[self._next :]
            self._next = len(self._batch)
            self._consumption.advance(self._next)
            return rest

    def _more(self) -> bool:
        """Whether there is a record that was not handed out; gets the next batch where that is needed."""
        self._check()
        while self._next >= len(self._batch):
            if self._done or not self._fetch():
                return False
        return True

    def _fetch(self) -> bool:
        try:
            if self._batch:
                self._consumption.end()
        except BaseException as interruption:
            self._driver.interrupt(interruption)
            raise
        records = self._driver.next_output()
        self._batch, self._next = [], 0
        if records is None:
            self._done = True
            self._consumption.end()
            self._consumption.release()
            return False
        if TYPE_CHECKING:
            assert isinstance(records, RawData)
        self._batch = read_records(records)
        self._consumption.begin()
        return True

    def _check(self) -> None:
        if self._driver.failed:
            raise MisuseError("the pull was ended before its last record; start it again from its state")

    def tables(self, *, dates: Moments = "instant") -> dict[str, pyarrow.Table]:
        """The records that are left as tables of pyarrow: one of what they are, such as `order`, whose nested members
        are columns with dotted names, and one for whatever a record has several of, such as `orderRows`, with the
        record's id in `order.id`.

        Whole numbers, booleans, decimals and date-times have types of their own, and amounts that Brightpearl writes
        as texts are decimals, digit for digit. `dates`: as for `Rows.to_arrow`.

        A pull that looks for what is gone, by `deletes` or `reconcile`, has the column `deleted` beside `id`, which is
        Brightpearl's then; an `id` that a mapping makes is `order.id`. What the mapping leaves out is in no table.

        Raises `ValidationError` at a record that could not be mapped or read. Where no table is made, the state stays
        as it is.
        """
        return self._made_of_tables(dates, lambda tables: tables)

    def to_arrow(self, *, dates: Moments = "instant") -> pyarrow.Table:
        """The records that are left as one table of pyarrow, without what `tables` has beside it. Raises `MisuseError`,
        before anything is read, when the pull is of several resources."""
        from brightpearl.frames import main_table

        name = self._tables().name()
        return self._made_of_tables(dates, lambda tables: main_table(tables, name))

    def to_pandas(self, *, dates: Moments = "instant") -> pandas.DataFrame:
        """The same as a table of pandas."""
        from brightpearl.frames import main_table, to_pandas

        name = self._tables().name()
        return self._made_of_tables(dates, lambda tables: to_pandas(main_table(tables, name)))

    def to_polars(self, *, dates: Moments = "instant") -> polars.DataFrame:
        """The same as a table of polars."""
        from brightpearl.frames import main_table, to_polars

        name = self._tables().name()
        return self._made_of_tables(dates, lambda tables: to_polars(main_table(tables, name)))

    def _made_of_tables(self, dates: Moments, make: Callable[[dict[str, pyarrow.Table]], Made]) -> Made:
        """What is made of the tables. The records are dealt with when it is made, and none of them when it is not."""
        from brightpearl.frames import checked_moments, tables_of

        checked_moments(dates)
        tables = self._tables()
        self._consumption.begin_whole(failed=self._driver.failed)
        try:
            made = make(tables_of(self._tabled(tables), dates, tables.known()))
        except BaseException:
            if self._consumption.abandon_whole():
                self.close()
                self._driver.failed = True
            raise
        self._consumption.end_whole()
        return made

    def _tables(self) -> PullTables:
        from brightpearl.pulled_tables import PullTables

        self._check()
        return PullTables(self._driver.call.checkpoint())

    def _tabled(self, tables: PullTables) -> Iterator[Tabled]:
        pulled = None
        for pulled in self:
            if (entry := tables.entry(pulled)) is not None:
                yield entry
        if pulled is None and self._consumption.has_begun:
            raise used_up("records", "pull")

    def explain(self) -> Explanation:
        """How many requests are still needed, and how many seconds they take at the present budget.

        Sends nothing.
        """
        return self._driver.call.explain(self._driver.host.now())

    def _repr_html_(self) -> str:
        """The latest of them, for notebooks; nothing is fetched to be shown."""
        from brightpearl import html

        return html.pulled(self._batch) if self._batch else repr(self)

    def checkpoint(self) -> str:
        """A small text that stands behind the last record that was handed out: the `state` of the next pull, or for
        `client.resume`."""
        return self._consumption.checkpoint(failed=self._driver.failed)

    def close(self) -> None:
        """Ends the pull before its last record. Nothing more can be read from it, and the file of the state stays as
        it is."""
        if not self._done:
            self._driver.cancel()
            self._driver.failed = True
            self._consumption.release()

    def __enter__(self) -> PulledRecords:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
