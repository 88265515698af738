"""A pull of what changed since the last one, into a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any

from brightpearl import Client, Mapping, PulledRecord, PulledRecords, Resource
from brightpearl._native import dump_json, find_resource
from brightpearl.cli.files import record_file, with_id
from brightpearl.cli.mapping import failure_members
from brightpearl.cli.noting import note_pulled, noted_run
from brightpearl.cli.progress import Progress
from brightpearl.cli.pushing import lines_to
from brightpearl.cli.unread import require_read
from brightpearl.state_file import StateFile


class Changes:
    """What a pull wrote."""

    def __init__(self) -> None:
        self.records = 0
        self.deleted = 0
        self.skipped = 0
        self.failed: list[PulledRecord] = []


def pull_changes(
    client: Client,
    resource: str,
    out: Path,
    *,
    state: Path | None,
    append: bool,
    dead_letters: str | None,
    limit: int | None,
    mapping: Mapping | None,
    progress: Progress,
    keeps_formulas: bool = False,
    ledger: str | None = None,
    renew: bool = False,
    **options: Any,
) -> Changes:
    """Writes what changed to a file, and then where the next pull begins.

    The state is replaced when the file is there: a pull that ends before writes the same once more.
    """
    changes = Changes()
    listed = find_resource(resource)
    key = None if listed is None else listed.key
    with (
        nullcontext() if state is None else StateFile(state) as file,
        client.pull(
            resource, state=None if file is None else file.read(renew=renew), mapping=mapping, renew=renew, **options
        ) as pulled,
        noted_run(ledger, f"pull {resource}", "pull", client) as noting,
    ):
        if state is not None and not append and not renew:
            require_read(out, state)
        progress.stage("records", limit)
        with (
            record_file(out, keeps_formulas=keeps_formulas, appends=append) as target,
            lines_to(dead_letters) as letters,
        ):
            for record in _at_most(pulled, limit):
                progress.advance(1)
                if noting is not None:
                    note_pulled(noting, record)
                line = _line_of(record, changes)
                if line is not None:
                    whole = line if mapping is not None else with_id(line, record.id, key)
                    target.add(Resource.from_json(whole))
                elif record.failures and letters is not None:
                    letters.write(dead_letter(record))
        if noting is not None:
            noting.flush()
        if file is not None:
            file.write(pulled.checkpoint())
    return changes


def _at_most(records: PulledRecords, limit: int | None) -> Iterator[PulledRecord]:
    """All of them, or so many: nothing is asked for behind the last one, which would say that it is dealt with."""
    return iter(records) if limit is None else islice(records, limit)


def _line_of(record: PulledRecord, changes: Changes) -> bytes | None:
    if record.deleted:
        changes.deleted += 1
        return dump_json({"id": record.id, "deleted": True}).encode()
    if record.failures:
        changes.failed.append(record)
        return None
    if record.raw is None:
        changes.skipped += 1
        return None
    changes.records += 1
    return record.raw


def dead_letter(record: PulledRecord) -> bytes:
    """A record that could not be mapped or read, and why."""
    members = {
        "resource": record.resource,
        "id": record.id,
        "changed": record.changed,
        "failures": [failure_members(failure) for failure in record.failures],
        "source": record.source,
    }
    return dump_json({name: value for name, value in members.items() if value is not None}).encode() + b"\n"
