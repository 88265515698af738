"""The answers behind a call, as they came: for logs, for support, and for what the parsed result leaves out."""

from __future__ import annotations

import time
from collections import deque

from brightpearl.messages import Headers
from brightpearl.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.messages import Request

MOST = 1000
"""Answers of one call that are kept, the latest."""

# generated: request ids
_REQUEST_ID_HEADERS = (
    "ruid",
    "x-request-id",
    "request-id",
    "x-correlation-id",
    "x-amzn-requestid",
    "x-amz-cf-id",
    "cf-ray",
)
"""Where a request is named, the surest first."""
# generated end


class Answered(Record):
    """A request that was answered, without either body: retries stand for themselves, logins are left out."""

    __slots__ = (  # noqa: RUF023 - as it is constructed
        "method",
        "url",
        "status",
        "headers",
        "attempt",
        "seconds",
    )

    method: str
    """The verb, in capitals."""
    url: str
    """The absolute URL, with its query."""
    status: int
    """The status."""
    headers: Headers
    """Header lines of the answer."""
    attempt: int
    """Which attempt at this request it was, from 1."""
    seconds: float
    """How long the answer took."""

    def __init__(self, method: str, url: str, status: int, headers: Headers, attempt: int, seconds: float) -> None:
        self.method = method
        self.url = url
        self.status = status
        self.headers = headers
        self.attempt = attempt
        self.seconds = seconds

    @property
    def request_id(self) -> str | None:
        """What the server, or what stands before it, calls the request; None where it does not say."""
        return request_id_of(self.headers)


def request_id_of(headers: Headers) -> str | None:
    """What an answer calls its request."""
    return next((headers[name] for name in _REQUEST_ID_HEADERS if name in headers), None)


class Answers:
    """The latest answers of one call."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: deque[Answered] = deque(maxlen=MOST)

    def take(
        self, request: Request, answer: tuple[int, list[tuple[str, str]], bytes], attempt: int, began: float
    ) -> None:
        """Takes note of an answer. `began`: when it was asked for, by the clock that never goes back."""
        status, headers, _ = answer
        took = time.monotonic() - began
        self._kept.append(Answered(request.method, request.url, status, Headers(headers), attempt, took))

    def listed(self) -> list[Answered]:
        """What came so far, oldest first."""
        return list(self._kept)


class WithAnswers:
    """What has the answers of a call behind it."""

    __slots__ = ()

    @property
    def responses(self) -> list[Answered]:
        """What Brightpearl answered so far, oldest first, retries among it and logins not; the latest 1000."""
        found: list[Answered] = self._driver.answers.listed()  # type: ignore[attr-defined]
        return found


class TaskDone(dict):  # type: ignore[type-arg]
    """The result of a task: a dict as its type says, with the answers that it came from."""

    responses: list[Answered]
    """What Brightpearl answered, oldest first; the latest 1000."""
