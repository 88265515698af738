"""Texts of others in one line."""

from __future__ import annotations

import unicodedata

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
else:
    Any = object

_LONGEST = 4000
_TAIL = 1000


class Veiled(dict[str, Any]):
    """Members of which some are secret: shown without any, so that no traceback with its variables has them."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Veiled(...)"


class Hidden:
    """A value that is secret: shown as nothing, so that no traceback with its variables has it."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    @classmethod
    def of(cls, value: Any) -> Hidden:
        """The value, hidden, if it is not yet."""
        return value if isinstance(value, Hidden) else cls(value)

    def __repr__(self) -> str:
        return "Hidden(...)"


def one_line(text: object) -> str:
    """A text that a terminal only shows: whatever breaks lines, moves the cursor or turns the direction of writing
    is an escape such as `\\n`. Of a long text, the beginning and the end."""
    shown = str(text)
    if len(shown) > _LONGEST:
        shown = f"{shown[: _LONGEST - _TAIL]} ... {shown[-_TAIL:]}"
    return printable(shown)


def printable(text: str) -> str:
    """The same without a limit to its length."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def in_unicode(text: str) -> str:
    """A text in which `?` stands for bytes that were not UTF-8, as some libraries hand them on in surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text


def _shown(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode()
