"""Outcomes of pushes and records of pulls, for event loops."""

from __future__ import annotations

from brightpearl._native import Feed, RawData
from brightpearl.async_results import AsyncResults
from brightpearl.pulled import Consumption, read_records
from brightpearl.pulled_tables import PullTables
from brightpearl.turns import used_up
from brightpearl.unsent import warn_of_unsent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
    from typing import Any, TypeVar

    import pandas
    import polars
    import pyarrow
    from _typeshed import DataclassInstance

    from brightpearl.async_driver import AsyncDriver
    from brightpearl.driver import Output
    from brightpearl.frames import Moments, Tabled
    from brightpearl.kinds import State
    from brightpearl.outcomes import Feeding, Outcome
    from brightpearl.pulled import PulledRecord
    from brightpearl.records import AnyTable
    from brightpearl.state_file import StateFile
    from brightpearl.wire import AnyRecord

    EachRecord = Iterable[AnyRecord] | AsyncIterable[AnyRecord]
    AnyRecords = EachRecord | AnyTable | Mapping[str, Any] | DataclassInstance
    Made = TypeVar("Made")


class AsyncOutcomes(AsyncResults):
    """What became of the records of a push, which are sent as the outcomes are asked for:
    `async for outcome in outcomes`. A push that nobody iterates sends nothing, and warns of it.
    """

    _what = "push"

    def __init__(self, driver: AsyncDriver, records: EachRecord, feeding: Feeding) -> None:
        super().__init__(driver)
        # asyncio is not imported with the package.
        from brightpearl.awaited_records import AwaitedRecords

        self._records = AwaitedRecords(records)
        # Whether the records that were fed are to be worked on without the next one.
        self._is_late = False
        self._feeding = feeding
        self._started = False
        self._done = False

    @property
    def counts(self) -> Counter[State]:
        """How many records ended in each state, as far as was read."""
        return self._feeding.counts

    def __aiter__(self) -> AsyncIterator[Outcome]:
        self._check()
        return self

    async def __anext__(self) -> Outcome:
        with self._turn:
            self._check()
            self._started = True
            while not self._feeding.ready:
                if self._done or not await self._fetch():
                    raise StopAsyncIteration
            return self._feeding.ready.popleft()

    async def _fetch(self) -> bool:
        try:
            output = await self._driver.next_output()
            if output is not None:
                await self._take(output)
                return True
        except BaseException:
            self._records.abandon()
            self._feeding.close()
            raise
        self._done = True
        self._feeding.close()
        return False

    def rest(self) -> list[Outcome]:
        """What is known of the records that were not handed out, once the push was ended early: by an interruption, by
        an error, or by `aclose`. Each is told once."""
        return self._feeding.rest(self._driver.left)

    async def _take(self, output: Output) -> None:
        """Does what the call asks for, or takes what it has put out."""
        try:
            if isinstance(output, Feed):
                await self._feed(output.room)
                return
            if TYPE_CHECKING:
                assert isinstance(output, RawData)
            self._feeding.read(output)
        except BaseException as interruption:
            await self._driver.interrupt(interruption)
            raise

    async def _feed(self, room: int) -> None:
        from brightpearl.awaited_records import PATIENCE, NoRecord

        self._feeding.renew()
        if self._is_late:
            # Asked again, and given none, the call goes on with those that it has.
            self._is_late = False
            return
        for fed in range(room):
            record = await self._records.next(PATIENCE if fed else None)
            if record is NoRecord.LATE:
                self._is_late = True
                return
            if record is NoRecord.LEFT:
                self._driver.call.finish()
                return
            self._driver.call.feed(self._feeding.encoded(record))

    async def aclose(self) -> None:
        """Ends the push before its last record. Nothing more is sent; another push with the same journal goes on."""
        self._started = True
        await self._records.close()
        await super().aclose()
        self._feeding.close()

    def __del__(self) -> None:
        if not hasattr(self, "_started"):
            return
        try:
            if not self._started:
                warn_of_unsent("push", self)
        finally:
            self._records.abandon()
            self._feeding.close()


class AsyncPulledRecords(AsyncResults):
    """The records of a pull, in the order in which they changed: `async for record in records`. Asking for the next
    record says that the one before is dealt with; see `PulledRecords`.
    """

    _what = "pull"

    def __init__(
        self, driver: AsyncDriver, file: StateFile | None = None, progress: Callable[[int], object] | None = None
    ) -> None:
        super().__init__(driver)
        self._consumption = Consumption(driver.call, file, progress)
        self._batch: list[PulledRecord] = []
        self._next = 0
        self._done = False

    def __aiter__(self) -> AsyncIterator[PulledRecord]:
        self._check()
        return self

    async def __anext__(self) -> PulledRecord:
        with self._turn:
            if not await self._more():
                raise StopAsyncIteration
            self._next += 1
            self._consumption.advance(self._next)
            return self._batch[self._next - 1]

    async def batches(self) -> AsyncGenerator[list[PulledRecord], None]:
        """The records that are left, in the batches in which they come, each of one resource."""
        while rest := await self._rest():
            yield rest

    async def _rest(self) -> list[PulledRecord]:
        with self._turn:
            if not await self._more():
                return []
            rest = self._batch[self._next :]
            self._next = len(self._batch)
            self._consumption.advance(self._next)
            return rest

    async def _more(self) -> bool:
        """Whether there is a record that was not handed out; gets the next batch where that is needed."""
        self._check()
        while self._next >= len(self._batch):
            if self._done or not await self._fetch():
                return False
        return True

    async def _fetch(self) -> bool:
        import asyncio

        try:
            if self._batch:
                await asyncio.to_thread(self._consumption.end)
        except BaseException as interruption:
            await self._driver.interrupt(interruption)
            raise
        records = await self._driver.next_output()
        self._batch, self._next = [], 0
        if records is None:
            self._done = True
            await asyncio.to_thread(self._consumption.end)
            self._consumption.release()
            return False
        if TYPE_CHECKING:
            assert isinstance(records, RawData)
        self._batch = read_records(records)
        self._consumption.begin()
        return True

    async def tables(self, *, dates: Moments = "instant") -> dict[str, pyarrow.Table]:
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
        return await self._made_of_tables(dates, lambda tables: tables)

    async def to_arrow(self, *, dates: Moments = "instant") -> pyarrow.Table:
        """The records that are left as one table of pyarrow, without what `tables` has beside it. Raises `MisuseError`,
        before anything is read, when the pull is of several resources."""
        from brightpearl.frames import main_table

        name = self._tables().name()
        return await self._made_of_tables(dates, lambda tables: main_table(tables, name))

    async def to_pandas(self, *, dates: Moments = "instant") -> pandas.DataFrame:
        """The same as a table of pandas."""
        from brightpearl.frames import main_table, to_pandas

        name = self._tables().name()
        return await self._made_of_tables(dates, lambda tables: to_pandas(main_table(tables, name)))

    async def to_polars(self, *, dates: Moments = "instant") -> polars.DataFrame:
        """The same as a table of polars."""
        from brightpearl.frames import main_table, to_polars

        name = self._tables().name()
        return await self._made_of_tables(dates, lambda tables: to_polars(main_table(tables, name)))

    async def _made_of_tables(self, dates: Moments, make: Callable[[dict[str, pyarrow.Table]], Made]) -> Made:
        """What is made of the tables. The records are dealt with when it is made, and none of them when it is not."""
        import asyncio

        from brightpearl.frames import checked_moments, tables_of

        checked_moments(dates)
        tables = self._tables()
        self._consumption.begin_whole(failed=self._driver.failed)
        try:
            made = make(tables_of([one async for one in self._tabled(tables)], dates, tables.known()))
        except BaseException:
            if self._consumption.abandon_whole():
                await self.aclose()
                self._driver.failed = True
            raise
        await asyncio.to_thread(self._consumption.end_whole)
        return made

    def _tables(self) -> PullTables:
        self._check()
        return PullTables(self._driver.call.checkpoint())

    async def _tabled(self, tables: PullTables) -> AsyncIterator[Tabled]:
        pulled = None
        async for pulled in self:
            if (entry := tables.entry(pulled)) is not None:
                yield entry
        if pulled is None and self._consumption.has_begun:
            raise used_up("records", "pull")

    def _repr_html_(self) -> str:
        """The latest of them, for notebooks; nothing is fetched to be shown."""
        from brightpearl import html

        return html.pulled(self._batch) if self._batch else repr(self)

    def checkpoint(self) -> str:
        """A small text that stands behind the last record that was handed out: the `state` of the next pull, or for
        `client.resume`."""
        return self._consumption.checkpoint(failed=self._driver.failed)

    async def aclose(self) -> None:
        """Ends the pull before its last record. The file of the state stays as it is."""
        if not self._done:
            await super().aclose()
            self._consumption.release()
