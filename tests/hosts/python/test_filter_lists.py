"""Lists of values in filters: what a column takes one of is refused, and what takes a set has it."""

import pytest

from brightpearl import ValidationError
from brightpearl.testing import Emulator


@pytest.fixture
def emulator() -> Emulator:
    return Emulator(orders=4, seed=3)


@pytest.mark.parametrize("values", [["WEB-1", "WEB-2"], ("WEB-1", "WEB-2"), {"WEB-1", "WEB-2"}])
def test_several_texts_are_refused_where_one_is_taken(emulator: Emulator, values: object) -> None:
    with pytest.raises(ValidationError) as raised:
        list(emulator.client().search("order", {"customerRef": values}))
    assert raised.value.location == "filters.customerRef"
    assert "expected a search for each" in str(raised.value)
    assert emulator.statistics()["requests"] == 0


@pytest.mark.parametrize("column", ["customerRef", "orderId"])
def test_a_list_without_values_is_refused(emulator: Emulator, column: str) -> None:
    with pytest.raises(ValidationError) as raised:
        list(emulator.client().search("order", {column: []}))
    assert raised.value.location == f"filters.{column}"


def test_a_set_of_ids_may_be_texts_or_come_one_by_one(emulator: Emulator) -> None:
    client = emulator.client()
    found = [row["orderId"] for row in client.search("order", limit=2)]
    texts = [str(id) for id in found]
    assert [row["orderId"] for row in client.search("order", {"orderId": texts})] == found
    assert [row["orderId"] for row in client.search("order", [("orderId", text) for text in texts])] == found
