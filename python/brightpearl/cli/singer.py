"""Singer messages: what taps write and targets read."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from brightpearl._native import dump_json, schemes
from brightpearl.arguments import did_you_mean
from brightpearl.cli.failure import UsageError
from brightpearl.cli.visible import say, shown_json, visible

DELETED_AT = "_sdc_deleted_at"
"""The member that says of a record that it is gone, and when that was found."""


def account_variables(config: dict[str, Any], own: Iterable[str]) -> dict[str, str]:
    """The members of a configuration that are those of the account, as the environment variables that they stand
    for."""
    return {f"BRIGHTPEARL_{name.upper()}": str(value) for name, value in config.items() if name not in own and value}


def require_known(config: dict[str, Any], own: Sequence[str]) -> None:
    """Refuses a member that is only nearly one that is known, and tells of others: whatever runs taps may have members
    of its own there."""
    known = [*own, *members_of_account()]
    for name in config:
        if name in known:
            continue
        if name not in OF_RUNNERS and (meant := did_you_mean(name, known)) is not None:
            raise UsageError(f"{visible(name)[:100]!r} is not known; did you mean {meant}?", where=f"--config {name}")
        say(f"--config: {visible(name)[:100]!r} is not known, and is passed over")


OF_RUNNERS = (
    "add_record_metadata",
    "batch_config",
    "faker_config",
    "flattening_enabled",
    "flattening_max_depth",
    "stream_map_config",
    "stream_maps",
)
"""Members that many taps and targets have for what runs them, and that are no slips of ours."""


def members_of_account() -> list[str]:
    """The members of a configuration that are those of the account."""
    texts = [text["name"] for scheme in json.loads(schemes()) for text in scheme["texts"]]
    return list(dict.fromkeys([*_PLACE, *texts]))


_PLACE = (
    "profile",
    "account",
    "datacentre",
    "base_url",
    "scheme",
    "token_file",
    "token_key",
    "redirect_uri",
    "read_only",
    "shared_quota",
)


def write(message: dict[str, Any]) -> None:
    """Writes a message, and nothing else ever, to standard output."""
    sys.stdout.write(shown_json(dump_json(message)) + "\n")
