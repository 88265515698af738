"""The file that keeps OAuth tokens from one command to the next, since a refresh may end the token that it used."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from brightpearl import Client
from brightpearl.cli.failure import UsageError

VARIABLE = "BRIGHTPEARL_TOKEN_FILE"

# What the file has, and the variable whose place each takes.
_MEMBERS = {
    "refresh_token": "BRIGHTPEARL_REFRESH_TOKEN",
    "token": "BRIGHTPEARL_ACCESS_TOKEN",
    "api_domain": "BRIGHTPEARL_API_DOMAIN",
}


def with_kept_tokens(environment: dict[str, str]) -> dict[str, str]:
    """The environment with the tokens of the file, where there is one: they are newer than the variables."""
    name = environment.get(VARIABLE)
    if not name:
        return environment
    path = Path(name)
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise UsageError(f"nothing can be written to the directory {str(path.parent)!r}", where=VARIABLE)
    if not path.exists():
        return environment
    kept = _read(path)
    return environment | {variable: kept[member] for member, variable in _MEMBERS.items() if kept.get(member)}


def keep_tokens(client: Client, environment: dict[str, str]) -> None:
    """Writes what logins brought to the file, readable by its owner only. Without a file, a refresh token that
    takes the place of the one in the environment is worth a warning: the next command fails without it."""
    tokens = client.tokens()
    refresh_token = tokens["refresh_token"]
    before = environment.get("BRIGHTPEARL_REFRESH_TOKEN")
    is_known = refresh_token == before and tokens["token"] == environment.get("BRIGHTPEARL_ACCESS_TOKEN")
    if not before or not refresh_token or is_known:
        return
    name = environment.get(VARIABLE)
    if name:
        _write(Path(name), {member: tokens[member] for member in _MEMBERS if tokens[member]})
    elif refresh_token != before:
        print(
            "warning: the refresh token was replaced, and the old one has ended; "
            f"name a file in {VARIABLE}, and the new one is kept there",
            file=sys.stderr,
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        kept = None
    if not isinstance(kept, dict) or not all(isinstance(kept.get(member, ""), str) for member in _MEMBERS):
        raise UsageError(
            f"{str(path)!r} has no tokens; expected a JSON object with {', '.join(_MEMBERS)}",
            where=VARIABLE,
            advice="Remove the file to begin anew with the variables.",
        )
    return kept


def _write(path: Path, tokens: dict[str, str]) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(tokens, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
