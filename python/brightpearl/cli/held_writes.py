"""A transport that lets no write through unless it is told to, and shows what would be written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from brightpearl import BrightpearlError, Client, Request, Response, Unsendable
from brightpearl._native import load_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.transport import Transport

_READS = ("GET", "OPTIONS")
_PREFIXES = ("public-api", "api-v3")
"""A path outside of these, such as that of a login, does not write to the account."""


class WriteHeldBack(Unsendable):
    """A write was not sent, since it was only to be shown."""


class HeldWrites:
    """The transport of a client whose writes are held back, or are let through for a moment."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._is_open = False
        self._held: list[Request] = []

    def __call__(self, request: Request) -> Response:
        if request.method in _READS or self._is_open or _below_the_account(request) is None:
            return self._transport(request)
        self._held.append(Request(request.method, request.url, (), request.body))
        raise WriteHeldBack("the write was not sent, since it was only to be shown")

    @contextlib.contextmanager
    def let_through(self) -> Iterator[None]:
        """Within it, writes are sent."""
        self._is_open = True
        try:
            yield
        finally:
            self._is_open = False

    def take(self) -> list[Request]:
        """The writes that were held back since the last time."""
        held, self._held = self._held, []
        return held


def difference(client: Client, write: Request) -> dict[str, Any]:
    """What a write that was held back would send, and how what is there differs from it as far as that can be read."""
    path = _below_the_account(write) or ""
    body = _body(write)
    told: dict[str, Any] = {"method": write.method, "path": path}
    if body is not None:
        told["body"] = body
    if write.method != "POST":
        there = _there(client, path)
        if write.method == "DELETE" and there is not None:
            told["removes"] = there
        elif there is not None:
            told["changes"] = list(_patched(body, there) if write.method == "PATCH" else _changed(body, there, ""))
    return told


def _below_the_account(request: Request) -> str | None:
    """The path behind the account; None where it is not of one."""
    steps = urlsplit(request.url).path.split("/")
    found = next((place for place, step in enumerate(steps) if step in _PREFIXES), None)
    return None if found is None else "/".join(steps[found + 2 :])


def _body(write: Request) -> Any:
    return load_json(write.body) if write.body.strip() else None


def _there(client: Client, path: str) -> Any:
    """What is under the address of a write; None where it cannot be read."""
    try:
        response = client.request("GET", path).json()["response"]
    except (BrightpearlError, KeyError, TypeError):
        return None
    return response[0] if isinstance(response, list) and len(response) == 1 else response


def _patched(body: Any, there: Any) -> Iterator[dict[str, Any]]:
    for step in body if isinstance(body, list) else ():
        if isinstance(step, dict) and isinstance(step.get("path"), str):
            before = _at(there, step["path"])
            after = {} if step.get("op") == "remove" else {"after": step.get("value")}
            yield {"pointer": step["path"], "before": before} | after


def _at(value: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, dict) and name in value:
            value = value[name]
        else:
            return None
    return value


def _changed(after: Any, before: Any, pointer: str) -> Iterator[dict[str, Any]]:
    """What differs of what is written. What is not written is not compared."""
    if isinstance(after, dict) and isinstance(before, dict):
        for name, member in after.items():
            yield from _changed(member, before.get(name), f"{pointer}/{name}")
    elif after != before and str(after) != str(before):
        yield {"pointer": pointer, "before": before, "after": after}
