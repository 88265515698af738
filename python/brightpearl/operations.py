"""What a client is asked to do, as the engine's operations: the same for every kind of client."""

from __future__ import annotations

from collections.abc import Mapping

from brightpearl._native import Resource, dump_json
from brightpearl.arguments import (
    checked_choice,
    checked_count,
    checked_flag,
    checked_text,
    did_you_mean,
    each_of,
    named,
    required_choice,
    wrong_type,
)
from brightpearl.exceptions import ArgumentTypeError, ValidationError
from brightpearl.record import Record
from brightpearl.task_arguments import arguments_text
from brightpearl.wire import body_text, header_lines, ids_text, names_of, pairs_of

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

METHODS = ("GET", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
PAGINGS = ("first-result", "offset")
PLANS = ("auto", "always", "never")
ORDERS = ("sequential", "parallel")
ON_FAILURES = ("stop", "continue")
PACKINGS = ("auto", "always", "never")

LARGEST_U32 = (1 << 32) - 1
"""The largest of the engine's smaller counts."""


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
            "resource": _resource(resource),
            "filters": pairs_of(filters, "filters", fractions=False),
            "columns": names_of(columns, "columns"),
            "sort": names_of(sort, "sort"),
            "limit": checked_count(limit, "limit"),
            "page_size": checked_count(page_size, "page_size", least=1, most=LARGEST_U32),
            "paging": checked_choice(paging, "paging", PAGINGS),
            "key": None if key is None else checked_text(key, "key"),
            "unchecked": checked_flag(unchecked, "unchecked"),
        },
    )


def fetch(resource: str, ids: Ids | None, query: Parameters | None, plan: Plan | None, id_limit: int | None) -> str:
    """Resources by id."""
    return operation(
        "fetch",
        {
            "resource": _resource(resource),
            "ids": None if ids is None else ids_text(ids),
            "query": pairs_of(query, "query"),
            "plan": checked_choice(plan, "plan", PLANS),
            "id_limit": checked_count(id_limit, "id_limit", least=1, most=LARGEST_U32),
        },
    )


def options(resource: str, ids: Ids | None) -> str:
    """The URIs that read ids."""
    text = None if ids is None else ids_text(ids)
    if text == "":
        raise ValidationError("`ids` is empty; expected at least one id, or None for all there are", location="ids")
    return operation("options", {"resource": _resource(resource), "ids": text})


def request(write: Write) -> str:
    """A single request."""
    return operation("request", _request(write))


def batch(writes: Iterable[AnyWrite], order: Order, on_failure: OnFailure, packing: Packing) -> str:
    """Several writes."""
    if isinstance(writes, Write):
        raise wrong_type("writes", writes, "an iterable of writes; give a single one within a list")
    each = each_of(writes, "writes", "an iterable of writes; give a single one within a list")
    requests = [_request(_write(write, place), f"writes[{place}].") for place, write in enumerate(each)]
    return operation(
        "batch",
        {
            "requests": requests,
            "order": checked_choice(order, "order", ORDERS),
            "on_failure": checked_choice(on_failure, "on_failure", ON_FAILURES),
            "packing": checked_choice(packing, "packing", PACKINGS),
        },
    )


def task(name: str, arguments: Mapping[str, object], takes_unknown: bool = False) -> str:
    """Something that people do daily.

    `takes_unknown`: lets arguments through that the engine does not know.
    """
    text = arguments_text(checked_text(name, "name"), arguments, takes_unknown)
    return operation("task", {"name": name, "arguments": Resource.from_json(text.encode())})


def _write(write: AnyWrite, place: int) -> Write:
    if isinstance(write, Write):
        return write
    if isinstance(write, tuple) and 2 <= len(write) <= 3:
        return Write(*write)
    if isinstance(write, Mapping):
        return _write_of(write, place)
    raise ArgumentTypeError(
        f"request {place} of the batch is {named(write)}; expected a brightpearl.Write, a mapping, or a "
        "tuple of method, path and body",
        location=f"writes[{place}]",
    )


def _write_of(members: Mapping[str, Any], place: int) -> Write:
    for name in members:
        if name not in Write.__slots__:
            nearest = did_you_mean(str(name), Write.__slots__)
            expected = f"did you mean {nearest}?" if nearest else f"expected some of {', '.join(Write.__slots__)}"
            raise ArgumentTypeError(
                f"request {place} of the batch has no member {name!r}; {expected}", location=f"writes[{place}].{name}"
            )
    for name in ("method", "path"):
        if name not in members:
            raise ArgumentTypeError(
                f"request {place} of the batch lacks {name!r}; expected a method and a path",
                location=f"writes[{place}].{name}",
            )
    return Write(**members)


def _request(write: Write, before: str = "") -> dict[str, Any]:
    method = required_choice(checked_text(write.method, f"{before}method").upper(), f"{before}method", METHODS)
    return {
        "method": method,
        "path": checked_text(write.path, f"{before}path", "a path such as order-service/order/1"),
        "query": pairs_of(write.query, f"{before}query"),
        "headers": header_lines(write.headers, f"{before}headers"),
        "body": body_text(write.body, f"{before}body"),
        "idempotent": checked_flag(write.idempotent, f"{before}idempotent"),
        "unchecked": checked_flag(write.unchecked, f"{before}unchecked"),
    }


def _resource(named: object) -> str:
    """What names a resource. The engine knows what short names mean, and refuses slips of the pen."""
    return checked_text(named, "resource", "a path such as order-service/order, or a short name such as order")


def operation(name: str, members: dict[str, Any]) -> str:
    """An operation by its name, with the members that are given."""
    return dump_json({name: {member: value for member, value in members.items() if value is not None}}, "arguments")
