"""Reads bodies, unpacks them where they are compressed, and stops at a limit while doing so."""

from __future__ import annotations

import zlib

from brightpearl.transport import MaybeSent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ACCEPTED = "gzip, deflate"
"""What is asked for as `Accept-Encoding`: all that can be unpacked piece by piece without another package."""

MOST_CODINGS = 2
"""So many codings one upon the other are unpacked."""

_PIECE = 1 << 16
"""Bytes that one step of unpacking brings at most."""


class BodyReader:
    """Takes a body as it comes from the wire.

    `codings`: those of `Content-Encoding`, in the order in which they were applied.
    `length`: what `Content-Length` says.
    `limit`: the most bytes that are wanted; reading ends soon behind it. None: as many as come.

    Raises `MaybeSent` at a body that cannot be unpacked, as the request has arrived.
    """

    __slots__ = ("_body", "_limit", "_stages", "_wire", "_wire_limit", "is_too_large")

    is_too_large: bool
    """Whether the body has more bytes than are wanted, so that no more of it needs to be read."""

    def __init__(self, codings: Iterable[str], length: str | None, limit: int | None) -> None:
        names = [name for coding in codings if (name := coding.strip().lower()) not in ("", "identity")]
        if len(names) > MOST_CODINGS:
            raise MaybeSent(f"the answer is packed {len(names)} times over; expected at most {MOST_CODINGS} times")
        self._stages = [_stage(name) for name in reversed(names)]
        self._body = bytearray()
        self._limit = limit
        # What does not compress is a little larger when it is packed.
        self._wire_limit = None if limit is None else limit + limit // 100 + 1024
        self._wire = 0
        announced = int(length) if length is not None and length.isascii() and length.isdigit() else 0
        most = self._wire_limit if names else limit
        self.is_too_large = most is not None and announced > most

    def feed(self, chunk: bytes) -> bool:
        """Takes bytes from the wire; whether more are wanted."""
        if self.is_too_large:
            return False
        self._wire += len(chunk)
        pieces: Iterator[bytes] = iter((chunk,))
        for stage in self._stages:
            pieces = stage.unpacked(pieces)
        for piece in pieces:
            self._body += piece
            if self._limit is not None and len(self._body) > self._limit:
                self.is_too_large = True
                return False
        self.is_too_large = self._wire_limit is not None and (
            self._wire > self._wire_limit or any(stage.brought > self._wire_limit for stage in self._stages)
        )
        return not self.is_too_large

    def body(self) -> bytearray:
        """The unpacked body. One that is too large has more bytes than the limit, and not all of its own."""
        if not self.is_too_large:
            for stage in self._stages:
                stage.finish()
        elif self._limit is not None and len(self._body) <= self._limit:
            self._body += bytes(self._limit + 1 - len(self._body))
        return self._body


class _Stage:
    """One coding. Its output is made as it is asked for, so that it never stands in memory as a whole."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._unpacker: zlib._Decompress | None = None
        self._ended = False
        self._head = b""
        self.brought = 0

    def unpacked(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Unpacks pieces of at most 64 KiB."""
        for piece in pieces:
            data = self._head + piece
            self._head = b""
            while data:
                if self._unpacker is None:
                    if self._ended and not self._continues(data):
                        break
                    if len(data) < 2:
                        self._head = data
                        break
                    self._unpacker = self._new_unpacker(data)
                try:
                    output = self._unpacker.decompress(data, _PIECE)
                except zlib.error as error:
                    raise MaybeSent(f"the answer cannot be unpacked: damaged {self._name} data") from error
                data = self._unpacker.unconsumed_tail
                if self._unpacker.eof:
                    data, self._unpacker, self._ended = self._unpacker.unused_data, None, True
                self.brought += len(output)
                if output:
                    yield output
            # What an unpacker still holds back comes without further input.
            while self._unpacker is not None and not self._unpacker.eof:
                output = self._unpacker.decompress(b"", _PIECE)
                if not output:
                    break
                self.brought += len(output)
                yield output

    def finish(self) -> None:
        """Refuses data that end half way."""
        is_cut = self._unpacker is not None and not self._unpacker.eof
        if is_cut or (self._head and not self._ended):
            raise MaybeSent(f"the answer cannot be unpacked: it ends within its {self._name} data")

    def _continues(self, data: bytes) -> bool:
        """Whether another member follows a whole one; anything else behind it is not part of the body."""
        return self._name == "gzip" and b"\x1f\x8b".startswith(data[:2])

    def _new_unpacker(self, data: bytes) -> zlib._Decompress:
        if self._name == "gzip":
            return zlib.decompressobj(zlib.MAX_WBITS | 16)
        # Some servers leave out the frame that the standard wants around deflated data.
        is_framed = data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2], "big") % 31 == 0
        return zlib.decompressobj(zlib.MAX_WBITS if is_framed else -zlib.MAX_WBITS)


def _stage(name: str) -> _Stage:
    if name in ("gzip", "x-gzip"):
        return _Stage("gzip")
    if name == "deflate":
        return _Stage("deflate")
    raise MaybeSent(f"the answer is packed as {name[:40]!r}; expected one of {ACCEPTED}, or none")
