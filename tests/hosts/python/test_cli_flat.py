"""Flat files of every layout, and lines of a record anywhere in them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from brightpearl.cli.failure import UsageError
from brightpearl.cli.flat_files import Layout, flat_records
from brightpearl.testing import EmulatorServer
from command_line import Ended, server, settings

__all__ = ["server", "settings"]

DOCUMENT: dict[str, Any] = {
    "version": 1,
    "name": "prices",
    "source": "order",
    "csv": {"groupBy": "Order"},
    "reads": {"groupMark": ","},
    "fields": [
        {"to": "/order", "from": "rows[0].Order"},
        {
            "to": "/lines",
            "each": "rows",
            "fields": [
                {"to": "/sku", "from": "SKU"},
                {"to": "/price", "from": '"Unit Price"', "as": "decimal"},
            ],
        },
    ],
}
LINES = [
    ["Order", "SKU", "Unit Price", "Note"],
    ["A", "Mug", "1,50", ""],
    ["B", "Bowl", "2,00", "ü"],
    ["A", "Plate", "3,25", ""],
]
WHOLE = [
    {"order": "B", "lines": [{"sku": "Bowl", "price": "2.00"}]},
    {"order": "A", "lines": [{"sku": "Mug", "price": "1.50"}, {"sku": "Plate", "price": "3.25"}]},
]


@pytest.fixture
def document(tmp_path: Path) -> str:
    path = tmp_path / "document.json"
    path.write_text(json.dumps(DOCUMENT))
    return str(path)


def text(delimiter: str, *before: str) -> str:
    lines = [*before, *(delimiter.join(f'"{cell}"' for cell in line) for line in LINES)]
    return "".join(f"{line}\r\n" for line in lines)


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("a.csv", text(",").encode(), ()),
        ("a.csv", text(";").encode("cp1252"), ("--delimiter", ";", "--encoding", "cp1252")),
        ("a.csv", text("|").encode("utf-16"), ("--delimiter", "pipe", "--encoding", "utf-16")),
        ("a.tsv", text("\t").encode("utf-8-sig"), ()),
        ("a.csv", text("\t").encode("utf-8-sig"), ("--delimiter", "tab", "--encoding", "utf8")),
        ("a.txt", text(",", "An export", "", '"of, today"').encode(), ("--header-line", "4", "--format", "csv")),
    ],
)
def test_a_flat_file_is_read_as_it_is_written(
    tmp_path: Path, document: str, name: str, content: bytes, options: tuple[str, ...]
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    ended = Ended("map", "run", document, str(file), "--json", "--decimal-mark", ",", *options)
    assert ended.code == 0, ended.err
    assert [json.loads(line)["body"] for line in ended.out.splitlines()] == WHOLE


def test_columns_without_names_are_called_by_their_places(tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    path.write_text(json.dumps({"version": 1, "name": "x", "source": "order", "fields": [{"to": "/a", "from": '"2"'}]}))
    file = tmp_path / "a.csv"
    file.write_text("x,1\ny,2\n")
    ended = Ended("map", "run", str(path), str(file), "--header-line", "0", "--json")
    assert [json.loads(line)["body"] for line in ended.out.splitlines()] == [{"a": "1"}, {"a": "2"}]


def test_a_record_comes_with_its_last_line_and_what_can_be_read_once_is_read_twice() -> None:
    class Once(io.BytesIO):
        def seekable(self) -> bool:
            return False

    content = b"k,v\na,1\nb,2\na,3\nc,4\nb,5\n"
    for file in (io.BytesIO(content), Once(content)):
        with flat_records(file, "x.csv", Layout(), False, "k") as records:
            rows = [[line["k"] + line["v"] for line in record["rows"]] for record in records]
        assert rows == [["a1", "a3"], ["c4"], ["b2", "b5"]]


def test_lines_that_stand_apart_are_one_order(tmp_path: Path, server: EmulatorServer) -> None:
    columns = (
        "Order Number,Order Date,First Name,Last Name,Email,Address 1,Postcode,Country,Currency,SKU,Description,"
        "Quantity,Unit Price,Line Tax,VAT Rate"
    )
    lines = [
        f"{number},01/03/2026,Pat,Sample,pat@example.com,1 Example Road,EX1 2PL,GB,GBP,,{what},1,10.00,2.00,20"
        for number, what in [("APART-1", "Mug"), ("APART-2", "Bowl"), ("APART-1", "Plate")]
    ]
    file = tmp_path / "orders.csv"
    file.write_text("\n".join([columns, *lines]))
    ended = Ended("map", "run", "csv-order", str(file), "--json")
    mapped = {one["key"]: one for one in map(json.loads, ended.out.splitlines())}
    assert {key: len(one["body"]["rows"]) for key, one in mapped.items()} == {"APART-1": 2, "APART-2": 1}


def test_blanks_around_what_lines_are_grouped_by_are_no_part_of_it(tmp_path: Path, document: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text('Order,SKU,Unit Price,Note\n7,Mug,1.50,\n7 ,Bowl,2.00,\n"7\n",Plate,3.25,\n')
    ended = Ended("map", "run", document, str(file), "--json")
    assert ended.code == 0, ended.err
    [one] = map(json.loads, ended.out.splitlines())
    assert [row["sku"] for row in one["body"]["lines"]] == ["Mug", "Bowl", "Plate"]


@pytest.mark.parametrize(("one", "other"), [("1001", "1001.0"), (" -7.00", "-7"), ("1.0", "1.000")])
def test_a_number_in_two_spellings_is_no_two_records(tmp_path: Path, document: str, one: str, other: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"Order,SKU,Unit Price,Note\n{one},Mug,1.50,\n{other},Bowl,2.00,\n")
    ended = Ended("map", "run", document, str(file))
    assert (ended.code, ended.out) == (2, "")
    for said in ("'Order'", repr(one.strip()), repr(other), f"FILE {file}"):
        assert said in ended.err
    # Numbers that have places throughout, and texts that are none, stay what they are.
    file.write_text("Order,SKU,Unit Price,Note\n1.10,Mug,1.50,\n1.1,Bowl,2.00,\n8.0,Plate,3.25,\n08,Cup,1.00,\n")
    assert Ended("map", "run", document, str(file), "--json").out.count("\n") == 4


def test_columns_that_have_neither_name_nor_cells_are_passed_over(tmp_path: Path, document: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Order,SKU,Unit Price,Note,, \nA,Mug,1.50,,,\nA,Bowl,2.00,, ,\n")
    ended = Ended("map", "run", document, str(file), "--json")
    assert ended.code == 0, ended.err
    assert [row["sku"] for row in json.loads(ended.out)["body"]["lines"]] == ["Mug", "Bowl"]
    with flat_records(io.BytesIO(file.read_bytes()), "a.csv", Layout(), False, None) as records:
        first, _ = records
    assert list(first) == ["Order", "SKU", "Unit Price", "Note"]
    file.write_text("Order,SKU,Unit Price,Note,,\nA,Mug,1.50,,,\nA,Bowl,2.00,,5.00,\n")
    ended = Ended("map", "run", document, str(file))
    assert (ended.code, ended.out) == (2, "")
    assert "cell 5 is '5.00', and its column has no name" in ended.err
    assert f"FILE {file} line 3" in ended.err


def test_long_cells_are_read_and_endless_ones_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = []
    for length in (200_000, 16 << 20):
        file = io.BytesIO(b"a,b\n1," + b"x" * length + b"\n")
        with flat_records(file, "a.csv", Layout(), False, None) as records:
            lengths += [len(record["b"]) for record in records]
    assert lengths == [200_000, 16 << 20]
    file = io.BytesIO(b'a,b\n1,"' + b"x" * ((16 << 20) + 1) + b"\n")
    with flat_records(file, "a.csv", Layout(), False, None) as records, pytest.raises(UsageError) as refused:
        list(records)
    assert "a cell has more than 16,777,216 characters" in str(refused.value)
    assert "quote" in (refused.value.advice or "")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--delimiter", "xx"), "--delimiter"),
        (("--delimiter", '"'), "--delimiter"),
        (("--delimiter", ""), "--delimiter"),
        (("--encoding", "base64"), "--encoding"),
        (("--encoding", "nonsense"), "--encoding"),
        (("--encoding", "utf-16"), "UTF-16"),
        (("--header-line", "2"), "--header-line"),
        (("--header-line", "999"), "the file ends with line 4; expected the columns' names in line 999"),
        (("--decimal-mark", "x"), "--decimal-mark"),
    ],
)
def test_what_does_not_fit_is_said(tmp_path: Path, document: str, options: tuple[str, ...], said: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(text(",").encode())
    ended = Ended("map", "run", document, str(file), *options)
    assert ended.code == 2, ended.out
    assert said in ended.err


@pytest.mark.parametrize("line", ["A,Mug,1.50", "A,Mug,1.50,,x"])
def test_a_line_that_has_not_a_cell_for_each_column_is_refused(tmp_path: Path, document: str, line: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"Order,SKU,Unit Price,Note\nA,Bowl,2.00,\n{line}\n")
    ended = Ended("map", "run", document, str(file))
    assert (ended.code, ended.out) == (2, "")
    assert f"the line has {line.count(',') + 1} cells; expected 4, as many as there are columns" in ended.err
    assert "line 3" in ended.err


def test_an_empty_file_has_no_records(tmp_path: Path, document: str) -> None:
    file = tmp_path / "a.csv"
    for content in ["", "Order,SKU,Unit Price,Note\n", "\n"]:
        file.write_text(content)
        ended = Ended("map", "run", document, str(file))
        assert (ended.code, ended.out) == ((0, "") if content != "\n" else (2, "")), content


def test_layouts_are_for_flat_files(tmp_path: Path, document: str) -> None:
    file = tmp_path / "a.json"
    file.write_text("[]")
    ended = Ended("map", "run", document, str(file), "--delimiter", ";")
    assert (ended.code, "flat files" in ended.err) == (2, True)
    with pytest.raises(UsageError):
        Layout(delimiter="\n")
