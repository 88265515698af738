"""The contract between the engine and whatever moves bytes."""

from __future__ import annotations

from brightpearl.text import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from brightpearl.exceptions import ValidationError
    from brightpearl.messages import Request, Response

    Transport = Callable[[Request], Response]
    """Transmits a request once, without retries or redirects, and gives back whatever was answered.

    It raises `NotSent`, `Unsendable` or `MaybeSent` when there is no answer. Any other exception counts as `MaybeSent`.
    """

    AsyncTransport = Callable[[Request], Awaitable[Response]]
    """The same for an `AsyncClient`."""


class TransportFailure(Exception):
    """The exchange brought no answer. Raise one of the three subclasses. `str()` of an error is one line."""

    def __str__(self) -> str:
        return one_line(super().__str__())


class NotSent(TransportFailure):
    """Not a byte of the request left this machine: no name, no connection, no TLS. Safe to send again."""


class Unsendable(NotSent):
    """Not a byte of the request left this machine, and none will until somebody changes something: a certificate that
    is not trusted, a file of certificates or a proxy that is configured wrongly, a URL or a header that cannot be sent.
    Another try is not made."""


class Misconfigured(Unsendable):
    """What the client was given is no longer what it can work with, as `error` says: the call ends with that."""

    def __init__(self, message: str, error: ValidationError) -> None:
        super().__init__(message)
        self.error = error


class MaybeSent(TransportFailure):
    """The request, or a part of it, may have arrived: a reset, a timeout, a cut answer."""
