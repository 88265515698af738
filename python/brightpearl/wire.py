"""Python values as the texts that stand in queries and bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from brightpearl._native import IdSet, dump_json, tell_of_cut
from brightpearl.arguments import checked_text, each_of, named, taken
from brightpearl.cells import Unreadable, unreadable
from brightpearl.exceptions import ArgumentTypeError, ValidationError
from brightpearl.foreign import is_missing, own_values, plain, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime
    from typing import Any, SupportsIndex

    from _typeshed import DataclassInstance

    # A mapping's values are listed at `text_of`; as a union, type checkers would not accept mixed literals.
    Parameters = Mapping[str, object] | Iterable[tuple[str, object]]
    Ids = str | SupportsIndex | Iterable[SupportsIndex] | IdSet
    AnyRecord = Mapping[str, Any] | DataclassInstance | str | bytes
    """A record of another system: an object that has a JSON form, an instance of a dataclass, or its JSON."""

_TEXTS = (str, bytes, bytearray, memoryview)


def pairs_of(parameters: Parameters | None, place: str, *, fractions: bool = True) -> list[tuple[str, str]]:
    """The names and texts of query parameters, in order. Pairs may repeat a name, a mapping cannot.

    `fractions`: whether a value may be a number that is not whole.
    """
    if parameters is None:
        return []
    expected = "a mapping, or pairs of a name and a value"
    pairs = parameters.items() if isinstance(parameters, Mapping) else each_of(parameters, place, expected)
    found: list[tuple[str, str]] = []
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise ArgumentTypeError(f"`{place}` has {named(pair)} among its pairs; expected {expected}", location=place)
        name, value = pair
        if not isinstance(name, str):
            raise ArgumentTypeError(f"a name in `{place}` is {named(name)}; expected a text", location=place)
        checked_text(name, place)
        inside = f"{place}.{name}"
        several = [value] if fractions else _several(value, inside)
        found.extend((name, text_of(one, inside, fractions=fractions)) for one in several)
    return found


def header_lines(lines: Parameters | None, place: str) -> list[tuple[str, str]]:
    """The same for header lines, which are of ASCII characters only."""
    found = pairs_of(lines, place)
    for name, value in found:
        if not value.isascii():
            raise ValidationError(
                f"the value of {name!r} has a character that cannot stand in a header; expected ASCII characters",
                location=place,
                advice="Percent-encode it, or leave out what is not ASCII.",
            )
    return found


def _several(value: object, place: str) -> list[object]:
    """The values of a filter. Several texts go by themselves: the engine knows whether the column takes a set."""
    value = plain_at(value, place)
    if not isinstance(value, (list, tuple, set, frozenset)):
        return [value]
    values = list(value)
    if not values:
        raise ValidationError(f"`{place}` has no values; expected some, or no such filter", location=place)
    return values if any(isinstance(one, str) for one in values) else [value]


def text_of(value: object, place: str, *, fractions: bool = True) -> str:
    """The text of a value: `true`, `7`, `2026-01-31`, `2026-01-31T12:00:00.000+00:00`, `1,2,3`.

    Texts, numbers, booleans, dates, aware date-times, id sets, and several of one of these.
    """
    value = plain_at(value, place)
    single = _single_text(value, place, fractions)
    if single is not None:
        return single
    # A table would be its columns' names.
    if isinstance(value, Iterable) and not isinstance(value, (*_TEXTS, Mapping)) and not hasattr(value, "columns"):
        elements = taken(value, place, "a value, or several")
        texts = [_single_text(plain_at(element, place), place, fractions) for element in elements]
        known = [text for text in texts if text is not None]
        if len(known) == len(texts):
            return ",".join(known)
    raise ArgumentTypeError(
        f"`{place}` is {named(value)}; expected a text, a number, a boolean, a date, a date-time, or several of one of "
        "these",
        location=place,
    )


def plain_at(value: object, place: str) -> Any:
    """A value of another library as Python's own."""
    try:
        return plain(value)
    except Exception as failure:
        raise ValidationError(f"`{place}`: {unreadable(failure)}", location=place) from None


def _single_text(value: object, place: str, fractions: bool) -> str | None:
    if isinstance(value, str):
        return checked_text(value, place)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, IdSet):
        return str(value)
    if (number := whole_number(value)) is not None:
        return _digits(number, place)
    return _rarer_text_of(value, place, fractions)


def _digits(number: int, place: str) -> str:
    try:
        return int.__repr__(number)
    except ValueError:
        message = f"`{place}` is a very large number, which cannot be written; expected fewer digits"
        raise ValidationError(message, location=place) from None


def _rarer_text_of(value: object, place: str, fractions: bool) -> str | None:
    # Imported here, since a program that imports the package need not use either.
    import datetime
    from decimal import Decimal

    if isinstance(value, Unreadable):
        raise ValidationError(f"`{place}`: {value.reason}", location=place)
    if is_missing(value):
        raise ArgumentTypeError(f"`{place}` is {value}, a value that is missing; expected one", location=place)
    if isinstance(value, (float, Decimal)) or type(value).__name__ in ("float16", "float32"):
        return _number_text(value, place, fractions)
    if isinstance(value, datetime.datetime):
        return _moment_text(value, place)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if type(value).__name__ in ("bool", "bool_"):
        # Of numpy.
        return "true" if value else "false"
    return None


def _number_text(value: Any, place: str, fractions: bool) -> str:
    from decimal import Decimal

    # As many digits as it shows.
    number = (
        value if isinstance(value, Decimal) else Decimal(repr(float(value)) if isinstance(value, float) else str(value))
    )
    if isinstance(value, Decimal) and number.is_finite() and number == number.to_integral_value():
        return format(number.to_integral_value(), "f")
    if not fractions or not number.is_finite():
        raise ArgumentTypeError(
            f"`{place}` is the {type(value).__name__} {value}; expected a whole number, or a text: in filters a point "
            "stands between two ids"
            if number.is_finite()
            else f"`{place}` is {value}; expected a number",
            location=place,
        )
    return format(number, "f")


def _moment_text(value: datetime.datetime, place: str) -> str:
    if value.tzinfo is None:
        raise ValidationError(
            f"the date-time {value.isoformat()} names no instant; expected one with a time zone",
            location=place,
        )
    if value.microsecond % 1000:
        tell_of_cut(value)
    return value.isoformat(timespec="milliseconds")


def names_of(names: str | Iterable[str], place: str) -> list[str]:
    """Column names or sort keys, given as one text or several."""
    if isinstance(names, str):
        return checked_text(names, place).split(",")
    found = [plain_at(name, place) for name in each_of(names, place, "a text, or several")]
    for name in found:
        if not isinstance(name, str):
            raise ArgumentTypeError(f"`{place}` has {named(name)}; expected only texts", location=place)
    return [checked_text(name, place) for name in found]


def ids_text(ids: Ids, place: str = "ids") -> str:
    """Ids as the API writes them, such as `1-200,320`.

    Raises `TypeError` for whatever is no whole number: floats, booleans, bytes.
    """
    if isinstance(ids, IdSet):
        return str(ids)
    if isinstance(ids, str):
        return str(_set_of(checked_text(ids, place), place))
    if (number := whole_number(ids := _one(ids))) is not None:
        _require_id(number, place)
        return str(_set_of(ids, place))
    expected = "a whole number, several, a text such as '1-200,320', or an IdSet"
    found = [id if type(id) is int else plain_at(id, place) for id in each_of(plain_at(ids, place), place, expected)]
    for number, id in enumerate(found):
        if (whole := whole_number(id)) is not None:
            _require_id(whole, f"{place}[{number}]")
        else:
            is_gap = id is None or is_missing(id) or (isinstance(id, float) and id != id)
            what = f"is missing: it is {id}" if is_gap else f"is {named(id)}"
            raise ArgumentTypeError(
                f"id {number} of `{place}` {what}; expected {expected}", location=f"{place}[{number}]"
            )
    return str(_set_of(found, place))


def _require_id(number: int, place: str) -> None:
    """Raises for what has too many digits to be shown; of others, a set of ids says what is wrong."""
    if abs(number) >= 1 << 64:
        raise ValidationError(f"`{place}` is a very large number; expected an id, which is below 2^63", location=place)


def _one(ids: Any) -> Any:
    """An element of Arrow as the number that it is."""
    return plain(ids) if hasattr(ids, "as_py") or getattr(ids, "shape", None) == () else ids


def _set_of(ids: Any, place: str) -> IdSet:
    try:
        return IdSet(ids)
    except ValidationError as error:
        where = "" if error.location in (None, "ids") else f" at {error.location}"
        raise ValidationError(f"`{place}` does not fit{where}: {error.message}", location=place) from None


def json_of(value: Any, place: str, *, leaves_out: bool = False) -> str:
    """The JSON of an object. Scalars of numpy and pandas stand for the values of Python's own that they are.

    `leaves_out`: members that are missing, such as `pandas.NaT`, are left out, and refused otherwise.

    Raises `ValidationError` at `place` and a JSON Pointer.
    """
    try:
        return dump_json(value, place)
    except MemoryError:
        raise
    except Exception:
        # Whatever a value of another library raises when it is read.
        owned = own_values(value, place, leaves_out=leaves_out)
    return dump_json(owned, place)


def body_text(body: Any, place: str = "body") -> str:
    """A body: bytes or a text as it is, or the JSON of an object."""
    if body is None:
        return ""
    if isinstance(body, str):
        return checked_text(body, place)
    if isinstance(body, (bytes, bytearray, memoryview)):
        try:
            return bytes(body).decode()
        except UnicodeDecodeError as error:
            raise ValidationError(
                "the body is not UTF-8, which all JSON is", location=f"{place} byte {error.start}"
            ) from None
    return json_of(body, place)


def record_bytes(record: AnyRecord) -> bytes:
    """A record for a mapping: bytes or a text as it is, or the JSON of an object. Members that are missing, such as
    `pandas.NaT`, are left out.

    Raises `ValidationError` at what has no JSON form, and for whatever is no object.
    """
    if isinstance(record, (bytes, bytearray, memoryview)):
        text = bytes(record)
    elif isinstance(record, str):
        try:
            text = record.encode()
        except UnicodeEncodeError:
            raise ValidationError("the text has half of a surrogate pair", location="record") from None
    elif isinstance(record, tuple):
        # Its members have no names, and the names that one of pandas has are not those of the columns.
        advice = "Give a dict, such as what its `_asdict()` returns." if hasattr(record, "_asdict") else ""
        raise ValidationError(f"the record is {named(record)}; expected an object", location="record", advice=advice)
    else:
        text = json_of(record, "record", leaves_out=True).encode()
    if not text.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").startswith(b"{"):
        raise ValidationError(f"the record is {_named_json(record, text)}; expected an object", location="record")
    return text


def _named_json(record: object, text: bytes) -> str:
    """What a record is that is no object."""
    if not isinstance(record, (str, *_TEXTS)):
        return named(record)
    shown = text[:40].decode(errors="replace")
    return f"{named(record)} that begins with {shown!r}" if shown.strip() else f"{named(record)} without a value"


def in_record(error: ValidationError, record: int) -> ValidationError:
    """The error of a record that has no JSON form, with the record's number."""
    pointer = (error.location or "record").removeprefix("record")
    return ValidationError(error.message, location=f"record {record}{pointer}", advice=error.advice)
