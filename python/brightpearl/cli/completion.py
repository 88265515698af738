"""What a shell offers behind a command: names of the catalogue, without an account."""

from __future__ import annotations

from brightpearl._native import list_resources, list_searches
from brightpearl.discovery import catalog


def searched_names(incomplete: str) -> list[str]:
    """Searches, by short names and by paths."""
    paths = list_searches()
    short = [listed.name for listed in catalog() if listed.searches]
    return _beginning(incomplete, short, paths)


def read_names(incomplete: str) -> list[str]:
    """What is read by ids, by short names and by paths."""
    paths = [listed.path for listed in list_resources()]
    return _beginning(incomplete, [path.rsplit("/")[-1] for path in paths], paths)


def _beginning(incomplete: str, short: list[str], paths: list[str]) -> list[str]:
    """Paths only when one is begun: there are many."""
    known = paths if "/" in incomplete else short
    return sorted({name for name in known if name.startswith(incomplete)})
