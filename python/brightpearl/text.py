"""Texts of others in one line."""

from __future__ import annotations

import unicodedata

_LONGEST = 4000
_TAIL = 1000


def one_line(text: object) -> str:
    """A text that a terminal only shows: whatever breaks lines, moves the cursor or turns the direction of writing
    is an escape such as `\\n`. Of a long text, the beginning and the end."""
    shown = str(text)
    if len(shown) > _LONGEST:
        shown = f"{shown[: _LONGEST - _TAIL]} ... {shown[-_TAIL:]}"
    if shown.isprintable():
        return shown
    return "".join(_shown(character) for character in shown)


def _shown(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode()
