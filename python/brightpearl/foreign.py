"""Values of other libraries, such as the scalars of numpy and pandas, as Python's own."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping

from brightpearl._native import IdSet, Resource, Row
from brightpearl.cells import Unreadable, cells_of, element_of, is_column, unreadable
from brightpearl.exceptions import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DEEPEST = 200
"""Levels of an object that has a JSON form."""


def whole_number(value: object) -> int | None:
    """A whole number, Python's own or another library's; None for anything else, booleans among it."""
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except Exception:
        # Whatever another library raises.
        return None


def plain(value: Any) -> Any:
    """What an element, an array or a column of another library stands for, as Python's own; anything else as it is.

    Raises whatever keeps Python from having such a value.
    """
    if callable(getattr(value, "as_py", None)):
        return element_of(value)
    if is_column(value):
        return list(cells_of(value))
    kind = _kind(value)
    if kind is not None and any(one.__name__ == "ndarray" for one in type(value).__mro__):
        # An array without dimensions. What is masked is one that has only itself.
        element = value[()]
        return value if element is value else plain(element)
    if kind != "M" or is_missing(value):
        return value
    # A date of numpy's, or a date-time, whose unit may be finer than those of Python.
    found = value.astype("datetime64[D]" if str(value.dtype) == "datetime64[D]" else "datetime64[us]").item()
    if isinstance(found, int):
        raise ValueError(f"{value} is beyond the years 1 to 9999")
    return found


def is_missing(value: object) -> bool:
    """Whether it stands for a value that is not there: `pandas.NaT`, `pandas.NA`, `numpy.ma.masked`, and whatever of
    numpy's or Arrow's is `nan` or `NaT`. Of Python's own, `nan` is a mistake in the program that made it."""
    if type(value) in _OWN:
        return False
    if type(value).__name__ in ("NAType", "MaskedConstant"):
        return True
    if callable(getattr(value, "as_py", None)):
        return _is_nan_of_arrow(value)
    # Alone of all numbers and moments, a missing one differs from itself.
    return (hasattr(value, "isoformat") or _kind(value) in _WITH_GAPS) and bool(value != value)


_OWN = frozenset((str, int, float, bool, type(None), dict, list, tuple, bytes))
_WITH_GAPS = frozenset("fcmM")
"""The kinds of numpy's scalars that have a word for what is missing."""


def _is_nan_of_arrow(scalar: Any) -> bool:
    try:
        shown = scalar.as_py()
    except Exception:
        # A date that Python has not.
        return False
    return isinstance(shown, float) and shown != shown


def is_empty(cell: object) -> bool:
    """Whether a cell of a table is empty: tables of numbers have no other word for it than `nan`."""
    return cell is None or is_missing(cell) or (isinstance(cell, float) and cell != cell)


def cell_of(cell: Any) -> Any:
    """A cell of a table without what is empty within it: members are left out, and elements are None."""
    if isinstance(cell, dict):
        return {name: cell_of(member) for name, member in cell.items() if member is None or not is_empty(member)}
    if isinstance(cell, (list, tuple)):
        return [None if is_empty(element) else cell_of(element) for element in cell]
    return cell


def row_of(value: Any) -> dict[str, Any] | None:
    """The cells of a table's row by the columns' names, such as a pandas Series has them, but for those that are empty;
    None for anything else."""
    if isinstance(value, Mapping) or not all(hasattr(value, name) for name in ("index", "items", "dtype")):
        return None
    cells = dict(zip(value.index, cells_of(value), strict=True))
    return {name: cell_of(cell) for name, cell in cells.items() if not is_empty(cell)} if _are_names(cells) else None


def _are_names(labels: Iterable[object]) -> bool:
    return all(isinstance(label, str) for label in labels)


def is_record_class(value: object) -> bool:
    """Whether it is an instance of a dataclass, or of a class of attrs or pydantic."""
    return not isinstance(value, type) and any(hasattr(value, name) for name in _OF_RECORD_CLASSES)


def members_of(value: Any) -> dict[str, Any]:
    """What an instance of such a class has, by the names of its fields; of pydantic, as its JSON names them."""
    if hasattr(value, "__pydantic_fields__"):
        found: dict[str, Any] = value.model_dump(by_alias=True)
        return found
    if hasattr(value, "__attrs_attrs__"):
        return {field.name: getattr(value, field.name) for field in value.__attrs_attrs__}
    from dataclasses import fields

    return {field.name: getattr(value, field.name) for field in fields(value)}


_OF_RECORD_CLASSES = ("__dataclass_fields__", "__attrs_attrs__", "__pydantic_fields__")


def own_values(value: Any, place: str, *, leaves_out: bool) -> Any:
    """An object of Python's own values, for one that has no JSON form yet.

    `leaves_out`: members that are missing are left out, and refused otherwise.

    Raises `ValidationError` at `place` and a JSON Pointer.
    """
    return _Converter(place, leaves_out).value(value, ())


class _Converter:
    def __init__(self, place: str, leaves_out: bool) -> None:
        self._place = place
        self._leaves_out = leaves_out

    def value(self, value: Any, steps: tuple[object, ...]) -> Any:
        if len(steps) > _DEEPEST:
            message = f"it nests deeper than {_DEEPEST} levels, or holds itself; expected fewer levels"
            raise ValidationError(message, location=self._place)
        try:
            return self._value(value, steps)
        except (ValidationError, MemoryError):
            raise
        except Exception as failure:
            # Of whatever library the value is.
            raise self._refusal(steps, unreadable(failure)) from None

    def _value(self, value: Any, steps: tuple[object, ...]) -> Any:
        if isinstance(value, Mapping) and not isinstance(value, (Row, Resource)):
            return {
                name: self.value(member, (*steps, name))
                for name, member in value.items()
                if not (self._leaves_out and is_missing(member))
            }
        if isinstance(value, (list, tuple)):
            return [self.value(element, (*steps, place)) for place, element in enumerate(value)]
        if value is None or isinstance(value, (str, bool, IdSet, Row, Resource)):
            return value
        if is_missing(value):
            if self._leaves_out:
                return None
            raise self._refusal(steps, f"{value} stands for a value that is missing; expected a value, or no member")
        if isinstance(value, float):
            return value
        return self._single(value, steps)

    def _single(self, value: Any, steps: tuple[object, ...]) -> Any:
        if isinstance(value, Unreadable):
            raise self._refusal(steps, value.reason)
        if (number := whole_number(value)) is not None:
            try:
                int.__repr__(number)
            except ValueError:
                raise self._refusal(steps, "the number has too many digits to be written") from None
            return number
        kind = _kind(value)
        if kind == "b":
            return bool(value)
        if kind == "f":
            from decimal import Decimal

            # As many digits as it shows: as a float of Python's it would have more.
            return float(value) if value != value else Decimal(str(value))
        if kind == "M":
            return str(value)
        if (row := row_of(value)) is not None:
            return self.value(row, steps)
        if is_record_class(value):
            return self.value(members_of(value), steps)
        owned = plain(value)
        if owned is not value:
            return self.value(cell_of(owned) if self._leaves_out else owned, steps)
        if hasattr(value, "isoformat"):
            # It may have none, and is written behind all else.
            value.isoformat()
        return value

    def _refusal(self, steps: tuple[object, ...], message: str) -> ValidationError:
        pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)
        return ValidationError(message, location=f"{self._place} {pointer}".rstrip())


def _kind(value: object) -> str | None:
    """The letter by which numpy tells the kinds of its scalars; None for what is no scalar of its."""
    kind: str | None = getattr(getattr(value, "dtype", None), "kind", None)
    return kind if getattr(value, "shape", None) == () else None
