"""Warnings of writes that nobody asked the results of, so that they were not sent."""

from __future__ import annotations

# Taken beforehand: what nobody has read may be deleted when the interpreter ends, where nothing can be imported.
from warnings import warn


def warn_of_unsent(what: str, results: object) -> None:
    """Says that nobody iterated them; for the `__del__` of what was to be iterated."""
    warn(f"a {what} was never iterated, so that nothing was sent", RuntimeWarning, stacklevel=3, source=results)
