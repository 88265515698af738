"""Records that are posted to a flow: kept before they are accepted, and once for a key, however often they come."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import threading

from brightpearl.ledger import Ledger
from brightpearl.service.spool import Spool, as_lines

LOG = logging.getLogger("brightpearl.service")

_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")


class KeyUsedOtherwise(Exception):
    """Other records came with this key before."""


class PostedRecords:
    """What is posted to one flow, which replicas of the service with folders of their own may share by the ledger. May
    be shared by threads."""

    def __init__(self, flow: str, spool: Spool, ledger: Ledger) -> None:
        self._flow = flow
        self._spool = spool
        self._ledger = ledger
        # What is stored and what is taken is decided one after the other.
        self._turn = threading.Lock()

    def accept(self, body: bytes, key: str | None) -> str:
        """Keeps records, which are on disk when this returns; their name. With a key that came before nothing is kept,
        and the name is what it was. Raises `KeyUsedOtherwise`, `OSError`, and `LedgerError`."""
        if key is None:
            return _root(self._spool.put(as_lines(body)))
        digest = hashlib.sha256(body).hexdigest()
        name = hashlib.sha256(f"key {key}".encode()).hexdigest()[:32]
        with self._turn:
            known, name, is_stored = self._ledger.push_keys.begin(self._flow, key, digest, name)
            if known != digest:
                raise KeyUsedOtherwise
            if not is_stored:
                # One of that name that waits already is the same: a crash came before its key was noted.
                path = self._spool.waiting(self._spool.put(as_lines(body), f"{name}.jsonl"))
                self._is_ours(path)
        return name

    def take(self) -> str | None:
        """The path of the next file. Its key is known as stored before anything of it can be pushed."""
        with self._turn:
            while (path := self._spool.take()) is not None:
                if self._is_ours(path):
                    return path
            return None

    def _is_ours(self, path: str) -> bool:
        """Notes that a file is kept here. One that another replica has under the same key, which was sent there when
        this one did not answer any more, is removed: that one pushes it."""
        name = _root(os.path.basename(path))
        if self._ledger.push_keys.settle(self._flow, name, self._spool.identity):
            return True
        LOG.info("records of the flow %r were accepted by another replica meanwhile, which pushes them", self._flow)
        self._spool.remove(path)
        return False


def key_of(header: str | None) -> str | None:
    """The key of a header `Idempotency-Key`, or None without that header. Raises `ValueError` for an invalid key."""
    if header is None:
        return None
    key = header.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not _KEY.fullmatch(key):
        raise ValueError("the header Idempotency-Key is invalid; expected 1 to 255 visible ASCII characters")
    return key


def _root(name: str) -> str:
    return name.partition(".")[0]
