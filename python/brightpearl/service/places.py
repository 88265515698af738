"""Where records go to and come from, as a configuration writes it."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
from dataclasses import dataclass
from urllib.parse import urlsplit

from brightpearl.text import one_line

TO = "file: PATH, directory: PATH, command: PROGRAM ARGUMENTS, an address such as https://..., or MODULE:FUNCTION"
FROM = "directory: PATH, command: PROGRAM ARGUMENTS, or POST /push/NAME"

_FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_POST = re.compile(r"POST +/push/([A-Za-z0-9][A-Za-z0-9._-]{0,63})")


@dataclass(frozen=True)
class ToFile:
    """A line for each message, behind those that are there."""

    path: str


@dataclass(frozen=True)
class ToDirectory:
    """A file for each message."""

    path: str


@dataclass(frozen=True)
class ToCommand:
    """A command that takes messages, a line each, on its standard input."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class ToAddress:
    """An HTTP address that takes each message."""

    url: str


@dataclass(frozen=True)
class ToFunction:
    """A Python function that is called with each message."""

    name: str


Destination = ToFile | ToDirectory | ToCommand | ToAddress | ToFunction


@dataclass(frozen=True)
class FromDirectory:
    """Files that somebody puts there."""

    path: str


@dataclass(frozen=True)
class FromCommand:
    """A command that prints records."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class FromPost:
    """Requests to `/push/NAME` of the service itself."""

    name: str


Origin = FromDirectory | FromCommand | FromPost


def destination_of(text: str, folder: str) -> Destination:
    """What a `to` says. Raises `ValueError` that says what is wrong."""
    kind, rest = _split(text)
    if kind == "file":
        path = _path(rest, folder)
        if os.path.isdir(path):
            raise ValueError(f"{one_line(rest)!r} is a directory; expected a file, or directory: PATH")
        _require_directory(os.path.dirname(path))
        return ToFile(path)
    if kind == "directory":
        path = _path(rest, folder)
        _require_directory(path)
        return ToDirectory(path)
    if kind == "command":
        return ToCommand(_words(rest, folder))
    if text.startswith(("http://", "https://")):
        parts = urlsplit(text)
        if not parts.hostname or parts.username is not None:
            raise ValueError("expected an address with a host, and without a user or password in it")
        return ToAddress(text)
    if _FUNCTION.fullmatch(text):
        return ToFunction(text)
    raise ValueError(f"it is {one_line(text)[:100]!r}; expected {TO}")


def origin_of(text: str, folder: str) -> Origin:
    """What a `from` says. Raises `ValueError` that says what is wrong."""
    kind, rest = _split(text)
    if kind == "directory":
        path = _path(rest, folder)
        _require_directory(path)
        return FromDirectory(path)
    if kind == "command":
        return FromCommand(_words(rest, folder))
    if found := _POST.fullmatch(text.strip()):
        return FromPost(found[1])
    raise ValueError(f"it is {one_line(text)[:100]!r}; expected {FROM}")


def require_importable(name: str) -> None:
    """Raises `ValueError` where there is no such module. Its function is looked for when the flow runs."""
    module = name.partition(":")[0]
    try:
        found = importlib.util.find_spec(module)
    except (ImportError, ValueError, AttributeError):
        found = None
    if found is None:
        raise ValueError(f"there is no module {module}; expected one that Python finds, perhaps by PYTHONPATH")


def _split(text: str) -> tuple[str, str]:
    kind, separator, rest = text.partition(":")
    return (kind.strip(), rest.strip()) if separator and not rest.startswith("//") else ("", text)


def _path(rest: str, folder: str) -> str:
    if not rest or "\0" in rest:
        raise ValueError("it names no path; expected one behind the colon")
    return os.path.join(folder, os.path.expanduser(rest))


def _require_directory(path: str) -> None:
    if not os.path.isdir(path):
        raise ValueError(f"there is no directory {one_line(path)!r}; make it, or name another")
    if not os.access(path, os.W_OK | os.X_OK):
        raise ValueError(f"this user may not write to the directory {one_line(path)!r}")


def _words(rest: str, folder: str) -> tuple[str, ...]:
    try:
        words = shlex.split(rest)
    except ValueError:
        raise ValueError("a quotation mark has no other; expected a program and its arguments") from None
    if not words or "\0" in rest:
        raise ValueError("it names no program; expected one and its arguments")
    # A program is looked for as a shell in that folder would.
    found = words[0] if os.sep not in words[0] else os.path.join(folder, os.path.expanduser(words[0]))
    if shutil.which(found) is None:
        raise ValueError(f"there is no program {one_line(words[0])!r} that this user may run")
    return (found, *words[1:])
