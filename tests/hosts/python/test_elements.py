"""Several things that are given at once: without end, or more than can be held, they are refused by their name."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from brightpearl import Client, ValidationError, arguments, verify_callback
from brightpearl.audit import verify
from brightpearl.webhooks import coalesce
from conftest import SEARCH, Account
from pushed import MAPPING

ORDER = "order-service/order"
CALLS: dict[str, Callable[[Client, Any], object]] = {
    "ids": lambda client, several: client.get(ORDER, several),
    "columns": lambda client, several: client.search(SEARCH, columns=several),
    "sort": lambda client, several: client.search(SEARCH, sort=several),
    "filters": lambda client, several: client.search(SEARCH, several),
    "filters.orderId": lambda client, several: client.search(SEARCH, {"orderId": several}),
    "query": lambda client, several: client.get(ORDER, [1], query=several),
    "query.x": lambda client, several: client.get(ORDER, [1], query={"x": several}),
    "extra_headers": lambda client, several: client.get(ORDER, [1], extra_headers=several),
    "writes": lambda client, several: client.batch(several),
    "looks": lambda client, several: client.push(MAPPING, [], write=True, looks=several),
    "confirm": lambda client, several: client.push(MAPPING, [], write=True, confirm=several),
    "resources": lambda client, several: client.pull(several),
    "parameters": lambda _, several: verify_callback(several, "secret"),
    "notifications": lambda _, several: coalesce(several),
    "settled": lambda _, several: coalesce([], several),
}
each_call = pytest.mark.parametrize(("name", "call"), CALLS.items(), ids=CALLS)


def refused(name: str, call: Callable[[], object]) -> None:
    with pytest.raises(ValidationError, match=r"more than .* elements, or no end; expected ") as caught:
        call()
    assert caught.value.location == name
    assert caught.value.advice
    assert caught.value.delivery == "not-sent"


@each_call
@pytest.mark.parametrize("several", [range(10**20), range(10**12)], ids=["beyond a machine's word", "beyond memory"])
def test_more_than_can_be_held_is_refused_before_it_is_counted_out(
    client: Client, account: Account, name: str, call: Callable[[Client, Any], object], several: range
) -> None:
    refused(name, lambda: call(client, several))
    assert account.requests == []


@each_call
def test_so_is_what_has_no_end(
    client: Client,
    account: Account,
    name: str,
    call: Callable[[Client, Any], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(arguments, "MOST_ELEMENTS", 1000)
    refused(name, lambda: call(client, itertools.repeat("x")))
    assert account.requests == []


def test_as_many_as_there_may_be_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arguments, "MOST_ELEMENTS", 1000)
    assert arguments.each_of(range(1000), "ids", "several") == list(range(1000))
    assert arguments.each_of(iter(range(1000)), "ids", "several") == list(range(1000))


def test_records_without_end_are_taken_one_by_one(client: Client) -> None:
    assert len(list(itertools.islice(MAPPING.map_many(itertools.repeat({})), 3))) == 3

    def failing() -> Iterator[dict[str, Any]]:
        yield {}
        raise LookupError("of the caller's own")

    with pytest.raises(LookupError, match="of the caller's own"):
        arguments.each_of(failing(), "ids", "several")


def test_heads_of_a_trail_are_several(tmp_path: Any) -> None:
    (tmp_path / "trail").touch()
    refused("anchors", lambda: verify(tmp_path / "trail", anchors=range(10**20)))  # type: ignore[arg-type]
