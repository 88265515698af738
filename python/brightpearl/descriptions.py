"""What the catalog and the tasks look like, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from brightpearl.exceptions import BrightpearlError

JsonSchema = dict[str, Any]
"""A JSON Schema, as `json` reads it."""


@dataclass(frozen=True, slots=True)
class PathSummary:
    """A path, and the verbs that it knows."""

    path: str
    verbs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResourceSummary:
    """A resource of the catalog, in short; `describe(summary.name)` has the rest."""

    name: str
    """The short name, such as `order-row`."""
    title: str
    """The name in the API's own reference."""
    section: str
    """Where it stands in that reference."""
    detail: Literal["full", "partial", "name-only"]
    """How much is known about it."""
    paths: tuple[PathSummary, ...]
    """Where it is, and what can be done there."""
    searches: tuple[str, ...]
    """Paths of its searches."""
    deprecated: bool
    """Whether it should not be used any more."""


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Why something should not be used any more."""

    replacement: str | None
    """The name of the resource to use instead, where there is one."""
    reason: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What stands for something else in a path."""

    name: str
    kind: Literal["id", "id-set", "currency", "text"]
    optional: bool
    wildcard: bool
    """Whether `*` may stand for "any"."""


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a body."""

    pointer: str
    """The place, such as `/rows/*/net`: `*` is any element of an array, or any member of a map. In a JSON
    Patch, the path that may be patched."""
    type: str
    """What the value looks like, in words."""
    mandatory: bool
    """Whether the object around it must have it."""
    verified: bool
    """Whether the sources are sure of it."""
    refers_to: str | None = None
    """The name of the resource that the value refers to."""
    patch: tuple[str, ...] = ()
    """What a JSON Patch may do there."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """What one verb does at one path."""

    method: str
    prefix: Literal["public-api", "api-v3", "host"]
    """What stands before the path."""
    path: str
    """The path with placeholders."""
    answer: str | Mapping[str, Any]
    """What the answer's `response` holds."""
    idempotence: Literal["idempotent", "when-it-only-sets", "never"]
    """Whether it may be repeated when its outcome is unknown."""
    verified: bool
    """Whether the sources are sure that it exists as described."""
    placeholders: tuple[Placeholder, ...] = ()
    id_limit: int | None = None
    """Most ids in one request."""
    id_member: str = ""
    """The member of a resource in the answer that holds its id."""
    empty: Literal["not-found", "nothing", "unknown"] | None = None
    """What a read answers when there is nothing."""
    optional_sections: tuple[str, ...] = ()
    """What `includeOptional` may name."""
    query: tuple[str, ...] = ()
    """Other query parameters."""
    verify: tuple[Mapping[str, Any], ...] = ()
    """How to find out whether it was applied, the surest way first."""
    if_match: str | None = None
    """What `If-Match` takes."""
    body: JsonSchema | None = None
    """The JSON Schema of the body."""
    fields: tuple[Field, ...] = ()
    """The body's fields in a row, outer before inner."""
    deprecation: Deprecation | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SearchColumn:
    """A column of a search, or a name that only filters or sorts."""

    name: str
    type: str
    """The type of its values and filters."""
    filterable: bool
    sortable: bool
    in_rows: bool
    """Whether it stands in result rows."""
    verified: bool
    """Whether a source states the type."""
    reference: str | None = None
    """The map beside the rows that says what its values mean."""


@dataclass(frozen=True, slots=True)
class Search:
    """A search."""

    path: str
    columns: tuple[SearchColumn, ...]
    """Columns in their default order, then names that only filter or sort."""
    columns_complete: bool
    """Whether no other columns are known to exist."""
    filters_complete: bool
    """Whether no other filters and sort names are known to exist."""
    key: str | None = None
    """The column that identifies a row."""
    finds: str | None = None
    """The resource whose ids the key column holds."""
    default_sort: str | None = None
    watermarks: tuple[str, ...] = ()
    """The columns by which a pull finds what is new and what has changed."""
    dates_miss: str = ""
    """What those columns can miss."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ResourceDescription:
    """All that is known about a resource."""

    name: str
    title: str
    section: str
    detail: Literal["full", "partial", "name-only"]
    source: str
    """The section of the API notes (docs/brightpearl-api.md) that this was taken from."""
    operations: tuple[Operation, ...]
    """What can be done, and where."""
    searches: tuple[Search, ...]
    """How it is searched."""
    deprecation: Deprecation | None = None
    note: str = ""

    def _repr_html_(self) -> str:
        """A table for notebooks: what its paths take."""
        from brightpearl import html

        rows = [(one.method, one.path, ", ".join(field.pointer for field in one.fields)) for one in self.operations]
        return f"<p>{self.name}</p>{html.table(('method', 'path', 'fields'), rows)}"


class Catalogue(list[ResourceSummary]):
    """Every resource of the API in short."""

    def _repr_html_(self) -> str:
        """A table for notebooks."""
        from brightpearl import html

        rows = [(one.name, one.section, ", ".join(path.path for path in one.paths)) for one in self]
        return html.table(("name", "section", "paths"), rows)


@dataclass(frozen=True, slots=True)
class Task:
    """Something that people do daily, as one call: `client.task(task.name, ...)`."""

    name: str
    summary: str
    """What it does, in one sentence."""
    arguments: JsonSchema
    """The JSON Schema of its arguments."""
    result: JsonSchema
    """The JSON Schema of its result."""
    requests: str
    """Which requests it sends, in words."""
    writes: bool
    """Whether it changes anything in Brightpearl."""


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """A sort of error, and what to do about it."""

    kind: str
    """The name, the same in every host."""
    advice: str
    """What to do, unless Brightpearl's own code says more."""
    exception: type[BrightpearlError]
    """What is raised."""


@dataclass(frozen=True, slots=True)
class Errors:
    """What can go wrong, in the words that every host uses."""

    kinds: tuple[ErrorKind, ...]
    deliveries: tuple[str, ...]
    """What may have become of a request."""
    faults: tuple[str, ...]
    """What may be wrong with a body."""


def read_summary(members: dict[str, Any]) -> ResourceSummary:
    """A summary from the engine's JSON."""
    paths = tuple(PathSummary(path["path"], tuple(path["verbs"])) for path in members["paths"])
    return ResourceSummary(**members | {"paths": paths, "searches": tuple(members["searches"])})


def read_description(members: dict[str, Any]) -> ResourceDescription:
    """A description from the engine's JSON."""
    return ResourceDescription(
        **_read(
            members,
            operations=lambda operations: tuple(map(_read_operation, operations)),
            searches=lambda searches: tuple(map(_read_search, searches)),
            deprecation=lambda deprecation: Deprecation(**deprecation),
        )
    )


def _read_operation(members: dict[str, Any]) -> Operation:
    return Operation(
        **_read(
            members,
            placeholders=lambda placeholders: tuple(Placeholder(**placeholder) for placeholder in placeholders),
            optional_sections=tuple,
            query=tuple,
            verify=tuple,
            fields=lambda fields: tuple(Field(**_read(field, patch=tuple)) for field in fields),
            deprecation=lambda deprecation: Deprecation(**deprecation),
        )
    )


def _read_search(members: dict[str, Any]) -> Search:
    return Search(
        **_read(members, watermarks=tuple, columns=lambda columns: tuple(SearchColumn(**column) for column in columns))
    )


def _read(members: dict[str, Any], **readers: Any) -> dict[str, Any]:
    return members | {name: reader(members[name]) for name, reader in readers.items() if name in members}


def read_errors(members: dict[str, Any]) -> Errors:
    """The list of errors from the engine's JSON, each kind with its exception."""
    classes = {kind.kind: kind for kind in BrightpearlError.__subclasses__()}
    kinds = tuple(ErrorKind(kind["kind"], kind["advice"], classes[kind["kind"]]) for kind in members["kinds"])
    return Errors(kinds, tuple(members["deliveries"]), tuple(members["faults"]))
