"""The cells of another library's columns and tables, each as the value that it shows."""

from __future__ import annotations

import math
from struct import pack, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    Narrow = Callable[[Any], Any]
    """Makes of a cell that was widened what it shows."""

_AT_A_TIME = 512
"""Rows of a table that are made values of Python's together."""

_DIGITS = {"e": (3, 5, 2.0**-14), "f": (6, 9, 2.0**-126)}
"""For floats of two and of four bytes: how many digits each keeps, how many tell any two of them apart, and from which
number on that holds."""


class Unreadable:
    """A cell for which Python has no value, such as a date-time beyond the year 9999. It stops no other."""

    __slots__ = ("reason",)

    def __init__(self, failure: Exception) -> None:
        self.reason = unreadable(failure)

    def __repr__(self) -> str:
        return f"<{self.reason}>"


def unreadable(failure: Exception) -> str:
    """Why a value cannot be read, in words."""
    return f"the value cannot be read: {type(failure).__name__}: {str(failure)[:200]}"


def rows_of_arrow(batches: Iterable[Any], names: Iterable[str]) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """The names and rows of batches of Arrow."""
    # Not as dicts of the library's own, in which the last of two columns of one name wins.
    return list(names), (row for batch in batches for row in zip(*map(cells_of, batch.columns), strict=True))


def rows_of_polars(frame: Any) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """The names and rows of a table of polars."""
    slices = (frame[start : start + _AT_A_TIME] for start in range(0, frame.height, _AT_A_TIME))
    rows = (row for part in slices for row in zip(*map(cells_of, part.get_columns()), strict=True))
    return list(frame.columns), rows


def rows_of_pandas(frame: Any) -> tuple[list[Any], Iterator[tuple[Any, ...]]]:
    """The names and rows of a table of pandas. What its index has a name for is a column as any other."""
    index = frame.index
    named = [place for place, name in enumerate(index.names) if name is not None]
    columns = [index.get_level_values(place) for place in named]
    columns += [frame.iloc[:, place] for place in range(len(frame.columns))]
    names = [index.names[place] for place in named] + list(frame.columns)
    cells = (map(_whole, column) if _is_whole_but_for_gaps(column) else cells_of(column) for column in columns)
    return names, zip(*cells, strict=True)


def _is_whole_but_for_gaps(column: Any) -> bool:
    """Whether a column of pandas holds floats only since it has gaps: as whole numbers, it would have no word for
    them."""
    if str(column.dtype) != "float64":
        return False
    filled = column.dropna()
    is_exact = bool(((filled < _EXACT) & (filled > -_EXACT)).all())
    return len(filled) < len(column) and is_exact and bool((filled % 1 == 0).all())


_EXACT = 2.0**53
"""Below it, each whole number has a float of its own."""


def _whole(cell: Any) -> Any:
    return int(cell) if cell == cell else cell


def is_column(value: Any) -> bool:
    """Whether it is a column or an array of Arrow, numpy, pandas or polars."""
    if hasattr(value, "column_names"):
        return False
    return hasattr(value, "to_pylist") or (
        hasattr(value, "dtype") and getattr(value, "shape", None) != () and hasattr(value, "__len__")
    )


def cells_of(column: Any) -> Iterable[Any]:
    """The cells of a column, or the elements of an array, as values of Python's own or scalars of numpy's."""
    if hasattr(column, "to_pylist"):
        return _narrowed(_cells_or_failures(column, column.to_pylist, _of_element), _of_arrow(column.type))
    kind = column.dtype
    if hasattr(kind, "pyarrow_dtype"):
        return cells_of(column.array.__arrow_array__())
    if hasattr(column, "get_chunks"):
        return _narrowed(_cells_or_failures(column, column.to_list, None), _of_polars(kind))
    # Of pandas, or an array of numpy, whose elements are scalars of numpy's.
    return _narrowed(column, _of_numpy(kind))


def element_of(scalar: Any) -> Any:
    """What an element of Arrow shows. Raises whatever keeps Python from having such a value."""
    value = scalar.as_py()
    narrow = _of_arrow(scalar.type)
    return value if narrow is None else narrow(value)


def _of_element(scalar: Any) -> Any:
    return scalar.as_py()


def _cells_or_failures(column: Any, whole: Callable[[], list[Any]], read: Narrow | None) -> list[Any]:
    """All cells at once; one by one where one of them cannot be read."""
    try:
        return whole()
    except Exception:
        return [_cell_or_failure(column, place, read) for place in range(len(column))]


def _cell_or_failure(column: Any, place: int, read: Narrow | None) -> Any:
    try:
        cell = column[place]
        return cell if read is None else read(cell)
    except Exception as failure:
        return Unreadable(failure)


def _narrowed(cells: Iterable[Any], narrow: Narrow | None) -> Iterable[Any]:
    return cells if narrow is None else map(narrow, cells)


def _shown(letter: str) -> Narrow:
    """For floats of two bytes (`e`) or four (`f`): as many digits as they show. As a float of Python's, which has eight
    bytes, 1999.99 would be 1999.989990234375."""
    from decimal import Decimal

    fewest, most, normal = _DIGITS[letter]

    def narrow(cell: Any) -> Any:
        if type(cell) is not float or not math.isfinite(cell):
            return cell
        for digits in range(fewest if abs(cell) >= normal else 1, most + 1):
            text = f"{cell:.{digits}g}"
            if unpack(letter, pack(letter, float(text)))[0] == cell:
                return Decimal(text)
        return cell

    return narrow


def _each(narrow: Narrow | None) -> Narrow | None:
    """For lists of what is narrowed so."""
    return None if narrow is None else lambda cell: [narrow(one) for one in cell] if isinstance(cell, list) else cell


def _members(members: Iterable[tuple[str, Narrow | None]]) -> Narrow | None:
    """For dicts whose members are narrowed so."""
    known = {name: narrow for name, narrow in members if narrow is not None}
    if not known:
        return None
    same = _same
    return lambda cell: (
        {name: known.get(name, same)(one) for name, one in cell.items()} if isinstance(cell, dict) else cell
    )


def _same(cell: Any) -> Any:
    return cell


def _of_numpy(kind: Any) -> Narrow | None:
    categories = getattr(kind, "categories", None)
    if categories is not None:
        return _of_numpy(categories.dtype)
    kind = getattr(kind, "subtype", kind)
    size = getattr(kind, "itemsize", 8) if getattr(kind, "kind", None) == "f" else 8
    return {2: _shown("e"), 4: _shown("f")}.get(size)


def _of_polars(kind: Any) -> Narrow | None:
    name = str(kind)
    if name in ("Float16", "Float32"):
        return _shown("e" if name == "Float16" else "f")
    if (inner := getattr(kind, "inner", None)) is not None:
        return _each(_of_polars(inner))
    return _members((field.name, _of_polars(field.dtype)) for field in getattr(kind, "fields", ()))


def _of_arrow(kind: Any) -> Narrow | None:
    from pyarrow import types

    if types.is_float16(kind) or types.is_float32(kind):
        return _shown("e" if types.is_float16(kind) else "f")
    if types.is_struct(kind):
        return _members((field.name, _of_arrow(field.type)) for field in map(kind.field, range(kind.num_fields)))
    if types.is_map(kind):
        key, item = _of_arrow(kind.key_type) or _same, _of_arrow(kind.item_type) or _same
        is_plain = key is _same and item is _same
        return None if is_plain else lambda cell: cell and [(key(name), item(one)) for name, one in cell]
    if (stored := getattr(kind, "storage_type", None)) is not None:
        return _of_arrow(stored)
    if (inner := getattr(kind, "value_type", None)) is not None:
        narrow = _of_arrow(inner)
        return narrow if types.is_dictionary(kind) or types.is_run_end_encoded(kind) else _each(narrow)
    return None
