"""Files that are complete or not there at all."""

from __future__ import annotations

import contextlib
import csv
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from brightpearl._native import Resource, load_json
from brightpearl.cli.failure import UnusableFileError, UsageError
from brightpearl.cli.flatten import Cell, cell_text, defused, flatten
from brightpearl.cli.visible import visible, visible_json
from brightpearl.frames import ColumnType, array_of
from brightpearl.private_file import irregular, replacing, require_replaceable, spool

if TYPE_CHECKING:
    import pyarrow

_ROWS_IN_A_GROUP = 5_000

STANDARD_OUTPUT = "-"
"""How standard output is named where a file is expected."""


class RecordFile(Protocol):
    """Takes records, then writes what it has."""

    def add(self, record: Resource) -> None:
        """Takes one record."""

    def finish(self) -> None:
        """Writes what is not written yet."""


@contextlib.contextmanager
def record_file(path: Path, *, keeps_formulas: bool = False, appends: bool = False) -> Iterator[RecordFile]:
    """A file of records, in the format that its ending says. It appears under its name when it is complete. One that
    `appends` begins with the lines that are there."""
    if str(path) == STANDARD_OUTPUT:
        yield JsonLines(sys.stdout.buffer, is_shown=sys.stdout.isatty())
        sys.stdout.buffer.flush()
        return
    is_packed = path.suffix.lower() == ".gz"
    ending = Path(path.stem).suffix.lower() if is_packed else path.suffix.lower()
    if ending not in (".jsonl", ".csv", ".parquet") or (is_packed and ending == ".parquet"):
        raise UsageError(
            f"the ending {path.suffix!r} says no format; expected .jsonl, .csv or .parquet, the first two perhaps with "
            ".gz behind, or - for standard output",
            where=f"--out {path}",
        )
    if ending == ".parquet":
        require_pyarrow(path)
    require_directory("--out", path)
    require_file("--out", path)
    with appearing(path) as file, packed(file, is_packed) as target:
        if ending == ".jsonl":
            if appends:
                copy_lines(path, target)
            lines = JsonLines(target)
            yield lines
            lines.finish()
            return
        with spool(os.path.dirname(os.path.realpath(path)), str(path)) as spooled:
            table: CsvTable | ParquetTable
            if ending == ".csv":
                table = CsvTable(spooled, target)
                table.keeps_formulas = keeps_formulas
            else:
                table = ParquetTable(spooled, target)
            yield table
            table.finish()


@contextlib.contextmanager
def packed(file: IO[bytes], is_packed: bool) -> Iterator[IO[bytes]]:
    """What is written into a file, through gzip where that is wanted. Equal records make equal files."""
    if not is_packed:
        yield file
        return
    import gzip

    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as target:
        yield target  # type: ignore[misc]


def copy_lines(path: Path, target: IO[bytes]) -> None:
    """Copies what a file has, which ends with a whole line then."""
    last = b""
    with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
        while part := file.read(1 << 20):
            target.write(part)
            last = part[-1:]
    if last not in (b"", b"\n"):
        target.write(b"\n")


def require_pyarrow(path: Path) -> None:
    """Says how to get what Parquet files need, before anything is sent."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise UsageError(
            "Parquet files need the package pyarrow, which is not installed",
            where=f"--out {path}",
            advice="pip install pyarrow, or choose .jsonl or .csv",
        ) from None


@contextlib.contextmanager
def appearing(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name when it is complete."""
    with replacing(path) as target:
        yield target


def require_directory(option: str, path: Path) -> None:
    """Refuses a file that cannot be made, since there is nothing that it could be in."""
    if not path.parent.is_dir():
        raise UnusableFileError(f"there is no directory {str(path.parent)!r}", where=f"{option} {path}")


def require_file(option: str, path: str | Path) -> None:
    """Refuses what cannot be made or replaced under that name, before anything is sent."""
    if (kind := irregular(path)) is not None:
        raise UsageError(f"it is {kind}; expected a regular file, or none yet", where=f"{option} {path}")
    require_replaceable(path)


def with_id(raw: bytes, number: int | None, key: str | None) -> bytes:
    """A record that has its id: where the answer tells it only by the name that the record stands under, it becomes
    the first member.

    `key`: the member that has the id, where it is not `id`.
    """
    own = {"id", key}
    if number is None or any(name and raw.startswith(b'{"%s":' % name.encode()) for name in own):
        return raw
    members = load_json(raw)
    if not isinstance(members, dict) or not own.isdisjoint(members):
        return raw
    return b'{"id":%d%s%s' % (number, b"," if members else b"", raw.lstrip()[1:])


class JsonLines:
    """One record a line, byte for byte as Brightpearl sent it, but for line breaks between its members.

    `is_shown`: whether a terminal shows them, without what it would obey.
    """

    def __init__(self, target: IO[bytes], *, is_shown: bool = False) -> None:
        self._target = target
        self._is_shown = is_shown

    def add(self, record: Resource) -> None:
        """Writes one record."""
        self.add_line(record.raw)

    def add_line(self, raw: bytes) -> None:
        """Writes one record that is JSON text."""
        line = one_line(raw)
        self._target.write(visible_json(line.decode()).encode() if self._is_shown else line)

    def finish(self) -> None:
        """All is written already."""


def one_line(raw: bytes) -> bytes:
    """JSON text as a line. Line breaks in it stand between tokens only: in texts they are escaped."""
    return raw.translate(None, b"\r\n") + b"\n"


class Spooled:
    """Keeps records aside until all their columns are known."""

    def __init__(self, spool: IO[bytes], target: IO[bytes]) -> None:
        self._spool = spool
        self._target = target
        self._kinds: dict[str, ColumnType] = {}

    def add(self, record: Resource) -> None:
        """Takes one record."""
        for name, cell in flatten(record.value).items():
            self._kinds.setdefault(name, ColumnType(name)).take(cell)
        self._spool.write(one_line(record.raw))

    def _records(self) -> Iterator[dict[str, Cell]]:
        self._spool.seek(0)
        for line in self._spool:
            yield flatten(load_json(line))


class CsvTable(Spooled):
    """A header and a line for each record, in UTF-8. Texts that spreadsheets would carry out are defused."""

    keeps_formulas = False
    is_shown = False
    """Whether a terminal shows it, without what it would obey."""

    def finish(self) -> None:
        """Writes the file."""
        import io

        text = io.TextIOWrapper(self._target, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text)
        if self._kinds:
            # Of no record, no column is known.
            writer.writerow(map(self._written, self._kinds))
        for record in self._records():
            writer.writerow([self._written(cell_text(record.get(name))) for name in self._kinds])
        text.flush()
        text.detach()

    def _written(self, cell: str) -> str:
        kept = cell if self.keeps_formulas else defused(cell)
        return visible(kept) if self.is_shown else kept


class ParquetTable(Spooled):
    """Typed columns: whole numbers, booleans, decimals, instants, and texts for everything else, so that no amount is
    rounded."""

    def finish(self) -> None:
        """Writes the file."""
        import pyarrow
        import pyarrow.parquet

        schema = pyarrow.schema([(name, kind.arrow()) for name, kind in self._kinds.items()])
        with pyarrow.parquet.ParquetWriter(self._target, schema, compression="zstd") as writer:
            group: list[dict[str, Cell]] = []
            for record in self._records():
                group.append(record)
                if len(group) == _ROWS_IN_A_GROUP:
                    writer.write_table(_table(group, schema))
                    group.clear()
            if group:
                writer.write_table(_table(group, schema))


def _table(records: list[dict[str, Cell]], schema: pyarrow.Schema) -> pyarrow.Table:
    import pyarrow

    columns = [array_of([record.get(field.name) for record in records], field.type) for field in schema]
    return pyarrow.Table.from_arrays(columns, schema=schema)
