"""Records of a push for event loops: those that are there are not held up by the next one."""

from __future__ import annotations

import asyncio
from enum import Enum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable

    from brightpearl.wire import AnyRecord

# Seconds that records wait for the next one before they are worked on without it.
PATIENCE = 0.5


class NoRecord(Enum):
    """What comes instead of the next record."""

    LATE = "late"
    """It takes its time."""
    LEFT = "left"
    """There are no more."""


class AwaitedRecords:
    """Records one by one, whichever way they come.

    Those of an asynchronous source are taken by one task, so that the source can be asked and left to itself; whatever
    it has open around its records, such as a time-out, stays that task's own.
    """

    def __init__(self, records: Iterable[AnyRecord] | AsyncIterable[AnyRecord]) -> None:
        self._records = records
        self._at_once = None if hasattr(records, "__aiter__") else iter(records)
        self._task: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()
        # The next one, once it is asked for.
        self._next: asyncio.Future[AnyRecord | NoRecord] | None = None

    async def next(self, patience: float | None = None) -> AnyRecord | NoRecord:
        """The next record, for which it waits so many seconds, if need be for ever. One that is late is the next one
        still. Raises what the source raises."""
        if self._at_once is not None:
            return next(self._at_once, NoRecord.LEFT)
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
            self._task = self._task or asyncio.create_task(self._take())
            self._wanted.set()
        await asyncio.wait({self._next}, timeout=patience)
        if not self._next.done():
            return NoRecord.LATE
        asked, self._next = self._next, None
        return asked.result()

    async def close(self) -> None:
        """Leaves the source alone, also while it is at work on a record."""
        if self._task is not None and self._task.cancel():
            await asyncio.wait({self._task})

    def abandon(self) -> None:
        """The same where nothing can be awaited, and the loop may be closed."""
        if self._task is not None and not self._task.get_loop().is_closed():
            self._task.cancel()

    async def _take(self) -> None:
        if TYPE_CHECKING:
            assert isinstance(self._records, AsyncIterable)
        each = aiter(self._records)
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            asked = self._next
            assert asked is not None
            try:
                asked.set_result(await anext(each))
            except StopAsyncIteration:
                asked.set_result(NoRecord.LEFT)
                return
            except Exception as error:
                asked.set_exception(error)
                return
            except BaseException:
                asked.cancel()
                raise
