"""Errors in the words of the command line, where the library speaks of its arguments."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from brightpearl.exceptions import BrightpearlError

_CATALOG = "`brightpearl catalog` shows which there are"
_WORDS = {
    "`unknown_members`, set to `allow`, sends": "`--unknown-members allow` sends",
    "A request with `unchecked` asks for it as it is": _CATALOG,
    "`renew`": "`--renew`",
    "has half of a surrogate pair": "is not UTF-8",
    "what `checkpoint` gave for an earlier pull": "the state of one",
    "what `checkpoint` gave": "what an earlier pull left there",
}
"""What the library advises, and what a command has instead."""

# A line of a batch has the member `unchecked` itself.
_UNCHECKED = {
    "path": {"`unchecked` sends": "`--unchecked` sends"},
    "RESOURCE": {"`unchecked` sends it as it is": _CATALOG},
}


def tell_in_options(error: BrightpearlError) -> None:
    """Has an error advise options instead of arguments."""
    words = {**_WORDS, **_UNCHECKED.get(error.location or "", {})}
    for argument, option in words.items():
        error.message = error.message.replace(argument, option)
        error.advice = error.advice.replace(argument, option)


@contextlib.contextmanager
def told_of(places: dict[str, str]) -> Iterator[None]:
    """Has an error name the place that its user knows: an option or a file instead of the argument that it became."""
    try:
        yield
    except BrightpearlError as error:
        where = error.location or ""
        for name, place in places.items():
            rest = where[len(name) :]
            if where.startswith(name) and (not rest or rest[0] in ".[ "):
                error.location = place + (f" {rest[1:]}" if rest else "")
                error.message = error.message.replace(f"`{name}`", f"`{place}`")
                break
        raise


_OF_RESOURCE = {
    "resource": "RESOURCE",
    "filters": "--where",
    "query": "--query",
    "since": "--since",
    "mapping": "--mapping",
    "deletes": "--deletes",
    "reconcile": "--reconcile",
}

OF_PULL = (
    {f"resources[0].{name}": place for name, place in _OF_RESOURCE.items()}
    | {"resources[0]": "RESOURCE", "resources": "RESOURCE"}
    | _OF_RESOURCE
)
"""The places of a pull."""

OF_SEARCH = {"columns": "--columns", "sort": "--sort", "limit": "--limit", "resource": "RESOURCE"}
"""Those of a search."""
