"""Records as tables of Arrow, and from there of pandas and polars: nested members become columns with dotted names, and
what there are several of in a record becomes a table of its own."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from brightpearl._native import dump_json
from brightpearl.arguments import required_choice
from brightpearl.exceptions import ValidationError
from brightpearl.shapes import is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Literal

    import pandas
    import polars
    import pyarrow

    from brightpearl.known_columns import Columns

    Moments = Literal["instant", "local", "text"]
    """What date-times become: instants in UTC, what the account's clock showed, or the texts that Brightpearl sent."""

MOMENTS = ("instant", "local", "text")

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3}|\.\d{6})?([+-]\d{2}:\d{2}|Z)")
_DECIMAL = re.compile(r"-?\d{1,20}\.\d{1,12}")
_TEXTUAL = re.compile(r"(sku|ref|reference|code|name|text|ean|upc|isbn|mpn|barcode|postal|phone|fax|version|key)", re.I)
"""Names of members whose digits are no number, such as SKUs."""

_NOTHING: Mapping[str, Mapping[str, Columns]] = MappingProxyType({})
_MOST_DIGITS = 38
_MILLISECONDS = len(".000")


def package(name: str, extra: str, purpose: str) -> Any:
    """A library that is not installed by itself."""
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError:
        raise ValidationError(
            f"{purpose} needs the package {name}, which is not installed",
            location=name,
            advice=f"pip install 'brightpearl[{extra}]'",
        ) from None


def checked_moments(dates: object) -> None:
    """Raises `ValidationError` or `TypeError` at what date-times cannot become."""
    required_choice(dates, "dates", MOMENTS)


class Tabled(NamedTuple):
    """A record for tables."""

    what: str
    """What it is, such as `order`."""
    number: int | None
    """Its id."""
    record: Any
    """Itself; None for one that is gone."""
    deleted: bool | None = None
    """Whether it is gone; None where nobody looks for such."""


def tables_of(
    records: Iterable[Tabled | tuple[str, int | None, Any]],
    dates: Moments = "instant",
    known: Mapping[str, Mapping[str, Columns]] = _NOTHING,
) -> dict[str, pyarrow.Table]:
    """The tables of records: one of what they are, and one for whatever they have several of.

    `known`: by what the records are, the columns of tables that are there although nothing was found for them.
    """
    checked_moments(dates)
    collected: dict[tuple[str, str], _Rows] = {}
    for one in records:
        record = Tabled(*one)
        _Exploding(collected, record.what, record.number, known.get(record.what, {})).add(record)
    empty = {(what, name): columns for what, tables in known.items() for name, columns in tables.items()}
    tables = {place: _table(rows.cells, dates) for place, rows in collected.items()}
    tables |= {place: _empty_table(columns, dates) for place, columns in empty.items() if place not in tables}
    # A table of what there are several of in a record has its plain name where no other table has it.
    taken = Counter(name or what for what, name in tables)
    return {
        f"{what}.{name}" if name and taken[name] > 1 else name or what: table for (what, name), table in tables.items()
    }


class _Rows:
    """The rows of one table, as they are collected."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.cells: list[dict[str, Any]] = []
        # The member behind each column; nothing behind the id of a record above.
        self._members: dict[str, tuple[str, ...]] = {}

    def begin(self, keys: Mapping[str, Any]) -> dict[str, Any]:
        """Another row, with the ids of what it stands in."""
        self._members.update(dict.fromkeys(keys, ()))
        row = dict(keys)
        self.cells.append(row)
        return row

    def put(self, row: dict[str, Any], member: tuple[str, ...], value: Any) -> None:
        """Puts a member into its column. Raises `ValidationError` where another member has that."""
        column = ".".join(member)
        if self._members.get(column) == ():
            column = f"{self._name}.{column}"
        if self._members.setdefault(column, member) != member:
            raise ValidationError(
                f"the members {' -> '.join(self._members[column])!r} and {' -> '.join(member)!r} of {self._name} would "
                f"share the column {column!r}; expected names without dots, or a mapping that renames one",
                location=column,
            )
        row[column] = value


class _Exploding:
    """One record, taken apart."""

    def __init__(
        self, collected: dict[tuple[str, str], _Rows], what: str, number: int | None, known: Mapping[str, Columns]
    ) -> None:
        self._collected = collected
        # The tables that there are anyway.
        self._known = known
        self._what = what
        self._number = number

    def add(self, told: Tabled) -> None:
        rows = self._rows("")
        if told.deleted:
            rows.begin({"id": self._number, "deleted": True})
            return
        members = told.record if isinstance(told.record, dict) else {"value": told.record}
        number = members.get("id", self._number)
        if told.deleted is None:
            row = rows.begin({})
            if "id" not in members and self._number is not None:
                rows.put(row, ("id",), self._number)
        else:
            # Those that are gone have Brightpearl's id, which a mapping may use for one of another system.
            row = rows.begin({"id": self._number, "deleted": False})
            if number == self._number:
                members = {name: value for name, value in members.items() if name != "id"}
        self._flatten(members, (), rows, row, {f"{self._what}.id": number}, "")

    def _rows(self, name: str) -> _Rows:
        return self._collected.setdefault((self._what, name), _Rows(name or self._what))

    def _flatten(
        self,
        members: Mapping[str, Any],
        steps: tuple[str, ...],
        rows: _Rows,
        row: dict[str, Any],
        keys: dict[str, Any],
        above: str,
    ) -> None:
        for name, value in members.items():
            member = (*steps, name)
            full = f"{above}{'.'.join(member)}"
            if isinstance(value, dict) and is_map(value):
                self._explode(full, value.items(), keys)
            elif isinstance(value, dict) and value:
                self._flatten(value, member, rows, row, keys, above)
            elif isinstance(value, list) and value and all(isinstance(element, dict) for element in value):
                self._explode(full, enumerate(value), keys)
            elif value or full not in self._known:
                rows.put(row, member, dump_json(value) if isinstance(value, (dict, list)) else value)

    def _explode(self, name: str, parts: Iterable[tuple[Any, Any]], keys: dict[str, Any]) -> None:
        """A row of another table for each part, with the keys of what it stands in."""
        rows = self._rows(name)
        # Named like the record, it has its id beside the record's.
        named = f"{self._what}.{name}" if f"{name}.id" in keys else name
        for key, part in parts:
            for one in part if isinstance(part, list) else [part]:
                own = {**keys, f"{named}.id" if isinstance(key, str) else f"{named}.place": _key(key)}
                members = one if isinstance(one, dict) else {"value": one}
                self._flatten(members, (), rows, rows.begin(own), own, f"{name}.")


def _key(key: Any) -> int:
    return int(key)


def _table(rows: list[dict[str, Any]], dates: Moments) -> pyarrow.Table:
    pyarrow = package("pyarrow", "arrow", "a table")
    arrays = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        cells = [row.get(name) for row in rows]
        kind = ColumnType(name)
        for cell in cells:
            kind.take(cell)
        arrays[name] = array_of(cells, kind.arrow(dates))
    return pyarrow.table(arrays)


def _empty_table(columns: Columns, dates: Moments) -> pyarrow.Table:
    pyarrow = package("pyarrow", "arrow", "a table")
    kinds = {"integer": pyarrow.int64(), "boolean": pyarrow.bool_(), "date-time": _moments(dates, "ms")}
    return pyarrow.table(
        {name: pyarrow.array([], type=kinds.get(kind, pyarrow.string())) for name, kind in columns.items()}
    )


def _moments(dates: Moments, unit: str) -> pyarrow.DataType:
    pyarrow = package("pyarrow", "arrow", "a table")
    types = {"instant": pyarrow.timestamp(unit, tz="UTC"), "local": pyarrow.timestamp(unit)}
    return types.get(dates, pyarrow.string())


class ColumnType:
    """The narrowest type that holds the cells of a column without loss: whole numbers, booleans, decimals, date-times,
    or else texts. Cell by cell, so that not all of them need be held."""

    def __init__(self, name: str) -> None:
        self._kinds: set[type] = set()
        # Nobody calculates with a SKU.
        self._may_be_amount = not _TEXTUAL.search(name.rpartition(".")[2])
        self._may_be_moment = True
        self._unit = "ms"
        self._fits = True
        # The digits that decimals need, on either side of the point.
        self._whole = 1
        self._scale = 0
        self._largest = 0

    def take(self, cell: Any) -> None:
        """Takes note of a cell."""
        kind = type(cell)
        if cell is None:
            return
        self._kinds.add(kind)
        if kind is str:
            self._judge_moment(cell)
            self._may_be_amount = self._may_be_amount and _DECIMAL.fullmatch(cell) is not None
        if kind is int:
            self._largest = max(self._largest, abs(cell))
        if kind is int or kind is Decimal or (kind is str and self._may_be_amount):
            _, digits, exponent = Decimal(cell).as_tuple()
            self._fits = self._fits and isinstance(exponent, int)
            if isinstance(exponent, int):
                self._scale = max(self._scale, -exponent)
                self._whole = max(self._whole, len(digits) + exponent)

    def _judge_moment(self, text: str) -> None:
        if not self._may_be_moment:
            return
        found = _MOMENT.fullmatch(text)
        self._may_be_moment = found is not None and _has_instant(text)
        if found is not None and len(found[1] or "") > _MILLISECONDS and not found[1].endswith("000"):
            self._unit = "us"

    def arrow(self, dates: Moments = "instant") -> pyarrow.DataType:
        """Its type in Arrow."""
        pyarrow = package("pyarrow", "arrow", "a table")
        kinds = self._kinds
        if kinds == {bool}:
            return pyarrow.bool_()
        if kinds == {int} and self._largest < 1 << 63:
            return pyarrow.int64()
        if kinds == {str} and self._may_be_moment:
            return _moments(dates, self._unit)
        is_amount = kinds == {str} and self._may_be_amount
        if (is_amount or (kinds and kinds <= {int, Decimal})) and self._fits:
            precision = self._whole + self._scale
            if precision <= _MOST_DIGITS:
                return pyarrow.decimal128(precision, self._scale)
        return pyarrow.string()


def array_of(cells: list[Any], kind: pyarrow.DataType) -> pyarrow.Array:
    """Cells as a column of a type that holds them."""
    pyarrow = package("pyarrow", "arrow", "a table")
    if pyarrow.types.is_decimal(kind):
        cells = [None if cell is None else Decimal(cell) for cell in cells]
    elif pyarrow.types.is_timestamp(kind):
        found = [None if cell is None else _moment(cell) for cell in cells]
        # Without a zone, what the account's clock showed.
        cells = found if kind.tz else [None if one is None else one.replace(tzinfo=None) for one in found]
    elif pyarrow.types.is_string(kind):
        cells = [None if cell is None else _text(cell) for cell in cells]
    return pyarrow.array(cells, type=kind)


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def _has_instant(text: str) -> bool:
    """Whether there is such a day, and whether it stays within Python's years in UTC."""
    try:
        _moment(text).astimezone(datetime.timezone.utc)
    except (ValueError, OverflowError):
        return False
    return True


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell if isinstance(cell, str) else str(cell)


def to_pandas(table: Any) -> pandas.DataFrame:
    """A table of Arrow as one of pandas. Whole numbers with gaps stay whole numbers."""
    pyarrow = package("pyarrow", "arrow", "a table of pandas")
    library = package("pandas", "pandas", "a table of pandas")
    whole = {pyarrow.int64(): library.Int64Dtype(), pyarrow.bool_(): library.BooleanDtype()}
    frame: pandas.DataFrame = pyarrow.table(table).to_pandas(types_mapper=whole.get)
    return frame


def to_polars(table: Any) -> polars.DataFrame:
    """A table of Arrow as one of polars."""
    frame: polars.DataFrame = package("polars", "polars", "a table of polars").DataFrame(table)
    return frame


def main_table(tables: dict[str, pyarrow.Table], what: str) -> pyarrow.Table:
    """The table of the records themselves."""
    found = tables.get(what)
    if found is None:
        found = package("pyarrow", "arrow", "a table").table({})
    return found
