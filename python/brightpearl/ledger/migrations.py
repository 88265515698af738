"""How the tables of an older version become those of the present one, a version at a time."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

STEPS: dict[int, Callable[[Connection], None]] = {}
"""By the version that a step begins with: what makes the next one of it."""
