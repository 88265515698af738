"""The command: in this process, and as a process of its own."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pyarrow.parquet
import pytest

from brightpearl import __version__
from brightpearl._native import Emulator as NativeEmulator
from brightpearl.cli.app import FAULT_KINDS
from brightpearl.cli.flatten import flatten
from brightpearl.testing import Emulator, EmulatorServer
from command_line import Ended, server, settings, start
from conftest import TOKEN

__all__ = ["server", "settings"]


def test_search_writes_json_lines() -> None:
    ended = Ended("search", "order", "orderTypeId=1", "--columns", "orderId,createdOn", "--limit", "3")
    assert ended.code == 0
    rows = [json.loads(line) for line in ended.out.splitlines()]
    assert len(rows) == 3
    assert list(rows[0]) == ["orderId", "createdOn"]


def test_search_writes_csv_and_tables() -> None:
    ended = Ended("search", "order-search", "--format", "csv", "--limit", "3", "--sort", "orderId.DESC")
    records = list(csv.DictReader(ended.out.splitlines()))
    assert len(records) == 3
    assert int(records[0]["orderId"]) > int(records[1]["orderId"])
    ended = Ended("search", "order-service/order-search", "--format", "table")
    assert ended.code == 0
    assert "orderId" in ended.out
    assert "deliveryDate" not in ended.out
    assert "too narrow for" in ended.err
    assert "100 of 700 rows" in ended.err


def test_get_writes_records_and_names_the_missing(server: EmulatorServer) -> None:
    ended = Ended("get", "order", "1-3,999999")
    assert ended.code == 0
    assert sorted(json.loads(line)["id"] for line in ended.out.splitlines()) == [1, 2, 3]
    assert "missing: 999999" in ended.err
    assert Ended("get", "order", "999999").code == 4


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_pull_writes_every_record(tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"orders.{ending}"
    ended = Ended("pull", "order", "--out", str(target))
    assert ended.code == 0, ended.err
    assert "700 records with 6 requests" in ended.err
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert target.stat().st_mode & 0o600 == 0o600
    client = Emulator(orders=700, seed=5).client()
    expected = {order["id"]: order.value for order in client.get("order-service/order", "1-9999")}
    if ending == "jsonl":
        found = {record["id"]: record for record in map(json.loads, target.read_bytes().splitlines())}
        assert found == expected
        return
    if ending == "csv":
        with target.open(newline="", encoding="utf-8") as file:
            records = {int(record["id"]): record for record in csv.DictReader(file)}
        assert {id: record["totalValue.net"] for id, record in records.items()} == {
            id: order["totalValue"]["net"] for id, order in expected.items()
        }
    else:
        table = pyarrow.parquet.read_table(target)
        assert table.schema.field("id").type == pyarrow.int64()
        assert table.schema.field("historicalOrder").type == pyarrow.bool_()
        assert pyarrow.types.is_decimal(table.schema.field("totalValue.net").type)
        records = {record["id"]: record for record in table.to_pylist()}
    assert records.keys() == expected.keys()
    for id, record in records.items():
        assert json.loads(record["orderRows"] or "{}") == expected[id].get("orderRows", {})
        assert (record["parties.customer.email"] or None) == expected[id]["parties"].get("customer", {}).get("email")


def test_pull_filters_and_limits(tmp_path: Path) -> None:
    target = tmp_path / "orders.jsonl"
    assert Ended("pull", "order", "--where", "orderTypeId=2", "--limit", "5", "--out", str(target)).code == 0
    records = [json.loads(line) for line in target.read_text().splitlines()]
    assert len(records) == 5
    assert {record["orderTypeCode"] for record in records} == {"PO"}
    assert Ended("pull", "order", "--where", "customerRef=nobody", "--out", str(target)).code == 0
    assert target.read_text() == ""


def test_explain() -> None:
    ended = Ended("explain", "search", "order")
    assert " ".join(ended.out.split()) == "rows: 700 requests: 2 sent to find out: 1 seconds for the rest: 0"
    assert "requests: 2" in Ended("explain", "get", "contact", "1-400").out.replace("at least ", "")
    ended = Ended("explain", "pull", "order")
    assert "one request per record: 702" in " ".join(ended.out.split())
    assert Ended("explain", "pull", "order", "--where", "orderTypeId=2").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["search", "order", "orderTypeId"], 2, "expected a column and a value"),
        (["search", "order", "reference=x"], 2, "customerRef"),
        (["search", "order", "orderId=5-1"], 2, "filters.orderId"),
        (["search", "nothing-service/nothing-search"], 4, "HTTP 404"),
        (["get", "order", "5-1"], 2, "byte 0"),
        (["get", "order", "0"], 2, "byte 0"),
        (["pull", "order", "--out", "x.txt"], 2, "expected .jsonl, .csv or .parquet"),
        (["pull", "order", "--out", "/nowhere/at/all.csv"], 7, "there is no directory '/nowhere/at'"),
        (
            ["pull", "nothing", "--out", "x.csv"],
            2,
            "expected one of journal, customer-payment,",
        ),
        (["--datacentre", "mars1", "search", "order"], 2, "there is no datacentre"),
        (["--base-url", "http://example.com", "search", "order"], 2, "unencrypted"),
        (["--base-url", "http://127.0.0.1:1", "explain", "get", "order", "1"], 0, ""),
        (["search"], 2, "Missing argument"),
        (["search", "order", "--format", "xml"], 2, "xml"),
        (["dance"], 2, "No such command"),
    ],
)
def test_a_mistake_is_told_without_a_stack_trace(arguments: list[str], code: int, said: str) -> None:
    ended = Ended(*arguments)
    assert ended.code == code, ended.err
    assert said in ended.err
    assert "Traceback" not in ended.err
    if code:
        assert ended.out == ""


def test_refused_credentials_are_told_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTPEARL_ACCOUNT_TOKEN", TOKEN)
    ended = Ended("search", "order")
    assert ended.code == 3
    assert "HTTP 401" in ended.err
    assert "what to do:" in ended.err
    assert TOKEN not in ended.err


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRIGHTPEARL_APP_REF")
    ended = Ended("search", "order")
    assert ended.code == 2
    assert "BRIGHTPEARL_APP_REF" in ended.err


def test_parquet_without_its_package_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    ended = Ended("pull", "order", "--out", str(tmp_path / "x.parquet"))
    assert ended.code == 2
    assert "pip install pyarrow" in ended.err


def test_version_and_help() -> None:
    assert Ended("--version").out == f"brightpearl {__version__}\n"
    told = Ended("--version", "--verbose").out.splitlines()
    assert told[0] == f"brightpearl {__version__}"
    starts = ["engine ", "time zone database 20", "ISO 3166 countries by ", "ISO 4217 currencies by ", "catalogue: "]
    assert [line.startswith(start) for line, start in zip(told[1:], starts, strict=True)] == [True] * 5
    for arguments in ([], ["--verbose", "emulator"], ["--account", "demo"]):
        assert Ended(*arguments).code == 2, arguments
    assert "130  interrupted" in Ended("--help").out
    assert "130  interrupted" in Ended("pull", "--help").out


def test_flattening() -> None:
    record = {"a": {"b": {"c": 1}, "d": []}, "rows": {"1": {"x": "ü"}}, "empty": {}, "none": None}
    assert flatten(record) == {"a.b.c": 1, "a.d": "[]", "rows": '{"1":{"x":"ü"}}', "empty": "{}", "none": None}
    assert flatten(5) == {"value": 5}


def test_the_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRIGHTPEARL_ACCOUNT")
    process = start("demo", "--orders", "300", "--serve", "4")
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("dashboard"):
            _, url, *_, token = line.split()
            handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor()
            with urllib.request.build_opener(*handlers).open(
                f"{url}dashboard/login", b"token=" + token.encode()
            ) as page:
                assert b"orders out" in page.read()
    err = process.communicate(timeout=240)[1]
    out = "".join(said)
    assert process.returncode == 0, out + err
    assert "dashboard" in out
    words = " ".join(out.split())
    assert "it would be 8 rejected, 4 skipped, 249 created, 3 updated, 36 unchanged" in words
    assert '/ref: "#1001" -> "#1001-R1"' in words
    assert 'line_items[0].price is "call us": expected a number' in words
    assert "once 288 of the 300 orders of the file" in words
    assert "twice or more 0" in words
    assert "Traceback" not in err


def test_the_demonstration_runs_on_a_real_account(tmp_path: Path) -> None:
    process = start("demo", "--out", str(tmp_path / "orders.jsonl"))
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert err.startswith("account demo\n")
    assert "records                    700" in out
    assert "pushed" not in out, "nothing is written to a real account"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_pull_leaves_nothing(tmp_path: Path, number: signal.Signals, code: int) -> None:
    faults = {"script": [{"request": 4, "fault": {"kind": "slow", "delay_ms": 5000}}]}
    with Emulator(orders=700, seed=5, faults=faults).serve() as slow:
        process = start("--base-url", slow.url, "pull", "order", "--out", str(tmp_path / "orders.csv"))
        while slow.emulator.statistics()["requests"] < 4:
            assert process.poll() is None
            time.sleep(0.02)
        assert [path.suffix for path in tmp_path.iterdir()] == [".partial"]
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
        assert process.returncode == code, err
        assert "Traceback" not in err
        assert list(tmp_path.iterdir()) == []


def test_a_failed_pull_keeps_the_file_that_was_there(tmp_path: Path) -> None:
    target = tmp_path / "orders.jsonl"
    target.write_text("yesterday\n")
    faults = {"rates": [{"rate": 1.0, "path": "order-service/order/", "fault": {"kind": "outage"}}]}
    with Emulator(orders=50, seed=5, faults=faults).serve() as broken:
        os.environ["BRIGHTPEARL_BASE_URL"] = broken.url
        process = start("pull", "order", "--out", str(target))
        _, err = process.communicate(timeout=60)
    assert process.returncode == 5, err
    assert "HTTP 503" in err
    assert "the same request may be sent again" in err
    assert target.read_text() == "yesterday\n"
    assert list(tmp_path.iterdir()) == [target]


def test_nobody_reads_the_output() -> None:
    process = start("search", "order")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=30) == 141, err
    assert "Traceback" not in err


def test_the_emulator_serves_until_it_is_interrupted() -> None:
    process = start("emulator", "--orders", "10", "--seed", "9", "--time-zone", "Asia/Kolkata")
    assert process.stdout is not None
    variables = {}
    for line in process.stdout:
        if line.startswith("#"):
            break
        name, _, value = line.removeprefix("export ").strip().partition("=")
        variables[name] = value
    search = subprocess.run(
        [sys.executable, "-m", "brightpearl", "search", "order"],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert len(search.stdout.splitlines()) == 10
    assert all(json.loads(line)["createdOn"].endswith("+05:30") for line in search.stdout.splitlines())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130


def test_the_emulator_takes_faults_in_short_and_says_what_it_does_not_take(tmp_path: Path) -> None:
    for word, _ in NativeEmulator.fault_words():
        assert word in FAULT_KINDS
    for arguments, said in (
        (["--fault", "flood:8"], "one of lost-response"),
        (["--cap", "some"], "or off"),
        (["--clock", "noon"], "2026-07-01T09:30:00Z"),
        (["--time-zone", "Mars/Olympus"], "such as Europe/London"),
        (["--certificate", str(tmp_path)], "--certificate"),
    ):
        ended = Ended("emulator", *arguments)
        assert ended.code == 2
        assert said in ended.err, ended.err
    process = start("emulator", "--orders", "5", "--tls", "--cap", "off", "--fault", "html-page:1", "--latency", "1")
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(7)]
    variables = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines if line.startswith("export"))
    assert variables["BRIGHTPEARL_BASE_URL"].startswith("https://127.0.0.1:")
    command = [sys.executable, "-m", "brightpearl", "get", "order-type"]
    ended = [
        subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, timeout=30)
        for _ in range(2)
    ]
    # The first answer was a page of HTML, which a read comes again for; the certificate is trusted by the variable.
    assert [run.returncode for run in ended] == [0, 0], ended
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert not Path(variables["SSL_CERT_FILE"]).exists()


def test_a_whole_list_needs_no_ids() -> None:
    for name in ("order-type", "order-service/order-type", "warehouse"):
        ended = Ended("get", name)
        assert ended.code == 0, ended.err
        assert len(ended.out.splitlines()) > 1
        assert all("id" in json.loads(line) for line in ended.out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["search", "ordr"], 'did you mean "order"?'),
        (["get", "ordr", "1"], 'did you mean "order"?'),
        (["search", "order-type"], "order-type has no search"),
        (["get", "order-note", "1"], "order-service/order/{"),
        (["get", "multi-message"], "multi-message"),
    ],
)
def test_a_name_that_cannot_be_meant_costs_no_request(arguments: list[str], said: str, server: EmulatorServer) -> None:
    before = server.emulator.statistics()["requests"]
    ended = Ended(*arguments)
    assert ended.code == 2, ended.err
    assert said in ended.err
    assert server.emulator.statistics()["requests"] == before
