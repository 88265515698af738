"""The rows of a search."""

from __future__ import annotations

from brightpearl._native import ArrowTable, Metadata, load_json
from brightpearl.answered import WithAnswers
from brightpearl.arguments import required_choice
from brightpearl.exceptions import MisuseError
from brightpearl.progress_bar import end_of, progress_of
from brightpearl.turns import Turn, used_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import Any, Literal

    import pandas
    import polars

    from brightpearl._native import Explanation, Page, Row, RowIterator
    from brightpearl.async_driver import AsyncDriver
    from brightpearl.driver import Driver
    from brightpearl.frames import Moments
    from brightpearl.progress_bar import AnyProgress

    Dates = Literal["datetime", "text"]


def checked_dates(dates: object) -> None:
    """Raises `ValidationError` or `TypeError` at what date-times of dicts cannot be."""
    required_choice(dates, "dates", ("datetime", "text"))


def wanted_rows(driver: Driver | AsyncDriver) -> int | None:
    """How many rows a search hands out, as far as that is known."""
    found = driver.call.explain(driver.host.now()).items
    limit = load_json(driver.call.checkpoint().encode())["operation"]["search"].get("limit")
    return found if limit is None or found is None else min(found, limit)


class Rows(WithAnswers):
    """The rows of a search, fetched page by page as they are asked for. No more than one page is held.

    Iterate once: `for row in rows`. A row is a mapping from column to value: whole numbers are `int`, amounts,
    other fractions and numbers beyond 64 bits `decimal.Decimal`, date-times `datetime.datetime` with the exact offset,
    absent values `None`. A column in which one cell of a page is no date-time of Brightpearl's form has texts there.
    """

    def __init__(self, driver: Driver, progress: AnyProgress = None) -> None:
        self._driver = driver
        self._told = progress_of(progress, "rows", lambda: wanted_rows(driver))
        # Of the pages before the latest.
        self._before = 0
        self._page: Page | None = None
        self._cursor: RowIterator | None = None
        self._done = False
        self._turn = Turn("search")

    def __iter__(self) -> Iterator[Row]:
        self._check()
        return self._generate()

    def __next__(self) -> Row:
        while (cursor := self._current()) is not None:
            for row in cursor:
                return row
        raise StopIteration

    def _generate(self) -> Generator[Row, None, None]:
        while (cursor := self._current()) is not None:
            yield from cursor

    def dicts(self, *, dates: Dates = "datetime") -> Iterator[dict[str, Any]]:
        """The rows as dicts. With `dates="text"` date-times stay the texts that the server sent."""
        checked_dates(dates)
        return self._dicts(dates)

    def _dicts(self, dates: Dates) -> Iterator[dict[str, Any]]:
        while (cursor := self._current()) is not None:
            yield from cursor.dicts(dates)

    def pages(self) -> Iterator[Page]:
        """The pages that are left, whole."""
        while (cursor := self._current()) is not None:
            if cursor.position:
                raise MisuseError("the page was begun row by row; expected to go on so, or pages from the start")
            page = cursor.page
            cursor.skip()
            yield page

    def to_arrow(self, *, dates: Moments = "instant") -> ArrowTable:
        """The rows that are left as one Arrow table, which holds them all: for `pyarrow.table(...)`,
        `polars.DataFrame(...)`, `duckdb`, `pandas` and everything else that knows the Arrow PyCapsule interface.

        `dates`: date-times become instants in UTC (`instant`), what the account's clock showed (`local`), or the
        texts that the server sent (`text`).

        A column whose cells do not have one type becomes text.
        """
        from brightpearl.frames import checked_moments
        from brightpearl.known_columns import page_without_rows

        checked_moments(dates)
        cursor = self._current()
        skip = 0 if cursor is None else cursor.position
        pages = []
        while (cursor := self._current()) is not None:
            pages.append(cursor.page)
            cursor.skip()
        if not pages and self._before:
            raise used_up("rows", "search")
        if not pages:
            # No rows, but columns.
            page = self._page or page_without_rows(self._driver.call.checkpoint())
            pages, skip = ([], 0) if page is None else ([page], len(page))
        return ArrowTable(pages, skip, dates)

    def to_pandas(self, *, dates: Moments = "instant") -> pandas.DataFrame:
        """The rows that are left as a table of pandas, whose whole numbers stay whole where cells are empty."""
        from brightpearl.frames import to_pandas

        return to_pandas(self.to_arrow(dates=dates))

    def to_polars(self, *, dates: Moments = "instant") -> polars.DataFrame:
        """The rows that are left as a table of polars."""
        from brightpearl.frames import to_polars

        return to_polars(self.to_arrow(dates=dates))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows that are left, for consumers of the Arrow PyCapsule interface."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def _current(self) -> RowIterator | None:
        """The page's cursor while there are rows left in it, then the next page's."""
        self._check()
        while self._cursor is None or self._cursor.is_exhausted:
            if self._done or not self._fetch():
                return None
        return self._cursor

    def _fetch(self) -> bool:
        with self._turn:
            return self._fetch_next()

    def _fetch_next(self) -> bool:
        self._tell()
        page = self._driver.next_output()
        if page is None:
            self._done, self._cursor = True, None
            end_of(self._told)
            return False
        if TYPE_CHECKING:
            assert isinstance(page, Page)
        self._page, self._cursor = page, iter(page)
        return True

    def _tell(self) -> None:
        """Says how many rows are handed out, when a page is."""
        if self._cursor is not None:
            self._before += self._cursor.position
            if self._told is not None:
                self._told(self._before)

    def _available(self) -> int | None:
        return self._driver.call.explain(self._driver.host.now()).items

    def __len__(self) -> int:
        """How many rows the whole search has, those that were handed out among it; fetches the first page when there is
        none yet."""
        _ = self.metadata
        found = self._available()
        if found is None:
            raise TypeError("Brightpearl did not say how many rows there are; expected them to be counted one by one")
        return found

    def __bool__(self) -> bool:
        return True

    def _repr_html_(self) -> str:
        """The latest page, for notebooks; nothing is fetched to be shown."""
        from brightpearl import html

        return repr(self) if self._page is None else html.page(self._page)

    def _check(self) -> None:
        if self._driver.failed:
            raise MisuseError(
                "the search was ended before its last row; start it again, or resume it from its checkpoint"
            )

    @property
    def metadata(self) -> Metadata:
        """What the server says of the latest page; fetches the first when there is none yet.

        `metadata.results_available` is the number of rows of the whole search.
        """
        if self._page is None and not self._done:
            self._check()
            self._fetch()
        return Metadata() if self._page is None else self._page.metadata

    def explain(self) -> Explanation:
        """How many requests are still needed, and how many seconds they take at the present budget.

        Sends nothing. Before the first page the number is a lower bound; `rows.metadata` fetches that page.
        """
        return self._driver.call.explain(self._driver.host.now())

    def checkpoint(self) -> str:
        """A small text for `client.resume`, which goes on after the last row that was handed out."""
        if self._cursor is not None and not self._driver.failed:
            self._driver.call.acknowledge(self._cursor.position)
        return self._driver.call.checkpoint()

    def close(self) -> None:
        """Ends the search before its last row. Nothing more can be read from it."""
        if not self._done:
            self._driver.cancel()
            self._driver.failed = True
            end_of(self._told)

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
