"""Says which argument, variable or input has bytes that are not UTF-8, and never what else stands there: it may be
secret."""

from __future__ import annotations

import os
import typing
from collections.abc import Callable, Iterator
from typing import Any

from typer.models import ArgumentInfo, OptionInfo


def told_of_bytes(error: UnicodeError, command: Callable[..., Any] | None, given: dict[str, Any]) -> tuple[str, str]:
    """What is wrong, and what to do. `given`: the arguments of the command."""
    if isinstance(error, UnicodeDecodeError):
        byte = error.object[error.start]
        return f"the input is not UTF-8: byte {error.start:,} is 0x{byte:02x}", "Save it as UTF-8."
    # What the shell gave is met when it is written down.
    for place, text in _texts(command, given):
        found = next(((number, letter) for number, letter in enumerate(text, 1) if _is_byte(letter)), None)
        if found is not None:
            number, letter = found
            return f"{place} is not UTF-8: character {number} is the byte 0x{ord(letter) & 0xFF:02x}", _ADVICE
    return "an argument or a variable is not UTF-8", _ADVICE


_ADVICE = "Nothing was sent. Give it in UTF-8."


def _texts(command: Callable[..., Any] | None, given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every text that a command was given, behind what it is called."""
    hints = {} if command is None else typing.get_type_hints(command, include_extras=True)
    for name, value in given.items():
        for text in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(text, (str, os.PathLike)):
                yield _called(name, getattr(hints.get(name), "__metadata__", ())), os.fspath(text)
    for name, text in os.environ.items():
        if name.startswith("BRIGHTPEARL_"):
            yield f"the variable {name}", text


def _called(name: str, metadata: tuple[object, ...]) -> str:
    for info in metadata:
        if isinstance(info, OptionInfo):
            words = [word for word in (info.default, *(info.param_decls or ())) if isinstance(word, str)]
            return next((word for word in words if word.startswith("--")), f"--{name.replace('_', '-')}")
        if isinstance(info, ArgumentInfo):
            return info.metavar or name.upper()
    return f"--{name.replace('_', '-')}"


def _is_byte(letter: str) -> bool:
    """Whether a character is a surrogate by which Python keeps a byte that is not UTF-8."""
    return "\udc80" <= letter <= "\udcff"
