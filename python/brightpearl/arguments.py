"""Checks what a client is made with, by the names of its arguments."""

from __future__ import annotations

import math

from brightpearl.exceptions import ArgumentTypeError, ValidationError

_LONGEST = 1_000_000.0
"""Seconds that every operating system can wait."""


def checked_seconds(value: object, name: str) -> float:
    """A span of time that is more than nothing."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ArgumentTypeError(f"`{name}` is a {type(value).__name__}; expected a number of seconds", location=name)
    # A whole number may be larger than any float.
    if not 0 < value <= _LONGEST or math.isnan(value):
        shown = repr(value) if isinstance(value, float) or abs(value) < 1 << 64 else "a very large number"
        raise ValidationError(f"`{name}` is {shown}; expected seconds above 0 and up to {_LONGEST:,.0f}", location=name)
    return float(value)


def checked_size(value: object, name: str) -> int | None:
    """A number of bytes, or None for the usual one."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise ArgumentTypeError(f"`{name}` is a {type(value).__name__}; expected a number of bytes", location=name)
    if not 0 < value < 1 << 63:
        raise ValidationError(f"`{name}` is not above 0 and below 2^63; expected a number of bytes", location=name)
    return value


def checked_callable(value: object, name: str) -> None:
    """Something that can be called, or None for the usual one."""
    if value is not None and not callable(value):
        raise ArgumentTypeError(f"`{name}` is a {type(value).__name__}; expected a callable", location=name)
