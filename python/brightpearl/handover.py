"""Hands the tokens that logins bring to the program, before anything more is sent."""

from __future__ import annotations

from contextvars import ContextVar

from brightpearl.exceptions import BrightpearlError, CallCancelledError, MisuseError
from brightpearl.secret_reference import literal_tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable
    from typing import Any

    from brightpearl import _native

    TakeTokens = Callable[[dict[str, Any]], object]
    """Stores tokens; they are those of `Client.tokens`."""

    AsyncTakeTokens = Callable[[dict[str, Any]], Awaitable[object] | object]
    """The same for an `AsyncClient`; what it returns is awaited where it can be."""


PATIENCE = 60.0
"""Seconds that a request waits for `on_tokens`, which another thread or task has called: what sends it may be what
`on_tokens` waits for."""


class _Offering:
    """A call of `on_tokens`. What it starts may outlive it, and is then as free as anything else."""

    __slots__ = ("_before", "_of", "is_over")

    def __init__(self, of: object) -> None:
        self.is_over: bool = False
        self._of = of
        before: _Offering | None = _OFFERING.get()
        while before is not None and before.is_over:
            before = before._before
        self._before: _Offering | None = before

    def is_of(self, handover: object) -> bool:
        """Whether it is one of a handover, or was begun within one, that has not ended."""
        one: _Offering | None = self
        while one is not None and (one.is_over or one._of is not handover):
            one = one._before
        return one is not None


_OFFERING: ContextVar[_Offering | None] = ContextVar("brightpearl_offering", default=None)
"""What the code is called by."""


def _is_within(handover: object) -> bool:
    offering = _OFFERING.get()
    return offering is not None and offering.is_of(handover)


class TokensNotStoredError(CallCancelledError):
    """`on_tokens` raised an exception, which is the `__cause__`. The call has ended, and nothing more is sent before
    `on_tokens` has taken the tokens; `client.tokens()` gives them meanwhile.

    `delivery` is that of the call's requests as a whole, as when it is cancelled.
    """


class Handover:
    """What tokens of a client the program has taken. For several threads."""

    def __init__(self, client: _native.Client, take: TakeTokens | None) -> None:
        self._client = client
        self._take = take
        self._taken = 0
        if take is not None:
            from threading import Lock

            self._lock = Lock()

    def offer(self) -> BaseException | None:
        """Hands over the newest tokens unless the program has them, or waits until another thread has done so; what
        kept the program from taking them."""
        from brightpearl.driver import no_answer

        if self._take is None or self._client.token_changes() == self._taken:
            return None
        if _is_within(self):
            return _sends_meanwhile()
        if not self._lock.acquire(timeout=PATIENCE):
            return _lasts_too_long()
        try:
            changes = self._client.token_changes()
            if changes == self._taken:
                return None
            offering = _Offering(self)
            before = _OFFERING.set(offering)
            try:
                self._take(literal_tokens(self._client.tokens()))
            except no_answer() as refusal:
                return refusal
            finally:
                offering.is_over = True
                _OFFERING.reset(before)
            self._taken = changes
        finally:
            self._lock.release()
        return None


class AsyncHandover:
    """What tokens of a client the program has taken. For several tasks of an event loop."""

    def __init__(self, client: _native.Client, take: AsyncTakeTokens | None) -> None:
        self._client = client
        self._take = take
        self._taken = 0
        self._offering: asyncio.Task[BaseException | None] | None = None

    async def offer(self) -> BaseException | None:
        """Hands over the newest tokens unless the program has them, or waits until another task has done so; what
        kept the program from taking them. A task that is cancelled meanwhile waits all the same: the tokens before
        may have ended."""
        import asyncio

        while self._take is not None and self._client.token_changes() != self._taken:
            if _is_within(self):
                return _sends_meanwhile()
            offering = self._offering
            patience: float | None = PATIENCE
            if offering is None or offering.done() or offering.get_loop() is not asyncio.get_running_loop():
                offering = self._offering = asyncio.create_task(self._offer(self._take))
                patience = None
            try:
                await asyncio.wait({offering}, timeout=patience)
            except asyncio.CancelledError:
                await asyncio.wait({offering}, timeout=patience)
                raise
            if not offering.done():
                return _lasts_too_long()
            refusal = offering.result()
            if refusal is not None:
                return refusal
        return None

    async def _offer(self, take: AsyncTakeTokens) -> BaseException | None:
        from inspect import isawaitable

        from brightpearl.driver import no_answer

        # Of this task and of those that it starts.
        mark = _Offering(self)
        _OFFERING.set(mark)
        changes = self._client.token_changes()
        try:
            taking = take(literal_tokens(self._client.tokens()))
            if isawaitable(taking):
                await taking
        except no_answer() as refusal:
            return refusal
        finally:
            mark.is_over = True
        self._taken = changes
        return None


def _sends_meanwhile() -> MisuseError:
    return MisuseError(
        "`on_tokens` sends a request by the client whose tokens it is to store; expected it to store them first",
        location="on_tokens",
        advice="Store the tokens without that client, or by another one.",
    )


def _lasts_too_long() -> MisuseError:
    return MisuseError(
        f"`on_tokens` has not ended within {PATIENCE:g} seconds, as where it waits for a thread or a task that sends a "
        "request by the client whose tokens it is to store; expected it to store them first",
        location="on_tokens",
        advice="Store the tokens without that client, or by another one, and wait in `on_tokens` for nothing that uses "
        "that client.",
    )


def note_refusal(interruption: BaseException, refusal: BaseException | None) -> None:
    """Adds to what ended a call that its client's tokens were not taken."""
    if refusal is not None and hasattr(interruption, "add_note"):
        interruption.add_note(
            f"the new tokens are not stored: `on_tokens` raised {type(refusal).__name__}; store what `tokens()` of the "
            "client gives, since older tokens may have ended"
        )


def not_stored(end: BrightpearlError, refusal: BaseException) -> TokensNotStoredError:
    """The error of a call that ended because its client's tokens were not taken. What the refusal says is not
    repeated, since it may quote a token."""
    why = f"`on_tokens` raised {type(refusal).__name__}, and nothing more is sent"
    if isinstance(refusal, MisuseError) and refusal.message == _lasts_too_long().message:
        why = refusal.message
    also = "" if end.kind == "cancelled" else f"; the call failed, too: {end.message}"
    return TokensNotStoredError(
        f"the new tokens are not stored: {why}{also}",
        status=end.status,
        errors=end.errors,
        delivery=end.delivery,
        request=end.request,
        location="on_tokens",
        advice="Store what `tokens()` of the client gives, since older tokens may have ended; `on_tokens` is called "
        "again before the client's next request.",
        verifications=end.verifications,
        progress=end.progress,
    )
