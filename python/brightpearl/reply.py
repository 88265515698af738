"""The answer to a single request."""

from __future__ import annotations

from brightpearl._native import load_json
from brightpearl.answered import request_id_of
from brightpearl.exceptions import BrightpearlError, ProtocolError
from brightpearl.messages import Headers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from brightpearl.answered import Answered


class Reply:
    """A good answer. Bad ones are raised."""

    __slots__ = ("body", "headers", "responses", "status")

    status: int
    """The status: 200 as a rule, 207 when several things had different outcomes."""
    headers: Headers
    """Header lines."""
    body: bytes
    """The body, byte for byte."""
    responses: list[Answered]
    """What Brightpearl answered, oldest first: the attempts before this one among it."""

    def __init__(
        self, status: int, headers: list[tuple[str, str]], body: bytes, responses: Iterable[Answered] = ()
    ) -> None:
        self.status = status
        self.headers = Headers(headers)
        self.body = body
        self.responses = list(responses)

    @property
    def request_id(self) -> str | None:
        """What the server, or what stands before it, calls the request; None where it does not say."""
        return request_id_of(self.headers)

    def json(self) -> Any:
        """The parsed body; `None` when it is empty. Numbers with a fraction are `decimal.Decimal`.

        Raises `ProtocolError` when it cannot be represented. The request was carried out all the same.
        """
        if not self.body:
            return None
        try:
            return load_json(self.body)
        except (BrightpearlError, ValueError, RecursionError) as error:
            message, location = f"the JSON cannot be read: {error}", None
            if isinstance(error, BrightpearlError):
                message, location = error.message, error.location
            raise ProtocolError(
                message,
                status=self.status,
                delivery="applied",
                location=location,
                advice="Read `body`, which has the answer byte for byte; do not send the request again.",
            ) from None

    def __repr__(self) -> str:
        return f"<Reply {self.status} with {len(self.body)} bytes>"
