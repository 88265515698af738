"""A run, noted in a ledger while it goes on: its counts, its dead letters, and how it ended."""

from __future__ import annotations

import contextlib
from collections import Counter

from brightpearl.exceptions import BrightpearlError
from brightpearl.ledger.dead_letter import DeadLetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from brightpearl.ledger.ledger import Ledger

_TOGETHER = 100
"""Letters that are written in one go."""


class Noting:
    """What is to be known of a run. Letters are in the ledger at the latest when it ends."""

    def __init__(self, ledger: Ledger, id: int, name: str, kind: str, account: str) -> None:
        self.ledger = ledger
        self.name = name
        self.kind = kind
        self.account = account
        self.counts: Counter[str] = Counter()
        self._id = id
        self._letters: list[DeadLetter] = []
        self._settled: list[DeadLetter] = []
        self._has_letters = ledger.dead_letters.count(name) > 0

    def bury(self, letter: DeadLetter) -> None:
        """Takes a letter."""
        self._forget(self._settled, letter)
        self._has_letters = True
        self._letters.append(letter)
        if len(self._letters) >= _TOGETHER:
            self.flush()

    def settle(self, letter: DeadLetter) -> None:
        """Takes away what earlier runs left about the record of this letter: it is where it should be now."""
        if self._has_letters:
            # Another try of one that failed a moment ago would write what is older over what is newer.
            self._forget(self._letters, letter)
            self._settled.append(letter)
            if len(self._settled) >= _TOGETHER:
                self.flush()

    @staticmethod
    def _forget(letters: list[DeadLetter], letter: DeadLetter) -> None:
        letters[:] = [one for one in letters if (one.kind, one.identity) != (letter.kind, letter.identity)]

    def flush(self) -> None:
        """Writes what it has. To be called before anything is written by which a record does not come again."""
        settled, self._settled = self._settled, []
        letters, self._letters = self._letters, []
        if settled:
            self.ledger.dead_letters.settle(settled)
        if letters:
            self.ledger.dead_letters.put(letters)

    def end(self, outcome: str, reason: str = "") -> None:
        """Says how the run ended."""
        self.flush()
        self.ledger.runs.end(self._id, outcome, self.counts, reason)


_WRONG = ("rejected", "differs", "doubled", "maybe-applied", "failed", "undelivered")
"""Counts that make a run `partly`."""


@contextlib.contextmanager
def noted(ledger: Ledger, name: str, kind: str, account: str) -> Iterator[Noting]:
    """Notes a run from here to the end of the block, however that ends."""
    noting = Noting(ledger, ledger.runs.begin(name, kind, account), name, kind, account)
    try:
        yield noting
    except BaseException as error:
        # What ended the run is told, whatever the ledger says of this.
        with contextlib.suppress(BrightpearlError):
            if isinstance(error, Exception):
                noting.end("failed", reason_of(error))
            else:
                noting.end("stopped", str(error) or "interrupted")
        raise
    wrong = {state: noting.counts[state] for state in _WRONG if noting.counts[state]}
    told = ", ".join(f"{number:,} {state}" for state, number in wrong.items())
    noting.end("partly" if wrong else "done", told)


class Explained(Exception):
    """A failure whose text is for people, and has nothing secret in it."""


def reason_of(error: Exception) -> str:
    """Why something failed, in a line without anything secret."""
    if isinstance(error, BrightpearlError):
        return f"{error} {error.advice}".strip() if error.advice else str(error)
    if isinstance(error, Explained):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.strerror or type(error).__name__}{f': {error.filename}' if error.filename else ''}"
    # Texts of other errors may have anything in them.
    return f"a mistake in this program: {type(error).__name__}"
