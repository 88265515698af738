"""What a client is asked to do, as the engine's operations: the same for every kind of client."""

from __future__ import annotations

from collections.abc import Mapping

from brightpearl._native import dump_json
from brightpearl.record import Record
from brightpearl.wire import body_text, ids_text, names_of, pairs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Literal

    from brightpearl.wire import Ids, Parameters

    Method = Literal["GET", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
    Paging = Literal["first-result", "offset"]
    Plan = Literal["auto", "always", "never"]
    Order = Literal["sequential", "parallel"]
    OnFailure = Literal["stop", "continue"]
    Packing = Literal["auto", "always", "never"]


class Write(Record):
    """One write of a batch; its arguments are those of `client.request`."""

    __slots__ = (  # noqa: RUF023 - as it is constructed
        "method",
        "path",
        "body",
        "query",
        "headers",
        "idempotent",
        "unchecked",
    )

    def __init__(
        self,
        method: Method | str,
        path: str,
        body: Any = None,
        query: Parameters | None = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool = False,
        unchecked: bool = False,
    ) -> None:
        self.method = method
        self.path = path
        self.body = body
        self.query = query
        self.headers = headers
        self.idempotent = idempotent
        self.unchecked = unchecked


if TYPE_CHECKING:
    AnyWrite = Write | tuple[str, str] | tuple[str, str, Any] | Mapping[str, Any]
    """A write, its method, path and body, or its arguments by name."""


def search(
    resource: str,
    filters: Parameters | None,
    columns: str | Iterable[str],
    sort: str | Iterable[str],
    limit: int | None,
    page_size: int | None,
    paging: Paging | None,
    key: str | None,
    unchecked: bool,
) -> str:
    """Pages of rows."""
    return operation(
        "search",
        {
            "resource": resource,
            "filters": pairs_of(filters, "filters"),
            "columns": names_of(columns),
            "sort": names_of(sort),
            "limit": limit,
            "page_size": page_size,
            "paging": paging,
            "key": key,
            "unchecked": unchecked,
        },
    )


def fetch(resource: str, ids: Ids | None, query: Parameters | None, plan: Plan | None, id_limit: int | None) -> str:
    """Resources by id."""
    return operation(
        "fetch",
        {
            "resource": resource,
            "ids": None if ids is None else ids_text(ids),
            "query": pairs_of(query, "query"),
            "plan": plan,
            "id_limit": id_limit,
        },
    )


def options(resource: str, ids: Ids | None) -> str:
    """The URIs that read ids."""
    return operation("options", {"resource": resource, "ids": None if ids is None else ids_text(ids)})


def request(write: Write) -> str:
    """A single request."""
    return operation("request", _request(write))


def batch(writes: Iterable[AnyWrite], order: Order, on_failure: OnFailure, packing: Packing) -> str:
    """Several writes."""
    requests = [_request(_write(write, place)) for place, write in enumerate(writes)]
    return operation("batch", {"requests": requests, "order": order, "on_failure": on_failure, "packing": packing})


def task(name: str, arguments: Mapping[str, object]) -> str:
    """Something that people do daily."""
    return operation("task", {"name": name, "arguments": dict(arguments)})


def _write(write: AnyWrite, place: int) -> Write:
    if isinstance(write, Write):
        return write
    if isinstance(write, tuple) and 2 <= len(write) <= 3:
        return Write(*write)
    if isinstance(write, Mapping):
        return Write(**write)
    raise TypeError(
        f"request {place} of the batch is a {type(write).__name__}; expected a brightpearl.Write, a mapping, or a "
        "tuple of method, path and body"
    )


def _request(write: Write) -> dict[str, Any]:
    return {
        "method": write.method.upper(),
        "path": write.path,
        "query": pairs_of(write.query, "query"),
        "headers": pairs_of(write.headers, "headers"),
        "body": body_text(write.body),
        "idempotent": write.idempotent,
        "unchecked": write.unchecked,
    }


def operation(name: str, members: dict[str, Any]) -> str:
    """An operation by its name, with the members that are given."""
    return dump_json({name: {member: value for member, value in members.items() if value is not None}}, "arguments")
