"""How the command writes, completes, reads its options from a file, and tells errors to programs."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from brightpearl.testing import EmulatorServer
from command_line import Ended, server, settings

__all__ = ["server", "settings"]

pytestmark = pytest.mark.usefixtures("settings")


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "brightpearl", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("verb", [("search", "order", "orderId=1-5"), ("get", "order", "1-5")])
def test_rows_and_records_are_written_in_every_format(verb: tuple[str, ...]) -> None:
    lines = [json.loads(line) for line in Ended(*verb, "--output", "jsonl").out.splitlines()]
    assert len(lines) == 5
    assert json.loads(Ended(*verb, "--output", "json").out) == lines
    table = list(csv.DictReader(io.StringIO(Ended(*verb, "-o", "csv").out)))
    key = "orderId" if verb[0] == "search" else "id"
    assert [row[key] for row in table] == [str(line[key]) for line in lines]
    assert key in Ended(*verb, "--output", "table").out
    assert Ended(*verb, "--format", "json").code == 0


def test_an_empty_result_is_a_document_too() -> None:
    assert json.loads(Ended("search", "order", "orderId=999999", "--output", "json").out) == []


def test_one_member_of_each_record_is_written_alone() -> None:
    orders = [json.loads(line) for line in Ended("get", "order", "1-3").out.splitlines()]
    assert Ended("get", "order", "1-3", "--field", "reference").out.splitlines() == [
        order["reference"] for order in orders
    ]
    products = [str(row["productId"]) for order in orders for row in order["orderRows"].values() if "productId" in row]
    written = Ended("get", "order", "1-3", "--field", "orderRows[].productId").out.splitlines()
    assert [line for line in written if line != "null"] == products
    assert Ended("get", "order", "1", "--field", ".nothing.there").out == ""
    assert Ended("search", "order", "orderId=1-3", "--field", "orderId").out.splitlines() == ["1", "2", "3"]
    assert json.loads(Ended("get", "order", "1", "--field", "totalValue").out) in [
        order["totalValue"] for order in orders
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("search", "order", "--field", "ordrId"), "did you mean orderId?"),
        (("get", "order", "1", "--field", "a..b"), "expected names such as"),
        (("get", "order", "1", "--field", "a[x]"), "expected names such as"),
        (("get", "order", "1", "--field", "a|b"), "expected names such as"),
        (("get", "order", "1", "--field", "a\udcff"), "expected names such as"),
        (("get", "order", "1-3", "--field", "referense"), "did you mean reference?"),
        (("get", "order", "1-3", "--field", "totalValue.nett"), "did you mean net?"),
        (("get", "order", "1-3", "--field", "orderRows[].productid"), "did you mean productId?"),
        (("get", "order", "1", "--field", "orderRows[0].x"), "no record has a member 'x'"),
        (("get", "order", "1", "--field", "reference.x"), "no record has a member 'x'"),
        (("get", "order", "1", "--field", "id", "-o", "csv"), "expected json or jsonl"),
        (("search", "order", "--field", "orderId", "-o", "table"), "expected json or jsonl"),
    ],
)
def test_a_field_that_cannot_be_is_refused(arguments: tuple[str, ...], said: str) -> None:
    ended = Ended(*arguments)
    assert ended.code == 2
    assert said in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("get", "order", "1-3", "--field", "nope"),
        ("get", "order", "1-3", "--field", "orderRows[].nope", "-o", "jsonl"),
        ("get", "order", "1-3", "--field", "nope", "-o", "json"),
        ("search", "order", "--limit", "2", "--field", "nope"),
        ("search", "order", "--limit", "2", "--field", "orderId.nope"),
    ],
)
def test_a_field_that_nothing_has_writes_nothing_and_says_that_records_were_read(arguments: tuple[str, ...]) -> None:
    ended = Ended("--errors", "json", *arguments)
    assert (ended.code, ended.out) == (2, "")
    error = json.loads(ended.err.splitlines()[-1])["error"]
    assert (error["kind"], error["location"], error["delivery"]) == ("validation", "--field", "applied")
    assert "sent" not in error["advice"]


def test_a_table_of_records_has_all_that_were_asked_for(server: EmulatorServer) -> None:
    found = len(Ended("get", "order", "1-250").out.splitlines())
    assert found > 150
    ended = Ended("get", "order", "1-250,999999", "-o", "table")
    assert (ended.code, len(ended.out.splitlines())) == (0, found + 2)
    assert f"records: {found}" in ended.err
    assert ",999999" in ended.err


def test_members_that_may_be_missing_and_places_of_maps_are_no_mistakes() -> None:
    order = json.loads(Ended("get", "order", "1").out)
    first = next(iter(order["orderRows"].values()))
    row = Ended("get", "order", "1", "--field", "orderRows[0].quantity.magnitude")
    assert (row.code, row.out) == (0, f"{first['quantity']['magnitude']}\n")
    assert Ended("get", "order", "1", "--field", "orderRows[99].productId").out == "null\n"
    # Only some records have it, and this one has not.
    assert "delivery" in order
    missing = Ended("get", "order", "1", "--field", "cancelled.on")
    assert missing.code in (0, 2)
    assert Ended("get", "order", "1", "--field", ".id").out == "1\n"


def test_a_member_is_written_as_json_where_that_is_asked_for(server: EmulatorServer) -> None:
    with server.client() as client:
        customer = {"contactId": 208}
        made = [client.create_sales_order(customer=customer, reference=text)["orderId"] for text in ("null", "a\\n")]
    words = ("get", "order", ",".join(map(str, made)), "--field")
    assert sorted(Ended(*words, "reference", "-o", "jsonl").out.splitlines()) == [json.dumps("a\\n"), '"null"']
    assert sorted(json.loads(Ended(*words, "reference", "-o", "json").out)) == ["a\\n", "null"]
    assert sorted(Ended(*words, "reference").out.splitlines()) == ["a\\n", "null"]
    rows = ("search", "order", "orderId=1-3", "--field", "orderId", "-o")
    assert json.loads(Ended(*rows, "json").out) == [1, 2, 3]
    assert Ended(*rows, "jsonl").out == "1\n2\n3\n"


def test_a_pull_writes_to_standard_output_and_into_packed_files(tmp_path: Path) -> None:
    written = Ended("pull", "order", "--where", "orderId=1-5", "--out", "-")
    assert written.code == 0, written.err
    assert sorted(json.loads(line)["id"] for line in written.out.splitlines()) == [1, 2, 3, 4, 5]
    files = [tmp_path / "orders.jsonl.gz", tmp_path / "again.jsonl.gz"]
    for file in files:
        assert Ended("pull", "order", "--where", "orderId=1-5", "--out", str(file)).code == 0
    assert gzip.decompress(files[0].read_bytes()).decode() == written.out
    assert files[0].read_bytes() == files[1].read_bytes()
    packed = tmp_path / "orders.csv.gz"
    assert Ended("pull", "order", "--where", "orderId=1-5", "--out", str(packed)).code == 0
    assert len(gzip.decompress(packed.read_bytes()).splitlines()) == 6
    changed = Ended("pull", "order", "--where", "orderId=1-5", "--state", str(tmp_path / "state"), "--out", "-")
    assert len(changed.out.splitlines()) == 5
    again = Ended("pull", "order", "--where", "orderId=1-5", "--state", str(tmp_path / "state"), "--out", "-")
    assert again.code == 0, again.err
    refused = Ended("pull", "order", "--out", str(tmp_path / "x.parquet.gz"))
    assert refused.code == 2
    assert "expected .jsonl, .csv or .parquet" in refused.err


def test_records_are_read_from_packed_files(tmp_path: Path) -> None:
    record = b'{"id": 1, "name": "#1", "email": "a@example.com"}\n'
    whole, cut = tmp_path / "in.jsonl.gz", tmp_path / "cut.jsonl.gz"
    whole.write_bytes(gzip.compress(record * 2))
    cut.write_bytes(gzip.compress(record * 2000)[:-20])
    plain = tmp_path / "plain.jsonl.gz"
    plain.write_bytes(record)
    assert "record 1 1:" in Ended("map", "run", "shopify-order", str(whole)).err
    for file in (cut, plain):
        ended = Ended("map", "run", "shopify-order", str(file))
        assert ended.code in (2, 7)
        assert "a mistake in this program" not in ended.err


ALWAYS = {"kind", "message", "delivery", "advice"}


@pytest.mark.parametrize(
    ("arguments", "kind", "code"),
    [
        (("search", "ordr"), "validation", 2),
        (("serch",), "validation", 2),
        (("search", "order", "--colums", "x"), "validation", 2),
        (("explain",), "validation", 2),
        (("--account-token", "x"), "validation", 2),
        (("get", "order", "1", "--field", "a..b"), "validation", 2),
        (("get", "order", "999999"), "not-found", 4),
        (("get", "order", "1", "--query", "x"), "validation", 2),
        (("map", "run", "csv-order", "missing.csv"), "file", 7),
        (("map", "check", "{bad}"), "validation", 2),
        (("map", "run", "shopify-order", "{bad}"), "validation", 2),
        (("map", "test", "{folder}"), "validation", 2),
        (("batch", "{writes}"), "rejected", 4),
        (("push", "shopify-order", "{bad}", "--dry-run"), "rejected", 4),
        (("push", "shopify-order", "{bad}", "--dry-run", "--write"), "validation", 2),
        (("push", "shopify-order", "{bad}", "--dry-run", "--dead-letters", "{folder}"), "file", 7),
        (("post", "order/999999/note", "/dev/null"), "validation", 2),
        (("pull", "order", "--out", "{folder}/none/x.csv"), "file", 7),
        (("tap", "--config", "missing.json"), "file", 7),
        (("validate", "order-note", "post", "{empty}"), "validation", 2),
        (("status", "--ledger", "{folder}/none.db"), "file", 7),
        (("check", "missing.toml"), "file", 7),
    ],
)
def test_every_error_is_a_line_of_json_where_that_is_asked_for(
    arguments: tuple[str, ...], kind: str, code: int, tmp_path: Path
) -> None:
    files = {"bad": "bad.json", "writes": "writes.jsonl", "empty": "empty.json"}
    (tmp_path / files["bad"]).write_text('{"a": 1}')
    (tmp_path / files["writes"]).write_text('{"method": "DELETE", "path": "order-service/order/999999/row/1"}')
    (tmp_path / files["empty"]).write_text("{}")
    (tmp_path / "csv-order.sample.json").write_text("[]")
    named = {name: str(tmp_path / file) for name, file in files.items()} | {"folder": str(tmp_path)}
    ended = command("--errors", "json", *(argument.format(**named) for argument in arguments))
    lines = [json.loads(line) for line in ended.stderr.splitlines() if line.startswith("{")]
    assert len(lines) == 1, ended.stderr
    told = lines[0]["error"]
    assert (told["kind"], lines[0]["exit_code"], ended.returncode) == (kind, code, code), told
    assert told.keys() >= ALWAYS
    assert told.keys() <= ALWAYS | set(ERROR_MEMBERS)
    assert told["delivery"] in ("not-sent", "rejected")
    assert all(told[name] for name in ALWAYS)


def test_an_error_as_json_is_what_the_documents_say() -> None:
    told = json.loads(command("search", "ordr", BRIGHTPEARL_ERRORS="json").stderr)
    assert 'did you mean "order"' in told["error"]["message"]
    refused = command("--errors=json", "post", "order-service/order/1/note", "-", "--unknown-members", "refuse")
    assert json.loads(refused.stderr)["error"]["delivery"] == "not-sent"
    body = json.dumps({"text": "x", "contactId": "none"})
    violated = subprocess.run(
        [sys.executable, "-m", "brightpearl", "--errors", "json", "post", "order-service/order/1/note", "-"],
        input=body,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    told = json.loads(violated.stderr)
    assert told["error"]["violations"][0].keys() == {"pointer", "severity", "fault", "found", "expected"}
    assert json.loads(command("--errors", "json", "search", "order", "orderId=999999", "--sort", "x").stderr)


def documented() -> list[str]:
    page = (Path(__file__).parents[3] / "docs" / "errors.md").read_text(encoding="utf-8")
    table = page.partition("## As JSON")[2].partition("## Kinds")[0]
    return re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)


ERROR_MEMBERS = documented()


def test_options_come_from_a_file_and_the_command_line_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[command.search]\nlimit = 3\noutput = "json"\n[command.explain.search]\nlimit = 7\n')
    monkeypatch.setenv("BRIGHTPEARL_CONFIG", str(file))
    assert len(json.loads(Ended("search", "order").out)) == 3
    assert len(json.loads(Ended("search", "order", "--limit", "2").out)) == 2
    assert Ended("explain", "search", "order").code == 0
    for wrong, said in [
        ("[command.serch]\nlimit = 3", "did you mean search?"),
        ("[command.search]\nlimt = 3", "did you mean limit?"),
        ('[command.search]\nlimit = "many"', "Invalid value for '--limit'"),
        ("[command]\nsearch = 3", "expected a table"),
        ('[command.push]\nwrite = "yes"', "expected true or false"),
        ('[command.pull]\nwhere = "orderId=1"', "expected a list"),
    ]:
        file.write_text(wrong)
        ended = Ended("search", "order")
        assert ended.code == 2, wrong
        assert said in ended.err, wrong


def test_a_shell_completes_commands_and_names_without_an_account() -> None:
    def offered(line: str) -> list[str]:
        words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
        return command(_BRIGHTPEARL_COMPLETE="complete_bash", **words).stdout.split()

    assert offered("brightpearl sea") == ["search"]
    assert offered("brightpearl search sales") == ["sales-order"]
    assert offered("brightpearl get order-service/sales-o") == ["order-service/sales-order"]
    assert "--columns" in offered("brightpearl search order --col")


def test_the_man_page_has_every_command_and_option() -> None:
    page = Ended("man").out.replace("\\-", "-")
    assert page.startswith(".TH BRIGHTPEARL 1")
    for named in (
        "brightpearl search RESOURCE",
        "brightpearl map run",
        "--dead-letters",
        ".SH EXIT STATUS",
        "--errors",
    ):
        assert named in page
    assert not re.search(r"^'", page, re.MULTILINE)
    assert command("man").stdout.replace("\\-", "-") == page
