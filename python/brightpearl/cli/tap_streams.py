"""The streams of the tap: what is pulled for each, and what its records look like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from brightpearl import Mapping, PulledRecord, PullResource, ValidationError
from brightpearl._native import find_resource, find_search, list_resources
from brightpearl.cli.failure import UsageError
from brightpearl.cli.mapping import open_mapping
from brightpearl.cli.singer import DELETED_AT, write
from brightpearl.cli.words import told_of
from brightpearl.record_schemas import record_schema
from brightpearl.shapes import Shape, without

_OPTIONS = ("name", "filters", "query", "mapping", "watermark", "rows", "deletes", "reconcile", "priority", "since")

CHILDREN = {"order-row": ("order", "orderRows"), "sales-order-row": ("sales-order", "rows")}
"""Streams whose records are members of other records: of which resource, and in which member."""

_MOMENT = {"type": ["null", "string"], "format": "date-time"}
_PARENT_CHANGED = "orderUpdatedOn"


class Stream:
    """One stream: what is pulled for it, and what its messages say."""

    def __init__(self, resource: PullResource, mapping: Mapping | None, child: str | None = None) -> None:
        self.pulled = resource
        self.name = resource.name or resource.resource
        self.child = child
        """The member of what is pulled that has this stream's records, where they are not the whole of it."""
        self.is_told_apart = mapping is None and not resource.rows
        self.keys = ["orderId", "id"] if child is not None else ["id"]
        self.shape = Shape(self._known())
        if mapping is not None and not resource.rows:
            _try_out(self.shape, resource.resource, mapping)
        self.left_out: list[list[str]] = []
        """What the catalogue deselects: the steps of breadcrumbs."""
        self.watermarks = self._watermarks(mapping)
        self._is_told = False
        self.places: dict[str, str] = {}
        """Where the configuration says what an error names otherwise."""

    def _known(self) -> dict[str, Any]:
        """What is known of the records before one comes."""
        schema = record_schema(self.pulled.resource.rsplit("/")[-1]) if self.is_told_apart else {}
        properties = {"id": {"type": ["integer"]}} | schema.get("properties", {})
        if self.child is not None:
            rows = properties.get(self.child, {})
            row = rows.get("additionalProperties") or rows.get("items") or {}
            added = {"id": {"type": ["integer"]}, "orderId": {"type": ["integer"]}, _PARENT_CHANGED: _MOMENT}
            return {"type": "object", "properties": added | row.get("properties", {})}
        return {"type": "object", "properties": properties | {DELETED_AT: _MOMENT}}

    @property
    def _dates(self) -> list[str]:
        """The columns that tell what changed."""
        listed = find_resource(self.pulled.resource)
        return [] if listed is None else listed.watermarks

    @property
    def is_incremental(self) -> bool:
        """Whether a later run brings only what changed."""
        return bool(self._dates)

    def _watermarks(self, mapping: Mapping | None) -> list[str]:
        if self.child is not None:
            return [_PARENT_CHANGED]
        # What a mapping calls them is not known.
        names = self._dates if mapping is None else []
        members = self.json_schema()["properties"]
        newest_first = dict.fromkeys(("updatedOn", *names))
        return [name for name in newest_first if name in names and name in members]

    def json_schema(self) -> dict[str, Any]:
        """What its records look like."""
        schema = self.shape.schema()
        members = schema["properties"]
        # What tells records apart is always there.
        keys = {name: {"type": ["integer"]} for name in self.keys}
        ordered = keys | {name: member for name, member in members.items() if name not in keys}
        return without({"type": "object", "properties": ordered}, self.left_out)

    def tell(self, records: list[dict[str, Any]]) -> None:
        """Writes a SCHEMA message where there was none yet, or the records show more than it says."""
        grown = [self.shape.grow(record) for record in records]
        if not self._is_told or any(grown):
            message = {
                "type": "SCHEMA",
                "stream": self.name,
                "schema": self.json_schema(),
                "key_properties": self.keys,
                "bookmark_properties": self.watermarks[:1],
            }
            write(message)
            self._is_told = True

    def records_of(self, pulled: PulledRecord) -> Iterator[dict[str, Any]]:
        """The records of this stream that a pulled one is or has, as far as they are selected."""
        for record in self._whole(pulled):
            for steps in self.left_out:
                record = _leave_out(record, steps)
            yield record

    def _whole(self, pulled: PulledRecord) -> Iterator[dict[str, Any]]:
        record = pulled.record if isinstance(pulled.record, dict) else {"value": pulled.record}
        if self.child is None:
            # Without an id, a target could not tell records apart.
            yield record if pulled.id is None else {"id": pulled.id} | record
            return
        rows = record.get(self.child) or {}
        listed = rows.items() if isinstance(rows, dict) else ((row.get("id"), row) for row in rows)
        for number, row in listed:
            yield {"id": int(number), "orderId": pulled.id, _PARENT_CHANGED: record.get("updatedOn")} | row


def _try_out(shape: Shape, resource: str, mapping: Mapping) -> None:
    """Learns what a mapping document makes by having it map the records of an invented account."""
    from brightpearl.testing import Emulator

    for pulled in Emulator(orders=60, contacts=20, products=20).client().pull(resource, mapping=mapping):
        if isinstance(pulled.record, dict):
            shape.grow(pulled.record)


def _leave_out(value: Any, steps: list[str]) -> Any:
    """A value without what a breadcrumb leads to."""
    step, *more = steps
    if isinstance(value, list):
        return [_leave_out(element, more if step == "items" else steps) for element in value]
    if not isinstance(value, dict):
        return value
    if step == "properties":
        return _leave_out(value, more)
    if step == "additionalProperties":
        return {name: _leave_out(member, more) for name, member in value.items()}
    if step not in value:
        return value
    if not more:
        return {name: member for name, member in value.items() if name != step}
    return value | {step: _leave_out(value[step], more)}


def streams_of(config: dict[str, Any]) -> list[Stream]:
    """The streams that the configuration names; every one that there is where it names none."""
    listed = config.get("streams")
    if listed is None:
        found = {one.path.rsplit("/")[-1] for one in list_resources() if one.search is not None}
        listed = sorted(found | set(CHILDREN))
    if not isinstance(listed, list):
        raise UsageError("streams is not an array; expected names of resources, or objects", where="--config streams")
    streams = [_stream(one, f"--config streams {place}", config) for place, one in enumerate(listed)]
    names = [stream.name for stream in streams]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(
            f"two streams are called {repeated[0]!r}; expected a name of its own for each", where="--config streams"
        )
    return streams


def _stream(one: Any, where: str, config: dict[str, Any]) -> Stream:
    members = {"resource": one} if isinstance(one, str) else one
    if not isinstance(members, dict) or not isinstance(members.get("resource"), str):
        raise UsageError("expected the name of a resource, or an object with resource", where=where)
    options = {name: value for name, value in members.items() if name != "resource"}
    if unknown := sorted(options.keys() - set(_OPTIONS)):
        raise UsageError(f"{unknown[0]!r} is not an option of a stream; expected {', '.join(_OPTIONS)}", where=where)
    options.setdefault("since", config.get("start_date"))
    document = options.pop("mapping", None)
    resource, child = CHILDREN.get(members["resource"], (members["resource"], None))
    if child is not None:
        options.setdefault("name", members["resource"])
        if document is not None:
            raise UsageError(f"the stream {members['resource']!r} takes no mapping; map {resource!r}", where=where)
    if find_search(resource) is None:
        raise ValidationError(
            f"no resource {resource!r} can be pulled; brightpearl catalog shows what there is", location=where
        )
    mapping = _mapping(document)
    told = {name: f"{where} {name}" for name in _OPTIONS}
    if "since" not in members:
        told["since"] = "--config start_date"
    places = {f"resources[0].{name}": place for name, place in told.items()} | told
    places["overlap"] = "--config overlap_seconds"
    with told_of(places):
        stream = Stream(PullResource(resource, mapping=mapping, **options), mapping, child)
    stream.places = places
    return stream


def _mapping(document: Any) -> Mapping | None:
    if document is None:
        return None
    return open_mapping(document) if isinstance(document, str) else Mapping(document)
