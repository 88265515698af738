"""Holds back signals while an exchange is under way whose answer must not be lost."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    Handler = Callable[[int, FrameType | None], Any]


class SignalsHeldBack:
    """Within it, the first Ctrl-C, SIGTERM or SIGHUP that Python handles waits for its end; a second one is handled at
    once. Only in the main thread, since handlers run nowhere else."""

    __slots__ = ("_handlers", "_held")

    def __init__(self) -> None:
        self._handlers: dict[int, Handler] = {}
        self._held: int | None = None

    def __enter__(self) -> None:
        import signal
        from threading import current_thread, main_thread

        if current_thread() is not main_thread():
            return
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            handler = None if number is None else signal.getsignal(number)
            if number is not None and callable(handler):
                try:
                    signal.signal(number, self._hold)
                except ValueError:
                    # In a sub-interpreter there are no handlers to hold back.
                    return
                self._handlers[number] = handler

    def __exit__(self, *_: object) -> None:
        import signal
        import sys

        for number, handler in self._handlers.items():
            # One that was set meanwhile stays.
            if signal.getsignal(number) == self._hold:
                signal.signal(number, handler)
        if self._held is not None:
            # The frame that was interrupted has the header lines; its caller has none.
            self._handlers[self._held](self._held, sys._getframe())

    def _hold(self, number: int, frame: FrameType | None) -> None:
        if self._held is None:
            self._held = number
        else:
            self._handlers[number](number, frame)
