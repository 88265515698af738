"""What a pull hands out."""

from __future__ import annotations

from brightpearl._native import RawRecords
from brightpearl.exceptions import MisuseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from brightpearl._native import Call, Explanation, PulledRecord
    from brightpearl.driver import Driver
    from brightpearl.state_file import StateFile


class Consumption:
    """How far the records of a pull are consumed, and where that is kept; the same for every kind of client."""

    def __init__(self, call: Call, file: StateFile | None, progress: Callable[[int], object] | None) -> None:
        self._call = call
        self._file = file
        self._progress = progress
        self._open = False
        self._position = 0
        self._done = 0

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
        if self._file is not None:
            self._file.write(self._call.checkpoint())

    def release(self) -> None:
        """Lets other pulls have the file: nothing more is written to it."""
        if self._file is not None:
            self._file.release()

    def checkpoint(self, *, failed: bool) -> str:
        """Behind the last record that was handed out."""
        if self._open and not failed:
            self._call.acknowledge(self._position)
        return self._call.checkpoint()


class PulledRecords:
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
        self._records = self._generate()

    def __iter__(self) -> Iterator[PulledRecord]:
        self._check()
        return self._records

    def __next__(self) -> PulledRecord:
        self._check()
        return next(self._records)

    def _generate(self) -> Generator[PulledRecord, None, None]:
        while self._more():
            while self._next < len(self._batch):
                self._next += 1
                self._consumption.advance(self._next)
                yield self._batch[self._next - 1]

    def batches(self) -> Iterator[list[PulledRecord]]:
        """The records that are left, in the batches in which they come, each of one resource. Asking for the next
        batch says that the one before is dealt with."""
        self._check()
        while self._more():
            rest = self._batch[self._next :]
            self._next = len(self._batch)
            self._consumption.advance(self._next)
            yield rest

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
            assert isinstance(records, RawRecords)
        self._batch = [records.record(index) for index in range(len(records))]
        self._consumption.begin()
        return True

    def _check(self) -> None:
        if self._driver.failed:
            raise MisuseError("the pull was ended before its last record; start it again from its state")

    def explain(self) -> Explanation:
        """How many requests are still needed, and how many seconds they take at the present budget.

        Sends nothing.
        """
        return self._driver.call.explain(self._driver.host.now())

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
