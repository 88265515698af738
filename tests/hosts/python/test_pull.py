"""Pulls from an emulated account: each change at least once, whatever goes wrong."""

from __future__ import annotations

import asyncio
import datetime
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from brightpearl import (
    Client,
    Mapping,
    MappingFailure,
    PulledRecord,
    PulledRecords,
    PullResource,
    Request,
    Response,
    ValidationError,
)
from brightpearl.testing import Emulator

OUT = {
    "version": 1,
    "name": "out",
    "source": "order",
    "when": [{"is": "id != `3`", "otherwise": "it is the third"}],
    "fields": [
        {"to": "/number", "from": "id", "required": True},
        {"to": "/reference", "from": "reference"},
    ],
}


@pytest.fixture
def account() -> Emulator:
    return Emulator(orders=60, contacts=20, products=10)


@pytest.fixture
def client(account: Emulator) -> Client:
    return account.client()


@pytest.fixture
def ids(client: Client) -> list[int]:
    """The ids of all orders, which have gaps."""
    return [row["orderId"] for row in client.search("order-service/order-search", sort="orderId")]


def touch(client: Client, order: int) -> None:
    """Changes an order, so that it is pulled again."""
    client.patch(f"order-service/order/{order}", [{"op": "replace", "path": "/reference", "value": f"touched {order}"}])


def test_everything_and_then_what_changed(client: Client, ids: list[int], tmp_path: Path) -> None:
    state = tmp_path / "state"
    first = list(client.pull("order", state=state))
    assert sorted(record.id or 0 for record in first) == ids
    for record in first:
        assert isinstance(record, PulledRecord)
        assert record.resource == "order"
        assert record.record["id"] == record.id
        assert json.loads(record.raw or b"")["id"] == record.id
        assert (record.deleted, record.skipped, record.failures, record.source) == (False, None, [], None)
    assert list(client.pull("order", state=state)) == []
    touch(client, 7)
    [changed] = client.pull("order", state=state)
    assert (changed.id, changed.record["reference"]) == (7, "touched 7")
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_a_checkpoint_is_the_state_of_the_next_pull(client: Client) -> None:
    pulled = client.pull("order")
    list(pulled)
    state = pulled.checkpoint()
    touch(client, 3)
    assert [record.id for record in client.pull("order", state=state)] == [3]
    resumed = client.resume(state)
    assert isinstance(resumed, PulledRecords)


def test_what_was_handed_out_is_behind_a_checkpoint(client: Client) -> None:
    pulled = client.pull("order")
    some = [next(pulled).id for _ in range(7)]
    rest = client.pull("order", state=pulled.checkpoint())
    found = [record.id for record in rest]
    assert len(found) == 53
    assert not set(some) & set(found)


def test_batches(client: Client, tmp_path: Path) -> None:
    state = tmp_path / "state"
    pulled = client.pull("order", state=state)
    first = next(pulled)
    count = 1
    for batch in pulled.batches():
        assert {record.resource for record in batch} == {"order"}
        count += len(batch)
    assert first.id is not None
    assert count == 60
    assert list(client.pull("order", state=state)) == []


def test_a_run_that_ends_early_loses_nothing(account: Emulator, ids: list[int], tmp_path: Path) -> None:
    state = tmp_path / "state"
    for at in (1, 2):
        sent = 0

        def transport(request: Request, at: int = at) -> Response:
            nonlocal sent
            sent += 1
            if sent == at:
                raise KeyboardInterrupt
            return account.transport(request)

        seen: set[int | None] = set()
        with pytest.raises(KeyboardInterrupt):
            seen.update(record.id for record in account.client(transport=transport).pull("order", state=state))
        # A program that fails with a record in hand gets it again.
        pulled = account.client().pull("order", state=state)
        for record in pulled:
            if record.id == ids[30]:
                break
            seen.add(record.id)
        pulled.close()
        seen.update(record.id for record in account.client().pull("order", state=state))
        assert seen == set(ids), at
        state.unlink()


def test_since_filters_rows_and_several_resources(client: Client) -> None:
    everything = list(client.pull("order", rows=True))
    assert len(everything) == 60
    changed = sorted(record.changed or "" for record in everything)
    moment = datetime.datetime.fromisoformat(changed[30])
    later = list(client.pull("order", rows=True, since=moment))
    assert 0 < len(later) < 60
    one = list(client.pull("order", rows=True, filters={"orderId": 5}))
    assert [record.id for record in one] == [5]
    pulled = client.pull(["order", PullResource("product", name="things", priority=1)])
    resources = [record.resource for record in pulled]
    assert set(resources) == {"order", "things"}


def test_a_mapping_makes_skips_and_fails_records(client: Client) -> None:
    records = {record.id: record for record in client.pull("order", mapping=OUT)}
    assert records[5].record["number"] == 5
    assert records[3].skipped == "it is the third"
    assert records[3].record is None
    failing = OUT | {"fields": [{"to": "/number", "from": "noSuchMember", "required": True}]}
    record = next(client.pull("order", mapping=Mapping(failing)))
    assert (record.record, record.raw) == (None, None)
    assert isinstance(record.failures[0], MappingFailure)
    assert record.source["id"] == record.id


def test_what_is_gone_is_told(client: Client, tmp_path: Path) -> None:
    state = tmp_path / "state"
    list(client.pull("order", state=state, deletes=True))
    assert list(client.pull("order", state=state, deletes=50)) == []


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"resources": []}, "resources"),
        ({"resources": "ordre"}, "resources"),
        ({"resources": "order", "since": "yesterday"}, "since"),
        ({"resources": "order", "state": "{}"}, "state"),
        ({"resources": "order", "overlap": -1}, "overlap"),
        ({"resources": "order", "mapping": Mapping.ready("shopify-order")}, "mapping"),
        ({"resources": ["order", "order"]}, "resources"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_sent(client: Client, arguments: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as raised:
        client.pull(**arguments)
    assert where in str(raised.value)
    assert client.statistics().requests == 0


def test_arguments_of_the_wrong_kind(client: Client) -> None:
    with pytest.raises(TypeError, match="PullResource"):
        client.pull([7])  # type: ignore[list-item]
    with pytest.raises(ValidationError, match="time zone"):
        client.pull("order", since=datetime.datetime(2026, 1, 1))
    resource = PullResource("order", since=datetime.date(2026, 1, 1), deletes=True)
    assert pickle.loads(pickle.dumps(resource)) == resource


def test_progress_counts_what_is_dealt_with(client: Client) -> None:
    done: list[int] = []
    list(client.pull("order", progress=done.append, overlap=datetime.timedelta(minutes=5)))
    assert done == sorted(done)
    assert done[-1] == 60


def test_a_state_that_cannot_be_kept_ends_the_pull(client: Client, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        list(client.pull("order", state=tmp_path / "none" / "state"))


def test_an_event_loop_pulls_the_same(account: Emulator, ids: list[int], tmp_path: Path) -> None:
    state = tmp_path / "state"

    async def pull() -> tuple[list[int | None], list[int | None], list[int]]:
        async with account.async_client() as client:
            first = [record.id async for record in client.pull("order", state=state)]
            touch(account.client(), ids[8])
            async with client.pull("order", state=state) as pulled:
                second = [record.id async for record in pulled]
            sizes = [len(batch) async for batch in client.pull("order").batches()]
            return first, second, sizes

    first, second, sizes = asyncio.run(pull())
    assert sorted(id or 0 for id in first) == ids
    assert second == [ids[8]]
    assert sum(sizes) == 60


def test_what_no_date_told_of_is_found_by_comparing_ids(client: Client, ids: list[int], tmp_path: Path) -> None:
    state = tmp_path / "state"

    def pulled(**options: Any) -> int:
        """How often the note comes. What was written within the last seconds comes twice."""
        records = client.pull("order-note", state=state, **options)
        return [json.loads(record.raw or b"{}").get("noteText") for record in records].count("dated back")

    client.add_order_note(orderId=ids[0], text="the first")
    assert pulled(reconcile=True) == 0
    client.add_order_note(orderId=ids[0], text="dated back", addedOn="2020-01-02T03:04:05.000Z")
    assert [pulled(), pulled(reconcile=True), pulled(reconcile=True), pulled()] == [0, 1, 0, 0]
    # A state that knows of no ids brings everything once.
    state.unlink()
    assert [pulled(), pulled(reconcile=True), pulled(reconcile=True)] == [1, 1, 0]
