"""A trail of what was written: a file that only grows, one line of JSON for each thing, chained so that whatever is
done to it is found.

>>> import tempfile, os
>>> from brightpearl.audit import AuditFile, verify
>>> path = os.path.join(tempfile.mkdtemp(), "audit.jsonl")
>>> head = AuditFile(path).append({"outcome": "noted", "note": "the beginning"})
>>> verify(path, anchors=[head]).findings
()
"""

from __future__ import annotations

import os
import threading
import time

from brightpearl.arguments import checked_path, each_of
from brightpearl.audit_tail import Tail, end_of
from brightpearl.discovery import ask
from brightpearl.locking import lock, unlock
from brightpearl.private_file import irregular, open_to_grow, open_to_read, sync_directory
from brightpearl.record import Record
from brightpearl.text import Hidden, Veiled, one_line
from brightpearl.transport import NotSent, Unsendable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, BinaryIO

    from brightpearl.messages import Request, Response
    from brightpearl.transport import AsyncTransport, Transport

PATIENCE = 30.0
"""Seconds to wait for another process that is appending."""

_READS = ("GET", "HEAD", "OPTIONS")
_PART = 1 << 20
_MOST_SECRETS = 50


class AuditError(Unsendable):
    """The trail cannot be written, so that nothing is sent that would not stand in it."""


class AuditFinding(Record):
    """One thing that is wrong with a trail. `str()` of it is one line."""

    __slots__ = ("fault", "line", "message", "todo")

    fault: str
    """`changed`, `removed`, `added`, `reordered`, `torn`, `cut-off`, `rewritten`, `unkeyed` or `key-needed`."""
    line: int
    """The line of the file, from 1."""
    message: str
    """What was found."""
    todo: str
    """What to do."""

    def __init__(self, fault: str, line: int, message: str, todo: str) -> None:
        self.fault = fault
        self.line = line
        self.message = message
        self.todo = todo

    def __str__(self) -> str:
        return one_line(f"line {self.line}: {self.fault}: {self.message}")


class VerifiedTrail(Record):
    """What came of verifying a trail."""

    __slots__ = ("findings", "head", "more")

    findings: tuple[AuditFinding, ...]
    """What is wrong; nothing where it is as it was written."""
    head: str
    """How far it goes: worth keeping elsewhere, when there are no findings."""
    more: int
    """Findings that are not told."""

    def __init__(self, findings: tuple[AuditFinding, ...], head: str, more: int) -> None:
        self.findings = findings
        self.head = head
        self.more = more


class AuditFile:
    """A trail in a file, to which several threads and processes may append. Each line is on disk before `append` gives
    its head.

    `key`: of 16 bytes or more, without which nobody can write lines that fit. `secrets`: texts that are blanked
    wherever they stand. `who`: what each line says unless its entry does: `account`, `app`, `host`, `user`, `run`,
    `flow`. `clock`: milliseconds since the Unix epoch.
    """

    __slots__ = ("_clock", "_key", "_lock", "_path", "_pending", "_secrets", "_who")

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        key: str | None = None,
        secrets: Iterable[str] = (),
        clock: Callable[[], float] | None = None,
        **who: str,
    ) -> None:
        self._path = checked_path(path, "path")
        self._key = Hidden(key)
        self._secrets = Hidden(list(secrets))
        self._clock = clock or _milliseconds
        self._who = {name: value for name, value in who.items() if value}
        self._lock = threading.Lock()
        # What could not be written when it happened.
        self._pending: list[dict[str, Any]] = []

    def append(self, *entries: dict[str, Any]) -> str:
        """Appends lines, and gives the new head. An entry is as `append_audit` takes it; its time is now unless given.
        Raises `AuditError` when they cannot be on disk, and `ValidationError` at what is wrong with an entry."""
        told: list[dict[str, Any]] = [Veiled({**self._who, "at_ms": int(self._clock()), **entry}) for entry in entries]
        with self._lock:
            head = self._write(self._pending + told)
            self._pending.clear()
            return head

    def transport(self, transport: Transport) -> Transport:
        """A transport that tells of each write before it is sent, and of what came of it. What cannot be told before is
        not sent."""

        def transmit(request: Request) -> Response:
            about = self._about(request)
            if about is None:
                return transport(request)
            self.append(Veiled({**about, "outcome": "sent"}))
            try:
                response = transport(request)
            except BaseException as failure:
                self.tell(Veiled({**about, "outcome": "not-sent" if isinstance(failure, NotSent) else "maybe-applied"}))
                raise
            self.tell(Veiled({**about, **_answer(response)}))
            return response

        return transmit

    def async_transport(self, transport: AsyncTransport) -> AsyncTransport:
        """The same for an `AsyncClient`."""
        from anyio import CancelScope, to_thread

        async def transmit(request: Request) -> Response:
            about = self._about(request)
            if about is None:
                return await transport(request)
            is_out = False
            try:
                await to_thread.run_sync(self.append, Veiled({**about, "outcome": "sent"}))
                is_out = True
                response = await transport(request)
            except AuditError:
                raise
            except BaseException as failure:
                # It may have been given up before it was handed on.
                outcome = "not-sent" if not is_out or isinstance(failure, NotSent) else "maybe-applied"
                with CancelScope(shield=True):
                    await to_thread.run_sync(self.tell, Veiled({**about, "outcome": outcome}))
                raise
            with CancelScope(shield=True):
                await to_thread.run_sync(self.tell, Veiled({**about, **_answer(response)}))
            return response

        return transmit

    def settle(self) -> None:
        """Writes what could not be written when it happened. Raises `AuditError` when it still cannot be."""
        if self._pending:
            self.append()

    def tell(self, entry: dict[str, Any]) -> None:
        """Appends what has happened already; where that cannot be now, with what is appended next."""
        told = Veiled({**self._who, "at_ms": int(self._clock()), **entry})
        with self._lock:
            self._pending.append(told)
            try:
                self._write(self._pending)
            except AuditError:
                return
            self._pending.clear()

    def _about(self, request: Request) -> dict[str, Any] | None:
        """What a line says of a request; None of one that only reads."""
        import base64

        if request.method in _READS:
            return None
        kept = self._secrets.value
        sent = [value for name, value in request.headers.lines if request.headers.is_secret(name)]
        # Those that it is sent with are blanked wherever something repeats them.
        kept.extend(value for value in sent if value not in kept)
        del kept[:-_MOST_SECRETS]
        body = base64.b64encode(request.body).decode()
        # No traceback shows it: a login's has a password in it.
        return Veiled({"method": request.method, "path": request.url, **({"body_base64": body} if body else {})})

    def _write(self, entries: list[dict[str, Any]]) -> str:
        try:
            if (kind := irregular(self._path)) is not None:
                raise AuditError(f"the audit trail {self._path!r} is {kind}; expected a regular file, or none yet")
            is_new = not os.path.exists(self._path)
            with open(open_to_grow(self._path), "r+b", buffering=0) as file:
                self._take(file)
                try:
                    head = self._append(file, entries)
                finally:
                    unlock(file)
            if is_new:
                sync_directory(os.path.dirname(os.path.realpath(self._path)))
        except OSError as error:
            why = error.strerror or error
            raise AuditError(f"the audit trail {self._path!r} cannot be written: {why}") from error
        return head

    def _append(self, file: BinaryIO, entries: list[dict[str, Any]]) -> str:
        tail = end_of(file)
        if tail is None:
            raise AuditError(
                f"the audit trail {self._path!r} does not end with a line of its own; `brightpearl audit verify` says "
                "what is wrong with it"
            )
        head, lines = self._lines(tail, entries)
        size = file.seek(0, os.SEEK_END)
        if tail.torn:
            # What was not whole was never on disk as a whole: nobody went on from it.
            size -= tail.torn
            file.truncate(size)
        text = (b"\n" if tail.is_unended else b"") + lines
        try:
            written = 0
            while written < len(text):
                written += file.write(text[written:]) or 0
            os.fsync(file.fileno())
        except OSError:
            file.truncate(size)
            raise
        return head

    def _lines(self, tail: Tail, entries: list[dict[str, Any]]) -> tuple[str, bytes]:
        if tail.torn:
            note = f"an unfinished line of {tail.torn} bytes was cut off"
            entries = [{**self._who, "at_ms": int(self._clock()), "outcome": "noted", "note": note}, *entries]
        answer = ask(
            {
                "append_audit": {
                    "head": tail.head,
                    "entries": entries,
                    "key": self._key.value,
                    "secrets": self._secrets.value,
                }
            }
        )
        return answer["head"], answer["lines"].encode()

    def _take(self, file: BinaryIO) -> None:
        until = time.monotonic() + PATIENCE
        while not lock(file):
            if time.monotonic() >= until:
                raise AuditError(f"another process has had the audit trail {self._path!r} for {PATIENCE:.0f} seconds")
            time.sleep(0.005)


def verify(path: str | os.PathLike[str], *, anchors: Iterable[str] = (), key: str | None = None) -> VerifiedTrail:
    """Verifies a trail part by part, however long it is. `anchors`: heads that were kept elsewhere. Raises `OSError`
    where the file cannot be read, and `ValidationError` at an anchor that is not one."""
    import codecs

    read = codecs.getincrementaldecoder("utf-8")(errors="replace")
    kept = {"anchors": each_of(anchors, "anchors", "several heads"), "key": key}
    state = None
    findings: list[AuditFinding] = []
    more = 0
    with open(open_to_read(path), "rb") as file:
        is_last = False
        while not is_last:
            part = file.read(_PART)
            is_last = not part
            asked = {"state": state, "text": read.decode(part, is_last), "last": is_last, **kept}
            answer = ask({"verify_audit": asked})
            state = answer["state"]
            room = max(_MOST_FINDINGS - len(findings), 0)
            findings += (AuditFinding(**finding) for finding in answer["findings"][:room])
            more += answer["more"] + len(answer["findings"][room:])
    return VerifiedTrail(tuple(findings), answer["head"], more)


_MOST_FINDINGS = 1000


def _answer(response: Response) -> dict[str, Any]:
    return {"status": response.status, "answer": bytes(response.body).decode(errors="replace")}


def _milliseconds() -> float:
    return time.time_ns() // 1_000_000
