"""The type of what every call takes besides its own arguments. Apart from its checks, since `typing` is slow to
import."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brightpearl.call_options import AnyTimeout
    from brightpearl.wire import Parameters


class CallOptions(TypedDict, total=False):
    """What every call of a client takes besides its own arguments, and what `with_options` takes."""

    timeout: AnyTimeout | None
    """Seconds that a request waits for a connection and for the next bytes; or an `httpx.Timeout`. None leaves the
    client's."""
    max_retries: int | None
    """How often a request is tried again where that is safe; None leaves the client's."""
    extra_headers: Mapping[str, str] | None
    """Header lines of every request of the call, logins excepted. One that the request has by itself stays."""
    extra_query: Parameters | None
    """Query parameters of every request of the call, logins excepted."""
