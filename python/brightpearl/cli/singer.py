"""Singer messages: what taps write and targets read."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from brightpearl._native import dump_json
from brightpearl.cli.visible import shown_json

DELETED_AT = "_sdc_deleted_at"
"""The member that says of a record that it is gone, and when that was found."""


def account_variables(config: dict[str, Any], own: Iterable[str]) -> dict[str, str]:
    """The members of a configuration that are those of the account, as the environment variables that they stand
    for."""
    return {f"BRIGHTPEARL_{name.upper()}": str(value) for name, value in config.items() if name not in own and value}


def write(message: dict[str, Any]) -> None:
    """Writes a message, and nothing else ever, to standard output."""
    sys.stdout.write(shown_json(dump_json(message)) + "\n")
