"""Pushes and pulls, as the engine's operations: the same for every kind of client."""

from __future__ import annotations

import os
from collections.abc import Mapping as AnyDict

from brightpearl._native import Resource
from brightpearl.arguments import (
    checked_choice,
    checked_count,
    checked_flag,
    checked_milliseconds,
    checked_text,
    each_of,
    named,
    told_at,
    wrong_type,
)
from brightpearl.exceptions import ArgumentTypeError, ValidationError
from brightpearl.mapping import Mapping, mapping_of
from brightpearl.operations import operation
from brightpearl.record import Record
from brightpearl.state_scope import require_same_pull
from brightpearl.wire import pairs_of, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from typing import Any, Literal

    from brightpearl.catalogue_types import ResourceName
    from brightpearl.mapping import AnyDocument
    from brightpearl.wire import Parameters

    Existing = Literal["update", "leave", "reject"]
    AnyMapping = Mapping | AnyDocument
    AnyMoment = str | datetime.date | datetime.datetime


EXISTING = ("update", "leave", "reject")

_LARGEST_PRIORITY = (1 << 31) - 1


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
        "reconcile",
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
        reconcile: bool = False,
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
        self.reconcile = reconcile
        self.priority = priority

    def __reduce__(self) -> tuple[Any, ...]:
        return _pull_resource, (dict(zip(self.__slots__, self._values(), strict=True)),)


def _pull_resource(members: dict[str, Any]) -> PullResource:
    return PullResource(**members)


if TYPE_CHECKING:
    AnyPullResource = ResourceName | str | PullResource
    """A resource by its name, or with all that is to be said of it."""


def push(
    mapping: AnyMapping,
    dry_run: bool,
    write: bool,
    max_writes: int | None,
    existing: Existing,
    renew: bool,
    window: int | None,
    looks: Iterable[float] | None,
    confirm: Iterable[float] | None,
) -> str:
    """Records of another system that go into Brightpearl."""
    return operation(
        "push",
        {
            "mapping": _document(mapping),
            "dry_run": checked_flag(dry_run, "dry_run"),
            "write": checked_flag(write, "write"),
            "max_writes": checked_count(max_writes, "max_writes"),
            "existing": checked_choice(existing, "existing", EXISTING),
            "renew": checked_flag(renew, "renew"),
            "window": checked_count(window, "window"),
            "looks_ms": _looks(looks, "looks"),
            "confirm_ms": _looks(confirm, "confirm"),
        },
    )


def _looks(looks: Iterable[float] | None, name: str) -> list[int] | None:
    if looks is None:
        return None
    each = each_of(looks, name, "several numbers of seconds")
    return [checked_milliseconds(seconds, f"{name}[{place}]") for place, seconds in enumerate(each)]


def listed_resources(resources: AnyPullResource | Iterable[AnyPullResource]) -> list[AnyPullResource]:
    """What a pull is of, as a list."""
    expected = "a name, a brightpearl.PullResource, or several of them"
    is_one = isinstance(resources, (str, PullResource))
    return [resources] if is_one else each_of(resources, "resources", expected)  # type: ignore[list-item]


def pull(
    listed: list[AnyPullResource],
    state: str | None,
    overlap: float | datetime.timedelta | None,
    **options: Any,
) -> str:
    """What changed in Brightpearl goes out. The options hold for the resources that are named by a text."""
    members = []
    for place, one in enumerate(listed):
        try:
            members.append(_resource(PullResource(one, **options) if isinstance(one, str) else one, place))
        except ValidationError as error:
            raise told(error, listed) from None
    if state is not None:
        require_same_pull(state, members)
    return operation(
        "pull",
        {
            "resources": members,
            "state": state,
            "overlap_ms": _milliseconds(overlap),
        },
    )


def told(error: ValidationError, listed: list[AnyPullResource]) -> ValidationError:
    """The error of a resource that was given by its name, at the argument of the pull that it is about; and what is to
    be done about a state, which nobody corrects by hand."""
    import re

    if error.location == "state":
        error.advice = "Give the state of the last pull, or `renew` to begin anew and replace it."
        return error
    found = re.match(r"resources\[(\d+)\]\.(\w+)", error.location or "")
    if found is None or not isinstance(listed[int(found[1])], str):
        return error
    if found[2] in ("resource", "name"):
        return told_at(error, found[0], "resources" if len(listed) == 1 else f"resources[{found[1]}]")
    return told_at(error, found[0], found[2])


def _resource(one: PullResource, place: int) -> dict[str, Any]:
    if not isinstance(one, PullResource):
        raise ArgumentTypeError(
            f"resource {place} of the pull is {named(one)}; expected a name or a brightpearl.PullResource",
            location=f"resources[{place}]",
        )
    where = f"resources[{place}]."
    members = {
        "resource": checked_text(one.resource, f"{where}resource"),
        "name": None if one.name is None else checked_text(one.name, f"{where}name"),
        "filters": pairs_of(one.filters, f"{where}filters", fractions=False),
        "mapping": None if one.mapping is None else _document(one.mapping),
        "since": None if one.since is None else text_of(one.since, f"{where}since"),
        "watermark": None if one.watermark is None else checked_text(one.watermark, f"{where}watermark"),
        "query": pairs_of(one.query, f"{where}query"),
        "rows": checked_flag(one.rows, f"{where}rows"),
        "deletes": _deletes(one.deletes, f"{where}deletes"),
        "reconcile": checked_flag(one.reconcile, f"{where}reconcile") or None,
        "priority": checked_count(
            one.priority, f"{where}priority", least=-_LARGEST_PRIORITY - 1, most=_LARGEST_PRIORITY
        ),
    }
    return {name: value for name, value in members.items() if value is not None}


def _document(mapping: AnyMapping) -> Resource:
    """The document, which goes into the operation as the text that it is."""
    if not isinstance(mapping, (Mapping, str, os.PathLike, AnyDict)):
        raise wrong_type("mapping", mapping, "a brightpearl.Mapping, or a document as a dict, its JSON or its path")
    try:
        document = mapping_of(mapping).document
    except ValidationError as error:
        raise told_at(error, "document", "mapping") from None
    return Resource.from_json(document.encode())


def _deletes(deletes: bool | int | None, place: str) -> dict[str, int] | None:
    if deletes is None or deletes is False:
        return None
    if deletes is True:
        return {}
    percent = checked_count(deletes, place, most=100)
    return {} if percent is None else {"most_percent": percent}


def _milliseconds(overlap: float | datetime.timedelta | None) -> int | None:
    if overlap is None:
        return None
    import datetime

    seconds = overlap.total_seconds() if isinstance(overlap, datetime.timedelta) else overlap
    return checked_milliseconds(seconds, "overlap")
