"""The resources of a fetch."""

from __future__ import annotations

from brightpearl._native import IdSet
from brightpearl.answered import WithAnswers
from brightpearl.content import Content, Typed
from brightpearl.exceptions import MisuseError
from brightpearl.progress_bar import end_of, progress_of
from brightpearl.turns import Turn, used_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    import pandas
    import polars
    import pyarrow

    from brightpearl._native import Explanation, Resource, ResourceBatch
    from brightpearl.driver import Driver
    from brightpearl.exceptions import BrightpearlError
    from brightpearl.frames import Moments
    from brightpearl.progress_bar import AnyProgress


class Refusal:
    """An id that Brightpearl refuses to read, and its reason."""

    __slots__ = ("error", "id")

    def __init__(self, id: int, error: BrightpearlError) -> None:
        self.id = id
        self.error = error

    def __repr__(self) -> str:
        return f"Refusal(id={self.id}, error={self.error!r})"


class Resources(WithAnswers, Typed[Content]):
    """Resources by id, fetched in the fewest requests as they are asked for.

    Requests go up in ids; within the answer to one, the order is Brightpearl's. Iterate once: `for order in
    orders`. `missing` and `refused` are complete when the iteration is.
    """

    def __init__(self, driver: Driver, resource: str = "", progress: AnyProgress = None) -> None:
        self._driver = driver
        self._resource = resource
        self._told = progress_of(progress, "resources", self._asked)
        self._handed_out = 0
        self._batch: ResourceBatch | None = None
        self._position = 0
        self._done = False
        self._turn = Turn("fetch")
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

    def __iter__(self) -> Iterator[Resource[Content]]:
        self._check()
        return self

    def __next__(self) -> Resource[Content]:
        with self._turn:
            self._check()
            while self._batch is None or self._position >= len(self._batch):
                if self._done or not self._fetch():
                    raise StopIteration
            self._position += 1
            return self._batch.resource(self._position - 1)

    def _fetch(self) -> bool:
        if self._batch is not None:
            self._handed_out += self._position
            if self._told is not None:
                self._told(self._handed_out)
        self._batch, self._position = None, 0
        batch = self._driver.next_output()
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

    def _check(self) -> None:
        if self._driver.failed:
            raise MisuseError(
                "the fetch was ended before its last resource; start it again, or resume it from its checkpoint"
            )

    def tables(self, *, dates: Moments = "instant") -> dict[str, pyarrow.Table]:
        """The resources that are left as tables of pyarrow: one of what they are, such as `order`, whose nested members
        are columns with dotted names, and one for whatever a record has several of, such as `orderRows`, with the
        record's id in `order.id`.

        Whole numbers, booleans, decimals and date-times have types of their own, and amounts that Brightpearl writes
        as texts are decimals, digit for digit. `dates`: as for `Rows.to_arrow`.
        """
        from brightpearl.frames import tables_of
        from brightpearl.known_columns import known_tables

        return tables_of(self._told_apart(), dates, known_tables(self._name()))

    def to_arrow(self, *, dates: Moments = "instant") -> pyarrow.Table:
        """The resources that are left as one table of pyarrow, without what `tables` has beside it."""
        from brightpearl.frames import main_table

        return main_table(self.tables(dates=dates), self._name())

    def to_pandas(self, *, dates: Moments = "instant") -> pandas.DataFrame:
        """The same as a table of pandas."""
        from brightpearl.frames import to_pandas

        return to_pandas(self.to_arrow(dates=dates))

    def to_polars(self, *, dates: Moments = "instant") -> polars.DataFrame:
        """The same as a table of polars."""
        from brightpearl.frames import to_polars

        return to_polars(self.to_arrow(dates=dates))

    def _told_apart(self) -> Iterator[tuple[str, int | None, Any]]:
        resource = None
        for resource in self:
            yield self._name(), resource.resource_id, resource.value
        if resource is None and self._handed_out:
            raise used_up("resources", "fetch")

    def _name(self) -> str:
        """What the resources are called in tables."""
        return next((step for step in reversed(self._resource.split("/")) if step not in ("", "{ids}")), "record")

    def _asked(self) -> int | None:
        return self._driver.call.explain(self._driver.host.now()).items

    def __len__(self) -> int:
        """How many ids were asked for, those that do not exist among it."""
        found = self._asked()
        if found is None:
            raise TypeError("the whole list was asked for; expected its members to be counted one by one")
        return found

    def _repr_html_(self) -> str:
        """The latest of them, for notebooks; nothing is fetched to be shown."""
        from brightpearl import html

        return repr(self) if self._batch is None else html.resources(self._batch)

    def __bool__(self) -> bool:
        return True

    def explain(self) -> Explanation:
        """How many requests are still needed, and how many seconds they take at the present budget.

        Sends nothing.
        """
        return self._driver.call.explain(self._driver.host.now())

    def checkpoint(self) -> str:
        """A small text for `client.resume`, which goes on after the last resource that was handed out."""
        if self._batch is not None and not self._driver.failed:
            self._driver.call.acknowledge(self._position)
        return self._driver.call.checkpoint()

    def close(self) -> None:
        """Ends the fetch before its last resource. Nothing more can be read from it."""
        self._driver.cancel()
        self._driver.failed = True
        end_of(self._told)

    def __enter__(self) -> Resources:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
