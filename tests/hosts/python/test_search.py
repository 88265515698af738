"""Rows: lazily paged mappings."""

from __future__ import annotations

import datetime
import gc
import json
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from brightpearl import Client, IdSet, MisuseError, NotSent, Response, Row, Rows, ValidationError
from conftest import SEARCH, Account, page


def query_of(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def test_a_row_is_a_mapping_with_labels(account: Account, client: Client) -> None:
    account.answers(page([7, 8]))
    odd, even = client.search(SEARCH)
    offset = datetime.timezone(datetime.timedelta(hours=-6))
    assert odd["orderId"] == odd.orderId == 7
    assert type(odd["orderId"]) is int
    assert odd["createdOn"] == datetime.datetime(2026, 1, 31, 12, tzinfo=offset)
    assert odd["createdOn"].utcoffset() == datetime.timedelta(hours=-6)
    assert odd["customerRef"] is None
    assert even["customerRef"] == "Ref 8"
    assert odd.label("orderStatusId") == "Invoiced"
    assert odd.label("customerRef") is None
    assert isinstance(odd, Mapping)
    assert dict(odd) == odd.to_dict() == dict(zip(odd.keys(), odd.values(), strict=True)) == dict(odd.items())
    assert odd == dict(odd)
    assert odd != even
    assert list(odd) == ["orderId", "orderStatusId", "createdOn", "customerRef"]
    assert len(odd) == 4
    assert "orderId" in odd
    assert "nothing" not in odd
    assert odd.get("nothing", 5) == 5
    assert odd.get("orderId", 5) == 7
    assert odd.to_dict(dates="text")["createdOn"] == "2026-01-31T12:00:00.000-06:00"
    assert json.loads(odd.to_json())["createdOn"] == "2026-01-31T12:00:00.000-06:00"
    assert repr(odd).startswith("Row({'orderId': 7")


def test_an_unknown_column_says_which_there_are(account: Account, client: Client) -> None:
    account.answers(page([7]))
    (row,) = client.search(SEARCH)
    with pytest.raises(KeyError, match=r"no column 'orderid'; the row has orderId, orderStatusId"):
        row["orderid"]
    with pytest.raises(KeyError, match="no column"):
        row.label("orderid")
    with pytest.raises(AttributeError, match="no column 'orderid'"):
        row.orderid  # noqa: B018
    with pytest.raises(KeyError):
        row[3]  # type: ignore[index]


@pytest.mark.parametrize("zone", ["Z", "+00:00", "+05:45", "-06:00", "+13:00"])
def test_dates_keep_offset_and_text(account: Account, client: Client, zone: str) -> None:
    text = f"2024-02-29T23:59:59.999{zone}"
    account.answers(page([7]).replace(b"2026-01-31T12:00:00.000-06:00", text.encode()))
    (row,) = client.search(SEARCH)
    moment = row["createdOn"]
    assert moment == datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    assert moment.utcoffset() == datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).utcoffset()
    assert moment.isoformat(timespec="milliseconds").removesuffix("+00:00") == text.removesuffix("Z").removesuffix(
        "+00:00"
    )
    assert row.to_dict(dates="text")["createdOn"] == text


def test_numbers_and_nested_cells_are_exact(account: Account, client: Client) -> None:
    body = page([1]).replace(b"[1, 4,", b"[12345678901234567890123, 0.10,").replace(b"null]]", b'{"a": [1.50]}]]')
    account.answers(body)
    (row,) = client.search(SEARCH)
    assert row["orderId"] == Decimal("12345678901234567890123")
    assert str(row["orderStatusId"]) == "0.10"
    assert row["customerRef"] == {"a": [Decimal("1.50")]}


def test_pages_are_fetched_when_rows_are_asked_for(account: Account, client: Client) -> None:
    account.answers(page([1, 2], available=3, more=True), page([3], available=3, first=3))
    rows = client.search(SEARCH, page_size=2)
    assert account.requests == []
    assert next(rows)["orderId"] == 1
    assert next(rows)["orderId"] == 2
    assert len(account.requests) == 1
    assert [row["orderId"] for row in rows] == [3]
    assert query_of(account.requests[1].url)["firstResult"] == ["3"]
    assert list(rows) == []


def test_metadata_fetches_the_first_page_and_loses_no_row(account: Account, client: Client) -> None:
    account.answers(page([1, 2], available=2))
    rows = client.search(SEARCH)
    assert rows.metadata.results_available == 2
    assert rows.metadata.sorting == [("orderId", "ASC")]
    assert rows.metadata.columns[0].name == "orderId"
    assert rows.metadata.columns[1].reference_data == ["orderStatusNames"]
    assert len(list(rows)) == 2


def test_no_rows_and_no_pages(account: Account, client: Client) -> None:
    assert list(client.search(SEARCH, limit=0)) == []
    assert client.search(SEARCH, limit=0).metadata.results_available is None
    account.answers(page([]))
    assert list(client.search(SEARCH)) == []


def test_filters_are_python_values(account: Account, client: Client) -> None:
    account.answers(page([]))
    filters = {
        "orderTypeId": [1, 2],
        "orderId": IdSet("5-9"),
        "isClone": True,
        "updatedOn": datetime.date(2026, 1, 31),
        "createdOn": datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc),
        "customerRef": "a&b=c",
    }
    list(client.search(SEARCH, filters, columns=["orderId"], sort="updatedOn.DESC"))
    query = query_of(account.requests[0].url)
    assert query["orderTypeId"] == ["1,2"]
    assert query["orderId"] == ["5-9"]
    assert query["isClone"] == ["true"]
    assert query["updatedOn"] == ["2026-01-31"]
    assert query["createdOn"] == ["2026-01-31T12:00:00.000+00:00"]
    assert query["customerRef"] == ["a&b=c"]
    assert query["columns"] == ["orderId"]
    assert query["sort"] == ["updatedOn.DESC,orderId.ASC"]


@pytest.mark.parametrize(
    ("filters", "location"),
    [
        ({"reference": "x"}, "filters.reference"),
        ({"orderId": "5-1"}, "filters.orderId"),
        ({"contactId": "seven"}, "filters.contactId"),
        ({"updatedOn": datetime.datetime(2026, 1, 1)}, "filters.updatedOn"),
        ({"customerRef": None}, "filters.customerRef"),
        ({"customerRef": b"bytes"}, "filters.customerRef"),
        ({"customerRef": float("nan")}, "filters.customerRef"),
        ({"customerRef": 10.5}, "filters.customerRef"),
    ],
)
def test_a_bad_filter_is_refused_where_it_stands(client: Client, filters: dict[str, object], location: str) -> None:
    with pytest.raises(ValidationError) as caught:
        client.search(SEARCH, filters)  # type: ignore[arg-type]
    assert caught.value.location == location
    assert isinstance(caught.value, ValueError)


def test_dicts_and_pages(account: Account, client: Client) -> None:
    account.answers(page([1, 2]), page([1, 2]), page([1, 2]))
    dicts = list(client.search(SEARCH).dicts())
    assert dicts == [dict(row) for row in client.search(SEARCH)]
    (whole,) = client.search(SEARCH).pages()
    assert len(whole) == 2
    assert whole[0]["orderId"] == 1
    assert whole[-1]["orderId"] == 2
    assert whole.to_dicts(1) == dicts[1:]
    assert whole.columns == ("orderId", "orderStatusId", "createdOn", "customerRef")
    with pytest.raises(IndexError, match="row 2 is not on the page, which has 2"):
        whole[2]
    with pytest.raises(ValueError, match="expected one of 'datetime', 'text'"):
        whole.to_dicts(dates="words")  # type: ignore[arg-type]


def test_a_begun_page_is_not_handed_out_whole(account: Account, client: Client) -> None:
    account.answers(page([1, 2]))
    rows = client.search(SEARCH)
    next(rows)
    with pytest.raises(MisuseError, match="row by row"):
        list(rows.pages())


@pytest.mark.parametrize("taken", [0, 1, 2, 3])
@pytest.mark.parametrize("way", ["rows", "dicts"])
def test_a_checkpoint_goes_on_after_the_last_row_handed_out(account: Account, taken: int, way: str) -> None:
    pages = [page([1, 2], available=3, more=True), page([3], available=3, first=3)]
    account.answers(*pages)
    rows = account.client().search(SEARCH, page_size=2)
    source = iter(rows) if way == "rows" else rows.dicts()
    seen = [next(source)["orderId"] for _ in range(taken)]
    text = rows.checkpoint()
    account.script.clear()

    def answer(request: object) -> Response:
        first = int(query_of(account.requests[-1].url)["firstResult"][0])
        ids = [id for id in [1, 2, 3] if id >= first][:2]
        return Response(200, {}, page(ids, available=3, first=first, more=first == 1))

    account.answers(*[answer] * 3)
    resumed = account.client().resume(text)
    assert isinstance(resumed, Rows)
    assert seen + [row["orderId"] for row in resumed] == [1, 2, 3]
    account.script.clear()


def test_explain_sends_nothing(account: Account, client: Client) -> None:
    rows = client.search(SEARCH, page_size=2)
    assert not rows.explain().exact
    assert rows.explain().requests_needed == 1
    account.answers(page([1, 2], available=1001, more=True))
    next(rows)
    explanation = rows.explain()
    assert (explanation.requests_sent, explanation.requests_needed) == (1, 500)
    assert explanation.items == 1001
    assert explanation.seconds > 60
    assert len(account.requests) == 1


def test_a_failed_search_does_not_pass_for_an_empty_one(account: Account, client: Client) -> None:
    account.answers(page([1, 2], available=4, more=True), *[NotSent("no connection")] * 5)
    rows = client.search(SEARCH, page_size=2)
    with pytest.raises(Exception, match="after 5 attempts"):
        list(rows)
    for use in (list, next, lambda rows: list(rows.dicts()), lambda rows: list(rows.pages())):
        with pytest.raises(MisuseError, match="ended before its last row"):
            use(rows)
    assert json.loads(rows.checkpoint())["position"]["row"]["first_result"] == 3


def test_a_closed_search_is_over(account: Account, client: Client) -> None:
    account.answers(page([1, 2], available=4, more=True))
    with client.search(SEARCH, page_size=2) as rows:
        next(rows)
    with pytest.raises(MisuseError):
        next(rows)
    finished = client.search(SEARCH, limit=0)
    assert list(finished) == []
    finished.close()
    assert list(finished) == []


def test_rows_outlive_their_search(account: Account, client: Client) -> None:
    account.answers(page([7]))
    row: Row = next(client.search(SEARCH))
    del client
    gc.collect()
    assert row["orderId"] == 7
