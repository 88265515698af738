"""What became of the writes of a batch."""

from __future__ import annotations

from binascii import a2b_base64
from collections import deque

from brightpearl.answered import WithAnswers
from brightpearl.exceptions import MisuseError
from brightpearl.record import Record
from brightpearl.reply import Reply
from brightpearl.turns import Turn
from brightpearl.unsent import warn_of_unsent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Literal

    from brightpearl._native import Explanation, RawData
    from brightpearl.driver import Driver
    from brightpearl.exceptions import BrightpearlError


class BatchResult(Record):
    """What became of one write: `response` has the answer, or `error` says why there is none."""

    __slots__ = ("index", "response", "error")  # noqa: RUF023 - as it is constructed

    index: int
    """The write's place in the batch, from 0."""
    response: Reply | None
    """Brightpearl's answer to a write that was carried out."""
    error: BrightpearlError | None
    """Why it was not, or may not have been: see its `delivery`. A write behind one that failed, which was
    therefore not carried out, has a `CallCancelledError`."""

    def __init__(self, index: int, response: Reply | None, error: BrightpearlError | None) -> None:
        self.index = index
        self.response = response
        self.error = error

    def _repr_html_(self) -> str:
        """A table for notebooks."""
        from brightpearl import html

        return html.batch([self])

    @property
    def ok(self) -> bool:
        """Whether the write was carried out."""
        return self.error is None


if TYPE_CHECKING:

    class CarriedOut(BatchResult):
        """A write that was carried out, as type checkers tell it apart by `ok`."""

        response: Reply
        error: None

        @property
        def ok(self) -> Literal[True]: ...

    class NotCarriedOut(BatchResult):
        """One that was not, or of which that is not known."""

        response: None
        error: BrightpearlError

        @property
        def ok(self) -> Literal[False]: ...

    AnyBatchResult = CarriedOut | NotCarriedOut


class BatchResults(WithAnswers):
    """The results of a batch, in the order of its writes, which are sent as the results are asked for.

    Iterate once, to the end: a batch that nobody iterates sends nothing, and warns of it.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._started = False
        # What was read and not handed out.
        self._ready: deque[AnyBatchResult] = deque()
        self._latest: list[AnyBatchResult] = []
        self._done = False
        self._turn = Turn("batch")

    def __iter__(self) -> Iterator[AnyBatchResult]:
        self._check()
        return self

    def __next__(self) -> AnyBatchResult:
        with self._turn:
            self._check()
            self._started = True
            while not self._ready:
                results = None if self._done else self._driver.next_output()
                if results is None:
                    self._done = True
                    raise StopIteration
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
        """What is known of the writes whose results were not handed out, once the batch was ended early: by an
        interruption, by an error, or by `close`. Each is told once."""
        return rest_of(self._ready, self._driver.left)

    def _check(self) -> None:
        if self._driver.failed:
            raise MisuseError("the batch was ended before its last write; look at the results that it gave so far")

    def explain(self) -> Explanation:
        """How many requests are still needed, and how many seconds they take at the present budget.

        Sends nothing.
        """
        return self._driver.call.explain(self._driver.host.now())

    def close(self) -> None:
        """Ends the batch before its last write. Nothing more is sent."""
        self._started = True
        self._driver.cancel()
        self._driver.failed = True

    def __enter__(self) -> BatchResults:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if not getattr(self, "_started", True):
            warn_of_unsent("batch", self)


def read_results(results: RawData) -> Iterator[AnyBatchResult]:
    """Results as the engine gives them, one by one."""
    for place in range(len(results)):
        members = results.value(place)
        reply = members.get("reply")
        result = BatchResult(members["index"], None if reply is None else _read_reply(reply), results.error(place))
        if TYPE_CHECKING:
            assert isinstance(result, (CarriedOut, NotCarriedOut))
        yield result


def rest_of(ready: deque[AnyBatchResult], left: list[RawData]) -> list[AnyBatchResult]:
    """The results that were not handed out, and those that the batch said when it was ended."""
    while left:
        ready.extend(read_results(left.pop(0)))
    rest = list(ready)
    ready.clear()
    return rest


def _read_reply(members: dict[str, Any]) -> Reply:
    """An answer from the engine's JSON. Its body is in base64 where it is not UTF-8."""
    headers = [(name, value) for name, value in members["headers"]]
    if "body" in members:
        return Reply(members["status"], headers, members["body"].encode())
    return Reply(members["status"], headers, a2b_base64(members["body_base64"]))
