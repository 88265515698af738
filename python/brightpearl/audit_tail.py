"""How a trail ends: the head of its last line, and what stands behind that."""

from __future__ import annotations

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

LONGEST_LINE = 64 << 10
"""No line of a trail has more bytes."""

_BEGINNING = b'{"line":'


class Tail:
    """How a trail ends.

    `head`: that of the last line; None of an empty trail. `torn`: the bytes of a line that is not whole. `is_unended`:
    whether the last line is whole but for its end.
    """

    __slots__ = ("head", "is_unended", "torn")

    def __init__(self, head: str | None, torn: int = 0, *, is_unended: bool = False) -> None:
        self.head = head
        self.torn = torn
        self.is_unended = is_unended


def end_of(file: BinaryIO) -> Tail | None:
    """How the file ends; None where its end is not a line of a trail."""
    size = file.seek(0, os.SEEK_END)
    room = min(size, 2 * LONGEST_LINE)
    file.seek(size - room)
    text = bytearray()
    while len(text) < room and (part := file.read(room - len(text))):
        text += part
    whole, _, rest = bytes(text).rpartition(b"\n")
    if rest and (head := _head(rest)) is not None:
        return Tail(head, is_unended=True)
    if rest[: len(_BEGINNING)] != _BEGINNING[: len(rest)]:
        # Nobody's file is shortened for being named by mistake.
        return None
    if not whole:
        # Nothing but the beginning of a line, or nothing at all.
        return Tail(None, len(rest)) if room == size else None
    head = _head(whole.rpartition(b"\n")[2])
    return None if head is None else Tail(head, len(rest))


def _head(line: bytes) -> str | None:
    """The head of a line."""
    try:
        read = json.loads(line)
        return f"{int(read['line'])}:{read['chain']}"
    except (ValueError, TypeError, KeyError):
        return None
