"""A Singer tap: pulls, and writes messages to standard output; everything else goes to standard error."""

from __future__ import annotations

import datetime
import sys
import time
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

from brightpearl import BrightpearlError, Client, PulledRecord
from brightpearl._native import load_json
from brightpearl.cli.failure import UsageError
from brightpearl.cli.incremental import dead_letter
from brightpearl.cli.metered import Meter
from brightpearl.cli.pushing import lines_to
from brightpearl.cli.roles import require_lines
from brightpearl.cli.session import account_client
from brightpearl.cli.singer import DELETED_AT, account_variables, write
from brightpearl.cli.tap_catalog import selected_streams
from brightpearl.cli.tap_streams import Stream
from brightpearl.cli.visible import say, visible
from brightpearl.cli.words import told_of
from brightpearl.whole_file import LARGEST_RECORDS, read_whole

OWN = ("streams", "start_date", "overlap_seconds", "dead_letters")
"""The members of the configuration that are not those of the account."""


def read_config(path: Path) -> dict[str, Any]:
    """The members of the configuration."""
    return _object(path, "--config")


def _object(path: Path, where: str, content: bytes | None = None) -> dict[str, Any]:
    content = _content(path, where) if content is None else content
    try:
        read = load_json(content.removeprefix(BOM_UTF8))
    except BrightpearlError as error:
        raise UsageError(f"the file is not JSON: {error.message}", where=f"{where} {path}, {error.location}") from None
    if not isinstance(read, dict):
        raise UsageError("the file is other JSON; expected an object", where=f"{where} {path}")
    return read


def _content(path: Path, where: str) -> bytes:
    with path.open("rb") as file:
        return read_whole(file, LARGEST_RECORDS, "JSON that a tap is given", location=f"{where} {path}")


class Pull:
    """What is pulled at once: a stream, the streams of what its records have, or both."""

    def __init__(self, streams: list[Stream]) -> None:
        self.streams = streams
        self.name = streams[0].name
        self.resource = streams[0].pulled


def _pulls(streams: list[Stream]) -> list[Pull]:
    """Rows come along with their orders where both are selected, and nothing else is asked for them."""
    pulls = [Pull([stream]) for stream in streams if stream.child is None]
    for child in (stream for stream in streams if stream.child is not None):
        alike = (pull for pull in pulls if pull.streams[0].is_told_apart and _is_alike(pull.streams[0], child))
        pull = next(alike, None)
        if pull is None:
            pulls.append(Pull([child]))
        else:
            pull.streams.append(child)
    return sorted(pulls, key=lambda pull: -pull.resource.priority)


def _is_alike(one: Stream, other: Stream) -> bool:
    options = [
        {name: getattr(stream.pulled, name) for name in stream.pulled.__slots__ if name not in ("name", "priority")}
        for stream in (one, other)
    ]
    return options[0] == options[1]


def sync(
    path: Path, config: dict[str, Any], state: Path | None, catalog: Path | None, meter: Meter | None = None
) -> int:
    """Writes what changed; how many records could not be mapped or read."""
    selected = selected_streams(config, catalog, None if catalog is None else _object(catalog, "--catalog"))
    letters_file = config.get("dead_letters")
    if letters_file is not None and not isinstance(letters_file, str):
        raise UsageError("it is not a text; expected the path of a file", where="--config dead_letters")
    require_lines("--config dead_letters", letters_file, "dead letters")
    tap = Tap(config.get("overlap_seconds"), _bookmarks(state), meter)
    configured = account_variables(config, OWN)
    with (
        account_client(sleep=_sleep, configured=configured, meter=meter) as client,
        lines_to(letters_file) as letters,
    ):
        for pull in _pulls(selected):
            tap.pull(client, pull, letters)
    return tap.failed


class Tap:
    """Where the pulls stand, and what came of them."""

    def __init__(self, overlap: Any, bookmarks: dict[str, Any], meter: Meter | None) -> None:
        self._overlap = overlap
        self._bookmarks = bookmarks
        self._meter = meter
        self.failed = 0
        """How many records could not be mapped or read."""

    def pull(self, client: Client, pull: Pull, letters: Any) -> None:
        """Writes the messages of what changed."""
        for stream in pull.streams:
            stream.tell([])
        before = self._bookmarks.get(pull.name)
        with told_of(pull.streams[0].places):
            pulled = client.pull(
                [pull.resource], state=None if before is None else before["checkpoint"], overlap=self._overlap
            )
        with pulled:
            for batch in pulled.batches():
                for stream in pull.streams:
                    self._write(stream, batch)
                for one in batch:
                    if one.failures:
                        self._report(one, letters)
                if self._meter is not None:
                    self._meter.record("pulled", len(batch))
                # All of the batch is written, and no more was asked for: the state covers just that.
                self._write_state(pull, pulled.checkpoint())
            self._write_state(pull, pulled.checkpoint())

    def _write(self, stream: Stream, batch: list[PulledRecord]) -> None:
        records: list[dict[str, Any]] = []
        for pulled in batch:
            if pulled.deleted:
                # Which rows it had is not known any more.
                records += [] if stream.child is not None else [{"id": pulled.id, DELETED_AT: _now()}]
            elif not pulled.failures and pulled.record is not None:
                records += stream.records_of(pulled)
        stream.tell(records)
        extracted = _now()
        for record in records:
            write({"type": "RECORD", "stream": stream.name, "record": record, "time_extracted": extracted})

    def _report(self, pulled: PulledRecord, letters: Any) -> None:
        self.failed += 1
        if letters is not None:
            letters.write(dead_letter(pulled))
        reasons = "; ".join(map(str, pulled.failures))
        say(f"failed: {pulled.resource} {pulled.id}: {visible(reasons)}")

    def _write_state(self, pull: Pull, checkpoint: str) -> None:
        self._bookmarks[pull.name] = {"checkpoint": checkpoint}
        write({"type": "STATE", "value": {"bookmarks": self._bookmarks}})
        sys.stdout.flush()


def _bookmarks(path: Path | None) -> dict[str, Any]:
    """The bookmarks of a state. Targets keep the value of the message, and some put it into another object."""
    if path is None or not path.exists():
        return {}
    content = _content(path, "--state")
    if not content.strip():
        return {}
    read = _object(path, "--state", content)
    value = read.get("value", read)
    bookmarks = value.get("bookmarks") if isinstance(value, dict) else None
    if bookmarks is None and not value:
        return {}
    if not isinstance(bookmarks, dict) or not all(map(_is_bookmark, bookmarks.values())):
        raise UsageError(
            "it has no valid bookmarks; expected the value of a STATE message of this tap", where=f"--state {path}"
        )
    return bookmarks


def _is_bookmark(bookmark: Any) -> bool:
    checkpoint = bookmark.get("checkpoint") if isinstance(bookmark, dict) else None
    return isinstance(checkpoint, str) and checkpoint.lstrip().startswith("{")


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _sleep(seconds: float) -> None:
    if seconds >= 1:
        say(f"waiting {seconds:.0f} s before the next request")
    time.sleep(seconds)
