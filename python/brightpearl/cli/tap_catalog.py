"""The catalogue of the tap: what it offers, and what is selected of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from brightpearl.cli.failure import UsageError
from brightpearl.cli.tap_streams import Stream, streams_of
from brightpearl.cli.visible import print_json


def write_catalog(config: dict[str, Any]) -> None:
    """Writes the catalogue."""
    entries = [_entry(stream, is_selected="streams" in config) for stream in streams_of(config)]
    print_json(json.dumps({"streams": entries}, indent=2))


def _entry(stream: Stream, *, is_selected: bool) -> dict[str, Any]:
    schema = stream.json_schema()
    method = "INCREMENTAL" if stream.is_incremental else "FULL_TABLE"
    of_stream = {
        "inclusion": "available",
        "selected": is_selected,
        "table-key-properties": stream.keys,
        "valid-replication-keys": stream.watermarks,
        "forced-replication-method": method,
    }
    entry = {
        "tap_stream_id": stream.name,
        "stream": stream.name,
        "key_properties": stream.keys,
        "replication_method": method,
        "replication_key": next(iter(stream.watermarks), None),
        "schema": schema,
        "metadata": [{"breadcrumb": [], "metadata": of_stream}, *_members(schema, [], _automatic(stream))],
    }
    return {name: value for name, value in entry.items() if value is not None}


def _automatic(stream: Stream) -> set[str]:
    """What is always there: without it targets could not tell records apart, or which one is newer."""
    return {*stream.keys, *stream.watermarks[:1]}


def _members(schema: dict[str, Any], breadcrumb: list[str], automatic: set[str]) -> Iterator[dict[str, Any]]:
    for name, member in schema.get("properties", {}).items():
        steps = [*breadcrumb, "properties", name]
        is_automatic = not breadcrumb and name in automatic
        told = {"inclusion": "automatic"} if is_automatic else {"inclusion": "available", "selected-by-default": True}
        yield {"breadcrumb": steps, "metadata": told}
        yield from _members(member, steps, automatic)
    for step in ("additionalProperties", "items"):
        if isinstance(inner := schema.get(step), dict):
            yield from _members(inner, [*breadcrumb, step], automatic)


def selected_streams(config: dict[str, Any], path: Path | None, catalog: dict[str, Any] | None) -> list[Stream]:
    """The streams to pull, each without the members that are deselected; those of the configuration where there is no
    catalogue."""
    streams = streams_of(config)
    if catalog is None:
        if "streams" not in config:
            raise UsageError(
                "nothing says what to pull; expected streams in it, or --catalog with streams selected",
                where="--config",
                advice="brightpearl tap --config FILE --discover writes the catalogue.",
            )
        return streams
    where = f"--catalog {path}"
    entries = {_name(entry, where): entry for entry in _entries(catalog, where) if _is_selected(entry)}
    chosen = [stream for stream in streams if stream.name in entries]
    if missing := sorted(entries.keys() - {stream.name for stream in chosen}):
        raise UsageError(
            f"there is no stream {missing[0]!r}; expected some of {', '.join(stream.name for stream in streams)}",
            where=where,
        )
    if not chosen:
        raise UsageError("no stream is selected", where=where)
    for stream in chosen:
        stream.left_out = list(_deselected(entries[stream.name], _automatic(stream)))
    return chosen


def _entries(catalog: dict[str, Any], where: str) -> list[dict[str, Any]]:
    entries = catalog.get("streams")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError("it has no valid streams; expected an array of objects, as --discover writes it", where=where)
    return entries


def _name(entry: dict[str, Any], where: str) -> str:
    name = entry.get("tap_stream_id", entry.get("stream"))
    if not isinstance(name, str):
        raise UsageError("a stream has no valid tap_stream_id; expected a text", where=where)
    return name


def _metadata(entry: dict[str, Any]) -> Iterator[tuple[list[str], dict[str, Any]]]:
    for one in entry.get("metadata") or []:
        if isinstance(one, dict) and isinstance(told := one.get("metadata"), dict):
            yield list(one.get("breadcrumb") or ()), told


def _is_selected(entry: dict[str, Any]) -> bool:
    for breadcrumb, told in _metadata(entry):
        if not breadcrumb and ("selected" in told or "selected-by-default" in told):
            return told.get("inclusion") != "unsupported" and bool(
                told.get("selected", told.get("selected-by-default"))
            )
    schema = entry.get("schema")
    return bool(entry.get("selected") or (isinstance(schema, dict) and schema.get("selected")))


def _deselected(entry: dict[str, Any], automatic: set[str]) -> Iterator[list[str]]:
    """The breadcrumbs of members that are not wanted."""
    for breadcrumb, told in _metadata(entry):
        is_wanted = told.get("selected", told.get("selected-by-default", True))
        if told.get("inclusion") == "unsupported":
            is_wanted = False
        is_kept = told.get("inclusion") == "automatic" or breadcrumb in [["properties", name] for name in automatic]
        if breadcrumb and not is_kept and not is_wanted:
            yield breadcrumb
