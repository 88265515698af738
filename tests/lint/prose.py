"""Says which lines of prose in Markdown are too long: prose.py FILE...

Tables, code, headings and lines that a link or one long word makes so long stay as they are: they cannot be wrapped.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

WIDTH = 120
FENCE = re.compile(r" *(```|~~~)")


def too_long(text: str) -> Iterator[tuple[int, int]]:
    """The numbers and lengths of the lines that should have been wrapped."""
    is_code = False
    for number, line in enumerate(text.splitlines(), 1):
        if FENCE.match(line):
            is_code = not is_code
        elif not is_code and len(line) > WIDTH and can_be_wrapped(line):
            yield number, len(line)


def can_be_wrapped(line: str) -> bool:
    """Whether it is prose that has a space to be wrapped at, outside of code and of a link, before it is too long."""
    if line.lstrip().startswith(("|", "#")):
        return False
    marker = re.match(r"\s*([-*+]|\d+\.)?\s*", line)
    prose = line[marker.end() :] if marker else line
    solid = re.sub(r"`[^`]*`|\[[^\]]*\]\([^)]*\)", lambda found: "x" * len(found[0]), prose)
    return " " in solid[: WIDTH - (len(line) - len(prose))]


def main() -> int:
    is_clean = True
    for name in sys.argv[1:]:
        for number, length in too_long(Path(name).read_text(encoding="utf-8")):
            print(f"{name}:{number}: {length} characters; expected prose to be wrapped at {WIDTH}", file=sys.stderr)
            is_clean = False
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
