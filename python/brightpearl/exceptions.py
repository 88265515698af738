"""One tree of exceptions for everything that can go wrong.

The engine decides the kind; there is one class for each. What a failed request left behind is in `delivery`:
look at it before sending a write again.
"""

from __future__ import annotations

from brightpearl.record import Record
from brightpearl.text import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, ClassVar

    from brightpearl.answered import Answered
    from brightpearl.findings import Verification, Violation
    from brightpearl.kinds import Delivery


_CORRECT = "Correct the input; nothing was sent."
"""The advice for input that is refused here, as the engine has it for its own refusals."""


class RequestSummary(Record):
    """The request that an error is about, without headers, body or anything secret."""

    __slots__ = ("method", "url")

    method: str
    """The verb, in capitals."""
    url: str
    """The URL."""

    def __init__(self, method: str, url: str) -> None:
        self.method = method
        self.url = url


class BrightpearlError(Exception):
    """Anything that went wrong.

    `str()` of it is one line: what, where, Brightpearl's answer, the request and what became of it. Where something of
    the program's failed, such as its transport, the original is in `__cause__`.
    """

    kind: ClassVar[str] = "error"
    """The kind's name, the same in every host of the engine, such as `not-found`."""
    is_of_record: ClassVar[bool] = False
    """Whether the same record would meet it again. What is Brightpearl's at the moment, the network's, or of a right
    that the app lacks, may be over the next time."""

    message: str
    """What was wrong, and what was expected instead."""
    status: int | None
    """The HTTP status, when an answer came."""
    errors: list[tuple[str, str]]
    """Brightpearl's own codes and messages, all of them."""
    delivery: Delivery
    """What became of the request: `not-sent` and `rejected` changed nothing, `maybe-applied` may have,
    `applied` has."""
    retry_after: float | None
    """Seconds until another try is worth it, when that is known."""
    request: RequestSummary | None
    """The request, without anything secret."""
    location: str | None
    """Where it was wrong: a configuration field, a filter, a JSON Pointer, `byte 3`."""
    advice: str
    """One sentence on what to do about it."""
    retryable: bool
    """Whether the same request may be sent again with a chance of success, after `retry_after` where that is
    known. False for a write of unknown outcome: look first whether it was applied."""
    violations: list[Violation]
    """Everything that is wrong with a body that was refused before it was sent, each with its JSON Pointer."""
    verifications: list[Verification]
    """How to find out whether a write of unknown outcome was applied, the surest way first."""
    progress: dict[str, Any] | None
    """What a task of several requests had done before it failed: the members of its result so far."""
    responses: list[Answered]
    """What Brightpearl answered before the call failed, oldest first, retries among it; the latest 1000."""

    def __init__(
        self,
        message: str,
        *,
        text: str | None = None,
        status: int | None = None,
        errors: Iterable[tuple[str, str]] = (),
        delivery: Delivery = "not-sent",
        retry_after: float | None = None,
        request: RequestSummary | tuple[str, str] | None = None,
        location: str | None = None,
        advice: str = "",
        retryable: bool = False,
        violations: Iterable[Violation] = (),
        verifications: Iterable[Verification] = (),
        progress: dict[str, Any] | None = None,
        responses: Iterable[Answered] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.errors = list(errors)
        self.delivery = delivery
        self.retry_after = retry_after
        self.request = RequestSummary(*request) if isinstance(request, tuple) else request
        self.location = location
        self.advice = advice or (_CORRECT if self.kind == "validation" else "")
        self.retryable = retryable
        self.violations = list(violations)
        self.verifications = list(verifications)
        self.progress = progress
        self.responses = list(responses)
        self._text = text

    def __str__(self) -> str:
        if self._text is not None:
            return one_line(self._text)
        return one_line(self.message if self.location is None else f"{self.message} (at {self.location})")

    def __reduce__(self) -> tuple[Any, ...]:
        details = {
            "text": self._text,
            "status": self.status,
            "errors": self.errors,
            "delivery": self.delivery,
            "retry_after": self.retry_after,
            "request": self.request,
            "location": self.location,
            "advice": self.advice,
            "retryable": self.retryable,
            "violations": self.violations,
            "verifications": self.verifications,
            "progress": self.progress,
            "responses": self.responses,
        }
        return _restore, (type(self), self.message, details)


def _restore(kind: type[BrightpearlError], message: str, details: dict[str, Any]) -> BrightpearlError:
    return kind(message, **details)


# generated: error classes
class AuthenticationError(BrightpearlError):
    """The credentials were refused (HTTP 401)."""

    kind = "authentication"


class PermissionDeniedError(BrightpearlError):
    """The credentials are good but may not do this (HTTP 403)."""

    kind = "permission"


class ValidationError(BrightpearlError, ValueError):
    """The input was refused before anything was sent."""

    kind = "validation"
    is_of_record = True


class RejectedError(BrightpearlError):
    """Brightpearl refused the request, with codes and messages."""

    kind = "rejected"
    is_of_record = True


class NotFoundError(BrightpearlError):
    """There is no such resource or record (HTTP 404)."""

    kind = "not-found"
    is_of_record = True


class ConflictError(BrightpearlError):
    """The record changed meanwhile, or a unique key is taken (HTTP 409, 412)."""

    kind = "conflict"
    is_of_record = True


class ThrottledError(BrightpearlError):
    """The request cap was reached and stayed reached through every retry."""

    kind = "throttled"


class UnavailableError(BrightpearlError):
    """Brightpearl, or something before it, is out of order (HTTP 5xx)."""

    kind = "unavailable"


class TransportError(BrightpearlError):
    """The host's transport failed: no connection, a reset, a timeout."""

    kind = "transport"


class ProtocolError(BrightpearlError):
    """The answer cannot be read: not JSON, cut off, too large, or not what was asked for."""

    kind = "protocol"


class MisuseError(BrightpearlError):
    """The contract of the engine was broken by its host."""

    kind = "misuse"


class CallCancelledError(BrightpearlError):
    """The call was cancelled."""

    kind = "cancelled"


CLASSES: dict[str, type[BrightpearlError]] = {
    "authentication": AuthenticationError,
    "permission": PermissionDeniedError,
    "validation": ValidationError,
    "rejected": RejectedError,
    "not-found": NotFoundError,
    "conflict": ConflictError,
    "throttled": ThrottledError,
    "unavailable": UnavailableError,
    "transport": TransportError,
    "protocol": ProtocolError,
    "misuse": MisuseError,
    "cancelled": CallCancelledError,
}
"""The class of each kind."""
# generated end


class ArgumentTypeError(ValidationError, TypeError):
    """An argument has a type that it cannot have, or a name that is not known. `location` names it."""
