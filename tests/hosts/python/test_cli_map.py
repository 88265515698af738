"""The commands about mapping documents, and the records that they read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from brightpearl.cli.failure import UsageError
from brightpearl.cli.records import Input, records_of
from command_line import Ended
from test_mapping import SAMPLES, STOCK


@pytest.fixture
def stock(tmp_path: Path) -> str:
    path = tmp_path / "stock.json"
    path.write_text(json.dumps(STOCK))
    return str(path)


def test_map_check_says_what_is_wrong(tmp_path: Path, stock: str) -> None:
    ended = Ended("map", "check", stock)
    assert ended.code == 0
    # Corrections of stock are found by nothing.
    assert ended.out.startswith("warning: ")
    assert "how a record is found" in ended.out
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(STOCK | {"version": 2}))
    ended = Ended("map", "check", str(wrong))
    assert ended.code == 2
    assert "/version" in ended.out
    ended = Ended("map", "check", "--json", str(wrong))
    assert ended.code == 2
    assert json.loads(ended.out)["usable"] is False


def test_map_run_writes_bodies(stock: str, tmp_path: Path) -> None:
    records = tmp_path / "counted.jsonl"
    records.write_text('{"lines":[{"sku":"A","qty":1}]}\n{"lines":[{"sku":"B","qty":"many"}]}\n')
    ended = Ended("map", "run", stock, str(records))
    assert ended.code == 2
    assert [json.loads(line)["corrections"][0]["quantity"] for line in ended.out.splitlines()] == [1]
    assert "record 0: POST warehouse-service/warehouse/2/stock-correction" in ended.err
    assert "looked up first: product-service/product-search?SKU=A (fail when missing)" in ended.err
    assert 'record 1: lines[0].qty is "many"' in ended.err
    ended = Ended("map", "run", stock, str(records), "--json")
    first, second = (json.loads(line) for line in ended.out.splitlines())
    assert first["references"][0]["text"] == "product-service/product-search?SKU=A"
    assert (second["record"], second["failures"][0]["source"]) == (1, "lines[0].qty")


def test_map_explain_list_show_and_schema() -> None:
    ended = Ended("map", "explain", "shopify-order")
    assert ended.code == 0
    assert "POST order-service/sales-order" in ended.out
    assert "/rows/*/quantity" in ended.out
    assert json.loads(Ended("map", "explain", "--json", "shopify-order").out)["method"] == "POST"
    assert "xero-journal" in Ended("map", "list").out
    assert len(json.loads(Ended("map", "list", "--json").out)) >= 17
    shown = json.loads(Ended("map", "show", "csv-order").out)
    assert shown["csv"] == {"groupBy": "Order Number"}
    assert json.loads(Ended("map", "schema").out)["$schema"].endswith("2020-12/schema")


def test_an_unknown_document_is_said() -> None:
    ended = Ended("map", "explain", "no-such")
    assert ended.code == 2
    assert "no file 'no-such'" in ended.err


def test_a_document_that_cannot_be_used_is_said_with_every_error(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}")
    ended = Ended("map", "run", str(wrong), "-", stdin="{}")
    assert ended.code == 2
    assert "version is missing" in ended.err
    assert "name is missing" in ended.err


def read(name: str, format: Input | None = None, group_by: str | None = None) -> list[object]:
    with records_of(name, format, group_by) as records:
        return [json.loads(record) if isinstance(record, bytes) else record for record in records]


def test_records_of_json_lines_and_json(tmp_path: Path) -> None:
    lines = tmp_path / "a.jsonl"
    lines.write_text('{"a": 1}\n\n{"a": 2}\n')
    array = tmp_path / "b.json"
    array.write_text('[{"a": 1},\n {"a": 2}]')
    one = tmp_path / "c.json"
    one.write_text('{\n "a": 1\n}')
    assert read(str(lines)) == read(str(array)) == [{"a": 1}, {"a": 2}]
    assert read(str(one)) == [{"a": 1}]
    with pytest.raises(UsageError, match="says no format"):
        read(str(tmp_path / "a.txt"))
    lines.rename(tmp_path / "a.txt")
    assert read(str(tmp_path / "a.txt"), Input.JSONL) == [{"a": 1}, {"a": 2}]
    one.write_text("{")
    with pytest.raises(UsageError, match="array of records"):
        read(str(one))


@pytest.mark.parametrize(
    ("text", "count"),
    [('{"lines":[]}\n{"lines":[]}\n', 2), ('[{"lines":[]}, {"lines":[]}]', 2), ('{\n"lines": []\n}', 1), ("", 0)],
)
def test_standard_input_is_json_of_any_kind(stock: str, text: str, count: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "brightpearl", "map", "run", stock, "-", "--json"],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert len(done.stdout.splitlines()) == count, done.stderr


def test_lines_of_a_flat_file_with_one_value_are_one_record(tmp_path: Path) -> None:
    flat = tmp_path / "orders.csv"
    flat.write_bytes('\ufeffOrder,SKU\r\n1,A\r\n1,"B, blue"\r\n\r\n2,C\r\n1,D\r\n'.encode())
    assert read(str(flat), group_by="Order") == [
        {"rows": [{"Order": "2", "SKU": "C"}]},
        {"rows": [{"Order": "1", "SKU": "A"}, {"Order": "1", "SKU": "B, blue"}, {"Order": "1", "SKU": "D"}]},
    ]
    assert len(read(str(flat))) == 4
    tabs = tmp_path / "orders.tsv"
    tabs.write_text("Order\tSKU\n1\tA\n2\t\n")
    assert read(str(tabs)) == [{"Order": "1", "SKU": "A"}, {"Order": "2", "SKU": ""}]


@pytest.mark.parametrize(
    ("content", "message", "where"),
    [
        (b"Order,B\n1,2,3\n", "3 cells", "line 2"),
        (b"Order,B\n1\n", "1 cells", "line 2"),
        (b"A,A\n1,2\n", "twice", "line 1"),
        (b"A,B\n1,2\n", "no column 'Order'", "line 1"),
        (b"Order,B\n1,\xff\n", "not UTF-8", "behind line"),
        (b'Order,B\n"1"x,2\n', "the line cannot be read", "line 2"),
    ],
)
def test_a_flat_file_that_is_none_is_refused(tmp_path: Path, content: bytes, message: str, where: str) -> None:
    flat = tmp_path / "orders.csv"
    flat.write_bytes(content)
    with pytest.raises(UsageError, match=message) as raised:
        read(str(flat), group_by="Order")
    assert where in str(raised.value.where)


def test_the_ready_document_for_flat_files_reads_one(tmp_path: Path) -> None:
    records = json.loads((SAMPLES / "csv-order.sample.json").read_text("utf-8"))
    columns = list(records[0]["rows"][0])
    flat = tmp_path / "orders.csv"
    rows = [row for record in records for row in record["rows"]]
    lines = [",".join(f'"{row.get(column, "")}"' for column in columns) for row in rows]
    flat.write_text("\n".join([",".join(columns), *lines]))
    ended = Ended("map", "run", "csv-order", str(flat), "--json")
    expected = json.loads((SAMPLES / "csv-order.expected.json").read_text("utf-8"))
    found = [json.loads(line) for line in ended.out.splitlines()]
    rows = [[row["quantity"] for row in one["body"]["rows"]] for one in expected if "body" in one]
    assert [[row["quantity"] for row in one["body"]["rows"]] for one in found if "body" in one] == rows
