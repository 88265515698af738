"""A record or notification that nothing came of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from brightpearl._native import dump_json

KINDS = ("push", "pull", "delivery", "notification", "file")
"""What a letter can be about: a record that was not written to Brightpearl, one of Brightpearl's that could not be
mapped, one that could not be delivered, a notification, or a whole file that cannot be read."""


@dataclass(frozen=True)
class DeadLetter:
    """A record or notification that nothing came of."""

    flow: str
    """The flow, or the command."""
    kind: str
    """One of `KINDS`."""
    account: str
    record: Any
    """The record itself, as data; or what was no JSON, as a text."""
    reason: str
    """Why, in one sentence."""
    resource: str = ""
    """What it is about, in Brightpearl."""
    key: str | None = None
    """The record's key or id, where it has one."""
    details: dict[str, Any] = field(default_factory=dict)
    """What else is known, such as failures with their places."""
    mapping: str | None = None
    """The mapping document by which it was pushed: a file, or the name of a ready one."""
    id: int = 0
    """Its number; 0 until it is in a ledger."""
    tries: int = 0
    """How often it was tried."""
    first_ms: int = 0
    last_ms: int = 0
    asked_ms: int | None = None
    """When somebody asked for another try that has not happened yet."""

    @property
    def identity(self) -> str:
        """The same for another try of the same: its key, or what it says."""
        if self.key is not None:
            return f"{self.resource} {self.key}"
        return hashlib.sha256(dump_json(self.record).encode()).hexdigest()
