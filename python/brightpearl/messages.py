"""HTTP messages as plain data: what a transport is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from brightpearl import _native
from brightpearl.text import in_unicode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from brightpearl.call_options import AnyTimeout


class Headers(Mapping[str, str]):
    """Header lines in order. Looked up without regard to case; the first line of a name counts.

    `repr()` blanks the values of all but well-known names, since any other may carry a credential: `is_secret()`
    tells them apart.

    Raises `TypeError` at a name or value that is not text.
    """

    __slots__ = ("lines",)

    lines: tuple[tuple[str, str], ...]
    """Every line, repeated names included."""

    def __init__(self, lines: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        self.lines = tuple((_text(name, "a name"), _text(value, "a value")) for name, value in _pairs(lines))

    def __getitem__(self, name: str) -> str:
        wanted = name.lower()
        for candidate, value in self.lines:
            if candidate.lower() == wanted:
                return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self.lines))

    def __len__(self) -> int:
        return len({name for name, _ in self.lines})

    @staticmethod
    def is_secret(name: str) -> bool:
        """Whether a header of this name may carry a credential, so that its value is not to be shown."""
        return _native.header_is_secret(in_unicode(name))

    def __repr__(self) -> str:
        shown = [(name, "[redacted]" if self.is_secret(name) else value) for name, value in self.lines]
        return f"Headers({shown!r})"


def _pairs(lines: Any) -> Iterator[tuple[object, object]]:
    expected = "expected a mapping, or pairs of a name and a value"
    if isinstance(lines, Mapping):
        yield from lines.items()
        return
    is_text = isinstance(lines, (str, bytes))
    try:
        # An array without dimensions has the method, too.
        pairs = None if is_text else iter(lines)
    except TypeError:
        pairs = None
    if pairs is None:
        raise TypeError(f"the header lines are a {type(lines).__name__}; {expected}")
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError(f"a header line is a {type(pair).__name__}; {expected}")
        yield pair[0], pair[1]


def _text(text: object, what: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"{what} of a header is a {type(text).__name__}; expected a text")
    return text


class Request:
    """A request to transmit, complete: nothing needs adding but what an HTTP library adds by itself.

    `headers` holds the credentials: log a request through its `repr()` only, which blanks them.
    """

    __slots__ = ("body", "headers", "method", "timeout", "url")

    method: str
    """The verb, in capitals."""
    url: str
    """The absolute URL, already percent-encoded."""
    headers: Headers
    """Header lines."""
    body: bytes
    """The body; empty means none."""
    timeout: AnyTimeout | None
    """Seconds that the caller gives each wait of this request, or an `httpx.Timeout`; None leaves it to the
    transport."""

    def __init__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        timeout: AnyTimeout | None = None,
    ) -> None:
        self.method = method
        self.url = url
        self.headers = headers if isinstance(headers, Headers) else Headers(headers)
        self.body = body
        self.timeout = timeout

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.url} {self.headers!r} with {len(self.body)} bytes>"


class Response:
    """What the server answered, with the body decompressed.

    Raises `TypeError` at an argument of another type, and `ValueError` at a status that has not three digits.
    """

    __slots__ = ("body", "headers", "status")

    status: int
    """The status code."""
    headers: Headers
    """Header lines; those about the request cap matter."""
    body: bytes
    """The whole body."""

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        body: bytes | bytearray | memoryview | str = b"",
    ) -> None:
        if isinstance(status, bool) or not isinstance(status, int):
            raise TypeError(f"the status is a {type(status).__name__}; expected a whole number")
        if not 100 <= status <= 999:
            raise ValueError(f"the status is {'too low' if status < 100 else 'too high'}; expected three digits")
        if not isinstance(body, (str, bytes, bytearray, memoryview)):
            raise TypeError(f"the body is a {type(body).__name__}; expected bytes or a text")
        self.status = int(status)
        self.headers = headers if isinstance(headers, Headers) else Headers(headers)
        self.body = body.encode() if isinstance(body, str) else bytes(body)

    def __repr__(self) -> str:
        return f"<Response {self.status} {self.headers!r} with {len(self.body)} bytes>"
