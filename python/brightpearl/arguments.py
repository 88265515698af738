"""Checks what a caller gives, by the names of its arguments."""

from __future__ import annotations

import errno
import math
import os
from collections.abc import Mapping
from itertools import islice
from operator import length_hint

from brightpearl.exceptions import ArgumentTypeError, ValidationError
from brightpearl.foreign import whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_LONGEST = 1_000_000.0
"""Seconds that every operating system can wait."""

_OWN = ("Veiled",)
"""Types of the package's own that stand for what a caller gave."""

LARGEST_COUNT = (1 << 63) - 1
"""The most that can be counted."""

MOST_ELEMENTS = 10_000_000
"""The most of anything that one argument takes: more ids than an account has, and as much as memory is sure to hold."""


def named(value: object) -> str:
    """What a value is, as it stands in a sentence: `an int`."""
    if value is None:
        return "None"
    name = next(kind.__name__ for kind in type(value).__mro__ if kind.__name__ not in _OWN)
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"


def wrong_type(name: str, value: object, expected: str) -> ArgumentTypeError:
    """The error of an argument that has a type which it cannot have."""
    return ArgumentTypeError(f"`{name}` is {named(value)}; expected {expected}", location=name)


def told_at(error: ValidationError, place: str, name: str) -> ValidationError:
    """The error of what stands at `place` on the way, at the name that it has for the caller."""
    location = error.location or ""
    if location == place or location.startswith((f"{place}.", f"{place} ", f"{place}[")):
        error.location = name + location[len(place) :]
        error._text = (error._text or "").replace(f"(at {location})", f"(at {error.location})") or None
        error.message = error.message.replace(f"`{place}", f"`{name}")
    return error


def each_of(value: Any, name: str, expected: str) -> list[Any]:
    """What several things are given as. What would be taken apart by accident is none of them: a text, a mapping, a
    table, which would be the names of its columns."""
    if isinstance(value, (str, bytes, bytearray, memoryview, Mapping)) or hasattr(value, "columns"):
        raise wrong_type(name, value, expected)
    try:
        iterator = iter(value)
    except TypeError:
        # An array without dimensions has the method, too.
        raise wrong_type(name, value, expected) from None
    return taken(iterator, name, expected, announced=value)


def taken(elements: Iterable[Any], name: str, expected: str, *, announced: object = None) -> list[Any]:
    """All of the elements of what may have no end, or more than can be held: those are refused.

    `announced`: what says how many there are, where that is not the iterable itself.
    """
    try:
        fits = length_hint(elements if announced is None else announced) <= MOST_ELEMENTS
    except OverflowError:
        # Such as `range(10**20)`.
        fits = False
    # A slice announces nothing, so that no room is made for what does not come.
    found = list(islice(elements, MOST_ELEMENTS + 1)) if fits else []
    if not fits or len(found) > MOST_ELEMENTS:
        raise ValidationError(
            f"`{name}` has more than {MOST_ELEMENTS:,} elements, or no end; expected {expected}",
            location=name,
            advice="Nothing was sent. Give fewer of them, in several calls.",
        )
    return found


def checked_seconds(value: object, name: str) -> float:
    """A span of time that is more than nothing."""
    seconds = _number(value, name)
    if not 0 < seconds <= _LONGEST:
        raise _wrong_span(seconds, name, "seconds above 0")
    return float(seconds)


def checked_milliseconds(value: object, name: str) -> int:
    """The milliseconds of a span of time in seconds, which may be nothing."""
    seconds = _number(value, name)
    if not 0 <= seconds <= _LONGEST:
        raise _wrong_span(seconds, name, "seconds from 0 on")
    return round(seconds * 1000)


def _number(value: Any, name: str) -> int | float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if (whole := whole_number(value)) is not None:
        return whole
    is_of_numpy = getattr(getattr(value, "dtype", None), "kind", None) == "f" and getattr(value, "shape", None) == ()
    if is_of_numpy or type(value).__name__ == "Decimal":
        try:
            return float(value)
        except ValueError:
            # The `nan` of decimals that no operation takes.
            return math.nan
    raise wrong_type(name, value, "a number of seconds")


def _wrong_span(value: float, name: str, expected: str) -> ValidationError:
    # A whole number may be larger than any text of a number.
    shown = repr(value) if isinstance(value, float) or abs(value) < 1 << 64 else "a very large number"
    return ValidationError(f"`{name}` is {shown}; expected {expected} and up to {_LONGEST:,.0f}", location=name)


def checked_size(value: object, name: str) -> int | None:
    """A number of bytes, or None for the usual one."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(name, value, "a number of bytes")
    if not 0 < value <= LARGEST_COUNT:
        raise ValidationError(f"`{name}` is not above 0 and below 2^63; expected a number of bytes", location=name)
    return value


def checked_count(value: object, name: str, *, least: int = 0, most: int = LARGEST_COUNT) -> int | None:
    """A whole number, or None for the usual one."""
    if value is None:
        return None
    number = whole_number(value)
    if number is None:
        raise wrong_type(name, value, "a whole number")
    if not least <= number <= most:
        bounds = f"one of at least {least}" if most == LARGEST_COUNT else f"one from {least} to {most}"
        shown = number if abs(number) < 1 << 64 else "a very large number"
        raise ValidationError(f"`{name}` is {shown}; expected {bounds}", location=name)
    return number


def checked_flag(value: object, name: str) -> bool:
    """True or False: what merely counts as one of them may be a mistake."""
    if not isinstance(value, bool):
        raise wrong_type(name, value, "True or False")
    return value


def checked_text(value: object, name: str, expected: str = "a text") -> str:
    """A text."""
    if not isinstance(value, str):
        raise wrong_type(name, value, expected)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValidationError(f"`{name}` has half of a surrogate pair; expected {expected}", location=name) from None
    return value


def checked_path(value: object, name: str) -> str:
    """The name of a file. One that is not UTF-8 is a text with surrogates, as Python has it."""
    text = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(text, str):
        raise wrong_type(name, text, "the path of a file")
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        checked_text(text, name, "the path of a file")
    if not text or "\0" in text:
        raise ValidationError(f"`{name}` is {text[:100]!r}; expected the path of a file", location=name)
    try:
        os.lstat(text)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            message = f"`{name}` begins with {text[:100]!r} and is too long; expected the path of a file"
            raise ValidationError(message, location=name) from None
    return text


def checked_choice(value: object, name: str, choices: Iterable[str]) -> str | None:
    """One of some texts, or None for the usual one."""
    return None if value is None else required_choice(value, name, choices)


def required_choice(value: object, name: str, choices: Iterable[str]) -> str:
    """One of some texts. A slip of the pen is told with the nearest of them."""
    known = list(choices)
    expected = "one of " + ", ".join(map(repr, known))
    text = checked_text(value, name, expected)
    if text not in known:
        # They are so short that one slip is a large part of them.
        nearest = did_you_mean(text[:100], known, least=0.6)
        hint = f"did you mean {nearest!r}? Expected {expected}" if nearest else f"expected {expected}"
        raise ValidationError(f"`{name}` is {text[:100]!r}; {hint}", location=name)
    return text


def checked_callable(value: object, name: str) -> None:
    """Something that can be called, or None for the usual one."""
    if value is not None and not callable(value):
        raise wrong_type(name, value, "a callable")


def did_you_mean(found: str, known: Iterable[str], *, least: float = 0.75) -> str | None:
    """The name that is most like one which is not known; None when there is none that is at least so alike."""
    from difflib import get_close_matches

    plain = {_plain(name): name for name in known}
    nearest = get_close_matches(_plain(found), plain, n=1, cutoff=least)
    return plain[nearest[0]] if nearest else None


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
