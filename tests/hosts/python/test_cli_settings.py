"""Options of a file, arguments of tasks, completion, and members of configurations: what cannot be is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from brightpearl.cli.undecodable import told_of_bytes
from brightpearl.http import HttpxTransport
from brightpearl.testing import EmulatorServer
from command_line import Ended, server, settings, start
from test_cli_output import command

__all__ = ["server", "settings"]

pytestmark = pytest.mark.usefixtures("settings")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[command.search]\nlimit = true", "it is true; expected a whole number"),
        ("[command.search]\nlimit = 1.9", "it is a float; expected a whole number"),
        ("[command.search]\nlimit = {a = 1}", "it is a table; expected a whole number"),
        ("[command.search]\ncolumns = false", "it is false; expected a text or a number"),
        ("[command.search]\noutput = [1]", "it is a list; expected a text or a number"),
        ("[command.push]\nwait = true", "it is true; expected a number"),
        ("[command.push]\nwrite = 1", "it is an int; expected true or false"),
        ("[command.pull]\nwhere = [true]", "it is true; expected a text or a number"),
        ("[command]\nsearch = 1", "it is an int; expected a table"),
        ("[profiles.a]\naccount = {b = 1}", "it is a table; expected a text"),
    ],
)
def test_an_option_of_a_file_has_the_type_of_the_option(
    line: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(line)
    monkeypatch.setenv("BRIGHTPEARL_CONFIG", str(file))
    words = ("profiles",) if line.startswith("[profiles") else ("search", "order")
    ended = Ended(*words)
    assert (ended.code, said.removeprefix("it ") in ended.err) == (2, True), ended.err


def test_a_file_may_begin_with_a_mark_and_have_dates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b"\xef\xbb\xbf[command.search]\nlimit = 2\n[command.pull]\nsince = 2020-01-01\nlimit = 1\n")
    monkeypatch.setenv("BRIGHTPEARL_CONFIG", str(file))
    assert len(Ended("search", "order", "-o", "jsonl").out.splitlines()) == 2
    pulled = Ended("pull", "order", "--out", "-")
    assert (pulled.code, len(pulled.out.splitlines())) == (0, 1), pulled.err


def test_a_file_may_say_what_stands_before_any_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    monkeypatch.setenv("BRIGHTPEARL_CONFIG", str(file))
    file.write_text('[command]\nerrors = "json"\nread_only = true\ntimeout = 5\n[command.search]\nlimit = 1\n')
    assert len(Ended("search", "order", "-o", "jsonl").out.splitlines()) == 1
    refused = Ended("post", "order-service/order/1/note", stdin='{"text": "x"}')
    error = json.loads(refused.err.splitlines()[-1])["error"]
    assert (refused.code, error["delivery"], "read" in error["message"]) == (2, "not-sent", True), error
    told = Ended("--errors", "text", "search", "order", "x=1")
    assert (told.code, told.err.startswith("error: ")) == (2, True), told.err
    monkeypatch.setenv("BRIGHTPEARL_ERRORS", "text")
    assert Ended("search", "order", "x=1").err.startswith("error: ")
    monkeypatch.delenv("BRIGHTPEARL_ERRORS")
    file.write_text('[command]\nprofile = "nope"\n')
    assert "nope" in Ended("search", "order").err
    for content, said in (
        ('errors = "loud"', "command.errors"),
        ("timeout = -1", "timeout"),
        ('timeout = "soon"', "timeout"),
        ('account = "acme"', "expected it in a profile"),
        ('read_only = "yes"', "expected true or false"),
        ("limit = 5", "there is no command 'limit'"),
    ):
        file.write_text(f"[command]\n{content}\n")
        ended = Ended("search", "order")
        assert (ended.code, said in ended.err) == (2, True), ended.err


def test_a_command_waits_as_long_as_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[object] = []

    class Noted(HttpxTransport):
        def __init__(self, **options: Any) -> None:
            waited.append(options.get("timeout"))
            super().__init__(**options)

    monkeypatch.setattr("brightpearl.cli.session.HttpxTransport", Noted)
    file = tmp_path / "config.toml"
    file.write_text("[command]\ntimeout = 7\n")
    assert Ended("search", "order", "--limit", "1").code == 0
    monkeypatch.setenv("BRIGHTPEARL_CONFIG", str(file))
    assert Ended("search", "order", "--limit", "1").code == 0
    assert Ended("--timeout", "2.5", "search", "order", "--limit", "1").code == 0
    assert waited == [None, 7, 2.5]
    assert Ended("--timeout", "0", "search", "order").code == 2


def test_a_file_that_is_named_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTPEARL_CONFIG", str(tmp_path / "none.toml"))
    ended = Ended("search", "order")
    assert (ended.code, "none.toml" in ended.err) == (2, True), ended.err


def test_the_command_line_wins_where_two_options_exclude_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: EmulatorServer
) -> None:
    file, records = tmp_path / "config.toml", tmp_path / "records.jsonl"
    records.write_text("")
    monkeypatch.setenv("BRIGHTPEARL_CONFIG", str(file))
    words = ("push", "shopify-order", str(records))
    for said, other in (("write", "--dry-run"), ("dry-run", "--write")):
        file.write_text(f"[command.push]\n{said} = true\n")
        assert Ended(*words).code == 0
        ended = Ended(*words, other)
        assert (ended.code, "no records" in ended.err) == (0, True), ended.err
    file.write_text("[command.push]\nwrite = true\ndry-run = true\n")
    assert "both --dry-run and --write are given" in Ended(*words).err
    file.write_text("[command.dead-letters.drop]\nall = true\n")
    ledger = str(tmp_path / "ledger.db")
    assert Ended("push", *words[1:], "--write", "--ledger", ledger).code == 0
    assert "there is no dead letter 7" in Ended("dead-letters", "drop", "7", "--ledger", ledger).err


@pytest.mark.parametrize("name", ["timeout", "max_retries", "extra_headers", "extra_query"])
def test_options_of_a_call_are_no_arguments_of_a_task(name: str, tmp_path: Path, server: EmulatorServer) -> None:
    before = server.emulator.statistics()["requests"]
    file = tmp_path / "arguments.json"
    file.write_text(json.dumps({"orderId": 1, "text": "x", name: 5}))
    for words in ([str(file)], ["--arg", "orderId=1", "--arg", "text=x", "--arg", f"{name}=5"]):
        ended = Ended("task", "add-order-note", *words)
        assert (ended.code, f"the task takes no argument '{name}'" in ended.err) == (2, True), ended.err
    assert server.emulator.statistics()["requests"] == before


def test_a_number_with_an_exponent_is_no_id(tmp_path: Path) -> None:
    file = tmp_path / "arguments.json"
    for text in ("1.0", "1e0", "10e-1", "1E0"):
        file.write_text(f'{{"orderId": {text}, "text": "x"}}')
        for words in ([str(file)], ["--arg", f"orderId={text}", "--arg", "text=x"]):
            ended = Ended("task", "add-order-note", *words)
            assert (ended.code, "expected an id" in ended.err) == (2, True), (text, ended.err)
    row = '[{"name": "x", "quantity": 1, "net": 1e1, "tax": 0, "taxCode": "T20"}]'
    made = Ended("task", "create-sales-order", "--arg", 'customer={"contactId": 208}', "--arg", f"orderRows={row}")
    assert made.code == 0, made.err
    order = json.loads(Ended("get", "order", str(json.loads(made.out)["orderId"])).out)
    assert float(order["totalValue"]["net"]) == 10


def test_completion_ends_as_it_should() -> None:
    words = {"COMP_WORDS": "brightpearl sea", "COMP_CWORD": "1"}
    for instruction, variables, code in (
        ("complete_bash", words, 0),
        ("foo", {}, 2),
        ("complete_bash", {}, 2),
        ("complete_bash", words | {"COMP_CWORD": "x"}, 2),
        ("source_bash", {}, 0),
    ):
        ended = command(_BRIGHTPEARL_COMPLETE=instruction, **variables)
        assert ended.returncode == code, (instruction, ended.stderr)
        assert "mistake" not in ended.stderr


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("task add-o", "add-order-note add-order-row"),
        ("push shopify-f", "shopify-fulfillments shopify-fulfillments-tracking"),
        ("map show order-to-a", "order-to-amazon"),
        ("pull order --mapping order-to-a", "order-to-amazon"),
        ("pull ord", "order"),
        ("pull order --out - --where createdO", "createdOn="),
        ("search order orderT", "orderTypeId="),
        ("search order --columns orderId,createdO", "orderId,createdOn"),
        ("search order --sort createdO", "createdOn createdOn.DESC"),
        ("get order-st", "order-status"),
        ("catalog order-n", "order-note"),
        ("validate order-note p", "post"),
        ("validate order p", "patch post"),
        ("post order-service/order-s", "order-service/order-status"),
        ("map init --target sales-order", "sales-order sales-order-close"),
        ("push shopify-order --existing le", "leave"),
    ],
)
def test_completion_offers_what_is_known_without_an_account(words: str, offered: str) -> None:
    line = f"brightpearl {words}"
    place = str(len(line.split()) - 1)
    ended = command(_BRIGHTPEARL_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=place)
    assert sorted(ended.stdout.split()) == sorted(offered.split())


def test_completion_offers_files_beside_names(tmp_path: Path) -> None:
    (tmp_path / "shop.json").write_text("{}")
    (tmp_path / "shop.txt").write_text("")
    line = f"brightpearl push {tmp_path}/sh"
    ended = command(_BRIGHTPEARL_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD="2")
    assert ended.stdout.split() == [f"{tmp_path}/shop.json"]


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ({"start_dat": "2020-01-01"}, "did you mean start_date?"),
        ({"acount": "x"}, "did you mean account?"),
        ({"start_date": "yesterday"}, "--config start_date"),
        ({"overlap_seconds": "x"}, "--config overlap_seconds"),
        ({"streams": [{"resource": "order", "since": "x"}]}, "--config streams 0 since"),
        ({"streams": [{"resource": "order", "watermark": "x"}]}, "--config streams 0 watermark"),
        ({"streams": ["order"], "dead_letters": 5}, "--config dead_letters"),
    ],
)
def test_the_configuration_of_a_tap_is_told_in_its_own_words(
    member: dict[str, object], said: str, tmp_path: Path
) -> None:
    config = tmp_path / "tap.json"
    config.write_text(json.dumps({"streams": ["order"]} | member))
    ended = Ended("tap", "--config", str(config))
    assert (ended.code, said in ended.err) == (2, True), ended.err
    assert "resources[" not in ended.err


@pytest.mark.parametrize("name", ["x_of_the_runner", "stream_maps"])
def test_members_of_whatever_runs_a_tap_are_told_and_passed_over(name: str, tmp_path: Path) -> None:
    config = tmp_path / "tap.json"
    config.write_text(json.dumps({"streams": ["order"], name: {}}))
    ended = Ended("tap", "--config", str(config), "--discover")
    assert (ended.code, f"'{name}' is not known, and is passed over" in ended.err) == (0, True), ended.err


@pytest.mark.parametrize(
    ("words", "said", "unsaid"),
    [
        (("pull", "order", "--since", "yesterday", "--out", "-"), "--since", "resources["),
        (("pull", "ordr", "--since", "2020-01-01", "--out", "-"), "RESOURCE", "resources["),
        (
            ("pull", "order", "--since", "2020-01-01", "--where", "ordrId=1", "--out", "-"),
            "--where ordrId",
            "resources[",
        ),
        (("pull", "order", "--where", "ordrId=1", "--out", "-"), "--where ordrId", "resources["),
        (("pull", "order", "--state", "{bad}", "--out", "-"), "--state {bad}", "where:       state"),
        (("push", "shopify-order", "{records}", "--write", "--journal", "{lines}"), "--journal {lines}", "  journal"),
        (("search", "order", "--columns", "ordrId"), "--columns", "where:       columns"),
        (("search", "order-service/ordr-search"), "brightpearl catalog", "unchecked"),
        (("task", "add-order-note", "--arg", "txt=x"), "--unknown-members allow", "`unknown_members`"),
        (("get", "order", "1", "--query", "x"), "invalid query parameter", "filter"),
        (("pull", "order", "--query", "x", "--out", "-"), "invalid query parameter", "filter"),
        (("batch", "{bad}"), "FILE {bad} line 1", "Traceback"),
        (("task", "add-order-note", "{bad}"), "FILE {bad}, byte", "Traceback"),
        (("search", "order", "customerRef={long}"), "expected at most 32,000", "x" * 5000),
        (("search", "order", "{long}"), "invalid filter", "x" * 5000),
        (("search", "\udcff"), "RESOURCE is not UTF-8: character 1 is the byte 0xff", "codec"),
        (
            ("task", "add-order-note", "--arg", "text=\udcfe"),
            "--arg is not UTF-8: character 6 is the byte 0xfe",
            "codec",
        ),
        (("search", "order", "--columns", "x\udcff"), "`--columns` is not UTF-8; expected a text", "surrogate"),
        (("post", "order-service/order/1/note\udcff", "{bad}"), "`path` is not UTF-8", "surrogate"),
        (("emulator", "--time-zone", "\udcff"), "is not UTF-8", "surrogate"),
        (("map", "run", "{mapping}", "{semicolons}"), "--delimiter", "--header-line"),
        (("pull", "order", "--append", "--state", "s", "--out", "x.jsonl.gz"), "a packed file", "columns are settled"),
        (("pull", "order", "--append", "--state", "s", "--out", "x.csv"), "columns are settled", "packed"),
    ],
)
def test_errors_speak_of_the_command_line(
    words: tuple[str, ...], said: str, unsaid: str, tmp_path: Path, server: EmulatorServer
) -> None:
    files = {name: str(tmp_path / name) for name in ("bad", "lines", "records", "mapping", "semicolons")}
    Path(files["bad"]).write_text("[1")
    Path(files["lines"]).write_text("no journal\n" * 3)
    Path(files["records"]).write_text("")
    Path(files["semicolons"]).write_text("a;b\n1;2\n")
    document = {"version": 1, "name": "x", "target": "order-service/sales-order", "csv": {"groupBy": "a"}}
    fields = [{"to": "/customer/id", "value": 208}]
    Path(files["mapping"]).write_text(json.dumps(document | {"checks": [], "fields": fields}))
    for name in ("records", "semicolons"):
        end = ".jsonl" if name == "records" else ".csv"
        Path(files[name]).rename(files[name] + end)
        files[name] += end
    before = server.emulator.statistics()["requests"]
    ended = Ended(*(word.format(**files, long="x" * 100_000) for word in words))
    assert ended.code == 2, ended.err
    assert said.format(**files) in ended.err
    assert unsaid not in ended.err
    assert len(ended.err) < 5000
    assert server.emulator.statistics()["requests"] == before


def test_a_document_may_come_out_of_a_pipe(tmp_path: Path) -> None:
    from test_cli_safety import shell

    document = tmp_path / "document.json"
    assert shell(f"bp map show shopify-order >{document}").returncode == 0
    for line in (f"bp map check <(cat {document})", f"bp map explain <(cat {document})"):
        ended = shell(line)
        assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("verb", ["get", "options", "x"])
def test_a_body_of_what_has_none_is_not_called_right(verb: str, tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_text("{}")
    ended = Ended("validate", "order-note", verb, str(body))
    assert (ended.code, "has no body; expected post" in ended.err) == (2, True), ended.err


def test_a_table_without_rows_has_the_columns_that_are_known(tmp_path: Path) -> None:
    none = "orderId=999999"
    assert Ended("search", "order", none, "--columns", "orderId,customerRef", "-o", "csv").out.split() == [
        "orderId,customerRef"
    ]
    assert Ended("search", "order", none, "-o", "csv").out.startswith("orderId,")
    assert Ended("search", "order", "--limit", "0", "-o", "csv").out.startswith("orderId,")
    named = ("search", "order", "--limit", "0", "--columns", "orderId,createdOn", "-o", "csv")
    assert Ended(*named).out.split() == ["orderId,createdOn"]
    assert Ended("get", "order", "999999", "-o", "csv").out == ""
    file = tmp_path / "none.csv"
    assert Ended("pull", "order", "--where", none, "--out", str(file)).code == 0
    assert file.read_bytes() == b""


@pytest.mark.parametrize("text", ['[{"id": 1}]', '[\n{"id": 1}\n]', "\ufeff[1]"])
def test_an_array_is_not_taken_for_lines(text: str, tmp_path: Path) -> None:
    file = tmp_path / "records.jsonl"
    file.write_text(text)
    ended = Ended("push", "shopify-order", str(file), "--dry-run")
    assert (ended.code, "--format json reads an array" in ended.err) == (2, True), ended.err
    if "id" in text:
        assert "record 0" in Ended("push", "shopify-order", str(file), "--dry-run", "--format", "json").out


def test_a_shared_quota_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTPEARL_SHARED_QUOTA", "redis://127.0.0.1:1/0")
    with start("search", "order", "--limit", "1") as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        process.terminate()
    assert said.startswith("warning: the shared quota cannot be asked for")


def test_a_question_that_is_left_ends_as_an_interruption_does(tmp_path: Path) -> None:
    ended = Ended("init", str(tmp_path / "brightpearl.toml"), "--ask", stdin="")
    assert (ended.code, ended.err.endswith("interrupted\n")) == (130, True), ended.err
    assert not (tmp_path / "brightpearl.toml").exists()


def test_a_variable_that_is_no_utf_8_is_named_without_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTPEARL_ACCOUNT_TOKEN", "s3cret\udcff")
    error = UnicodeEncodeError("utf-8", "s3cret\udcff", 6, 7, "surrogates not allowed")
    what, _ = told_of_bytes(error, None, {})
    assert what == "the variable BRIGHTPEARL_ACCOUNT_TOKEN is not UTF-8: character 7 is the byte 0xff"
    monkeypatch.delenv("BRIGHTPEARL_ACCOUNT_TOKEN")
    assert told_of_bytes(error, None, {"a": ["x"], "b": 5})[0] == "an argument or a variable is not UTF-8"
    failure = UnicodeDecodeError("utf-8", b"ab\xff", 2, 3, "invalid start byte")
    assert told_of_bytes(failure, None, {})[0] == "the input is not UTF-8: byte 2 is 0xff"
