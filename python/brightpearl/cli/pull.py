"""A pull: a search for ids, then every hit in detail, in the fewest requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from brightpearl import Client, IdSet, ProtocolError
from brightpearl._native import Listed, Resource, find_resource, list_resources
from brightpearl.cli.failure import UsageError
from brightpearl.cli.files import record_file, with_id
from brightpearl.cli.progress import Progress
from brightpearl.resources import Refusal

_MOST_GONE = 20
"""Records that can be gone between a search and the reads of what it found."""


class Pulled:
    """What a pull did."""

    def __init__(self, records: int, pages: int, missing: IdSet, refused: list[Refusal]) -> None:
        self.records = records
        self.pages = pages
        """Pages of the search."""
        self.missing = missing
        """Ids that were found and were gone when they were read."""
        self.refused = refused
        """Ids that Brightpearl refused to read."""


def is_searchable(name: str) -> bool:
    """Whether the resource of that path or short name has a search for the ids by which it is read."""
    resource = find_resource(name)
    return resource is not None and resource.search is not None and resource.key is not None


def searchable(name: str) -> Listed:
    """The resource of that path or short name, which must have a search for its ids."""
    resource = find_resource(name)
    if resource is None or not is_searchable(name):
        names = sorted(listed.path.rsplit("/")[-1] for listed in list_resources() if listed.search is not None)
        raise UsageError(
            f"no search is known that finds the ids by which {name!r} is read; expected one of {', '.join(names)}",
            where="RESOURCE",
        )
    return resource


def pull(
    client: Client,
    resource: Listed,
    filters: list[tuple[str, str]],
    target: Path,
    limit: int | None,
    query: list[tuple[str, str]],
    progress: Progress,
    *,
    keeps_formulas: bool = False,
) -> Pulled:
    """Writes every record that a search finds to a file, which appears when it is complete."""
    with record_file(target, keeps_formulas=keeps_formulas) as file:
        ids, pages = _find(client, resource, filters, limit, progress)
        progress.stage("records read", len(ids))
        resources = client.get(resource.path, ids, query=query, plan="never") if ids else None
        records = 0
        for record in resources or ():
            file.add(_identified(record, resource))
            records += 1
            progress.advance(1)
        missing = IdSet() if resources is None else resources.missing
        for id, record in _read_again(client, resource, missing, query):
            file.add(_identified(record, resource))
            records += 1
            missing = missing.difference(IdSet(id))
    return Pulled(records, pages, missing, [] if resources is None else resources.refused)


def _identified(record: Resource, resource: Listed) -> Resource:
    line = with_id(record.raw, record.resource_id, resource.key)
    return record if line == record.raw else Resource.from_json(line)


def _read_again(
    client: Client, resource: Listed, missing: IdSet, query: list[tuple[str, str]]
) -> Iterator[tuple[int, Resource]]:
    """What an answer did not have although a search had just found it, each asked for by a request of its own: only
    that can say that a record is gone.

    Raises `ProtocolError` when there are too many of them.
    """
    if len(missing) > _MOST_GONE:
        raise ProtocolError(
            f"the answers lack {len(missing):,} records that the search had just found: {missing}; expected at most "
            f"{_MOST_GONE} to be gone meanwhile",
            location="response",
            delivery="applied",
            advice="Nothing was written. Try again later.",
            retryable=True,
        )
    for id in missing:
        for record in client.get(resource.path, id, query=query, plan="never"):
            yield id, record


def _find(
    client: Client, resource: Listed, filters: list[tuple[str, str]], limit: int | None, progress: Progress
) -> tuple[IdSet, int]:
    assert resource.search is not None and resource.key is not None  # noqa: PT018 - `searchable` saw to it
    rows = client.search(resource.search, filters, columns=[resource.key], limit=limit)
    ids: list[int] = []
    pages = 0
    progress.stage("ids found", rows.metadata.results_available)
    for page in rows.pages():
        ids.extend(row[resource.key] for row in page)
        pages += 1
        progress.advance(len(page))
    return IdSet(ids), pages
