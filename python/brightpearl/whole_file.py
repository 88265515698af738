"""Files and streams that are read whole or line by line: up to a size, since a device, a pipe or what was packed may
have no end."""

from __future__ import annotations

from brightpearl.exceptions import ValidationError
from brightpearl.private_file import open_to_read

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from typing import IO

LARGEST_SETTINGS = 1 << 20
"""Bytes of what a person writes to set something up, and of tokens."""

LARGEST_DOCUMENT = 64 << 20
"""Bytes of a mapping document, of a body, and of what a Singer tap is given."""

LARGEST_RECORDS = 256 << 20
"""Bytes of what has many records, or something of each of them, and has to be read whole."""

LARGEST_LINE = 64 << 20
"""Bytes of a line."""

_PART = 1 << 20


def read_whole(
    file: IO[bytes], largest: int, expected: str, *, location: str, advice: str = "", begun: bytes = b""
) -> bytes:
    """All that is left in a file, behind what was `begun`. Raises `ValidationError` where that is more than the largest
    that there may be, or has no end."""
    content = _all_of(file, largest, begun)
    if content is None:
        # Raised here, where nothing that may be secret is bound to a name.
        raise ValidationError(
            f"it has more than {_size(largest)}, or no end; expected {expected}",
            location=location,
            advice=advice or "Nothing was sent. See whether another file was meant.",
        )
    return content


def read_file(path: str | os.PathLike[str], largest: int, expected: str, *, location: str, advice: str = "") -> bytes:
    """The same of a regular file. Raises `OSError` for anything else, and where it cannot be read."""
    with open(open_to_read(path), "rb") as file:
        return read_whole(file, largest, expected, location=location, advice=advice)


def lines_of(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a file as they are asked for, each behind its number from 1: None, and no more, at one that is too
    long."""
    for number, line in enumerate(iter(lambda: file.readline(LARGEST_LINE + 1), b""), 1):
        if len(line) > LARGEST_LINE:
            yield number, None
            return
        yield number, line


LONG_LINE = f"it is longer than {LARGEST_LINE >> 20} MiB; expected a shorter one"
"""What is wrong with such a line."""


def _all_of(file: IO[bytes], largest: int, begun: bytes) -> bytes | None:
    parts, size = [begun], len(begun)
    while size <= largest:
        part = file.read(min(_PART, largest + 1 - size))
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
    return None


def _size(size: int) -> str:
    return f"{size >> 20} MiB"
