"""Files with records on their way into Brightpearl: taken by moving them, so that what was begun is gone on with."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import time
from codecs import BOM_UTF8
from functools import cached_property

from brightpearl._native import dump_json, load_json
from brightpearl.exceptions import BrightpearlError
from brightpearl.locking import NameLock
from brightpearl.private_file import replacing, sync_directory
from brightpearl.whole_file import LARGEST_SETTINGS, read_file

_SECONDS_AT_REST = 0.5
"""A file that changed within this time may still be written."""

_SECONDS_UNCHANGED = 60.0
"""One whose time is still to come may be written for as long as it was not seen the same for that time."""

_ENDINGS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv")
_PARTIAL = (".part", ".partial", ".tmp", ".crdownload")


class Spool:
    """A folder where files wait, one for those that are being pushed, and those where they end.

    `keeps`: whether files end in `done`, as those of a directory that somebody looks into; they are removed otherwise.
    """

    def __init__(self, waiting: str, working: str, *, done: str | None, failed: str, journals: str) -> None:
        self._waiting = waiting
        self._working = working
        self._done = done
        self._failed = failed
        self._journals = journals
        self._seen: dict[str, tuple[tuple[int, int], float]] = {}
        for path in filter(None, (waiting, working, done, failed, journals)):
            os.makedirs(path, mode=0o700, exist_ok=True)

    def is_empty(self) -> bool:
        """Whether nothing is to be done."""
        return not self.has_begun() and not self._ready()

    def has_begun(self) -> bool:
        """Whether a file was taken and not finished."""
        return bool(self._names(self._working))

    def put(self, content: bytes, name: str | None = None) -> str:
        """Keeps records in a file, which is on disk when this returns; its name. The same content is the same file,
        unless it is given a name."""
        name = name or f"{hashlib.sha256(content).hexdigest()[:32]}.jsonl"
        with replacing(os.path.join(self._waiting, name)) as file:
            file.write(content)
        return name

    def waiting(self, name: str) -> str:
        """The path of a file that waits."""
        return os.path.join(self._waiting, name)

    def remove(self, path: str) -> None:
        """Takes a file away of which nothing was pushed."""
        os.unlink(path)
        sync_directory(os.path.dirname(path))

    @cached_property
    def identity(self) -> str:
        """What tells these folders from those of other replicas, wherever they are mounted: made once, and kept in
        them."""
        path = os.path.join(os.path.dirname(self._waiting), "identity")
        lock = NameLock(path)
        while not lock.take():
            time.sleep(0.01)
        try:
            kept = b""
            with contextlib.suppress(FileNotFoundError):
                kept = read_file(path, LARGEST_SETTINGS, "what tells these folders from others", location=path)
            # What a crash has filled with zeros tells nothing apart.
            if re.fullmatch(rb"[0-9a-f]{32}", kept):
                return kept.decode()
            identity = secrets.token_hex(16)
            with replacing(path) as file:
                file.write(identity.encode())
            return identity
        finally:
            lock.give_back()

    def take(self) -> str | None:
        """The path of the next file: one that was begun before others, the oldest first; None when there is none."""
        begun = self._names(self._working)
        if begun:
            return os.path.join(self._working, begun[0])
        for name in self._ready():
            # One that somebody took away meanwhile is no longer ours.
            with contextlib.suppress(FileNotFoundError):
                target = os.path.join(self._working, _free_name(self._working, name))
                # What an earlier file of that name has left says nothing of this one.
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self.journal_of(target))
                os.rename(os.path.join(self._waiting, name), target)
                sync_directory(self._working)
                return target
        return None

    def journal_of(self, path: str) -> str:
        """The journal by which the push of that file goes on."""
        return os.path.join(self._journals, f"{os.path.basename(path)}.journal")

    def finish(self, path: str, *, is_failed: bool = False) -> str | None:
        """Puts a file where it ends, and takes its journal away; where it is now, None when it was removed."""
        target: str | None = None
        folder = self._failed if is_failed else self._done
        if folder is None:
            os.unlink(path)
        else:
            target = os.path.join(folder, _free_name(folder, os.path.basename(path)))
            os.rename(path, target)
            sync_directory(folder)
        # Only now: until then it is what keeps the push from being made twice.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.journal_of(path))
        return target

    def again(self, name: str) -> bool:
        """Has a file that could not be read wait once more; whether it is there."""
        found = os.path.join(self._failed, os.path.basename(name))
        try:
            os.rename(found, os.path.join(self._waiting, _free_name(self._waiting, os.path.basename(name))))
        except FileNotFoundError:
            return False
        return True

    def _ready(self) -> list[str]:
        latest = time.time() - _SECONDS_AT_REST
        seen, self._seen = self._seen, {}
        names = []
        for name in self._names(self._waiting):
            with contextlib.suppress(FileNotFoundError):
                found = os.stat(os.path.join(self._waiting, name))
                if found.st_mtime <= latest or self._done is None:
                    names.append(name)
                    continue
                # Its clock, or ours before it was set back, may have been ahead.
                as_it_is = (found.st_mtime_ns, found.st_size)
                before = seen.get(name)
                since = before[1] if before is not None and before[0] == as_it_is else time.monotonic()
                self._seen[name] = as_it_is, since
                if time.monotonic() - since >= _SECONDS_UNCHANGED:
                    names.append(name)
        return names

    def _names(self, folder: str) -> list[str]:
        """Regular files, the oldest first; none that is hidden, or still being written as its name says."""
        found = []
        with os.scandir(folder) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    is_hidden = entry.name.startswith(".") or entry.name.lower().endswith(_PARTIAL)
                    if entry.is_file(follow_symlinks=False) and not is_hidden:
                        found.append((entry.stat().st_mtime_ns, entry.name))
        return [name for _, name in sorted(found)]


def as_lines(content: bytes) -> bytes:
    """Records as a line for each: a document is taken apart, whichever way it is laid out. What is no JSON as a whole
    has a record in each line already, or is told with the records."""
    try:
        read = load_json(content.removeprefix(BOM_UTF8))
    except BrightpearlError:
        return content
    records = read if isinstance(read, list) else [read]
    return b"".join(dump_json(record).encode() + b"\n" for record in records)


def _free_name(folder: str, name: str) -> str:
    """The name, or one with a number behind it where there is such a file already."""
    root, ending = os.path.splitext(name)
    number, free = 1, name
    while os.path.lexists(os.path.join(folder, free)):
        number += 1
        free = f"{root}-{number}{ending}"
    return free


def is_readable_ending(path: str) -> bool:
    """Whether the ending of a file says how records are written in it."""
    return os.path.splitext(path)[1].lower() in _ENDINGS


def folder_name(flow: str) -> str:
    """A folder's name for a flow: its own as far as it may be one, and what tells it from others."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", flow).strip("-")[:40]
    return f"{plain}-{hashlib.sha256(flow.encode()).hexdigest()[:8]}"
