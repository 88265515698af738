"""What can be wrong with a ledger, whichever database it is in."""

from __future__ import annotations

from brightpearl.exceptions import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Trouble = Literal["missing", "newer", "foreign", "corrupt", "locked", "full", "read-only", "unreachable", "wrong"]

_ADVICE: dict[str, str] = {
    "missing": "Name the ledger that commands or the service have written, or make one by `push --ledger`.",
    "newer": "Use the version of brightpearl that wrote it, or a later one.",
    "foreign": "Name another file for the ledger; this one was left as it is.",
    "corrupt": "Put it aside and restore it from a backup; `sqlite3 FILE .recover` gets out what can be read.",
    "locked": "Try again, or find the process that keeps it: a backup must not hold the file for long.",
    "full": "Make room on the disk. What is not in the ledger was not accepted, and comes again.",
    "read-only": "Let this user write to the file and to its directory, where -wal and -shm files stand beside it.",
    "unreachable": "See whether the database runs and can be reached from here.",
    "wrong": "Name a file, or a URL such as postgresql+psycopg://host/name.",
}


class LedgerError(ValidationError):
    """The ledger cannot be used. Nothing of what was to be written is in it, and what was there is as it was.

    `trouble` says in a word what is wrong: `missing`, `newer`, `foreign`, `corrupt`, `locked`, `full`, `read-only`,
    `unreachable` or `wrong`.
    """

    def __init__(self, trouble: Trouble, message: str, *, place: str | None, advice: str | None = None) -> None:
        super().__init__(message, location=place, advice=advice or _ADVICE[trouble])
        self.trouble = trouble

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (self.trouble, self.message, self.location, self.advice)

    @property
    def may_pass(self) -> bool:
        """Whether the same may work later without anybody's help with the ledger itself."""
        return self.trouble in ("locked", "full", "unreachable")


def _restored(trouble: Trouble, message: str, place: str | None, advice: str) -> LedgerError:
    return LedgerError(trouble, message, place=place, advice=advice)
