"""The resources of a fetch."""

from __future__ import annotations

from brightpearl._native import IdSet
from brightpearl.answered import WithAnswers
from brightpearl.content import Content, Typed
from brightpearl.exceptions import MisuseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from brightpearl._native import Explanation, Resource, ResourceBatch
    from brightpearl.driver import Driver
    from brightpearl.exceptions import BrightpearlError


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

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._open = False
        self._position = 0
        self._refused: list[Refusal] = []
        self._missing = IdSet()
        self._resources = self._generate()

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
        return self._resources

    def __next__(self) -> Resource[Content]:
        self._check()
        return next(self._resources)

    def _generate(self) -> Generator[Resource[Content], None, None]:
        while (batch := self._fetch()) is not None:
            for index in range(len(batch)):
                self._position = index + 1
                yield batch.resource(index)

    def _fetch(self) -> ResourceBatch | None:
        self._open = False
        batch = self._driver.next_output()
        if batch is None:
            return None
        if TYPE_CHECKING:
            assert isinstance(batch, ResourceBatch)
        self._open, self._position = True, 0
        self._missing = self._missing.union(batch.missing)
        self._refused.extend(Refusal(id, error) for id, error in batch.refused)
        return batch

    def _check(self) -> None:
        if self._driver.failed:
            raise MisuseError(
                "the fetch was ended before its last resource; start it again, or resume it from its checkpoint"
            )

    def explain(self) -> Explanation:
        """How many requests are still needed, and how many seconds they take at the present budget.

        Sends nothing.
        """
        return self._driver.call.explain(self._driver.host.now())

    def checkpoint(self) -> str:
        """A small text for `client.resume`, which goes on after the last resource that was handed out."""
        if self._open and not self._driver.failed:
            self._driver.call.acknowledge(self._position)
        return self._driver.call.checkpoint()

    def close(self) -> None:
        """Ends the fetch before its last resource. Nothing more can be read from it."""
        self._driver.cancel()
        self._driver.failed = True

    def __enter__(self) -> Resources:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
