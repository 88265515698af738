"""The rows of a search."""

from __future__ import annotations

from brightpearl._native import ArrowTable, Metadata
from brightpearl.answered import WithAnswers
from brightpearl.exceptions import MisuseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import Any, Literal

    from brightpearl._native import Explanation, Page, Row, RowIterator
    from brightpearl.driver import Driver

    Dates = Literal["datetime", "text"]


class Rows(WithAnswers):
    """The rows of a search, fetched page by page as they are asked for. No more than one page is held.

    Iterate once: `for row in rows`. A row is a mapping from column to value: whole numbers are `int`, amounts
    and other fractions `decimal.Decimal`, date-times `datetime.datetime` with the exact offset, absent
    values `None`.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._page: Page | None = None
        self._cursor: RowIterator | None = None
        self._done = False
        self._rows = self._generate()

    def __iter__(self) -> Iterator[Row]:
        self._check()
        return self._rows

    def __next__(self) -> Row:
        self._check()
        return next(self._rows)

    def _generate(self) -> Generator[Row, None, None]:
        while (cursor := self._current()) is not None:
            yield from cursor

    def dicts(self, *, dates: Dates = "datetime") -> Iterator[dict[str, Any]]:
        """The rows as dicts. With `dates="text"` date-times stay the texts that the server sent."""
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

    def to_arrow(self) -> ArrowTable:
        """The rows that are left as one Arrow table, which holds them all: for `pyarrow.table(...)`,
        `polars.DataFrame(...)`, `duckdb`, `pandas` and everything else that knows the Arrow PyCapsule interface.

        Date-times become instants in UTC. A column whose cells do not have one type becomes text.
        """
        cursor = self._current()
        skip = 0 if cursor is None else cursor.position
        pages = []
        while (cursor := self._current()) is not None:
            pages.append(cursor.page)
            cursor.skip()
        if not pages and self._page is not None:
            # No rows, but columns.
            pages, skip = [self._page], len(self._page)
        return ArrowTable(pages, skip)

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
        page = self._driver.next_output()
        if page is None:
            self._done, self._cursor = True, None
            return False
        if TYPE_CHECKING:
            assert isinstance(page, Page)
        self._page, self._cursor = page, iter(page)
        return True

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

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
