"""Where records go that Brightpearl does not take, so that somebody can look at them and bring them again."""

from __future__ import annotations

import os
from typing import Any, Protocol

from brightpearl._native import dump_json
from brightpearl.private_file import open_to_grow


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
        self._file = open(open_to_grow(path), "a+b", buffering=0)  # noqa: SIM115
        self._is_settled = True
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(max(size - 1, 0))
        # A crash may have cut the last line anywhere.
        if self._file.read(1) not in (b"", b"\n"):
            self._file.write(b"\n")

    def keep(self, letter: dict[str, Any]) -> None:
        """Writes a line."""
        self._is_settled = False
        self._file.write(dump_json(letter).encode() + b"\n")

    def settle(self) -> None:
        """Has the disk take what was written."""
        if not self._is_settled:
            os.fsync(self._file.fileno())
            self._is_settled = True

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
