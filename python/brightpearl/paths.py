"""Paths as callers name them: by a short name, or in full, where a slip of the pen is told before anything is sent."""

from __future__ import annotations

from functools import lru_cache

from brightpearl._native import find_resource, find_search, list_searches, request_path
from brightpearl.arguments import checked_text
from brightpearl.exceptions import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_PLACEHOLDER = r"\{(?!ids\})[^{}/]*\}"

_EXPECTED = "a path such as order-service/order, or a short name such as order"

_LIKENESS = 0.9
"""From which likeness on a path that is not known is a known one, misspelt: the API may have newer ones."""


def search_path(resource: object, unchecked: bool) -> str:
    """The path of a search, which may be given by the resource's short name.

    `unchecked`: lets paths through that are like a known one.

    Raises `ValidationError` at `resource`, with the nearest name.
    """
    text = _checked(resource, "resource")
    found = find_search(text)
    if found is not None:
        return found
    if "/" not in text.strip("/"):
        from brightpearl.discovery import describe

        if text:
            describe(text)
            message = f"{text} has no search; expected one of {', '.join(list_searches())}"
            raise ValidationError(message, location="resource")
    if not unchecked:
        _refuse_misspelt(text, list_searches(), "`unchecked=True` sends it as it is.")
    return text


def read_path(resource: object) -> str:
    """The path of what is read by id, which may be given by the resource's short name.

    Raises `ValidationError` at `resource`, with the nearest name.
    """
    text = _checked(resource, "resource")
    plain = text.strip("/")
    if not plain:
        return text
    listed = find_resource(plain)
    if "/" not in plain:
        return _path_named(plain) if listed is None else listed.path
    if listed is None:
        _refuse_misspelt(text, _known_paths(), "`client.request` sends any path.")
    return text


def named_path(path: object, place: str, method: str, unchecked: bool) -> str:
    """The path of a request, which may be named by a resource and its ids, such as `order/1`.

    `unchecked`: lets paths through that are like a known one.

    Raises `ValidationError` where it has a placeholder instead of an id, or is most likely misspelt.
    """
    text = checked_text(path, place, "a path such as order-service/order/1")
    try:
        return request_path(text, method, unchecked)
    except ValidationError as error:
        raise ValidationError(error.message, location=place, advice=error.advice) from None


def _checked(resource: object, place: str) -> str:
    text = checked_text(resource, place, _EXPECTED)
    _refuse_placeholder(text, place)
    return text


def _refuse_placeholder(path: str, place: str) -> None:
    if "{" not in path:
        return
    import re

    found = re.search(_PLACEHOLDER, path)
    if found is not None:
        message = f"the path {path[:200]!r} has the placeholder {found[0]}; expected the id itself in its place"
        raise ValidationError(message, location=place)


def _refuse_misspelt(path: str, known: Iterable[str], advice: str) -> None:
    from difflib import get_close_matches

    plain = _with_placeholders(path)
    patterns = {_with_placeholders(one): one for one in known}
    # The ids of what is read go behind the path.
    if plain in patterns or f"{plain}/*" in patterns:
        return
    nearest = get_close_matches(plain, patterns, n=1, cutoff=_LIKENESS)
    if nearest:
        message = f"no path {path[:200]!r} is known; did you mean {patterns[nearest[0]]}?"
        raise ValidationError(message, location="resource", advice=f"Correct the path. {advice}")


def _with_placeholders(path: str) -> str:
    """A path with the same word for every id, whichever it is."""
    import re

    steps = path.strip("/").split("/")
    return "/".join("*" if re.fullmatch(r"[\d,.*-]+|\{.*\}", step) else step for step in steps)


@lru_cache(maxsize=1)
def _known_paths() -> tuple[str, ...]:
    from brightpearl.discovery import catalog

    return tuple(path.path for found in catalog() for path in found.paths)


def _path_named(name: str) -> str:
    """The one path without ids where a resource of that name can be read."""
    from brightpearl.discovery import describe

    paths = sorted({found.path for found in describe(name).operations if found.method == "GET"})
    whole = [path for path in paths if "{" not in path]
    if len(whole) == 1:
        return whole[0]
    expected = f"one of the paths {', '.join(paths)}" if paths else "a resource that can be read"
    raise ValidationError(f"{name} alone does not say what to read; expected {expected}", location="resource")
