"""Rows, resources and the results of batches, for event loops."""

from __future__ import annotations

from collections import deque

from brightpearl._native import ArrowTable, IdSet, Metadata
from brightpearl.answered import WithAnswers
from brightpearl.batch import read_results, rest_of
from brightpearl.content import Content, Typed
from brightpearl.exceptions import MisuseError
from brightpearl.progress_bar import end_of, progress_of
from brightpearl.resources import Refusal
from brightpearl.rows import checked_dates, wanted_rows
from brightpearl.turns import Turn, used_up
from brightpearl.unsent import warn_of_unsent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from typing import Any

    import pandas
    import polars
    import pyarrow
    from typing_extensions import Self

    from brightpearl._native import Explanation, Page, RawData, Resource, ResourceBatch, Row, RowIterator
    from brightpearl.async_driver import AsyncDriver
    from brightpearl.batch import AnyBatchResult
    from brightpearl.frames import Moments
    from brightpearl.progress_bar import AnyProgress
    from brightpearl.rows import Dates


class AsyncResults(WithAnswers):
    """What a call gives bit by bit. For one task at a time, and iterated once.

    `async with` ends the call when the block is left early; so does `aclose()`.
    """

    _what = "call"

    def __init__(self, driver: AsyncDriver) -> None:
        self._driver = driver
        self._turn = Turn(self._what)

    def _check(self) -> None:
        if self._driver.failed:
            raise MisuseError(f"the {self._what} was ended before its end; start it again")

    def explain(self) -> Explanation:
        """How many requests are still needed, and how many seconds they take at the present budget.

        Sends nothing.
        """
        return self._driver.call.explain(self._driver.host.now())

    def _items(self) -> int | None:
        return self._driver.call.explain(self._driver.host.now()).items

    async def aclose(self) -> None:
        """Ends the call before its end, and what is under way of it. Nothing more can be read from it."""
        await self._driver.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class AsyncRows(AsyncResults):
    """The rows of a search: `async for row in rows`. Pages are fetched ahead, as many at once as the client's
    `max_in_flight` says.

    A row is a mapping from column to value, as those of `Rows` are.
    """

    _what = "search"

    def __init__(self, driver: AsyncDriver, progress: AnyProgress = None) -> None:
        super().__init__(driver)
        self._told = progress_of(progress, "rows", lambda: wanted_rows(driver))
        # Of the pages before the latest.
        self._before = 0
        self._page: Page | None = None
        self._cursor: RowIterator | None = None
        self._done = False

    def __aiter__(self) -> AsyncIterator[Row]:
        self._check()
        return self._generate()

    async def __anext__(self) -> Row:
        while (cursor := await self._current()) is not None:
            for row in cursor:
                return row
        raise StopAsyncIteration

    async def _generate(self) -> AsyncGenerator[Row, None]:
        while (cursor := await self._current()) is not None:
            for row in cursor:
                yield row

    async def dicts(self, *, dates: Dates = "datetime") -> AsyncGenerator[dict[str, Any], None]:
        """The rows as dicts. With `dates="text"` date-times stay the texts that the server sent."""
        checked_dates(dates)
        while (cursor := await self._current()) is not None:
            for record in cursor.dicts(dates):
                yield record

    async def pages(self) -> AsyncGenerator[Page, None]:
        """The pages that are left, whole."""
        while (cursor := await self._current()) is not None:
            if cursor.position:
                raise MisuseError("the page was begun row by row; expected to go on so, or pages from the start")
            page = cursor.page
            cursor.skip()
            yield page

    async def to_arrow(self, *, dates: Moments = "instant") -> ArrowTable:
        """The rows that are left as one Arrow table, which holds them all; see `Rows.to_arrow`."""
        from brightpearl.frames import checked_moments
        from brightpearl.known_columns import page_without_rows

        checked_moments(dates)
        cursor = await self._current()
        skip = 0 if cursor is None else cursor.position
        pages = []
        while (cursor := await self._current()) is not None:
            pages.append(cursor.page)
            cursor.skip()
        if not pages and self._before:
            raise used_up("rows", "search")
        if not pages:
            # No rows, but columns.
            page = self._page or page_without_rows(self._driver.call.checkpoint())
            pages, skip = ([], 0) if page is None else ([page], len(page))
        return ArrowTable(pages, skip, dates)

    async def to_pandas(self, *, dates: Moments = "instant") -> pandas.DataFrame:
        """The rows that are left as a table of pandas, whose whole numbers stay whole where cells are empty."""
        from brightpearl.frames import to_pandas

        return to_pandas(await self.to_arrow(dates=dates))

    async def to_polars(self, *, dates: Moments = "instant") -> polars.DataFrame:
        """The rows that are left as a table of polars."""
        from brightpearl.frames import to_polars

        return to_polars(await self.to_arrow(dates=dates))

    async def metadata(self) -> Metadata:
        """What the server says of the latest page; fetches the first when there is none yet.

        `(await rows.metadata()).results_available` is the number of rows of the whole search.
        """
        if self._page is None and not self._done:
            self._check()
            await self._fetch()
        return Metadata() if self._page is None else self._page.metadata

    async def _current(self) -> RowIterator | None:
        """The page's cursor while there are rows left in it, then the next page's."""
        self._check()
        while self._cursor is None or self._cursor.is_exhausted:
            if self._done or not await self._fetch():
                return None
        return self._cursor

    async def _fetch(self) -> bool:
        with self._turn:
            return await self._fetch_next()

    async def _fetch_next(self) -> bool:
        if self._cursor is not None:
            self._before += self._cursor.position
            if self._told is not None:
                self._told(self._before)
        page = await self._driver.next_output()
        if page is None:
            self._done, self._cursor = True, None
            end_of(self._told)
            return False
        if TYPE_CHECKING:
            assert isinstance(page, Page)
        self._page, self._cursor = page, iter(page)
        return True

    def checkpoint(self) -> str:
        """A small text for `client.resume`, which goes on after the last row that was handed out."""
        if self._cursor is not None and not self._driver.failed:
            self._driver.call.acknowledge(self._cursor.position)
        return self._driver.call.checkpoint()

    async def aclose(self) -> None:
        """Ends the search before its last row. Nothing more can be read from it."""
        if not self._done:
            await super().aclose()


class AsyncResources(AsyncResults, Typed[Content]):
    """Resources by id, fetched in the fewest requests: `async for order in orders`.

    `missing` and `refused` are complete when the iteration is.
    """

    _what = "fetch"

    def __init__(self, driver: AsyncDriver, resource: str = "", progress: AnyProgress = None) -> None:
        super().__init__(driver)
        self._resource = resource
        self._told = progress_of(progress, "resources", self._items)
        self._handed_out = 0
        self._batch: ResourceBatch | None = None
        self._position = 0
        self._done = False
        self._refused: list[Refusal] = []
        self._missing = IdSet()

    @property
    def missing(self) -> IdSet:
        """Ids that do not exist, as far as was read."""
        return self._missing

    @property
    def refused(self) -> list[Refusal]:
        """Ids that Brightpearl refuses, as far as was read."""
        return self._refused

    def __aiter__(self) -> AsyncIterator[Resource[Content]]:
        self._check()
        return self

    async def __anext__(self) -> Resource[Content]:
        with self._turn:
            self._check()
            while self._batch is None or self._position >= len(self._batch):
                if self._done or not await self._fetch():
                    raise StopAsyncIteration
            self._position += 1
            return self._batch.resource(self._position - 1)

    async def _fetch(self) -> bool:
        if self._batch is not None:
            self._handed_out += self._position
            if self._told is not None:
                self._told(self._handed_out)
        self._batch, self._position = None, 0
        batch = await self._driver.next_output()
        if batch is None:
            self._done = True
            end_of(self._told)
            return False
        if TYPE_CHECKING:
            assert isinstance(batch, ResourceBatch)
        self._batch = batch
        self._missing = self._missing.union(batch.missing)
        self._refused.extend(Refusal(id, error) for id, error in batch.refused)
        return True

    async def tables(self, *, dates: Moments = "instant") -> dict[str, pyarrow.Table]:
        """The resources that are left as tables of pyarrow: one of what they are, such as `order`, whose nested members
        are columns with dotted names, and one for whatever a record has several of, such as `orderRows`, with the
        record's id in `order.id`.

        Whole numbers, booleans, decimals and date-times have types of their own, and amounts that Brightpearl writes
        as texts are decimals, digit for digit. `dates`: as for `Rows.to_arrow`.
        """
        from brightpearl.frames import tables_of
        from brightpearl.known_columns import known_tables

        return tables_of([one async for one in self._told_apart()], dates, known_tables(self._name()))

    async def to_arrow(self, *, dates: Moments = "instant") -> pyarrow.Table:
        """The resources that are left as one table of pyarrow, without what `tables` has beside it."""
        from brightpearl.frames import main_table

        return main_table(await self.tables(dates=dates), self._name())

    async def to_pandas(self, *, dates: Moments = "instant") -> pandas.DataFrame:
        """The same as a table of pandas."""
        from brightpearl.frames import to_pandas

        return to_pandas(await self.to_arrow(dates=dates))

    async def to_polars(self, *, dates: Moments = "instant") -> polars.DataFrame:
        """The same as a table of polars."""
        from brightpearl.frames import to_polars

        return to_polars(await self.to_arrow(dates=dates))

    async def _told_apart(self) -> AsyncIterator[tuple[str, int | None, Any]]:
        resource = None
        async for resource in self:
            yield self._name(), resource.resource_id, resource.value
        if resource is None and self._handed_out:
            raise used_up("resources", "fetch")

    def _name(self) -> str:
        """What the resources are called in tables."""
        return next((step for step in reversed(self._resource.split("/")) if step not in ("", "{ids}")), "record")

    def _repr_html_(self) -> str:
        """The latest of them, for notebooks; nothing is fetched to be shown."""
        from brightpearl import html

        return repr(self) if self._batch is None else html.resources(self._batch)

    def checkpoint(self) -> str:
        """A small text for `client.resume`, which goes on after the last resource that was handed out."""
        if self._batch is not None and not self._driver.failed:
            self._driver.call.acknowledge(self._position)
        return self._driver.call.checkpoint()


class AsyncBatchResults(AsyncResults):
    """The results of a batch, in the order of its writes, which are sent as the results are asked for:
    `async for result in results`. A batch that nobody iterates sends nothing, and warns of it.
    """

    _what = "batch"

    def __init__(self, driver: AsyncDriver) -> None:
        super().__init__(driver)
        self._started = False
        # What was read and not handed out.
        self._ready: deque[AnyBatchResult] = deque()
        self._latest: list[AnyBatchResult] = []
        self._done = False

    def __aiter__(self) -> AsyncIterator[AnyBatchResult]:
        self._check()
        return self

    async def __anext__(self) -> AnyBatchResult:
        with self._turn:
            self._check()
            self._started = True
            while not self._ready:
                results = None if self._done else await self._driver.next_output()
                if results is None:
                    self._done = True
                    raise StopAsyncIteration
                if TYPE_CHECKING:
                    assert isinstance(results, RawData)
                self._latest = list(read_results(results))
                self._ready.extend(self._latest)
            return self._ready.popleft()

    def _repr_html_(self) -> str:
        """The latest of them, for notebooks; nothing is sent to be shown."""
        from brightpearl import html

        return html.batch(self._latest) if self._latest else repr(self)

    def rest(self) -> list[AnyBatchResult]:
        """What is known of the writes whose results were not handed out, once the batch was ended early: by being
        cancelled, by an error, or by `aclose`. Each is told once."""
        return rest_of(self._ready, self._driver.left)

    async def aclose(self) -> None:
        """Ends the batch before its last write. Nothing more is sent."""
        self._started = True
        await super().aclose()

    def __del__(self) -> None:
        if not getattr(self, "_started", True):
            warn_of_unsent("batch", self)
