"""Pushes and pulls, as the engine's operations: the same for every kind of client."""

from __future__ import annotations

from brightpearl._native import Resource
from brightpearl.mapping import mapping_of
from brightpearl.operations import operation
from brightpearl.record import Record
from brightpearl.wire import pairs_of, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from typing import Any, Literal

    from brightpearl.journal import Journal
    from brightpearl.mapping import AnyDocument, Mapping
    from brightpearl.wire import Parameters

    Existing = Literal["update", "leave", "reject"]
    AnyMapping = Mapping | AnyDocument
    AnyMoment = str | datetime.date | datetime.datetime


class PullResource(Record):
    """One resource of a pull; its arguments are those of `client.pull`."""

    __slots__ = (  # noqa: RUF023 - as it is constructed
        "resource",
        "name",
        "since",
        "mapping",
        "filters",
        "query",
        "watermark",
        "rows",
        "deletes",
        "priority",
    )

    def __init__(
        self,
        resource: str,
        *,
        name: str | None = None,
        since: AnyMoment | None = None,
        mapping: AnyMapping | None = None,
        filters: Parameters | None = None,
        query: Parameters | None = None,
        watermark: str | None = None,
        rows: bool = False,
        deletes: bool | int | None = None,
        priority: int = 0,
    ) -> None:
        self.resource = resource
        self.name = name
        self.since = since
        self.mapping = mapping
        self.filters = filters
        self.query = query
        self.watermark = watermark
        self.rows = rows
        self.deletes = deletes
        self.priority = priority

    def __reduce__(self) -> tuple[Any, ...]:
        return _pull_resource, (dict(zip(self.__slots__, self._values(), strict=True)),)


def _pull_resource(members: dict[str, Any]) -> PullResource:
    return PullResource(**members)


if TYPE_CHECKING:
    AnyPullResource = str | PullResource
    """A resource by its name, or with all that is to be said of it."""


def push(
    mapping: AnyMapping,
    journal: Journal | None,
    dry_run: bool,
    write: bool,
    max_writes: int | None,
    existing: Existing,
    window: int | None,
    looks: Iterable[float] | None,
) -> str:
    """Records of another system that go into Brightpearl."""
    return operation(
        "push",
        {
            "mapping": _document(mapping),
            "dry_run": dry_run,
            "write": write,
            "max_writes": max_writes,
            "existing": existing,
            "journal": None if journal is None else journal.text,
            "window": window,
            "looks_ms": None if looks is None else [round(seconds * 1000) for seconds in looks],
        },
    )


def pull(
    resources: AnyPullResource | Iterable[AnyPullResource],
    state: str | None,
    overlap: float | datetime.timedelta | None,
    **options: Any,
) -> str:
    """What changed in Brightpearl goes out. The options hold for the resources that are named by a text."""
    listed = [resources] if isinstance(resources, (str, PullResource)) else list(resources)
    full = [PullResource(one, **options) if isinstance(one, str) else one for one in listed]
    return operation(
        "pull",
        {
            "resources": [_resource(one, place) for place, one in enumerate(full)],
            "state": state,
            "overlap_ms": _milliseconds(overlap),
        },
    )


def _resource(one: PullResource, place: int) -> dict[str, Any]:
    if not isinstance(one, PullResource):
        raise TypeError(
            f"resource {place} of the pull is a {type(one).__name__}; expected a name or a brightpearl.PullResource"
        )
    where = f"resources {place}"
    members = {
        "resource": one.resource,
        "name": one.name,
        "filters": pairs_of(one.filters, f"{where} filters"),
        "mapping": None if one.mapping is None else _document(one.mapping),
        "since": None if one.since is None else text_of(one.since, f"{where} since"),
        "watermark": one.watermark,
        "query": pairs_of(one.query, f"{where} query"),
        "rows": one.rows,
        "deletes": _deletes(one.deletes),
        "priority": one.priority,
    }
    return {name: value for name, value in members.items() if value is not None}


def _document(mapping: AnyMapping) -> Resource:
    """The document, which goes into the operation as the text that it is."""
    return Resource.from_json(mapping_of(mapping).document.encode())


def _deletes(deletes: bool | int | None) -> dict[str, int] | None:
    if deletes is None or deletes is False:
        return None
    return {} if deletes is True else {"most_percent": deletes}


def _milliseconds(overlap: float | datetime.timedelta | None) -> int | None:
    if overlap is None:
        return None
    seconds = overlap if isinstance(overlap, (int, float)) else overlap.total_seconds()
    return round(seconds * 1000)
