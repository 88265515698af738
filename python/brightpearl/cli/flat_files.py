"""Flat files: lines of cells that are records, or together are one."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

from brightpearl.cli.failure import UsageError
from brightpearl.private_file import spool
from brightpearl.whole_file import LARGEST_LINE

# More would bury the message.
_COLUMNS_SHOWN = 20

_NAMED_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


class Layout:
    """How a flat file is written.

    `delimiter`: what stands between cells; a comma, in a `.tsv` file a tab.
    `encoding`: UTF-8 unless given.
    `header_line`: which line has the columns' names; those before it are passed over. For 0 there is none, and the
    columns are called `1`, `2` and so on.
    """

    def __init__(
        self, delimiter: str | None = None, encoding: str | None = None, header_line: int | None = None
    ) -> None:
        self.delimiter = None if delimiter is None else _delimiter(delimiter)
        self.encoding = "utf-8-sig" if encoding is None else _encoding(encoding)
        self.header_line = 1 if header_line is None else header_line
        self._given = {"--delimiter": delimiter, "--encoding": encoding, "--header-line": header_line}

    def option(self) -> str | None:
        """The first option that was given; None where none was."""
        return next((option for option, value in self._given.items() if value is not None), None)


def layout_of(delimiter: str | None, encoding: str | None, header_line: int | None) -> Layout | None:
    """The layout that options say; None where they say nothing."""
    layout = Layout(delimiter, encoding, header_line)
    return None if layout.option() is None else layout


def _delimiter(given: str) -> str:
    delimiter = _NAMED_DELIMITERS.get(given, given)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise UsageError(
            f"{given!r} cannot stand between cells; expected one character, or one of {', '.join(_NAMED_DELIMITERS)}",
            where="--delimiter",
        )
    return delimiter


def _encoding(given: str) -> str:
    try:
        found = codecs.lookup(given)
        io.TextIOWrapper(io.BytesIO(), encoding=found.name).detach()
    except (LookupError, ValueError):
        raise UsageError(
            f"{given!r} is not an encoding of text; expected such as utf-8, cp1252 or utf-16", where="--encoding"
        ) from None
    return "utf-8-sig" if found.name == "utf-8" else found.name


@contextlib.contextmanager
def flat_records(
    file: IO[bytes], name: str, layout: Layout, has_tabs: bool, group_by: str | None
) -> Iterator[Iterator[dict[str, Any]]]:
    """The records of a flat file, as they are asked for: its lines, or those with the same value in a column together,
    wherever they stand, as `{"rows": [line, ...]}`. Of those that are not whole yet, the lines are kept."""
    lines = _Lines(name, layout, layout.delimiter or ("\t" if has_tabs else ","), group_by)
    if group_by is None:
        yield lines.read(file)
        return
    with _read_twice(file) as again:
        counts = Counter(line[group_by].strip() for line in lines.read(again))
        _require_one_spelling(counts, group_by, name)
        again.seek(0)
        yield _gathered(lines.read(again), group_by, counts)


@contextlib.contextmanager
def _read_twice(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """A file, or a copy of one that can be read only once."""
    if file.seekable():
        yield file
        return
    with spool(None, tempfile.gettempdir()) as copy:
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        yield copy


def _require_one_spelling(counts: Counter[str], group_by: str, name: str) -> None:
    """Refuses a number that is written in two ways: as records of two keys, each would have a part of the lines."""
    spelled: dict[str, str] = {}
    for value in counts:
        whole = _WHOLE_WITH_PLACES.fullmatch(value)
        before = spelled.setdefault(value if whole is None else whole[1], value)
        if before != value:
            raise UsageError(
                f"the column {group_by!r} has {before!r} and {value!r}, which are one number and two texts; expected"
                " lines of one record to say the same",
                where=f"FILE {name}",
                advice="Write it in one way in all lines.",
            )


# As programs write ids that they took for numbers.
_WHOLE_WITH_PLACES = re.compile(r"(-?[0-9]+)\.0+")


def _gathered(lines: Iterator[dict[str, Any]], group_by: str, counts: Counter[str]) -> Iterator[dict[str, Any]]:
    """Each record as soon as its last line has come. Blanks around what it is known by are not part of that, as they
    are not of keys."""
    begun: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        key = line[group_by].strip()
        rows = begun.setdefault(key, [])
        rows.append(line)
        if len(rows) == counts[key]:
            yield {"rows": begun.pop(key)}


_LONGEST_CELL = 16 << 20
_CELL_SHOWN = 100


def _unnamed(header: list[str]) -> frozenset[int]:
    """The places of columns without a name, where there are several, as spreadsheets write behind the last one: a
    single one is a member without a name."""
    places = frozenset(place for place, column in enumerate(header) if not column.strip())
    return places if len(places) > 1 else frozenset()


_HEADER = "Where the columns are named in another line, --header-line says which."
_OTHERWISE = {1: "Where something else stands between the cells, --delimiter says what, such as --delimiter ';'."}


class _Lines:
    """Reads lines as objects of texts, named by the columns."""

    def __init__(self, name: str, layout: Layout, delimiter: str, group_by: str | None) -> None:
        self._name = name
        self._layout = layout
        self._delimiter = delimiter
        self._group_by = group_by

    def read(self, file: IO[bytes]) -> Iterator[dict[str, Any]]:
        """The lines behind the header, as they are asked for."""
        text = io.TextIOWrapper(file, encoding=self._layout.encoding, newline="")
        # The limit is one of the process.
        csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
        reader = csv.reader(self._lines(text), delimiter=self._delimiter, strict=True)
        try:
            yield from self._named(reader)
        except csv.Error as error:
            if "field limit" in str(error):
                raise UsageError(
                    f"a cell has more than {_LONGEST_CELL:,} characters",
                    where=self._place(reader.line_num),
                    advice="See whether a quote is closed: until it is, all that follows is one cell.",
                ) from None
            raise UsageError(
                f"the line cannot be read: {error}; expected cells with {self._delimiter!r} between them",
                where=self._place(reader.line_num),
            ) from None
        except UnicodeError as error:
            shown = self._layout.encoding.removesuffix("-sig").upper()
            raise UsageError(
                f"the file is not {shown}: {getattr(error, 'reason', error)}",
                where=f"FILE {self._name} behind line {reader.line_num}",
                advice=f"Save it as {shown}, or say how it is written with --encoding.",
            ) from None
        finally:
            text.detach()

    def _lines(self, text: io.TextIOWrapper) -> Iterator[str]:
        """The lines, none of which is without end."""
        for number, line in enumerate(iter(lambda: text.readline(LARGEST_LINE + 1), ""), 1):
            if len(line) > LARGEST_LINE:
                raise UsageError(
                    f"the line has more than {LARGEST_LINE:,} characters; expected cells of a record",
                    where=self._place(number),
                )
            yield line

    def _named(self, reader: Any) -> Iterator[dict[str, Any]]:
        header = self._header(reader)
        unnamed = _unnamed(header or [])
        for cells in reader:
            if not cells:
                continue
            if header is None:
                header = [str(number) for number in range(1, len(cells) + 1)]
                self._check(header, reader.line_num)
            # One cell too few may be one that is missing anywhere in the line.
            if len(cells) != len(header):
                raise UsageError(
                    f"the line has {len(cells)} cells; expected {len(header)}, as many as there are columns",
                    where=self._place(reader.line_num),
                )
            self._require_empty(cells, unnamed, reader.line_num)
            yield {header[place]: cell for place, cell in enumerate(cells) if place not in unnamed}

    def _header(self, reader: Any) -> list[str] | None:
        """The columns' names; None where the file does not say them, or is empty."""
        header = None
        for number in range(self._layout.header_line):
            header = next(reader, None)
            if header is None and number > 0:
                raise UsageError(
                    f"the file ends with line {reader.line_num}; expected the columns' names in line"
                    f" {self._layout.header_line}",
                    where=self._place(reader.line_num),
                    advice="Say with --header-line which line names the columns.",
                )
        if header is not None:
            self._check(header, reader.line_num)
        return header

    def _require_empty(self, cells: list[str], places: frozenset[int], line: int) -> None:
        for place in sorted(places):
            if cells[place].strip():
                raise UsageError(
                    f"cell {place + 1} is {cells[place][:_CELL_SHOWN]!r}, and its column has no name, as another one"
                    " has none; expected a name, or the column empty",
                    where=self._place(line),
                )

    def _check(self, header: list[str], line: int) -> None:
        counts = Counter(header)
        twice = next((column for column, count in counts.items() if count > 1 and column.strip()), None)
        if twice is not None:
            raise UsageError(f"the column {twice!r} stands there twice; expected each once", where=self._place(line))
        if self._group_by is not None and self._group_by not in counts:
            shown = ", ".join(map(repr, header[:_COLUMNS_SHOWN])) + (", …" if len(header) > _COLUMNS_SHOWN else "")
            raise UsageError(
                f"there is no column {self._group_by!r}, by which the mapping groups lines; expected it among {shown}",
                where=self._place(line),
                advice=_OTHERWISE.get(len(header), _HEADER),
            )

    def _place(self, line: int) -> str:
        return f"FILE {self._name} line {line}"
