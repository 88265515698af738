"""Has mkdocstrings show as a list what our docstrings say of parameters: lines that begin with a name each."""

from __future__ import annotations

import re
from typing import Any

from griffe import Extension, Object

BEGUN = re.compile(r"`\w+`(, `\w+`)*: ")


class ParameterLists(Extension):
    """Turns such lines into items of a list."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """An object was read."""
        if obj.docstring:
            obj.docstring.value = "\n\n".join(as_list(part) for part in obj.docstring.value.split("\n\n"))


def as_list(paragraph: str) -> str:
    """A paragraph whose lines from the first that begins with a parameter on are items; what goes on is indented."""
    lines: list[str] = []
    for line in paragraph.splitlines():
        if BEGUN.match(line):
            lines += [""] * (len(lines) > 0 and not lines[-1].startswith(("- ", "  ")))
            lines.append(f"- {line}")
        else:
            lines.append(f"  {line}" if lines and lines[-1].startswith(("- ", "  ")) else line)
    return "\n".join(lines)
