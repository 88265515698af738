"""Whatever a program gives by mistake, the error is one of the package's, and names the argument."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pandas
import polars
import pytest

from brightpearl import (
    Client,
    Headers,
    IdSet,
    Mapping,
    Response,
    ValidationError,
    validate,
    verify_callback,
)
from brightpearl.testing import Emulator
from pushed import MAPPING

HALF = "a\ud800"
LARGE = 10**5000
DIMENSIONLESS = numpy.array(5)
NO_TEXT = numpy.array("orderId")
FRAME = pandas.DataFrame({"orderId": [1], "updatedOn": [2]})


@pytest.fixture(scope="module")
def client() -> Client:
    return Emulator(orders=5).client()


def called(signed: Any, **options: Any) -> Any:
    return verify_callback(signed, "secret", **options)


CALLS: dict[str, tuple[Callable[[Client], Any], str]] = {
    "text of ids": (lambda client: client.get("order", HALF), "ids"),
    "text of an id": (lambda client: client.get("order", "1-\ud800"), "ids"),
    "ids of options": (lambda client: client.options("order-service/order", HALF), "ids"),
    "document": (lambda client: Mapping('{"name": "\ud800"}'), "document"),
    "document to check": (lambda client: Mapping.check('{"name": "\ud800"}'), "document"),
    "document's member": (lambda client: Mapping({"name": HALF}), "document /name"),
    "lines": (lambda client: MAPPING.map_many('{"a": "\ud800"}'), "records"),
    "body to validate": (lambda client: validate("order-row", "POST", HALF), "body"),
    "body": (lambda client: client.post("order-service/order/1/note", HALF), "body"),
    "filter's name": (lambda client: client.search("order", {HALF: 1}), "filters"),
    "filter": (lambda client: client.search("order", {"customerRef": HALF}), "filters.customerRef"),
    "columns": (lambda client: client.search("order", columns=[HALF]), "columns"),
    "columns as one": (lambda client: client.search("order", columns=HALF), "columns"),
    "sort": (lambda client: client.search("order", sort=[HALF]), "sort"),
    "large filter": (lambda client: client.search("order", {"orderId": LARGE}), "filters.orderId"),
    "large filters": (lambda client: client.search("order", {"orderId": [1, LARGE]}), "filters.orderId"),
    "large query": (lambda client: client.get("order", 1, query={"x": LARGE}), "query.x"),
    "large header": (lambda client: client.get("order", 1, extra_headers={"x": LARGE}), "extra_headers.x"),
    "large id": (lambda client: client.get("order", LARGE), "ids"),
    "large ids": (lambda client: client.get("order", [1, LARGE]), "ids[1]"),
    "large negative id": (lambda client: client.get("order", -LARGE), "ids"),
    "array as filters": (lambda client: client.search("order", DIMENSIONLESS), "filters"),
    "array as columns": (lambda client: client.search("order", columns=NO_TEXT), "columns"),
    "array as sort": (lambda client: client.search("order", sort=NO_TEXT), "sort"),
    "array as looks": (
        lambda client: client.push(MAPPING, [], dry_run=True, looks=DIMENSIONLESS),  # type: ignore[call-overload]
        "looks",
    ),
    "array as resources": (lambda client: client.pull(NO_TEXT), "resources"),
    "array as writes": (lambda client: client.batch(DIMENSIONLESS), "writes"),
    "table as columns": (lambda client: client.search("order", columns=FRAME), "columns"),
    "table as sort": (lambda client: client.search("order", sort=polars.DataFrame({"orderId": [1]})), "sort"),
    "table as filters": (lambda client: client.search("order", FRAME), "filters"),
    "table as resources": (lambda client: client.pull(FRAME), "resources"),
    "table as writes": (lambda client: client.batch(FRAME), "writes"),
    "what is no write": (lambda client: client.batch([("POST", "order-service/order/1/note"), 5]), "writes[1]"),
    "a write's member": (lambda client: client.batch([{"metod": "POST"}]), "writes[0].metod"),
    "a write without a path": (lambda client: client.batch([{"method": "POST"}]), "writes[0].path"),
    "greatest age": (lambda client: called({}, max_age=10**30), "max_age"),
    "greatest age, larger": (lambda client: called({}, max_age=10**400), "max_age"),
    "no age": (lambda client: called({}, max_age=float("nan")), "max_age"),
    "no time": (lambda client: called({}, now=float("inf")), "now"),
    "no pairs": (lambda client: called([1, 2]), "parameters"),
    "one text": (lambda client: called("a=b"), "parameters"),
    "half a parameter": (lambda client: called({"timestamp": HALF}), "parameters"),
    "half a secret": (lambda client: verify_callback({}, HALF), "dev_secret"),
    "file of a document": (lambda client: Mapping(Path("m" * 5000)), "document"),
    "text of a state": (lambda client: client.pull("order", state='{"a": "\ud800"}'), "state"),
    "file of a state": (lambda client: client.pull("order", state="s" * 5000), "state"),
    "file of a journal": (
        lambda client: client.push(MAPPING, [], dry_run=True, journal="j" * 5000),
        "journal",
    ),
}


@pytest.mark.parametrize(("call", "place"), CALLS.values(), ids=CALLS)
def test_a_mistake_is_told_by_its_argument(client: Client, call: Callable[[Client], Any], place: str) -> None:
    before = client.statistics().requests
    with pytest.raises(ValidationError) as raised:
        call(client)
    assert raised.value.location == place
    assert len(str(raised.value)) < 1000
    assert client.statistics().requests == before


def test_what_is_like_several_columns_is_taken(client: Client) -> None:
    names = polars.Series(["orderId", "updatedOn"])
    (row, *_) = client.search("order", columns=names, limit=1)
    assert list(row) == ["orderId", "updatedOn"]


def test_a_name_that_no_column_can_have_is_a_key_error(client: Client) -> None:
    row = next(client.search("order"))
    with pytest.raises(KeyError):
        row[HALF]
    with pytest.raises(AttributeError):
        getattr(row, HALF)
    assert HALF not in row
    assert row.get(HALF) is None


@pytest.mark.parametrize("ids", [HALF, LARGE, [1, LARGE]], ids=["text", "number", "numbers"])
def test_so_it_is_of_a_set_of_ids(ids: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValidationError):
        IdSet(ids)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "ids", [range(10**20), range(10**12), iter(range(10**12))], ids=["beyond a word", "beyond memory", "unannounced"]
)
def test_a_set_takes_no_more_ids_than_can_be_held(ids: Any) -> None:
    with pytest.raises(ValidationError, match="more than 10000000 of them, or no end") as caught:
        IdSet(ids)
    assert caught.value.location == "ids"


@pytest.mark.parametrize("place", [10**20, -(10**20), 5, -6])
def test_a_row_that_is_not_on_the_page_is_an_index_error(client: Client, place: int) -> None:
    (page,) = client.search("order").pages()
    with pytest.raises(IndexError, match=rf"row {place} is not on the page, which has 5"):
        page[place]
    with pytest.raises(TypeError):
        page["0"]


@pytest.mark.parametrize("headers", ["x", b"x", 5, ["ab"], [("a",)], [1], [("a", "b"), "cd"], numpy.array(5)], ids=repr)
def test_header_lines_are_pairs(headers: Any) -> None:
    for make in (Headers, lambda given: Response(200, given)):
        with pytest.raises(TypeError, match="header line"):
            make(headers)
