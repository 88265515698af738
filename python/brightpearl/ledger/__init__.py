"""What was done and what is left to do, in one database that every command and the service share: runs, notifications
that wait, dead letters, and where pulls stand. Nothing secret is in it but what records themselves have."""

from __future__ import annotations

import os

from brightpearl.ledger.trouble import LedgerError
from brightpearl.secret_reference import is_reference, secret_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.ledger.ledger import Ledger

VARIABLE = "BRIGHTPEARL_LEDGER"
"""The variable that names the ledger of commands: a file, or the URL of a database."""

__all__ = ["VARIABLE", "Ledger", "LedgerError", "open_ledger"]


def open_ledger(
    place: str | os.PathLike[str], *, must_exist: bool = False, seconds_for_lock: float = 5.0, durable: bool = True
) -> Ledger:
    """The ledger of a file, made where there is none yet, or of a database by its URL such as
    `postgresql+psycopg://host/name`. A URL with a password is better named than given: `env:NAME` and the like.

    `must_exist`: refuses a file that is not there. `seconds_for_lock`: how long to wait for others that write.
    `durable`: whether what was written is on disk when the call returns.

    Raises `LedgerError` that says what is wrong with it.
    """
    try:
        from brightpearl.ledger.ledger import Ledger
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "sqlalchemy":
            raise
        raise LedgerError(
            "missing",
            "a ledger needs the package SQLAlchemy, which is not installed",
            place=None,
            advice="Install it: pip install 'brightpearl[ledger]'.",
        ) from None
    place = os.fspath(place)
    if is_reference(place):
        place = secret_of(place, "ledger")
    return Ledger(place, must_exist=must_exist, seconds_for_lock=seconds_for_lock, durable=durable)


def __getattr__(name: str) -> object:
    if name == "Ledger":
        from brightpearl.ledger.ledger import Ledger

        return Ledger
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
