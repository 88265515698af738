"""Text of elsewhere for people's eyes: what a terminal would obey is shown instead."""

from __future__ import annotations

import contextlib
import os
import re
import sys

# Controls of both ranges, line ends that are not ours, and marks that change the direction of reading or are
# not seen at all.
_OBEYED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_OBEYED_IN_LINES = re.compile(_OBEYED.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))


def visible(text: str) -> str:
    """The text on one line, with `\\x1b` for an escape and `\\n` for a line end."""
    return _OBEYED.sub(_name, text)


def visible_lines(text: str) -> str:
    """The same for a text whose line ends are our own."""
    return _OBEYED_IN_LINES.sub(_name, text)


def visible_json(text: str) -> str:
    """JSON text for a terminal: still the same JSON."""
    return _OBEYED_IN_LINES.sub(_json_name, text)


def shown_json(text: str) -> str:
    """JSON text for standard output: for a terminal as `visible_json`, else as it is."""
    return visible_json(text) if sys.stdout.isatty() else text


def shown(text: str) -> str:
    """A text for standard output: for a terminal as `visible`, else as it is."""
    return visible(text) if sys.stdout.isatty() else text


def print_json(text: str) -> None:
    """Prints JSON text."""
    print(shown_json(text), flush=True)


def _name(found: re.Match[str]) -> str:
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(found[0]) or _escape(ord(found[0]))


def _escape(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_name(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))


def say(text: str) -> None:
    """A message on standard error, whatever it was built of. Where that cannot be written, nobody can be told."""
    try:
        print(visible_lines(text), file=sys.stderr, flush=True)
    except (OSError, ValueError):
        # What is left in the stream would fail again when it is closed.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
