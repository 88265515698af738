"""A push that is ended early still says what became of each record that it took."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from brightpearl import Outcome, Request, Response
from brightpearl.testing import Emulator
from pushed import MAPPING, found, orders, shop


def told(outcomes: list[Outcome]) -> dict[int, str]:
    assert len({outcome.record for outcome in outcomes}) == len(outcomes), "each is told once"
    return {outcome.record: outcome.state for outcome in outcomes}


def check(account: Emulator, states: dict[int, str], count: int) -> None:
    client = account.client()
    assert sorted(states) == list(range(count))
    for record, state in states.items():
        there = found(client, f"W-{record}")
        assert there == {"created": 1, "rejected": 0, "maybe-applied": there}[state], (record, state)


@pytest.mark.parametrize("at", range(1, 6))
def test_an_interruption_drops_no_outcome(at: int) -> None:
    account = shop()
    records = orders(account.client(), 12)
    writes: Iterator[int] = iter(range(1, 100))

    def transport(request: Request) -> Response:
        response = account.transport(request)
        if request.method == "POST" and next(writes) == at:
            raise KeyboardInterrupt
        return response

    outcomes = account.client(transport=transport).push(MAPPING, records, write=True, window=5)
    taken: list[Outcome] = []
    with pytest.raises(KeyboardInterrupt):
        taken.extend(outcomes)
    rest = outcomes.rest()
    states = told([*taken, *rest])
    assert set(states.values()) - {"created"}, (at, states)
    assert outcomes.counts.total() == len(states)
    check(account, states, len(states))
    assert outcomes.rest() == []


def test_what_was_not_handed_out_is_kept() -> None:
    account = shop()
    records = orders(account.client(), 8)
    with account.client().push(MAPPING, records, write=True) as outcomes:
        first = next(outcomes)
    check(account, told([first, *outcomes.rest()]), 8)


def test_a_task_that_is_cancelled_drops_no_outcome() -> None:
    account = shop()
    records = orders(account.client(), 8)

    async def push() -> list[Any]:
        async with account.async_client() as client:
            outcomes = client.push(MAPPING, records, write=True)
            first = await anext(outcomes)
            await outcomes.aclose()
            return [first, *outcomes.rest()]

    check(account, told(asyncio.run(push())), 8)
