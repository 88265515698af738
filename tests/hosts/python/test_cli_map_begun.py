"""Mapping documents that are begun from samples, and held against what is expected of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from command_line import Ended
from test_mapping import SAMPLES, STOCK

ORDER: dict[str, Any] = {
    "id": 7,
    "name": "#7",
    "created_at": "2026-05-04T10:00:00+00:00",
    "currency": "GBP",
    "email": "kim@example.com",
    "total": "24.00",
    "items": [{"sku": "MUG-1", "title": "Mug", "quantity": 2, "price": "10.00", "tax": "4.00"}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "stock.json").write_text(json.dumps(STOCK))
    (tmp_path / "stock.sample.jsonl").write_text(
        '{"lines":[{"sku":"A","qty":1}]}\n{"lines":[{"sku":"B","qty":"many"}]}\n'
    )
    return tmp_path


def test_map_init_writes_a_document_that_can_be_used(tmp_path: Path) -> None:
    sample = tmp_path / "orders.json"
    sample.write_text(json.dumps([ORDER]))
    ended = Ended("map", "init", "--from", str(sample), "--target", "sales-order")
    assert ended.code == 0, ended.err
    assert "guessed: /rows/*/productId from sku" in ended.err
    assert "to be set: /rows/*/taxCode" in ended.err
    document = tmp_path / "mine.json"
    document.write_text(ended.out)
    assert Ended("map", "check", str(document)).code == 0
    ended = Ended("map", "run", str(document), str(sample))
    assert ended.code == 0, ended.err
    (row,) = json.loads(ended.out)["rows"]
    assert (row["net"], row["tax"], row["quantity"]) == ("20.00", "4.00", "2")


def test_what_map_init_did_not_find_is_warned_of_and_sent_by_no_run(tmp_path: Path) -> None:
    sample = tmp_path / "orders.json"
    known = {name: value for name, value in ORDER.items() if name not in ("email", "total")}
    line = {name: value for name, value in ORDER["items"][0].items() if name != "tax"}
    sample.write_text(json.dumps([known | {"items": [line]}]))
    ended = Ended("map", "init", "--from", str(sample), "--target", "sales-order")
    assert ended.code == 0, ended.err
    assert "to be set: /customer/id" in ended.err
    assert "to be set: /rows/*/tax:" in ended.err
    assert "No total was found" in ended.err
    document = tmp_path / "mine.json"
    document.write_text(ended.out)
    checked = Ended("map", "check", str(document))
    told = checked.out + checked.err
    assert "every record is refused here until a rule gives /customer/id" in told
    assert "every record with such an element is refused here until a rule gives /rows/*/tax" in told
    assert "no total of the record is held against it" in told
    ended = Ended("map", "run", str(document), str(sample))
    assert ended.code == 2
    assert "/customer/id is still to be decided" in ended.out + ended.err


def test_map_init_takes_flat_files_and_says_what_is_wrong(tmp_path: Path) -> None:
    flat = tmp_path / "contacts.csv"
    flat.write_text("First Name;Surname;E-Mail\nKim;Example;kim@example.com\n")
    ended = Ended("map", "init", "--from", str(flat), "--target", "contact", "--delimiter", ";")
    assert ended.code == 0, ended.err
    assert "guessed: /lastName from Surname" in ended.err
    ended = Ended("map", "init", "--from", str(flat), "--target", "sales-oder")
    assert ended.code == 2
    assert "did you mean sales-order?" in ended.err
    empty = tmp_path / "empty.json"
    empty.write_text("[]")
    ended = Ended("map", "init", "--from", str(empty), "--target", "contact")
    assert ended.code == 2
    assert "expected a JSON object" in ended.err


def test_map_test_says_by_path_what_differs(folder: Path) -> None:
    ended = Ended("map", "test", str(folder))
    assert ended.code == 2
    assert "nothing is expected yet" in ended.err
    assert Ended("map", "test", str(folder), "--bless").code == 0
    ended = Ended("map", "test", str(folder))
    assert (ended.code, ended.out) == (0, "")
    assert "1 of 1 as expected" in ended.err
    expected = folder / "stock.expected.json"
    outcomes = json.loads(expected.read_text())
    assert outcomes[0]["body"]["corrections"][0]["productId"] == 1001
    assert outcomes[1]["failures"][0]["source"] == "lines[0].qty"
    outcomes[0]["body"]["corrections"][0]["quantity"] = 2
    outcomes[0]["references"]["product-service/product-search?SKU=A"] = 7
    outcomes.append({"skipped": "it is a draft"})
    expected.write_text(json.dumps(outcomes))
    ended = Ended("map", "test", str(folder))
    assert ended.code == 2
    assert ended.out.splitlines() == [
        "stock /0/body/corrections/0/quantity: expected 2, found 1",
        "stock /0/body/corrections/0/productId: expected 1001, found 7",
        'stock /2: expected {"skipped":"it is a draft"}, found nothing',
    ]


def test_map_test_knows_the_ready_documents_by_their_names(tmp_path: Path) -> None:
    for name in ("shopify-order", "csv-order", "order-to-shopify"):
        for kind in ("sample", "expected"):
            shutil.copy(SAMPLES / f"{name}.{kind}.json", tmp_path)
    ended = Ended("map", "test", str(tmp_path))
    assert ended.code == 0, ended.out
    assert "3 of 3 as expected" in ended.err


def test_map_test_takes_failures_whose_empty_members_are_written(folder: Path) -> None:
    assert Ended("map", "test", str(folder), "--bless").code == 0
    expected = folder / "stock.expected.json"
    outcomes = json.loads(expected.read_text())
    (failure,) = outcomes[1]["failures"]
    expected.write_text(json.dumps([outcomes[0], {"failures": [failure | {"record": ""}]}]))
    assert Ended("map", "test", str(folder)).code == 0
    expected.write_text(json.dumps([outcomes[0], {"failures": [failure | {"reason": ""}]}]))
    assert "stock /1/failures/0/reason: expected nothing" in Ended("map", "test", str(folder)).out


def test_map_test_refuses_what_it_cannot_try(tmp_path: Path, folder: Path) -> None:
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    assert "found no samples" in Ended("map", "test", str(nowhere)).err
    (folder / "other.sample.json").write_text("[]")
    ended = Ended("map", "test", str(folder))
    assert ended.code == 2
    assert "no mapping document of that name" in ended.err
    assert Ended("map", "test", str(folder), "--document", str(folder / "stock.json"), "--bless").code == 0
    (folder / "stock.expected.json").write_text("{}")
    ended = Ended("map", "test", str(folder), "--document", str(folder / "stock.json"))
    assert "expected a JSON array" in ended.err
