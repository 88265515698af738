"""What a program gives as records: one, several, or a table of another library, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from brightpearl._native import Resource, Row
from brightpearl.arguments import named, wrong_type
from brightpearl.cells import cells_of, is_column, rows_of_arrow, rows_of_pandas, rows_of_polars
from brightpearl.exceptions import ArgumentTypeError
from brightpearl.foreign import cell_of, is_empty, is_record_class, row_of
from brightpearl.text import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterator
    from typing import Any, Protocol

    from _typeshed import DataclassInstance

    from brightpearl.wire import AnyRecord

    class ArrowTabular(Protocol):
        """A table or a column of polars, pyarrow, pandas or another library."""

        def __arrow_c_stream__(self, requested_schema: object = None, /) -> object:
            """Its rows."""

    class PandasTabular(Protocol):
        """A table of pandas, whose types do not tell of Arrow."""

        def iterrows(self) -> Iterable[tuple[Any, Any]]:
            """Its rows, each with its label."""

    AnyTable = ArrowTabular | PandasTabular
    AnyRecords = Iterable[AnyRecord] | AnyTable | Mapping[str, Any] | DataclassInstance
    """Several records; a table of pandas, polars or pyarrow; or one record."""

_EXPECTED = "an iterable of records, a table, or one record as a dict"


def records_of(records: Any) -> Iterable[AnyRecord]:
    """The records that an argument stands for, taken as they are asked for.

    Raises `TypeError` for what would be taken apart by accident, such as a text.
    """
    if isinstance(records, (Mapping, Row, Resource)):
        return [records]  # type: ignore[list-item]
    if row_of(records) or is_record_class(records):
        return [records]
    if isinstance(records, (str, bytes, bytearray, memoryview)):
        message = f"`records` is {named(records)}; expected {_EXPECTED}"
        raise ArgumentTypeError(message, location="records", advice="Give a single record of JSON within a list.")
    if hasattr(records, "collect") and hasattr(records, "collect_schema"):
        message = f"`records` is {named(records)}, whose rows are not known yet; expected {_EXPECTED}"
        raise ArgumentTypeError(message, location="records", advice="Give what its `collect()` returns.")
    if hasattr(records, "to_pylist") and hasattr(records, "column_names"):
        batches = records.to_batches() if hasattr(records, "to_batches") else [records]
        return _rows(*rows_of_arrow(batches, records.column_names))
    if hasattr(records, "read_next_batch") and hasattr(records, "schema"):
        return _rows(*rows_of_arrow(records, records.schema.names))
    if hasattr(records, "columns") and hasattr(records, "itertuples"):
        return _rows(*rows_of_pandas(records))
    if hasattr(records, "columns") and hasattr(records, "get_columns"):
        return _rows(*rows_of_polars(records))
    if is_column(records):
        # Each cell is a record, such as the JSON of one.
        return (None if is_empty(cell) else cell_of(cell) for cell in cells_of(records))  # type: ignore[misc]
    if hasattr(records, "__arrow_c_stream__") and not hasattr(records, "__next__"):
        # Of any other library.
        return _rows(*_rows_of_stream(records))
    try:
        iter(records)
    except TypeError:
        raise wrong_type("records", records, _EXPECTED) from None
    return records  # type: ignore[no-any-return]


def records_of_any_kind(records: Any) -> Iterable[AnyRecord] | AsyncIterable[AnyRecord]:
    """The same where they may come asynchronously, too."""
    return records if hasattr(records, "__aiter__") else records_of(records)


def _rows_of_stream(records: Any) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    from brightpearl.frames import package

    pyarrow = package("pyarrow", "arrow", "a table of Arrow")
    try:
        reader = pyarrow.RecordBatchReader.from_stream(records)
    except pyarrow.ArrowInvalid as failure:
        message = f"`records` is {named(records)}, which has no rows: {one_line(str(failure))}; expected {_EXPECTED}"
        raise ArgumentTypeError(message, location="records") from None
    return rows_of_arrow(reader, reader.schema.names)


def _rows(columns: Iterable[object], rows: Iterable[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    """Each row without the cells that are missing."""
    names: list[str] = []
    for name in columns:
        if not isinstance(name, str):
            raise ArgumentTypeError(f"a column of `records` is {name!r}; expected a text", location="records")
        if name in names:
            raise ArgumentTypeError(f"`records` has the column {name!r} twice; expected it once", location="records")
        names.append(name)
    return ({name: cell_of(cell) for name, cell in zip(names, row, strict=True) if not is_empty(cell)} for row in rows)
