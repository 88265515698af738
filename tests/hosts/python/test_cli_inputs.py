"""What the command makes of files and words that are not as it would like them: ids, marks, names, streams."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

import pytest

from brightpearl import Client, PrivateApp, ProtocolError, Response
from brightpearl._native import load_json
from brightpearl.cli.files import with_id
from brightpearl.cli.progress import Lines
from brightpearl.cli.pull import pull, searchable
from brightpearl.testing import EmulatorServer
from command_line import Ended, server, settings
from conftest import Account, page, resources

__all__ = ["server", "settings"]


def test_every_line_has_the_id_of_its_record(tmp_path: Path) -> None:
    ended = Ended("get", "product-availability", "1007-1010")
    assert [json.loads(line)["id"] for line in ended.out.splitlines()] == [1007, 1008, 1009, 1010]
    notes = Ended("get", "goods-out", "1-6").out.splitlines()
    assert notes
    assert all(json.loads(line)["id"] in range(1, 7) for line in notes)
    for arguments in ((), ("--since", "2020-01-01")):
        for name in ("out.jsonl", "out.csv"):
            out = tmp_path / name
            assert Ended("pull", "goods-out", *arguments, "--out", str(out)).code == 0
            lines: list[Any] = (
                list(map(json.loads, out.read_text().splitlines()))
                if name.endswith("jsonl")
                else list(csv.DictReader(io.StringIO(out.read_text())))
            )
            assert len({int(line["id"]) for line in lines}) == len(lines) > 10


@pytest.mark.parametrize(
    ("raw", "number", "key", "whole"),
    [
        (b'{"a":1}', 7, None, b'{"id":7,"a":1}'),
        (b'{"a":{"id":1}}', 7, None, b'{"id":7,"a":{"id":1}}'),
        (b"{}", 7, None, b'{"id":7}'),
        (b' {"a":1.50}', 7, "noteId", b'{"id":7,"a":1.50}'),
        (b'{"id":7}', 7, None, b'{"id":7}'),
        (b'{"a":1,"id":7}', 7, None, b'{"a":1,"id":7}'),
        (b'{"a":1,"noteId":7}', 7, "noteId", b'{"a":1,"noteId":7}'),
        (b'{"a":1}', None, None, b'{"a":1}'),
        (b"[1]", 7, None, b"[1]"),
    ],
)
def test_an_id_is_added_where_there_is_none(raw: bytes, number: int | None, key: str | None, whole: bytes) -> None:
    assert with_id(raw, number, key) == whole
    load_json(whole)


def test_what_a_search_has_and_a_read_has_not_is_asked_for_once_more(account: Account, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"

    def pulled(*answers: Any) -> str:
        account.answers(*answers)
        found = pull(account.client(), searchable("order"), [], out, None, [], Lines())
        return f"{found.records} {found.missing}"

    assert pulled(page([1, 2]), resources({"id": 1}), resources({"id": 2})) == "2 "
    gone = Response(404, {}, b'{"errors":[{"code":"CMNC-404","message":"gone"}]}')
    none = b'{"response":{"getUris":[]}}'
    assert pulled(page([1, 2]), resources({"id": 1}), *[gone, none] * 2) == "1 2"


def test_an_answer_without_what_was_asked_for_is_an_error(tmp_path: Path) -> None:
    ids = list(range(1, 101))

    def transport(request: Any) -> Response:
        return Response(200, {}, page(ids) if "search" in request.url else b'{"response": []}')

    settings = {"account": "acme", "datacentre": "use1", "credentials": PrivateApp("acme_sync", "x")}
    out = tmp_path / "out.jsonl"
    with pytest.raises(ProtocolError):
        pull(Client(transport=transport, **settings), searchable("order"), [], out, None, [], Lines())
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "content", "code"),
    [
        (("post", "order-service/order/1/note"), b'{"text": "x"}', 0),
        (("task", "add-order-note", "--arg", "orderId=1"), b'{"text": "x"}', 0),
        (("batch",), b'{"method": "POST", "path": "order-service/order/1/note", "body": {"text": "x"}}', 0),
        (("validate", "order-note", "post"), b'{"text": "x"}', 0),
        (
            ("map", "check"),
            b'{"version": 1, "name": "x", "source": "order", "fields": [{"to": "/a", "from": "id"}]}',
            0,
        ),
        (("map", "run", "xero-journal"), b'{"a": 1}', 2),
    ],
)
@pytest.mark.parametrize("mark", [b"", BOM_UTF8])
def test_the_mark_that_some_editors_begin_with_does_no_harm(
    tmp_path: Path, arguments: tuple[str, ...], content: bytes, code: int, mark: bytes
) -> None:
    for ending, end in (("json", b""), ("json", b"\r\n"), ("jsonl", b"\n")):
        file = tmp_path / f"file.{ending}"
        file.write_bytes(mark + content + end)
        ended = Ended(*arguments, str(file))
        assert ended.code == code, ended.err
        assert "not JSON" not in ended.out + ended.err
        assert "no JSON" not in ended.out + ended.err


def test_options_that_are_empty_are_not_passed_over(server: EmulatorServer) -> None:
    for option in ("--account", "--base-url", "--app-ref"):
        ended = Ended(option, "", "search", "order", "--limit", "1")
        assert ended.code == 2, ended.err
        assert "BRIGHTPEARL_" in ended.err


@pytest.mark.parametrize("word", ["order\udcff", "order-service/order\udcff"])
def test_words_that_are_not_text_are_refused(word: str) -> None:
    for arguments in (("search", word), ("get", word, "1"), ("post", word, "-"), ("search", "order", f"ref={word}")):
        ended = Ended(*arguments, stdin="{}")
        assert ended.code == 2, ended.err


def test_arguments_of_tasks_are_known_by_name() -> None:
    ended = Ended("task", "add-order-note", "--arg", "orderId=1", "--arg", "text=x", "--arg", "is_public=true")
    assert ended.code == 2
    assert "did you mean isPublic" in ended.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("search", "order", "--limit", "1"), 0),
        (("get", "order", "1"), 0),
        (("get", "order", "x"), 2),
        (("nosuch",), 2),
        (("map", "list"), 0),
        (("task",), 0),
        (("push", "csv-order", "nosuch.csv", "--dry-run"), 7),
    ],
)
def test_messages_that_cannot_be_written_change_nothing(arguments: tuple[str, ...], code: int) -> None:
    with open("/dev/full", "wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "brightpearl", *arguments],
            stdout=subprocess.PIPE,
            stderr=full,
            check=False,
            timeout=60,
        )
    assert ended.returncode == code
    assert bool(ended.stdout) == (code == 0)


def tap(tmp_path: Path, *streams: str) -> str:
    config = {
        name.removeprefix("BRIGHTPEARL_").lower(): os.environ[name] for name in os.environ if "BRIGHTPEARL_" in name
    }
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config | {"streams": list(streams)}))
    return str(path)


def test_what_a_catalogue_deselects_is_not_written(tmp_path: Path) -> None:
    config = tap(tmp_path, "order")
    catalogue = json.loads(Ended("tap", "--config", config, "--discover").out)
    for breadcrumb in (
        ["properties", "parties"],
        ["properties", "totalValue", "properties", "net"],
        ["properties", "id"],
    ):
        inclusion = {"inclusion": "automatic"} if breadcrumb[-1] == "id" else {}
        catalogue["streams"][0]["metadata"].append(
            {"breadcrumb": breadcrumb, "metadata": {"selected": False, **inclusion}}
        )
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps(catalogue))
    messages = [json.loads(line) for line in Ended("tap", "--config", config, "--catalog", str(path)).out.splitlines()]
    records = [message["record"] for message in messages if message["type"] == "RECORD"]
    assert len(records) == 700
    assert all("parties" not in record and record["id"] for record in records)
    assert all("net" not in record["totalValue"] and "total" in record["totalValue"] for record in records)
    schemas = [message["schema"]["properties"] for message in messages if message["type"] == "SCHEMA"]
    assert all("parties" not in schema for schema in schemas)


def test_whatever_has_a_search_is_discovered_and_pulled(tmp_path: Path) -> None:
    with_note = Ended("task", "add-order-note", "--arg", "orderId=1", "--arg", "text=x")
    assert with_note.code == 0
    found = json.loads(Ended("tap", "--config", tap(tmp_path, "order-note"), "--discover").out)
    assert [stream["stream"] for stream in found["streams"]] == ["order-note"]
    out = tmp_path / "notes.jsonl"
    assert Ended("pull", "order-note", "--out", str(out)).code == 0
    assert json.loads(out.read_text().splitlines()[0])["id"]
    for arguments in (("tap", "--config", tap(tmp_path, "ordr"), "--discover"), ("pull", "ordr", "--out", str(out))):
        assert Ended(*arguments).code == 2


def test_what_is_no_record_is_called_by_what_it_is_in_the_file(tmp_path: Path) -> None:
    elements, lines = tmp_path / "a.json", tmp_path / "a.jsonl"
    elements.write_text('[5, null, [1], "x"]')
    lines.write_text('5\nnull\n[1]\n"x"\n')
    for file, called in ((elements, "value"), (lines, "line")):
        ended = Ended("map", "run", "shopify-order", str(file))
        assert ended.code == 2
        for said in ("5", "null", "[1]", '"x"'):
            assert f"the record is a {called} that begins with '{said}'; expected an object" in ended.err


def test_a_json_file_without_anything_in_it_is_no_array_of_no_records(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    commands = (
        ("map", "run", "shopify-order", str(file)),
        ("map", "init", "--target", "sales-order", "--from", str(file)),
        ("push", "shopify-order", str(file), "--dry-run"),
    )
    for text in ("", " \n", "\ufeff"):
        file.write_text(text)
        for arguments in commands:
            ended = Ended(*arguments)
            assert ended.code == 2, ended.out
            assert "the file is empty; expected a JSON array of records" in ended.err
            assert f"FILE {file}" in ended.err
    file.write_text("[]")
    assert Ended(*commands[0]).code == 0
    # A program that has none writes nothing to its pipe.
    assert Ended("map", "run", "shopify-order", "-", stdin="").code == 0
