"""A Singer tap: pulls, and writes messages to standard output; everything else goes to standard error."""

from __future__ import annotations

import datetime
import json
import sys
import time
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from brightpearl import BrightpearlError, Mapping, PulledRecord, PullResource, ValidationError
from brightpearl._native import find_resource, find_search, list_resources, load_json
from brightpearl.cli.failure import UsageError
from brightpearl.cli.files import require_distinct
from brightpearl.cli.incremental import dead_letter
from brightpearl.cli.mapping import open_mapping
from brightpearl.cli.pushing import lines_to
from brightpearl.cli.session import account_client
from brightpearl.cli.singer import DELETED_AT, Schema, account_variables, schema_message, write
from brightpearl.cli.visible import say, visible

_OWN = ("streams", "start_date", "overlap_seconds", "dead_letters")
_OPTIONS = ("name", "filters", "query", "mapping", "watermark", "rows", "deletes", "reconcile", "priority", "since")


def read_config(path: Path) -> dict[str, Any]:
    """The members of the configuration."""
    return _object(path, "--config")


def _object(path: Path, where: str) -> dict[str, Any]:
    try:
        read = load_json(path.read_bytes().removeprefix(BOM_UTF8))
    except BrightpearlError as error:
        raise UsageError(f"the file is not JSON: {error.message}", where=f"{where} {path}, {error.location}") from None
    if not isinstance(read, dict):
        raise UsageError("the file has no JSON object", where=f"{where} {path}")
    return read


class Stream:
    """One stream: what is pulled for it, and what its messages say."""

    def __init__(self, resource: PullResource, mapping: Mapping | None) -> None:
        self.resource = resource
        self.name = resource.name or resource.resource
        listed = find_resource(resource.resource)
        # What a mapping calls them is not known.
        self.watermarks = [] if listed is None or mapping is not None else listed.watermarks
        moments = {name: _moment() for name in (*self.watermarks, DELETED_AT)}
        self.schema = Schema({"id": {"type": "integer"}, **moments}, "id")
        self.left_out: list[list[str]] = []
        """Members that the catalogue deselects."""
        self._is_told = False

    def tell(self, records: list[dict[str, Any]]) -> None:
        """Writes a SCHEMA message where the records need one."""
        grown = [self.schema.grow(record) for record in records]
        if any(grown) or not self._is_told:
            write(schema_message(self.name, self.schema, self.watermarks))
            self._is_told = True


def _moment() -> dict[str, Any]:
    return {"type": ["null", "string"], "format": "date-time"}


def streams_of(config: dict[str, Any]) -> list[Stream]:
    """The streams that the configuration names; every resource that can be pulled where it names none."""
    listed = config.get("streams")
    if listed is None:
        listed = sorted({found.path.rsplit("/")[-1] for found in list_resources() if found.search is not None})
    if not isinstance(listed, list):
        raise UsageError("streams is not an array; expected names of resources, or objects", where="--config streams")
    return [_stream(one, f"--config streams {place}", config) for place, one in enumerate(listed)]


def _stream(one: Any, where: str, config: dict[str, Any]) -> Stream:
    members = {"resource": one} if isinstance(one, str) else one
    if not isinstance(members, dict) or not isinstance(members.get("resource"), str):
        raise UsageError("expected the name of a resource, or an object with resource", where=where)
    options = {name: value for name, value in members.items() if name != "resource"}
    if unknown := sorted(options.keys() - set(_OPTIONS)):
        raise UsageError(f"{unknown[0]!r} is not an option of a stream; expected {', '.join(_OPTIONS)}", where=where)
    options.setdefault("since", config.get("start_date"))
    document = options.pop("mapping", None)
    mapping = _mapping(document)
    return Stream(PullResource(members["resource"], mapping=mapping, **options), mapping)


def _mapping(document: Any) -> Mapping | None:
    if document is None:
        return None
    return open_mapping(document) if isinstance(document, str) else Mapping(document)


def write_catalog(config: dict[str, Any]) -> None:
    """Writes the catalogue."""
    entries = [_entry(stream, is_selected="streams" in config) for stream in streams_of(config)]
    json.dump({"streams": entries}, sys.stdout, indent=2)
    print()


def _entry(stream: Stream, *, is_selected: bool) -> dict[str, Any]:
    if find_search(stream.resource.resource) is None:
        raise ValidationError(
            f"no resource {stream.resource.resource!r} can be pulled; brightpearl catalog shows what there is",
            location="--config streams",
        )
    return {
        "tap_stream_id": stream.name,
        "stream": stream.name,
        "key_properties": [stream.schema.key],
        "schema": stream.schema.json_schema(),
        "metadata": [
            {
                "breadcrumb": [],
                "metadata": {
                    "inclusion": "available",
                    "selected": is_selected,
                    "table-key-properties": [stream.schema.key],
                    "valid-replication-keys": stream.watermarks,
                    "forced-replication-method": "INCREMENTAL",
                },
            },
            {"breadcrumb": ["properties", stream.schema.key], "metadata": {"inclusion": "automatic"}},
        ],
    }


def _selected(streams: list[Stream], catalog: Path | None, config: dict[str, Any]) -> list[Stream]:
    if catalog is None:
        if "streams" not in config:
            raise UsageError(
                "nothing says what to pull; expected streams in it, or --catalog with streams selected",
                where="--config",
                advice="brightpearl tap --config FILE --discover writes the catalogue.",
            )
        return streams
    entries = [entry for entry in _object(catalog, "--catalog").get("streams", []) if _is_selected(entry)]
    names = {entry.get("tap_stream_id", entry.get("stream")): entry for entry in entries}
    chosen = [stream for stream in streams if stream.name in names]
    for stream in chosen:
        stream.left_out = list(_deselected(names[stream.name]))
    if missing := sorted(names.keys() - {stream.name for stream in chosen}):
        raise UsageError(f"there is no stream {missing[0]!r}", where=f"--catalog {catalog}")
    if not chosen:
        raise UsageError("no stream is selected", where=f"--catalog {catalog}")
    return chosen


def _is_selected(entry: dict[str, Any]) -> bool:
    for one in entry.get("metadata", []):
        if not one.get("breadcrumb") and "selected" in one.get("metadata", {}):
            return bool(one["metadata"]["selected"])
    return bool(entry.get("selected") or entry.get("schema", {}).get("selected"))


def _deselected(entry: dict[str, Any]) -> Iterator[list[str]]:
    """The members that a catalogue deselects, each by the names on the way to it."""
    for one in entry.get("metadata", []):
        told = one.get("metadata", {})
        steps = [step for step in one.get("breadcrumb", ()) if step not in ("properties", "items")]
        if (
            steps
            and told.get("inclusion") != "automatic"
            and not told.get("selected", told.get("selected-by-default", True))
        ):
            yield steps


def _leave_out(value: Any, steps: list[str]) -> Any:
    """A value without a member."""
    if isinstance(value, list):
        return [_leave_out(element, steps) for element in value]
    if not isinstance(value, dict) or steps[0] not in value:
        return value
    if len(steps) == 1:
        return {name: member for name, member in value.items() if name != steps[0]}
    return value | {steps[0]: _leave_out(value[steps[0]], steps[1:])}


def sync(path: Path, config: dict[str, Any], state: Path | None, catalog: Path | None) -> int:
    """Writes what changed; how many records could not be mapped or read."""
    streams = {stream.name: stream for stream in _selected(streams_of(config), catalog, config)}
    letters_file = config.get("dead_letters")
    require_distinct(config=path, state=state, catalog=catalog, dead_letters=letters_file)
    failed = 0
    with account_client(sleep=_sleep, configured=account_variables(config, _OWN)) as client:
        pulled = client.pull(
            [stream.resource for stream in streams.values()],
            state=_state(state),
            overlap=config.get("overlap_seconds"),
        )
        with pulled, lines_to(letters_file) as letters:
            for batch in pulled.batches():
                failed += _write_batch(streams[batch[0].resource], batch, letters)
                # All of the batch is written, and no more was asked for: the state covers just that.
                _write_state(pulled.checkpoint())
            _write_state(pulled.checkpoint())
    return failed


def _state(path: Path | None) -> str | None:
    """The checkpoint in a state. Targets keep the value of the message, and some put it into another object."""
    if path is None or not path.exists() or not path.read_bytes().strip():
        return None
    read = _object(path, "--state")
    value = read.get("value", read)
    checkpoint = value.get("checkpoint") if isinstance(value, dict) else None
    if checkpoint is None and not value:
        return None
    if not isinstance(checkpoint, str) or not checkpoint.lstrip().startswith("{"):
        raise UsageError(
            "it has no checkpoint; expected the value of a STATE message of this tap", where=f"--state {path}"
        )
    return checkpoint


def _write_state(checkpoint: str) -> None:
    write({"type": "STATE", "value": {"checkpoint": checkpoint}})
    sys.stdout.flush()


def _write_batch(stream: Stream, batch: list[PulledRecord], letters: Any) -> int:
    """Writes the messages of a batch; how many of its records could not be mapped or read."""
    records = []
    failed = 0
    for pulled in batch:
        if pulled.failures:
            failed += 1
            _report(pulled, letters)
        elif pulled.deleted:
            records.append({"id": pulled.id, DELETED_AT: _now()})
        elif pulled.record is not None:
            record = _record(pulled)
            for steps in stream.left_out:
                record = _leave_out(record, steps)
            records.append(record)
    if records:
        stream.tell(records)
    extracted = _now()
    for record in records:
        write({"type": "RECORD", "stream": stream.name, "record": record, "time_extracted": extracted})
    return failed


def _record(pulled: PulledRecord) -> dict[str, Any]:
    """The members of a record, its id among them: without one, a target could not tell records apart."""
    record: dict[str, Any] = pulled.record if isinstance(pulled.record, dict) else {"value": pulled.record}
    return record if pulled.id is None else {"id": pulled.id} | record


def _report(pulled: PulledRecord, letters: Any) -> None:
    if letters is not None:
        letters.write(dead_letter(pulled))
    reasons = "; ".join(map(str, pulled.failures))
    say(f"failed: {pulled.resource} {pulled.id}: {visible(reasons)}")


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _sleep(seconds: float) -> None:
    if seconds >= 1:
        say(f"waiting {seconds:.0f} s before the next request")
    time.sleep(seconds)
