"""The file that keeps an OAuth grant from one command to the next, since a refresh may end the token that it used."""

from __future__ import annotations

import json
import os
import stat
import tempfile
import time
from typing import Any

from brightpearl import BrightpearlError
from brightpearl._native import load_json
from brightpearl.cli.failure import UsageError
from brightpearl.cli.visible import say
from brightpearl.locking import NameLock
from brightpearl.private_file import PRIVATE, irregular_kind, replacing, require_replaceable
from brightpearl.text import Veiled

VARIABLE = "BRIGHTPEARL_TOKEN_FILE"

# What the file has, and the variable whose place each takes.
_MEMBERS = {
    "refresh_token": "BRIGHTPEARL_REFRESH_TOKEN",
    "token": "BRIGHTPEARL_ACCESS_TOKEN",
    "api_domain": "BRIGHTPEARL_API_DOMAIN",
}
_ROOM = 64 << 10
_SECONDS_BETWEEN_TRIES = 0.05


class TokenFile:
    """A file with a grant, which commands that run at once read and replace one after the other."""

    def __init__(self, name: str) -> None:
        # A link is followed once, so that all that follows happens in one place.
        self.path = os.path.realpath(name)
        directory = os.path.dirname(self.path)
        if not os.path.isdir(directory):
            raise UsageError(f"there is no directory {directory!r}", where=VARIABLE)
        self.read()
        try:
            require_replaceable(self.path)
        except OSError as error:
            raise UsageError(f"nothing can be written there: {error.strerror}", where=f"{VARIABLE} {name}") from None

    def read(self) -> dict[str, Any]:
        """What is kept; nothing when there is no file yet."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            descriptor = os.open(self.path, flags)
        except FileNotFoundError:
            return {}
        with open(descriptor, "rb") as file:
            self._check(descriptor)
            try:
                kept = load_json(file.read())
            except BrightpearlError:
                kept = None
        # No traceback with its variables shows what is kept.
        kept = Veiled(kept) if isinstance(kept, dict) else None
        if kept is None or not all(isinstance(kept.get(member, ""), str) for member in _MEMBERS):
            raise self._refusal(
                f"the file has no tokens; expected a JSON object with {', '.join(_MEMBERS)}",
                "Remove the file to begin anew with the variables.",
            )
        return kept

    def write(self, tokens: dict[str, Any]) -> None:
        """Replaces the grant, and returns when it is on disk."""
        _put(self.path, tokens)

    def require_room(self) -> None:
        """Raises the `OSError` that `write` would end with, while the grant that is kept is still good."""
        with tempfile.NamedTemporaryFile(dir=os.path.dirname(self.path), prefix=".room.") as file:
            file.write(bytes(_ROOM))
            file.flush()
            os.fsync(file.fileno())

    def take(self) -> NameLock:
        """Has the file until that is given back; waits for other commands that are refreshing."""
        taken = NameLock(self.path)
        while not taken.take():
            time.sleep(_SECONDS_BETWEEN_TRIES)
        return taken

    def _check(self, descriptor: int) -> None:
        found = os.fstat(descriptor)
        if (kind := irregular_kind(found.st_mode)) is not None:
            raise self._refusal(f"it is {kind}; expected a regular file", "Name another file.")
        if os.name != "posix":
            return
        if found.st_uid != os.geteuid():
            raise self._refusal(
                f"the file belongs to the user with id {found.st_uid}; expected one of your own, since whoever owns "
                "it has the account",
                "Name a file of your own.",
            )
        if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            say(f"warning: others could read {self.path}; from now on only you can")
            os.fchmod(descriptor, PRIVATE)

    def _refusal(self, message: str, advice: str) -> UsageError:
        return UsageError(message, where=f"{VARIABLE} {self.path}", advice=advice)


def variables_of(kept: dict[str, Any]) -> dict[str, str]:
    """What is kept, as the environment variables that it stands for."""
    return {variable: kept[member] for member, variable in _MEMBERS.items() if kept.get(member)}


def rescued(tokens: dict[str, Any]) -> str:
    """Keeps a grant that cannot be kept where it belongs among the temporary files; the file's path."""
    directory = tempfile.mkdtemp(prefix="brightpearl-grant-")
    path = os.path.join(directory, "tokens.json")
    _put(path, tokens)
    return path


def _put(path: str, tokens: dict[str, Any]) -> None:
    with replacing(path) as file:
        file.write(json.dumps({name: value for name, value in tokens.items() if value is not None}).encode())
