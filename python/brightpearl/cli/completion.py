"""What a shell offers behind a command: names that are known without an account."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable

import typer

from brightpearl import Mapping, tasks
from brightpearl._native import find_search, list_resources, list_searches
from brightpearl.discovery import catalog
from brightpearl.known_columns import columns_of

Offer = Callable[[str], list[str]]


def searched_names(incomplete: str) -> list[str]:
    """Searches, by short names and by paths."""
    paths = list_searches()
    short = [listed.name for listed in catalog() if listed.searches]
    return _beginning(incomplete, short, paths)


def read_names(incomplete: str) -> list[str]:
    """What is read by ids, by short names and by paths."""
    paths = [listed.path for listed in list_resources()]
    return _beginning(incomplete, [path.rsplit("/")[-1] for path in paths], paths)


def pulled_names(incomplete: str) -> list[str]:
    """What is searched and read by ids."""
    paths = [listed.path for listed in list_resources() if find_search(listed.path.rsplit("/")[-1]) is not None]
    return _beginning(incomplete, [path.rsplit("/")[-1] for path in paths], paths)


def catalogued_names(incomplete: str) -> list[str]:
    """Everything that the catalogue describes."""
    return _beginning(incomplete, [listed.name for listed in catalog()], _paths(None))


def written_names(incomplete: str) -> list[str]:
    """What records can be made of, by short names."""
    return _beginning(incomplete, [listed.name for listed in catalog() if _takes(listed.name, "POST")], _paths("POST"))


def paths_of(verb: str) -> Offer:
    """What offers the paths of a verb, each up to the first id in it."""
    return lambda incomplete: _beginning_with(incomplete, (path.partition("{")[0] for path in _paths(verb)))


def verbs(ctx: typer.Context, incomplete: str) -> list[str]:
    """The verbs whose bodies a resource takes."""
    resource = str(ctx.params.get("resource") or "")
    known = ("post", "put", "patch", "delete")
    taken = [verb for verb in known if _takes(resource, verb.upper())]
    return _beginning_with(incomplete, taken or known)


def task_names(incomplete: str) -> list[str]:
    """The tasks."""
    return _beginning_with(incomplete, (task.name for task in tasks()))


def documents(incomplete: str) -> list[str]:
    """Mapping documents: the names of those that come with the package, and files."""
    files = [
        f"{found}{os.sep}" if os.path.isdir(found) else found
        for found in glob.glob(f"{glob.escape(os.path.expanduser(incomplete))}*")
    ]
    json = [found for found in files if found.endswith((".json", os.sep))] if incomplete else []
    return _beginning_with(incomplete, Mapping.ready_names()) + sorted(json)


def profile_names(incomplete: str) -> list[str]:
    """The profiles of the configuration; none where it cannot be read."""
    from brightpearl.exceptions import BrightpearlError
    from brightpearl.profiles import file_of_profiles, profiles_in

    try:
        return _beginning_with(incomplete, profiles_in(file_of_profiles()))
    except (BrightpearlError, OSError):
        return []


def row_columns(ctx: typer.Context, incomplete: str) -> list[str]:
    """The columns of the search that is named, behind those that are there already."""
    before, comma, begun = incomplete.rpartition(",")
    taken = before.split(",")
    offered = _beginning_with(begun, (column for column in _columns(ctx) if column not in taken))
    return [f"{before}{comma}{name}" for name in offered]


def sort_keys(ctx: typer.Context, incomplete: str) -> list[str]:
    """The same, each ascending and descending."""
    found = row_columns(ctx, incomplete.removesuffix(".DESC"))
    return [name for key in found for name in (key, f"{key}.DESC") if name.startswith(incomplete)]


def filters(ctx: typer.Context, incomplete: str) -> list[str]:
    """The columns of the search, each with the sign that its value follows."""
    return [] if "=" in incomplete else [f"{name}=" for name in _beginning_with(incomplete, _columns(ctx))]


def _columns(ctx: typer.Context) -> list[str]:
    # Behind an option that has no value yet, the arguments are not told apart.
    path = find_search(str(ctx.params.get("resource") or next(iter(ctx.args), "")))
    return [] if path is None else [column.name for column in columns_of(path)]


def _takes(resource: str, verb: str) -> bool:
    listed = next((one for one in catalog() if one.name == resource), None)
    paths = () if listed is None else listed.paths
    return any(verb in path.verbs for path in paths)


def _paths(verb: str | None) -> list[str]:
    return [path.path for listed in catalog() for path in listed.paths if verb is None or verb in path.verbs]


def _beginning(incomplete: str, short: list[str], paths: list[str]) -> list[str]:
    """Paths only when one is begun: there are many."""
    return _beginning_with(incomplete, paths if "/" in incomplete else short)


def _beginning_with(incomplete: str, known: Iterable[str]) -> list[str]:
    return sorted({name for name in known if name.startswith(incomplete)})
