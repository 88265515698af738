"""The type of what every call takes besides its own arguments. Apart from its checks, since `typing` is slow to
import."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brightpearl.call_options import AnyTimeout
    from brightpearl.operations import Paging, Plan
    from brightpearl.progress_bar import AnyProgress
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


class SearchOptions(CallOptions, total=False):
    """What every search takes besides its filters and columns."""

    limit: int | None
    """Stops after so many rows."""
    page_size: int | None
    """Rows a page."""
    paging: Paging | None
    """How pages are asked for."""
    key: str | None
    """The column that identifies a row, where the catalog does not know it."""
    unchecked: bool
    """Sends names that the catalog does not know."""
    progress: AnyProgress
    """Called with the number of rows that are handed out; True shows a bar."""


class FetchOptions(CallOptions, total=False):
    """What every fetch takes besides its ids."""

    query: Parameters | None
    """Such as `{"includeOptional": "customFields"}`."""
    plan: Plan | None
    """Whether to ask first which ids exist."""
    id_limit: int | None
    """Most ids in one request, where the catalog does not know it."""
    progress: AnyProgress
    """Called with the number of resources that are handed out; True shows a bar."""
