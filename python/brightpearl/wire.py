"""Python values as the texts that stand in queries and bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from brightpearl._native import IdSet, Resource, Row, dump_json
from brightpearl.exceptions import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime
    from typing import Any

    # A mapping's values are listed at `text_of`; as a union, type checkers would not accept mixed literals.
    Parameters = Mapping[str, object] | Iterable[tuple[str, object]]
    Ids = str | int | Iterable[int] | IdSet
    AnyRecord = Mapping[str, Any] | str | bytes
    """A record of another system: an object that has a JSON form, or its JSON."""


def pairs_of(parameters: Parameters | None, place: str) -> list[tuple[str, str]]:
    """The names and texts of query parameters, in order. Pairs may repeat a name, a mapping cannot."""
    if parameters is None:
        return []
    pairs = parameters.items() if isinstance(parameters, Mapping) else parameters
    return [(str(name), text_of(value, f"{place}.{name}")) for name, value in pairs]


def text_of(value: object, place: str) -> str:
    """The text of a value: `true`, `7`, `2026-01-31`, `2026-01-31T12:00:00.000+00:00`, `1,2,3`.

    Texts, numbers, booleans, dates, aware date-times, id sets, and several of one of these.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, IdSet)):
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray, Mapping)):
        return ",".join(text_of(element, place) for element in value)
    return _rarer_text_of(value, place)


def _rarer_text_of(value: object, place: str) -> str:
    # Imported here, since a program that imports the package need not use either.
    import datetime
    from decimal import Decimal

    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return _moment_text(value, place)
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise ValidationError(
        f"a {type(value).__name__} cannot stand in a query; expected a text, a number, a boolean, a date, "
        "a date-time, or several of one of these",
        location=place,
    )


def _moment_text(value: datetime.datetime, place: str) -> str:
    if value.tzinfo is None:
        raise ValidationError(
            f"the date-time {value.isoformat()} names no instant; expected one with a time zone",
            location=place,
        )
    return value.isoformat(timespec="milliseconds")


def names_of(names: str | Iterable[str]) -> list[str]:
    """Column names or sort keys, given as one text or several."""
    return names.split(",") if isinstance(names, str) else [str(name) for name in names]


def ids_text(ids: Ids) -> str:
    """Ids as the API writes them, such as `1-200,320`."""
    return str(ids if isinstance(ids, IdSet) else IdSet(ids))


def body_text(body: Any) -> str:
    """A body: bytes or a text as it is, or the JSON of an object."""
    if body is None:
        return ""
    if isinstance(body, str):
        return body
    if isinstance(body, (bytes, bytearray, memoryview)):
        try:
            return bytes(body).decode()
        except UnicodeDecodeError as error:
            raise ValidationError(
                "the body is not UTF-8, which all JSON is", location=f"body byte {error.start}"
            ) from None
    return dump_json(body)


def record_bytes(record: AnyRecord) -> bytes:
    """A record for a mapping: bytes or a text as it is, or the JSON of an object."""
    if isinstance(record, bytes):
        return record
    if isinstance(record, str):
        return record.encode()
    if isinstance(record, (bytearray, memoryview)):
        return bytes(record)
    is_foreign = isinstance(record, Mapping) and not isinstance(record, (dict, Row, Resource))
    return dump_json(dict(record) if is_foreign else record, "record").encode()
