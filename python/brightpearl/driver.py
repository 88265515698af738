"""Drives a call: transmits what it asks for, sleeps as long as it says, and hands its output on."""

from __future__ import annotations

import time

from brightpearl._native import Done, Pending, RawData, RawJournal, Send, Wait
from brightpearl.call_options import UNCHANGED, OptionsOfCall
from brightpearl.exceptions import BrightpearlError, MisuseError, ValidationError
from brightpearl.handover import not_stored, note_refusal
from brightpearl.interruption import SignalsHeldBack
from brightpearl.journal import JournalError
from brightpearl.messages import Headers, Request, Response
from brightpearl.rotation import is_refused
from brightpearl.text import in_unicode, one_line, printable
from brightpearl.transport import Misconfigured, NotSent, TransportFailure, Unsendable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from brightpearl._native import Call, Feed, Page, RawReply, ResourceBatch
    from brightpearl.handover import Handover
    from brightpearl.journal import Journal
    from brightpearl.logs import Entry
    from brightpearl.rotation import Rotation
    from brightpearl.transport import Transport

    Output = Page | ResourceBatch | RawReply | RawData | Feed
    """A piece of a result, or a push's wish for records."""


class Host:
    """What a client does its input and output with."""

    __slots__ = ("_kept", "clock", "handover", "rotation", "sleep", "transport")

    def __init__(
        self,
        transport: Transport,
        clock: Callable[[], float],
        sleep: Callable[[float], object],
        handover: Handover,
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


def _closed(_: Request) -> Response:
    raise Unsendable(CLOSED)


CLOSED = "the client is closed"
"""Why nothing more is sent."""


def closed() -> MisuseError:
    """The error of a call that begins when its client was closed."""
    return MisuseError(
        f"{CLOSED}; expected calls before that, such as within its `with` block",
        advice="Make another client; nothing was sent.",
    )


class Driver:
    """One call and its host. Not for several threads at once; a client is.

    `journal`: where a push keeps what it announces.
    """

    __slots__ = (
        "_cause",
        "_journal",
        "_log",
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
        self, call: Call, host: Host, journal: Journal | None = None, options: OptionsOfCall = UNCHANGED
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
        # Why a secret that was refused could not be looked up anew.
        self._lost: BaseException | None = None
        # Why the program did not take the tokens that a login brought.
        self._refusal: BaseException | None = None
        # Why the journal could not be written.
        self._unkept: JournalError | None = None

    def next_output(self) -> Output | None:
        """The next piece of the result; `None` when there is no more."""
        now = self.host.now()
        try:
            if self.host.rotation is not None:
                self.host.rotation.begin()
            while True:
                step = self.call.poll(now)
                if isinstance(step, Send):
                    self._transmit(step)
                elif isinstance(step, Wait):
                    seconds = max(step.until - now, 1) / 1000
                    self._log.waiting(step, seconds)
                    self.host.sleep(seconds)
                elif isinstance(step, RawJournal):
                    self._keep(step.text)
                elif isinstance(step, Done):
                    if self._unkept is not None:
                        raise self._unkept
                    return None
                elif isinstance(step, Pending):
                    raise MisuseError("the call waits for an answer that this driver does not owe it")
                else:
                    self._log.output(step)
                    return step
                now = self.host.now()
        except BrightpearlError as error:
            self.failed = True
            error.responses = self.answers.listed()
            self._log.failed(error)
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
            self.failed = True
            # What was to be sent has the header lines.
            step = None
            note_unknown_outcome(self.call, now, self._journal, self.left, interruption)
            note_refusal(interruption, self._refusal)
            raise

    def _keep(self, lines: str) -> None:
        """Writes to the journal. When that fails, ends the call in order: it still tells what was written before."""
        if self._journal is None:
            return
        try:
            self._journal.append(lines)
        except JournalError as failure:
            self._unkept = failure
            # Behind lines that were cut off nothing more is appended: a later run looks up what they leave open.
            self._journal = None
            self.call.cancel(self.host.now())

    def _transmit(self, step: Send) -> None:
        exchange = step.exchange
        is_login = step.is_login
        entry = self._log.request(step)
        attempt = 0 if is_login else step.attempt
        request = Request(step.method, step.url, Headers(step.headers), step.body, self._timeout)
        # No frame that an interruption passes leads to the header lines, or to an answer, which may echo them.
        del step
        try:
            if self._may_send(exchange):
                if is_login:
                    self._log_in(exchange, request, entry)
                else:
                    self._exchange(exchange, request, entry, attempt)
                    self._hand_over()
        finally:
            del request
        if self._refusal is not None:
            # It still puts out what it knows.
            self.call.cancel(self.host.now())

    def _log_in(self, exchange: int, request: Request, entry: Entry | None) -> None:
        """Ctrl-C waits for the new refresh token: the one before may have ended."""
        is_answered = False
        try:
            with SignalsHeldBack():
                self._exchange(exchange, request, entry, 0)
                is_answered = True
                self._hand_over()
        finally:
            del request
            if not is_answered:
                self._give_up_login(exchange)

    def _give_up_login(self, exchange: int) -> None:
        """Lets other calls log in again, unless the answer was taken in the very moment of the interruption."""
        from contextlib import suppress

        with suppress(MisuseError):
            self.call.fail(exchange, "maybe-sent", "the login was interrupted", self.host.now())

    def _exchange(self, exchange: int, request: Request, entry: Entry | None, attempt: int) -> None:
        """Transmits a request. A login has no number of an attempt, and its answer is not kept."""
        answer = None
        began = time.monotonic()
        rotation = self.host.rotation
        changes = 0 if rotation is None else rotation.changes
        try:
            response = self.host.transport(request)
            answer = parts_of(response)
            del response
        except no_answer() as failure:
            self._cause = failure
            self.call.fail(exchange, what_left(failure), describe_failure(failure), self.host.now())
            if entry is not None:
                entry.unanswered(failure)
        else:
            if rotation is not None and is_refused(answer[0], is_login=not attempt):
                self._lost = rotation.again(changes)
            if attempt:
                self.answers.take(request, answer, attempt, began)
            self.call.answer(exchange, *answer, self.host.now())
            if entry is not None:
                entry.answered(answer[0])
        finally:
            del request, answer

    def _may_send(self, exchange: int) -> bool:
        """Whether the program has the token that is about to be sent; another call of the client may have got it."""
        is_held = True
        try:
            is_held = not self._hand_over()
        finally:
            if is_held:
                self.call.fail(exchange, "not-sent", "the new tokens are not stored", self.host.now())
        return not is_held

    def _hand_over(self) -> bool:
        """Whether the program has the newest tokens."""
        self._refusal = self.host.handover.offer()
        return self._refusal is None

    def cancel(self) -> None:
        """Ends the call."""
        end_call(self.call, self.host.now(), self._journal, self.left)

    def interrupt(self, interruption: BaseException) -> None:
        """Ends the call because what is around it cannot go on, and adds to that whether a write was under way."""
        self.failed = True
        note_unknown_outcome(self.call, self.host.now(), self._journal, self.left, interruption)


def cause_of(error: BrightpearlError, cause: BaseException | None, lost: BaseException | None) -> BaseException | None:
    """What of the program's own stands behind an error: what its transport raised, or why a secret that was refused
    could not be looked up anew."""
    if error.kind == "transport":
        return cause
    return lost if error.kind == "authentication" else None


def ended_by(error: BrightpearlError, cause: BaseException) -> BrightpearlError:
    """The error that a call ends with, by what of the program's own stands behind it: what was configured and is wrong
    now is an error of that, with what became of the call."""
    if not isinstance(cause, Misconfigured):
        return error
    return ValidationError(
        cause.error.message,
        delivery=error.delivery,
        request=error.request,
        location=cause.error.location,
        advice=cause.error.advice,
        verifications=error.verifications,
        progress=error.progress,
        responses=error.responses,
    )


def end_call(call: Call, now: int, journal: Journal | None, left: list[RawData]) -> BrightpearlError | None:
    """Ends a call, and keeps what it still knows of its writes: in the journal, and in what is `left` to be read. What
    it says of its end."""
    call.cancel(now)
    try:
        while isinstance(step := call.poll(now), (RawJournal, RawData)):
            if isinstance(step, RawData):
                left.append(step)
            elif journal is not None:
                try:
                    journal.append(step.text)
                except OSError:
                    # What cannot be written down is looked up by the next run.
                    journal = None
    except BrightpearlError as cancelled:
        return cancelled
    return None


def note_unknown_outcome(
    call: Call, now: int, journal: Journal | None, left: list[RawData], interruption: BaseException
) -> None:
    """Ends a call when something else than an answer ended its step, such as Ctrl-C, and adds to that whether a
    write was under way."""
    cancelled = end_call(call, now, journal, left)
    if cancelled is None or cancelled.delivery != "maybe-applied":
        return
    # For whoever reports the interruption: how to find out what became of the write.
    interruption.unknown_outcome = cancelled  # type: ignore[attr-defined]
    if not hasattr(interruption, "add_note"):
        return
    interruption.add_note(one_line(f"{cancelled.request}: may have been applied; look before sending it again"))


def parts_of(response: object) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, header lines and body of what a transport answered with.

    Raises `TypeError` or `ValueError` when it is something else."""
    if not isinstance(response, Response):
        raise TypeError(f"the transport answered with a {type(response).__name__}; expected a brightpearl.Response")
    # What was assigned to one after it was made is checked, too.
    checked = Response(response.status, response.headers, response.body)
    lines = [(in_unicode(name), in_unicode(value)) for name, value in Headers(checked.headers.lines).lines]
    return checked.status, lines, checked.body


def what_left(failure: BaseException) -> Literal["not-sent", "unsendable", "maybe-sent"]:
    """What became of a request whose transport failed so. What is not known may have arrived, the errors of this
    package among it: they may speak of another request."""
    if isinstance(failure, Unsendable):
        return "unsendable"
    return "not-sent" if isinstance(failure, NotSent) else "maybe-sent"


def no_answer() -> tuple[type[BaseException], ...]:
    """What a transport raises when there is no answer: any exception, and what an event loop or a coroutine within
    it raises when it is given up. Without `asyncio`, which is slow to import, there is no loop."""
    import sys

    asyncio = sys.modules.get("asyncio")
    return (Exception, GeneratorExit) if asyncio is None else (Exception, GeneratorExit, asyncio.CancelledError)


def describe_failure(failure: BaseException) -> str:
    """Why there is no answer, in words."""
    try:
        # In whole: what is cut before the engine has blanked it may end within a token.
        text = printable(Exception.__str__(failure) if isinstance(failure, TransportFailure) else str(failure))
    except Exception:
        # It cannot say what it is.
        text = ""
    if isinstance(failure, TransportFailure) and text:
        return text
    return f"{type(failure).__name__}: {text}" if text else type(failure).__name__


def only_output(driver: Driver) -> Output | None:
    """The output of a call that has one, when the call has ended."""
    output = driver.next_output()
    if output is not None:
        driver.next_output()
    return output
