"""What a command tells of its writes: what standard output does not take goes to standard error, since it is known
nowhere else."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

from brightpearl.cli.failure import Done, note_done
from brightpearl.cli.streams import give_up_output
from brightpearl.cli.visible import say, shown_json

Result = TypeVar("Result")


class Results(Protocol[Result]):
    """What became of writes: of a push, or of a batch."""

    def __iter__(self) -> Iterator[Result]: ...

    def close(self) -> None:
        """Ends it."""

    def rest(self) -> list[Result]:
        """What is known of those that were not handed out."""


class Telling:
    """Several places that are told what became of writes, one after the other. One that fails does not keep the others
    from being told; what it failed with ends the command once all is told."""

    def __init__(self) -> None:
        self._failures: dict[str, Exception] = {}

    def line(self, text: str, *, is_news: bool = True) -> None:
        """A line on standard output.

        `is_news`: whether nothing else tells it, so that it goes to standard error where the output takes no more.
        """
        if "output" not in self._failures:
            try:
                print(text, flush=True)
            except OSError as failure:
                give_up_output()
                self._failures["output"] = failure
            except BaseException:
                # A stop while a reader is slow.
                if is_news:
                    say(text)
                raise
            else:
                return
        if is_news:
            say(text)

    def json_line(self, text: str, *, is_news: bool = True) -> None:
        """A line of JSON, on a terminal without what that would obey."""
        self.line(shown_json(text), is_news=is_news)

    def to(self, place: str, tell: Callable[[], object]) -> None:
        """Tells another place, unless it has failed."""
        if place in self._failures:
            return
        try:
            tell()
        except Exception as failure:
            self._failures[place] = failure

    @property
    def has_failed(self) -> bool:
        """Whether the command is to end."""
        return bool(self._failures)

    def each(self, results: Results[Result], take: Callable[[Result], object]) -> None:
        """Hands on what became of each write, until a place has failed. Of what was under way then, or when something
        interrupted it, what is known."""
        try:
            for result in results:
                take(result)
                if self.has_failed:
                    break
        finally:
            results.close()
            for result in results.rest():
                take(result)

    def end(self) -> None:
        """Raises what a place has failed with first."""
        for failure in self._failures.values():
            raise failure


@contextlib.contextmanager
def done_before(done: Callable[[], Done]) -> Iterator[None]:
    """Has whatever ends the command within it say what was done."""
    try:
        yield
    except BaseException as failure:
        note_done(failure, done())
        raise


def delivery_of(written: bool, in_doubt: bool = False) -> Any:
    """What became of several writes together."""
    return "maybe-applied" if in_doubt else "applied" if written else "not-sent"
