"""The trail of what a service writes: which flow, when, and what came of it. The ledger has its head, too."""

from __future__ import annotations

import contextlib
import getpass
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

from brightpearl.client import Client
from brightpearl.exceptions import ValidationError
from brightpearl.ledger import Ledger
from brightpearl.messages import Request, Response
from brightpearl.private_file import irregular, open_to_read
from brightpearl.secret_reference import secret_of
from brightpearl.service.health import HealthFinding
from brightpearl.service.members import Members
from brightpearl.service.problems import Problem
from brightpearl.service.secrets import check_secret
from brightpearl.service.workers import flow_at_work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.audit import AuditFile

_SHORTEST_KEY = 16


@dataclass(frozen=True)
class AuditTarget:
    """Where a trail is."""

    file: str
    key: str | None
    """Where the key is, without which nobody can write lines that fit."""


def read_audit(table: object, folder: str, problems: list[Problem]) -> AuditTarget | None:
    """The `[audit]` table; None where there is none, and no trail."""
    if table is None:
        return None
    members = Members(table, "[audit]", problems)
    file = members.text("file", "the file of the trail", is_required=True)
    key = members.text("key", "a reference such as env:AUDIT_KEY")
    members.finish()
    if key is not None:
        check_secret(members, "key", key)
        with contextlib.suppress(ValidationError):
            # One that is not there was noted.
            if len(secret_of(key, "key").encode()) < _SHORTEST_KEY:
                members.wrong("key", f"the key is short; expected at least {_SHORTEST_KEY} bytes")
    if file is None:
        return None
    path = os.path.join(folder, os.path.expanduser(file))
    if (kind := irregular(path)) is not None:
        members.wrong("file", f"it is {kind}; expected a regular file, or none yet")
    elif not os.path.isdir(os.path.dirname(path)):
        members.wrong("file", f"there is no directory {os.path.dirname(path)!r}; make it, or name another")
    return AuditTarget(path, key)


class ServiceTrail:
    """A trail to which all flows of a service append. What cannot be told before is not sent."""

    def __init__(self, target: AuditTarget, account: str, ledger: Ledger) -> None:
        self._target = target
        self._account = account
        self._ledger = ledger
        self._lock = threading.Lock()
        self._run = os.urandom(4).hex()
        self._of_flows: dict[str, Callable[[Request], Response]] = {}

    def watch(self, client: Client) -> None:
        """Has each write of a client told, with the flow for which it is sent."""
        below = client._host.transport

        def transmit(request: Request) -> Response:
            flow = flow_at_work()
            with self._lock:
                if flow not in self._of_flows:
                    self._of_flows[flow] = self._file(flow).transport(below)
            return self._of_flows[flow](request)

        client._host.transport = transmit

    def keep_head(self) -> None:
        """Keeps the head in the ledger. Raises `LedgerError`."""
        head = self._head()
        if head is not None:
            self._ledger.standings.note_head(self._target.file, head, _entries(head))

    def findings(self) -> list[HealthFinding]:
        """Whether lines that the ledger knows of are gone. Raises `LedgerError`."""
        known = self._ledger.standings.head(self._target.file)
        head = self._head()
        if known is None or (head is not None and _entries(head) >= known[1]):
            return []
        return [
            HealthFinding(
                "failing",
                "audit",
                self._target.file,
                f"the trail had {known[1]:,} lines, and has {0 if head is None else _entries(head):,}",
                f"`brightpearl audit verify` says what was done to it; the head that was known is {known[0]}.",
            )
        ]

    def _head(self) -> str | None:
        from brightpearl.audit_tail import end_of

        try:
            with open(open_to_read(self._target.file), "rb") as file:
                tail = end_of(file)
        except OSError:
            return None
        return None if tail is None else tail.head

    def _file(self, flow: str) -> AuditFile:
        from brightpearl.audit import AuditFile

        user = ""
        # A container may have no name for its user.
        with contextlib.suppress(OSError, KeyError):
            user = getpass.getuser()
        return AuditFile(
            self._target.file,
            key=None if self._target.key is None else secret_of(self._target.key, "[audit]: key"),
            account=self._account,
            host=socket.gethostname(),
            user=user,
            app="brightpearl serve",
            run=self._run,
            flow=flow,
        )


def _entries(head: str) -> int:
    number = head.partition(":")[0]
    return int(number) if number.isascii() and number.isdecimal() else 0
