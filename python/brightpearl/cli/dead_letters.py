"""Where records go that Brightpearl does not take, so that somebody can look at them and bring them again."""

from __future__ import annotations

from typing import Any, Protocol

from brightpearl._native import dump_json
from brightpearl.line_file import LineFile


class DeadLetters(Protocol):
    """Takes records with the reasons."""

    def keep(self, letter: dict[str, Any]) -> None:
        """Takes one: `record`, `stream`, `reason`, and what else is known of it."""

    def settle(self) -> None:
        """Returns when all that were taken outlive a crash."""

    def close(self) -> None:
        """Is called once no more come."""


class DeadLetterFile:
    """A file of JSON Lines, which only grows and can be read by its owner only."""

    def __init__(self, path: str) -> None:
        self._file = LineFile(path)
        self._is_settled = True

    def keep(self, letter: dict[str, Any]) -> None:
        """Writes a line."""
        self._is_settled = False
        self._file.write(dump_json(letter).encode() + b"\n")

    def settle(self) -> None:
        """Has the disk take what was written."""
        if not self._is_settled:
            self._file.sync()
            self._is_settled = True

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
