"""What an assistant can ask for: each tool with its JSON Schema."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from brightpearl import Client, IdSet, Mapping, NotFoundError, TransportError, tasks, validate
from brightpearl._native import catalog, describe, dump_json
from brightpearl.cli.answers import MASK, as_many_as_fit, cut, exact, masked, part_of
from brightpearl.cli.failure import UsageError
from brightpearl.cli.held_writes import HeldWrites, difference
from brightpearl.cli.mapping import described, document_text
from brightpearl.cli.pushing import outcome_members
from brightpearl.descriptions import Task

_MOST_ROWS = 500
_MOST_RECORDS = 1_000
_MOST_CONFIRMABLE = 100
"""Writes that were shown and may still be confirmed."""


class ToolEntry:
    """One tool: its name, what it is for, what it takes, and what it does."""

    def __init__(
        self, name: str, description: str, schema: dict[str, Any], run: Callable[..., Any], *, writes: bool = False
    ) -> None:
        self.name = name
        self.description = description
        self.schema = schema
        self.run = run
        self.writes = writes


class AssistantTools:
    """The tools over one account.

    `client`: makes the client when one is needed, since the catalogue needs no account.
    `may_write`: whether tasks that write are carried out once their difference was shown.
    `masks`: whether answers have no personal data.
    `characters`: about how many characters an answer has at most.
    """

    def __init__(
        self,
        client: Callable[[], tuple[Client, HeldWrites]],
        *,
        may_write: bool,
        masks: bool,
        characters: int,
    ) -> None:
        self._client = client
        self._may_write = may_write
        self._masks = masks
        self._characters = characters
        self._confirmable: dict[str, str] = {}
        """What was shown and not carried out yet, by what confirms it."""
        entries = [*self._about_the_api(), *self._about_the_account(), *self._about_mappings()]
        entries += [self._task_entry(task) for task in tasks()]
        self.entries = {entry.name: entry for entry in entries}

    def call(self, name: str, arguments: dict[str, Any]) -> str:
        """The answer of a tool, as JSON. Raises `UsageError` and the errors of the client."""
        entry = self.entries.get(name)
        if entry is None:
            raise UsageError(f"the tool {name!r} is unknown; expected one of {', '.join(self.entries)}")
        known = entry.schema["properties"]
        if unknown := sorted(arguments.keys() - known.keys()):
            raise UsageError(f"{name} takes no argument {unknown[0]!r}; expected some of {', '.join(known)}")
        if missing := [one for one in entry.schema.get("required", []) if one not in arguments]:
            raise UsageError(f"{name} lacks the argument {missing[0]!r}; expected {', '.join(known)}")
        for one, value in arguments.items():
            _check_type(name, one, value, known[one])
        answer = entry.run(**exact(arguments))
        # What stands around rows and records counts as well.
        return dump_json(cut(answer, self._characters * 5 // 4))

    def _shown(self, value: Any, resource: str = "") -> Any:
        if not self._masks:
            return value
        # What is called a name there is that of a customer.
        is_company = "company" in resource and isinstance(value, dict) and "name" in value
        return masked(value | {"name": MASK} if is_company else value)

    def _listed(self, name: str, found: list[Any]) -> dict[str, Any]:
        """Findings in words, as many as fit."""
        taken, is_cut = as_many_as_fit(map(str, found), self._characters)
        left_out = {"left_out": f"{len(found) - len(taken)} more: correct these first"} if is_cut else {}
        return {name: taken, **left_out}

    def _about_the_api(self) -> Iterator[ToolEntry]:
        resource = _text("A short name such as order-row, or a path.")
        yield ToolEntry(
            "catalog",
            "What the Brightpearl API has: all resources in short, or everything that is known of one: paths, verbs, "
            "search columns, and the JSON Schemas of bodies. Needs no account.",
            _object(resource=resource, pointer=_text("A JSON Pointer to a part, where an answer was cut.")),
            self._catalog,
        )
        yield ToolEntry(
            "validate",
            "Everything that is wrong with the body of a write, each with its place. Nothing is sent.",
            _object(
                "resource", "verb", "body", resource=resource, verb=_text("POST, PUT or PATCH."), body={"title": "JSON"}
            ),
            lambda resource, verb, body: self._listed("violations", validate(resource, verb, body)),
        )

    def _catalog(self, resource: str | None = None, pointer: str = "") -> Any:
        if resource is None:
            whole: Any = [
                {name: one[name] for name in ("name", "title", "section")}
                | {"verbs": sorted({verb for path in one["paths"] for verb in path["verbs"]})}
                for one in json.loads(catalog())
            ]
        else:
            whole = json.loads(describe(resource))
        try:
            part = part_of(whole, pointer)
        except LookupError as missing:
            raise UsageError(f"the pointer {pointer!r} leads nowhere: {missing} is not there") from None
        return cut(part, self._characters, pointer)

    def _about_the_account(self) -> Iterator[ToolEntry]:
        resource = _text("A short name such as order, or a path such as order-service/order-search.")
        filters = {
            "type": "object",
            "description": "Columns and values that all must hold, such as "
            '{"orderTypeId": 1, "updatedOn": "2026-01-01/"}.',
        }
        ids = _text("Ids such as 1-200,320.")
        yield ToolEntry(
            "search",
            "Searches, and gives the rows. Where there are more, `next` has the arguments to go on with.",
            _object(
                "resource",
                resource=resource,
                filters=filters,
                columns=_array("Columns of the rows; all of them unless given."),
                sort=_array("Such as updatedOn or updatedOn.DESC."),
                limit=_number(f"Rows at most: 50 unless given, {_MOST_ROWS} at most.", 1, _MOST_ROWS),
                skip=_number("Rows to pass over; from `next`.", 0, 1_000_000),
            ),
            self._search,
        )
        yield ToolEntry(
            "get",
            "Reads records by id, in the fewest requests. Where they do not fit into one answer, `next` has the "
            "arguments to go on with. Without ids it reads the whole list of resources that have one, such as "
            "warehouse.",
            _object("resource", resource=resource, ids=ids, query={"type": "object"}),
            self._get,
        )
        yield ToolEntry(
            "explain",
            "How many requests a search or reading ids needs, and how long they take. Of a search, the first request "
            "is sent to find out; of ids, none.",
            _object("resource", resource=resource, filters=filters, ids=ids),
            self._explain,
        )

    def _search(
        self,
        resource: str,
        filters: dict[str, Any] | None = None,
        columns: list[str] | None = None,
        sort: list[str] | None = None,
        limit: int = 50,
        skip: int = 0,
    ) -> Any:
        client, _ = self._client()
        rows = client.search(resource, filters, columns=columns or (), sort=sort or (), limit=skip + limit)
        found = (self._shown(row.to_dict(dates="text"), resource) for row in islice(rows, skip, skip + limit))
        taken, is_cut = as_many_as_fit(found, self._characters)
        available = rows.metadata.results_available
        answer: dict[str, Any] = {"available": available, "rows": taken}
        if is_cut or (available is not None and skip + len(taken) < available and len(taken) == limit):
            given = {"filters": filters, "columns": columns, "sort": sort, "limit": limit}
            answer["next"] = {"resource": resource, **{name: one for name, one in given.items() if one}} | {
                "skip": skip + len(taken)
            }
        return answer

    def _get(self, resource: str, ids: str | None = None, query: dict[str, Any] | None = None) -> Any:
        client, _ = self._client()
        wanted = None if ids is None else IdSet(ids)
        if wanted is not None and len(wanted) > _MOST_RECORDS:
            raise UsageError(f"`ids` has {len(wanted):,} ids; expected {_MOST_RECORDS:,} at most")
        read = client.get(resource, ids, query=query)
        try:
            records = [(record.resource_id, self._shown(record.value, resource)) for record in read]
        except NotFoundError:
            records = []
        taken, is_cut = as_many_as_fit((record for _, record in records), self._characters)
        shown = [cut(record, self._characters, f"/{place}") for place, record in enumerate(taken)]
        answer: dict[str, Any] = {"records": shown}
        if read.missing:
            answer["missing"] = str(read.missing)
        if read.refused:
            answer["refused"] = [{"id": one.id, "reason": str(one.error)} for one in read.refused]
        left = [number for number, _ in records[len(taken) :] if number is not None]
        if is_cut and left:
            answer["next"] = {"resource": resource, "ids": str(IdSet(left))} | ({"query": query} if query else {})
        elif is_cut:
            answer["left_out"] = len(records) - len(taken)
        return answer

    def _explain(self, resource: str, filters: dict[str, Any] | None = None, ids: str | None = None) -> Any:
        client, _ = self._client()
        if ids is None:
            rows = client.search(resource, filters)
            explained, available = rows.explain(), rows.metadata.results_available
            # One that is left in the midst of its pages sends no more.
            found: dict[str, Any] = {"rows": available}
        else:
            explained = client.get(resource, ids).explain()
            found = {"ids": explained.items}
        return found | {
            "requests": explained.requests_sent + explained.requests_needed,
            "is_exact": explained.exact,
            "seconds": round(explained.seconds),
        }

    def _about_mappings(self) -> Iterator[ToolEntry]:
        document = {
            "description": "A mapping document: the JSON itself, or the name of a ready one.",
            "type": ["object", "string"],
        }
        records = {"description": "Records of the other system.", "type": "array", "items": {"type": "object"}}
        yield ToolEntry(
            "ready_mappings",
            "The mapping documents that come with this server, or one of them in full.",
            _object(
                name=_text("The name of one."), pointer=_text("A JSON Pointer to a part, where an answer was cut.")
            ),
            self._ready_mappings,
        )
        yield ToolEntry(
            "check_mapping",
            "Everything that is to be said about a mapping document, each with its place. Nothing is sent.",
            _object("document", document=document),
            lambda document: self._listed("findings", Mapping.check(_document(document))),
        )
        yield ToolEntry(
            "map_records",
            "What a mapping document makes of records: bodies, what would be looked up, and what is wrong. Nothing is "
            "sent.",
            _object("document", "records", document=document, records=records),
            self._map_records,
        )
        yield ToolEntry(
            "dry_run",
            "What a push of records would write, value by value, beside what Brightpearl has. Only reads are sent.",
            _object(
                "document",
                "records",
                document=document,
                records=records,
                existing={"enum": ["update", "leave", "reject"], "description": "For records that are there already."},
            ),
            self._dry_run,
        )

    def _ready_mappings(self, name: str | None = None, pointer: str = "") -> Any:
        if name is None:
            return {"names": list(Mapping.ready_names())}
        whole = json.loads(document_text(name)) if name in Mapping.ready_names() else None
        if whole is None:
            raise UsageError(
                f"the ready mapping {name!r} is unknown; expected one of {', '.join(Mapping.ready_names())}"
            )
        try:
            return cut(part_of(whole, pointer), self._characters, pointer)
        except LookupError as missing:
            raise UsageError(f"the pointer {pointer!r} leads nowhere: {missing} is not there") from None

    def _map_records(self, document: Any, records: list[Any]) -> Any:
        mapping = Mapping(_document(document))
        mapped = (
            self._shown({"record": place, **described(one)}) for place, one in enumerate(mapping.map_many(records))
        )
        return self._as_records(mapped, len(records))

    def _dry_run(self, document: Any, records: list[Any], existing: Any = "update") -> Any:
        client, _ = self._client()
        with client.push(Mapping(_document(document)), records, dry_run=True, existing=existing) as outcomes:
            ended = sorted(outcomes, key=lambda outcome: outcome.record)
        counts = dict(outcomes.counts)
        told = (self._shown(outcome_members(outcome)) for outcome in ended)
        return {"counts": counts, **self._as_records(told, len(records))}

    def _as_records(self, told: Iterator[Any], count: int) -> dict[str, Any]:
        taken, is_cut = as_many_as_fit(told, self._characters)
        answer: dict[str, Any] = {
            "records": [cut(one, self._characters, f"/{place}") for place, one in enumerate(taken)]
        }
        if is_cut:
            answer["left_out"] = f"{count - len(taken)} records: ask again with those from {len(taken)} on"
        return answer

    def _task_entry(self, task: Task) -> ToolEntry:
        arguments = {name: one for name, one in task.arguments.items() if name != "$schema"}
        properties: dict[str, Any] = {"arguments": arguments}
        note = ""
        if task.writes:
            properties["confirm"] = _text("What the answer without it gave, to carry out just that.")
            note = " Without confirm, nothing is written: the answer shows the first write and what it changes." + (
                "" if self._may_write else " This server only shows it: it was started without --write."
            )
        return ToolEntry(
            task.name.replace("-", "_"),
            f"{task.summary} {task.requests}{note}",
            {"type": "object", "properties": properties, "required": ["arguments"], "additionalProperties": False},
            lambda **given: self._task(task, **given),
            writes=task.writes,
        )

    def _task(self, task: Task, arguments: dict[str, Any], confirm: str | None = None) -> Any:
        client, held = self._client()
        if not task.writes:
            return cut(self._shown(client.task(task.name, **arguments)), self._characters)
        shown_as = dump_json([task.name, arguments])
        if confirm is None:
            shown = self._preview(client, held, task, arguments)
            return cut(shown | ({"confirm": self._confirmed_by(shown_as)} if self._may_write else {}), self._characters)
        if not self._may_write:
            raise UsageError("nothing is written: the server was started without --write")
        if self._confirmable.get(confirm) != shown_as:
            raise UsageError(
                "`confirm` does not belong to these arguments, or was carried out already; expected what the answer "
                "without it gave for them. After a call whose answer was lost, look at what is there first"
            )
        # Each carries out one write: the same call once more would write the same once more.
        del self._confirmable[confirm]
        with held.let_through():
            return cut({"done": self._shown(client.task(task.name, **arguments))}, self._characters)

    def _confirmed_by(self, shown_as: str) -> str:
        confirm = secrets.token_hex(8)
        self._confirmable[confirm] = shown_as
        if len(self._confirmable) > _MOST_CONFIRMABLE:
            del self._confirmable[next(iter(self._confirmable))]
        return confirm

    def _preview(self, client: Client, held: HeldWrites, task: Task, arguments: dict[str, Any]) -> dict[str, Any]:
        held.take()
        try:
            done = client.task(task.name, **arguments)
        except TransportError:
            writes = held.take()
            if not writes:
                raise
            first = self._shown(difference(client, writes[0]))
            return {"written": "nothing yet", "would_send_first": first, "all_requests": task.requests}
        return {"written": "nothing", "is_so_already": self._shown(done)}


def _check_type(tool: str, name: str, value: Any, schema: dict[str, Any]) -> None:
    said = schema.get("type")
    if said is None:
        return
    kinds = [said] if isinstance(said, str) else said
    if not any(isinstance(value, _TYPES[kind]) and not isinstance(value, bool) for kind in kinds):
        raise UsageError(f"`{name}` of {tool} is {json.dumps(value)[:100]}; expected {' or '.join(kinds)}")
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and not least <= value <= most:
        raise UsageError(f"`{name}` of {tool} is {value}; expected {least} to {most}")


_TYPES: dict[str, type] = {"string": str, "integer": int, "object": dict, "array": list}


def _document(document: Any) -> Any:
    # A text is a name here, and never the path of a file of this machine.
    if isinstance(document, str):
        if document not in Mapping.ready_names():
            raise UsageError(
                f"the ready mapping {document!r} is unknown; expected the document itself, or one of "
                f"{', '.join(Mapping.ready_names())}"
            )
        return document_text(document)
    return document


def _object(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _array(description: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "description": description}


def _number(description: str, least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most, "description": description}
