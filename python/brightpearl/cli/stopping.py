"""How signals end the command: the stack unwinds, so that nothing is left half done."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
_SIGNALS = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
_WORDS = {"SIGINT": "interrupted", "SIGTERM": "terminated", "SIGHUP": "the terminal has gone"}


class Stopped(BaseException):
    """A signal ends the command."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    @property
    def code(self) -> int:
        """The exit code, as shells have it."""
        return 128 + self.number

    def __str__(self) -> str:
        return _WORDS.get(signal.Signals(self.number).name, "stopped")


class _Handler:
    """The first signal unwinds the stack, the second waits for that, and the third does not."""

    def __init__(self) -> None:
        self._seen = 0

    def __call__(self, number: int, _: object) -> None:
        self._seen += 1
        if self._seen == 1:
            raise Stopped(number)
        if self._seen > 2:
            os._exit(128 + number)


def stop_on_signals() -> None:
    """Makes signals end the command, but for those that whoever started it ignores, such as `nohup`."""
    handler = _Handler()
    for number in _SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


class Deferred:
    """Holds signals back for a moment in which a stop would lose something for good."""

    def __init__(self) -> None:
        self._handlers: dict[int, Any] = {}
        self._came: list[int] = []

    def begin(self) -> None:
        """From now on they wait."""
        if self._handlers or threading.current_thread() is not threading.main_thread():
            return
        for number in _SIGNALS:
            handler = signal.getsignal(number)
            if callable(handler) or handler == signal.SIG_DFL:
                self._handlers[number] = handler
                signal.signal(number, self._note)

    def _note(self, number: int, _: object) -> None:
        self._came.append(number)

    def end(self) -> None:
        """They take place again, and so does one that came meanwhile."""
        handlers, self._handlers = self._handlers, {}
        for number, handler in handlers.items():
            signal.signal(number, handler)
        came, self._came = self._came, []
        if came:
            signal.raise_signal(came[0])


class Stopping:
    """Within it, the first signal lets what is under way come to its end, and the second one stops it.

    `what_follows`: what is told on standard error when the first one comes.
    """

    def __init__(self, what_follows: str) -> None:
        self._what_follows = what_follows
        self.came: Stopped | None = None
        """The signal that came."""
        self._handlers: dict[int, Any] = {}
        self._is_idle = False

    def __enter__(self) -> Stopping:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                handler = signal.getsignal(number)
                if callable(handler) or handler == signal.SIG_DFL:
                    self._handlers[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _note(self, number: int, _: object) -> None:
        is_second, self.came = self.came is not None, Stopped(number)
        if not is_second:
            # A stream may be in the midst of writing something else.
            with contextlib.suppress(OSError):
                os.write(2, f"{self.came}: {self._what_follows}\n".encode())
        if self._is_idle or is_second:
            raise self.came

    @contextlib.contextmanager
    def at_once(self) -> Iterator[None]:
        """Within it, the first signal stops as well: nothing is under way."""
        if self.came is not None:
            raise self.came
        self._is_idle = True
        try:
            yield
        finally:
            self._is_idle = False
