"""Drives a call in an event loop: several of its exchanges may be under way at once."""

from __future__ import annotations

import time

from brightpearl._native import Done, Pending, RawJournal, Send, Wait
from brightpearl.call_options import UNCHANGED, OptionsOfCall
from brightpearl.driver import (
    CLOSED,
    cause_of,
    closed,
    describe_failure,
    end_call,
    ended_by,
    no_answer,
    note_unknown_outcome,
    parts_of,
    what_left,
)
from brightpearl.exceptions import BrightpearlError, MisuseError
from brightpearl.handover import PATIENCE, not_stored, note_refusal
from brightpearl.journal import JournalError
from brightpearl.messages import Headers, Request, Response
from brightpearl.rotation import is_refused
from brightpearl.transport import Unsendable

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable
    from typing import Any

    from brightpearl._native import Call, RawData
    from brightpearl.driver import Output
    from brightpearl.handover import AsyncHandover
    from brightpearl.journal import Journal
    from brightpearl.logs import Entry
    from brightpearl.rotation import Rotation
    from brightpearl.transport import AsyncTransport


class AsyncHost:
    """What a client does its input and output with."""

    __slots__ = ("_kept", "clock", "handover", "rotation", "sleep", "transport")

    def __init__(
        self,
        transport: AsyncTransport,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        handover: AsyncHandover,
        rotation: Rotation | None = None,
    ) -> None:
        self.transport = transport
        # What it transmits with while it is open.
        self._kept = transport
        self.clock = clock
        self.sleep = sleep
        self.handover = handover
        # Where secrets are references.
        self.rotation = rotation

    def now(self) -> int:
        """Milliseconds since the Unix epoch."""
        return int(self.clock())

    def close(self) -> None:
        """Sends nothing more. A call that is under way learns that its next request was not sent."""
        if self.transport is not _closed:
            self._kept, self.transport = self.transport, _closed

    def open(self) -> None:
        """Sends again, where it was closed."""
        if self.transport is _closed:
            self.transport = self._kept

    def require_open(self) -> None:
        """Raises `MisuseError` when it was closed."""
        if self.transport is _closed:
            raise closed()


async def _closed(_: Request) -> Response:
    raise Unsendable(CLOSED)


class AsyncDriver:
    """One call and its host. For one task at a time; a client is for many.

    `journal`: where a push keeps what it announces.
    """

    __slots__ = (
        "_cause",
        "_exchanges",
        "_failure",
        "_is_ending",
        "_journal",
        "_log",
        "_logins",
        "_lost",
        "_refusal",
        "_timeout",
        "_unkept",
        "answers",
        "call",
        "failed",
        "host",
        "left",
    )

    def __init__(
        self, call: Call, host: AsyncHost, journal: Journal | None = None, options: OptionsOfCall = UNCHANGED
    ) -> None:
        from brightpearl.answered import Answers
        from brightpearl.logs import CallLog

        options.adjust(call)

        self.call = call
        self.host = host
        self._timeout = options.timeout
        # What came, for whoever wants to look at it.
        self.answers = Answers()
        self._log = CallLog(call)
        self._journal = journal
        self.failed = False
        # What the call has put out when it was ended early.
        self.left: list[RawData] = []
        self._cause: BaseException | None = None
        self._failure: BaseException | None = None
        # Why a secret that was refused could not be looked up anew.
        self._lost: BaseException | None = None
        # Why the program did not take the tokens that a login brought.
        self._refusal: BaseException | None = None
        # Why the journal could not be written.
        self._unkept: JournalError | None = None
        self._is_ending = False
        # What is under way; goes on while the latest output is consumed.
        self._exchanges: set[asyncio.Task[None]] = set()
        # Those of them that fetch tokens.
        self._logins: set[asyncio.Task[None]] = set()

    async def next_output(self) -> Output | None:
        """The next piece of the result; `None` when there is no more."""
        now = self.host.now()
        try:
            if self.host.rotation is not None and not self.host.rotation.has_begun:
                await _aside(self.host.rotation.begin)
            while True:
                if self._failure is not None:
                    raise self._failure
                if self._refusal is not None:
                    await self._end_for_tokens()
                    now = self.host.now()
                step = self.call.poll(now)
                if isinstance(step, Send):
                    self._begin(step)
                elif isinstance(step, Wait):
                    seconds = max(step.until - now, 1) / 1000
                    self._log.waiting(step, seconds)
                    await self._something(seconds)
                elif isinstance(step, Pending):
                    await self._something(None)
                elif isinstance(step, RawJournal):
                    await self._keep(step.text)
                elif isinstance(step, Done):
                    if self._unkept is not None:
                        raise self._unkept
                    return None
                else:
                    self._log.output(step)
                    return step
                now = self.host.now()
        except BrightpearlError as error:
            self.failed = True
            error.responses = self.answers.listed()
            self._log.failed(error)
            again = await self._abandon()
            if again is not None:
                raise again from error
            if self._refusal is not None:
                raise not_stored(error, self._refusal) from self._refusal
            if self._unkept is not None:
                # The call says that it was cancelled; this is why.
                raise self._unkept from None
            cause = cause_of(error, self._cause, self._lost)
            if cause is not None:
                raise ended_by(error, cause) from cause
            raise
        except BaseException as interruption:
            # A cancelled task, a timeout, Ctrl-C. What is under way is told of before the call is: an answer
            # that came in the meantime counts.
            self.failed = True
            # What was to be sent has the header lines.
            step = None
            await self._abandon()
            note_unknown_outcome(self.call, now, self._journal, self.left, interruption)
            note_refusal(interruption, self._refusal)
            raise

    async def _keep(self, lines: str) -> None:
        """Writes to the journal. What is under way goes on while the disk is waited for. When it cannot be written,
        ends the call in order: it still tells what was written before."""
        import asyncio

        if self._journal is None:
            return
        writing = asyncio.ensure_future(asyncio.to_thread(self._journal.append, lines))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            # More may be written when the call is ended: one behind the other.
            await asyncio.wait({writing})
            raise
        except JournalError as failure:
            self._unkept = failure
            # Behind lines that were cut off nothing more is appended: a later run looks up what they leave open.
            self._journal = None
            self.call.cancel(self.host.now())

    def _begin(self, step: Send) -> None:
        import asyncio

        exchange = asyncio.create_task(self._exchange(step))
        self._exchanges.add(exchange)
        exchange.add_done_callback(self._exchanges.discard)
        if step.is_login:
            self._logins.add(exchange)
            exchange.add_done_callback(self._logins.discard)

    async def _exchange(self, step: Send) -> None:
        """Transmits a request, and tells the call what came of it as soon as it is known."""
        try:
            await self._transmit(step)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as failure:
            if self._is_ending:
                raise
            self._failure = failure
        finally:
            del step

    async def _transmit(self, step: Send) -> None:
        exchange = step.exchange
        is_login = step.is_login
        entry = self._log.request(step)
        attempt = 0 if is_login else step.attempt
        request = Request(step.method, step.url, Headers(step.headers), step.body, self._timeout)
        # No frame that an interruption passes leads to the header lines, or to an answer, which may echo them.
        del step
        try:
            if await self._may_send(exchange):
                await self._answered(exchange, request, entry, attempt)
                await self._hand_over()
        finally:
            del request

    async def _answered(self, exchange: int, request: Request, entry: Entry | None, attempt: int) -> None:
        """Transmits a request. A login has no number of an attempt, and its answer is not kept."""
        answer = None
        began = time.monotonic()
        rotation = self.host.rotation
        changes = 0 if rotation is None else rotation.changes
        try:
            response = await self.host.transport(request)
            answer = parts_of(response)
            del response
            if rotation is not None and is_refused(answer[0], is_login=not attempt):
                self._lost = await _aside(rotation.again, changes)
        except no_answer() as failure:
            if self._is_ending and not isinstance(failure, Exception):
                if not attempt:
                    # Other calls may log in again.
                    self.call.fail(exchange, "maybe-sent", describe_failure(failure), self.host.now())
                raise
            self._cause = failure
            self.call.fail(exchange, what_left(failure), describe_failure(failure), self.host.now())
            if entry is not None:
                entry.unanswered(failure)
        else:
            if attempt:
                self.answers.take(request, answer, attempt, began)
            self.call.answer(exchange, *answer, self.host.now())
            if entry is not None:
                entry.answered(answer[0])
        finally:
            del request, answer

    async def _may_send(self, exchange: int) -> bool:
        """Whether the program has the token that is about to be sent; another exchange may have got it."""
        is_held = True
        try:
            is_held = not await self._hand_over()
        finally:
            if is_held:
                self.call.fail(exchange, "not-sent", "the new tokens are not stored", self.host.now())
        return not is_held

    async def _hand_over(self) -> bool:
        """Whether the program has the newest tokens."""
        if self._refusal is None:
            refusal = await self.host.handover.offer()
            # Another exchange may have been refused meanwhile.
            if self._refusal is None:
                self._refusal = refusal
        return self._refusal is None

    async def _end_for_tokens(self) -> None:
        """Ends the call when all that is under way has its answer; it then puts out what it knows."""
        import asyncio

        if self._exchanges:
            await asyncio.wait(self._exchanges)
        self.call.cancel(self.host.now())

    async def _something(self, seconds: float | None) -> None:
        """Waits until an exchange ends, or so many seconds have passed."""
        import asyncio

        waited: set[asyncio.Future[Any]] = set(self._exchanges)
        if seconds is None:
            if not waited:
                raise MisuseError("the call waits for an answer that this driver does not owe it")
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            return
        sleep = asyncio.ensure_future(self.host.sleep(seconds))
        try:
            await asyncio.wait({sleep, *waited}, return_when=asyncio.FIRST_COMPLETED)
            if sleep.done():
                sleep.result()
        finally:
            sleep.cancel()

    async def _abandon(self) -> asyncio.CancelledError | None:
        """Ends what is under way, and waits until its connections are given back. A login ends by itself: the refresh
        token before may have ended, and the new one is in the answer. Returns the latest cancellation meanwhile."""
        self._is_ending = True
        for exchange in self._exchanges - self._logins:
            exchange.cancel()
        again = await _all_ended(self._exchanges, PATIENCE)
        for exchange in self._exchanges:
            exchange.cancel()
        return await _all_ended(self._exchanges, None) or again

    async def interrupt(self, interruption: BaseException) -> None:
        """Ends the call because what is around it cannot go on, and adds to that whether a write was under way."""
        self.failed = True
        await self._abandon()
        note_unknown_outcome(self.call, self.host.now(), self._journal, self.left, interruption)

    async def aclose(self) -> None:
        """Ends the call."""
        self.failed = True
        again = await self._abandon()
        end_call(self.call, self.host.now(), self._journal, self.left)
        if again is not None:
            raise again


async def _aside(act: Callable[..., Any], *arguments: object) -> Any:
    """What takes a while and cannot be awaited, in a thread."""
    import asyncio

    return await asyncio.to_thread(act, *arguments)


async def _all_ended(tasks: set[asyncio.Task[None]], seconds: float | None) -> asyncio.CancelledError | None:
    """Waits until tasks have ended, or so many seconds have passed, also when cancelled, perhaps again and again;
    returns the latest cancellation."""
    import asyncio

    loop = asyncio.get_running_loop()
    until = None if seconds is None else loop.time() + seconds
    waited = list(tasks)
    cancelled = None
    while (pending := [task for task in waited if not task.done()]) and (until is None or loop.time() < until):
        try:
            await asyncio.wait(pending, timeout=None if until is None else until - loop.time())
        except asyncio.CancelledError as again:
            cancelled = again
    for task in waited:
        if task.done() and not task.cancelled():
            # Whatever it is, it is told already; an exception that nobody takes is reported.
            task.exception()
    return cancelled


async def only_output(driver: AsyncDriver) -> Output | None:
    """The output of a call that has one, when the call has ended."""
    output = await driver.next_output()
    if output is not None:
        await driver.next_output()
    return output
