"""Records of other systems, read from files one by one: JSON Lines, JSON, and flat files."""

from __future__ import annotations

import contextlib
import errno
import itertools
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from enum import Enum
from typing import IO, Any

from brightpearl import BrightpearlError
from brightpearl._native import dump_json, load_json
from brightpearl.cli.failure import UsageError
from brightpearl.cli.flat_files import Layout, flat_records
from brightpearl.exceptions import ValidationError
from brightpearl.whole_file import LARGEST_LINE, LARGEST_RECORDS, LONG_LINE, lines_of, read_whole


class Input(str, Enum):
    """How records are written in a file."""

    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    TSV = "tsv"


_ENDINGS = {
    ".jsonl": Input.JSONL,
    ".ndjson": Input.JSONL,
    ".json": Input.JSON,
    ".csv": Input.CSV,
    ".tsv": Input.TSV,
}


@contextlib.contextmanager
def records_of(
    name: str, format: Input | None, group_by: str | None, layout: Layout | None = None
) -> Iterator[Iterator[dict[str, Any] | bytes]]:
    """The records of a file, or of standard input for `-`, as they are asked for.

    `format`: what the file's ending says unless given; of standard input, JSON Lines or JSON.
    `group_by`: the column of a flat file by which lines are one record, wherever they stand.
    `layout`: how a flat file is written.
    """
    chosen = format or _format_of(name)
    is_flat = chosen in (Input.CSV, Input.TSV)
    if layout is not None and not is_flat:
        raise UsageError(
            f"{layout.option()} is for flat files (.csv, .tsv); the records are JSON", where=f"FILE {name}"
        )
    with _opened(name) as file:
        if is_flat:
            with flat_records(file, name, layout or Layout(), chosen is Input.TSV, group_by) as records:
                yield records
        else:
            yield _read(file, name, chosen)


@contextlib.contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    if name == "-":
        yield standard_input()
        return
    with open(name, "rb") as file:
        if not name.lower().endswith(".gz"):
            yield file
            return
        import gzip
        import zlib

        try:
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield unpacked  # type: ignore[misc]
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UsageError(f"the file cannot be unpacked: {error}; expected gzip", where=f"FILE {name}") from None


def standard_input() -> IO[bytes]:
    """Standard input, where the caller left it open."""
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed; expected input there", "-")
    return sys.stdin.buffer


def _format_of(name: str) -> Input | None:
    if name == "-":
        return None
    plain = name[:-3] if name.lower().endswith(".gz") else name
    ending = plain[plain.rfind(".") :].lower() if "." in plain else ""
    if ending not in _ENDINGS:
        expected = ", ".join(_ENDINGS)
        raise UsageError(
            f"the ending {ending!r} says no format; expected one of {expected}",
            where=f"FILE {name}",
            advice="Say it with --format.",
        )
    return _ENDINGS[ending]


def _read(file: IO[bytes], name: str, format: Input | None) -> Iterator[dict[str, Any] | bytes]:
    if format is Input.JSONL:
        first = _first_line(file)
        if first.lstrip().startswith(b"["):
            raise UsageError(
                "the file begins with an array; expected JSON Lines, one object a line",
                where=f"FILE {name}",
                advice="--format json reads an array of records.",
            )
        return _lines(first, file, name, 1)
    if format is Input.JSON:
        return _whole(_all_of(file, name).removeprefix(BOM_UTF8), name)
    return _json_of_some_kind(file, name)


def _json_of_some_kind(file: IO[bytes], name: str) -> Iterator[dict[str, Any] | bytes]:
    """JSON Lines when the first line is a whole value and no array, which is one document otherwise."""
    first, number = _first_line(file), 1
    while first and not first.strip():
        first, number = file.readline(LARGEST_LINE + 1), number + 1
    if not first.lstrip().startswith(b"[") and _is_json(first):
        return _lines(first, file, name, number)
    rest = _all_of(file, name, first)
    return _whole(rest, name) if rest.strip() else iter(())


def _all_of(file: IO[bytes], name: str, begun: bytes = b"") -> bytes:
    try:
        return read_whole(file, LARGEST_RECORDS, "records", location=f"FILE {name}", advice=_BY_LINES, begun=begun)
    except ValidationError as error:
        raise UsageError(error.message, where=error.location, advice=error.advice) from None


_BY_LINES = "Nothing was sent. Write a record in each line (.jsonl): lines are read one by one, however many there are."


def _is_json(text: bytes) -> bool:
    try:
        load_json(text)
    except BrightpearlError:
        return False
    return True


def _first_line(file: IO[bytes]) -> bytes:
    """The first line, behind the mark that some editors begin UTF-8 with."""
    return file.readline(LARGEST_LINE + 1).removeprefix(BOM_UTF8)


def _lines(first: bytes, file: IO[bytes], name: str, number: int) -> Iterator[bytes]:
    """The lines that have something in them, of which the first is that of the number. What is wrong with one is said
    in its record's outcome."""
    for place, line in itertools.chain([(0, first)], lines_of(file)):
        if line is None or len(line) > LARGEST_LINE:
            raise UsageError(LONG_LINE, where=f"FILE {name} line {number + place}")
        if stripped := line.strip():
            yield _Line(stripped)


class _Line(bytes):
    """A line, which its record's outcome calls so where it has no record."""


_Line.__name__ = "line"


class _Element(bytes):
    """An element of an array, likewise, or what stands where a record or an array of them is expected."""


_Element.__name__ = "value"


def _whole(text: bytes, name: str) -> Iterator[dict[str, Any] | bytes]:
    if not text.strip():
        # An array that is empty says that there are no records; of nothing, who wrote it may have been cut off.
        raise UsageError(
            "the file is empty; expected a JSON array of records, or one record",
            where=f"FILE {name}",
            advice="A file that has no records is [], or one of JSON Lines without a line.",
        )
    try:
        value = load_json(text)
    except BrightpearlError as error:
        raise UsageError(
            f"{error.message}; expected a JSON array of records, or one record",
            where=f"FILE {name}, {error.location}",
        ) from None
    return (_as_json(one) for one in value) if isinstance(value, list) else iter([_as_json(value)])


def _as_json(value: Any) -> dict[str, Any] | bytes:
    return value if isinstance(value, dict) else _Element(dump_json(value).encode())
