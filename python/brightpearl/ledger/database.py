"""The database of a ledger: opened, checked, brought to the present version, and its failures in our own words."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select, text, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from brightpearl.ledger.migrations import STEPS
from brightpearl.ledger.tables import META, METADATA, VERSION
from brightpearl.ledger.trouble import LedgerError
from brightpearl.private_file import PRIVATE, irregular
from brightpearl.text import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.ledger.trouble import Trouble

# One lock of PostgreSQL for whoever makes or changes the tables.
_LOCK = 0x62726967


class Database:
    """A file of SQLite, or a database by its URL."""

    def __init__(self, place: str, *, must_exist: bool, seconds_for_lock: float, durable: bool) -> None:
        self._seconds = seconds_for_lock
        self._turn: contextlib.AbstractContextManager[object] = contextlib.nullcontext()
        url = _url_of(place)
        self.is_file = url is None
        if self.is_file:
            self._turn = threading.Lock()
        self.shown = place if url is None else url.render_as_string(hide_password=True)
        if url is None:
            self._require_file(place, must_exist)
            url = URL.create("sqlite", database=os.path.abspath(place))
        self.engine = self._engine(url, durable)
        try:
            with self._told():
                self._prepare()
            self._identity = _identity(self.shown) if self.is_file else None
        except BaseException:
            self.close()
            raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the ledger."""
        with self._told(), self.engine.connect() as connection:
            connection = connection.execution_options(brightpearl_reads=True)
            with connection.begin():
                yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are all made, and on disk, or none is."""
        # The threads of one process take turns: SQLite would have them look again and again, less and less often.
        with self._told(), self._turn:
            self._require_same_file()
            with self.engine.begin() as connection:
                yield connection

    def _require_same_file(self) -> None:
        """What is written to a file that was removed meanwhile would be nowhere; one that was put in its place, such as
        from a backup, is looked at as when it was opened."""
        if not self.is_file:
            return
        found = _identity(self.shown)
        if found == self._identity:
            return
        self.engine.dispose()
        if found is None:
            raise LedgerError(
                "missing",
                "the file was removed while it was in use; expected it to stay",
                place=self.shown,
                advice="Put it back, or start again to begin another.",
            )
        self._prepare()
        self._identity = found

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()

    def _engine(self, url: URL, durable: bool) -> Engine:
        arguments: dict[str, Any] = {}
        if self.is_file:
            arguments = {"timeout": self._seconds, "check_same_thread": False}
        try:
            engine = create_engine(url, connect_args=arguments, pool_pre_ping=not self.is_file)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise self._wrong(error) from None
        if self.is_file:
            event.listen(engine, "connect", _settings(durable))
            event.listen(engine, "begin", _begin)
        return engine

    def _wrong(self, error: Exception) -> LedgerError:
        if isinstance(error, ModuleNotFoundError):
            return LedgerError(
                "wrong",
                f"this database needs the package {error.name}, which is not installed",
                place=self.shown,
                advice="Install it; for PostgreSQL: pip install 'brightpearl[postgres]'.",
            )
        return LedgerError("wrong", "the URL names no database that is known", place=self.shown)

    def _require_file(self, path: str, must_exist: bool) -> None:
        if (kind := irregular(path)) is not None:
            raise LedgerError("foreign", f"it is {kind}; expected a file, or none yet", place=path)
        if os.path.exists(path):
            return
        if must_exist:
            raise LedgerError("missing", "the file is not there; expected a ledger", place=path)
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE))
        except FileNotFoundError:
            where = os.path.dirname(os.path.abspath(path))
            raise LedgerError(
                "missing",
                f"there is no directory {where!r}; expected one for the ledger",
                place=path,
                advice="Make the directory, or name another file.",
            ) from None
        except OSError as error:
            raise LedgerError(
                "read-only", f"the file cannot be made: {error.strerror or type(error).__name__}", place=path
            ) from None

    def _prepare(self) -> None:
        with self.engine.connect() as connection:
            reads = connection.execution_options(brightpearl_reads=True)
            with reads.begin():
                found = _version(reads)
        if found == VERSION:
            return
        if found is not None and found > VERSION:
            raise self._newer(found)
        with self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            # Another process may have been quicker.
            self._bring_up(connection, _version(connection))

    def _bring_up(self, connection: Connection, found: int | None) -> None:
        if found is None:
            if self.is_file and inspect(connection).get_table_names():
                raise LedgerError(
                    "foreign", "the file is a database of something else; expected a ledger", place=self.shown
                )
            METADATA.create_all(connection)
            connection.execute(insert(META).values(version=VERSION))
            return
        if found > VERSION:
            raise self._newer(found)
        for version in range(found, VERSION):
            STEPS[version](connection)
        connection.execute(update(META).values(version=VERSION))

    def _newer(self, found: int) -> LedgerError:
        return LedgerError(
            "newer",
            f"the ledger has version {found}, and this program knows versions up to {VERSION}",
            place=self.shown,
        )

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Says in our own words what the database says."""
        try:
            yield
        except DBAPIError as error:
            trouble, message = self._trouble(error.orig)
        except SQLAlchemyError as error:
            trouble, message = "unreachable", f"the database cannot be used: {one_line(error)[:300]}"
        else:
            return
        # Without the failure, which has the statement's values in it.
        raise LedgerError(trouble, message, place=self.shown)

    def _trouble(self, error: BaseException | None) -> tuple[Trouble, str]:
        said = one_line(error)[:300]
        if not isinstance(error, sqlite3.Error):
            return "unreachable", f"the database refused it: {said}"
        for words, trouble, message in _TROUBLES:
            if any(word in said for word in words):
                return trouble, message.format(seconds=f"{self._seconds:g}")
        return "unreachable", f"the file cannot be used: {said}"


def _identity(path: str) -> tuple[int, int] | None:
    """Which file is under a name; None when there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


_TROUBLES: list[tuple[tuple[str, ...], Trouble, str]] = [
    (("locked",), "locked", "other processes have kept the ledger for {seconds} seconds; expected to write to it"),
    (
        ("malformed", "not a database", "corrupt"),
        "corrupt",
        "the file is damaged, or is not a ledger; expected a database of SQLite",
    ),
    (("is full",), "full", "the disk is full; expected room for what is to be written"),
    (("readonly",), "read-only", "the file or its directory cannot be written by this user"),
    (("unable to open",), "read-only", "the file cannot be opened by this user"),
    (("disk I/O",), "full", "the disk cannot be read or written"),
]


def _url_of(place: str) -> URL | None:
    """The URL that a place is; None for a file."""
    scheme, separator, _ = place.partition("://")
    if not separator or not scheme.replace("+", "").isalnum():
        return None
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        raise LedgerError("wrong", "the URL of the ledger is not written as one", place=f"{scheme}://...") from None
    if url.get_backend_name() == "sqlite":
        raise LedgerError("wrong", "a ledger of SQLite is named by its file", place=f"{scheme}://...")
    return url


def _settings(durable: bool) -> Any:
    def set_up(connection: Any, _: object) -> None:
        # Transactions are begun as `_begin` says, not as the driver would.
        connection.isolation_level = None
        cursor = connection.cursor()
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        finally:
            cursor.close()

    return set_up


def _begin(connection: Connection) -> None:
    # Whoever will write says so at once: two that read first and write then would be in each other's way for good.
    reads = connection.get_execution_options().get("brightpearl_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _version(connection: Connection) -> int | None:
    if not inspect(connection).has_table(META.name):
        return None
    found = connection.execute(select(META.c.version)).scalar()
    return None if found is None else int(found)
