"""The commands that look into the API, and those that write."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import brightpearl
from brightpearl.cli.writing import print_json_text
from brightpearl.testing import Emulator, EmulatorServer
from command_line import Ended, server, settings, start

__all__ = ["server", "settings"]

NOTE = "order-service/order/1/note"


def test_the_catalog_lists_every_resource() -> None:
    ended = Ended("catalog")
    assert ended.code == 0
    for found in brightpearl.catalog():
        assert any(line.startswith(f"{found.name} ") for line in ended.out.splitlines()), found.name
    assert "account-location (deprecated)" in ended.out
    assert f"{len(brightpearl.catalog())} resources" in ended.err
    assert [found["name"] for found in json.loads(Ended("catalog", "--json").out)] == [
        found.name for found in brightpearl.catalog()
    ]


@pytest.mark.parametrize("name", [found.name for found in brightpearl.catalog()])
def test_every_resource_can_be_shown(name: str) -> None:
    ended = Ended("catalog", name)
    assert ended.code == 0, ended.err
    described = brightpearl.describe(name)
    assert ended.out.startswith(f"{described.title} ({name})")
    for operation in described.operations:
        assert f"{operation.method} {operation.path}" in ended.out
        assert all(field.pointer in ended.out for field in operation.fields)
    for search in described.searches:
        assert all(column.name in ended.out for column in search.columns)


def test_a_resource_comes_with_its_schema() -> None:
    shown = json.loads(Ended("catalog", "order-note", "--json").out)
    (creation,) = (operation for operation in shown["operations"] if operation["method"] == "POST")
    assert creation["body"]["required"] == ["text"]
    ended = Ended("catalog", "ordr-row")
    assert ended.code == 2
    assert 'did you mean "order-row"' in ended.err


def test_a_body_is_checked_without_an_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("BRIGHTPEARL_"):
            monkeypatch.delenv(name)
    body = tmp_path / "row.json"
    body.write_text('{"productId": 7, "quantity": {"magnitude": "one"}, "colour": "red"}')
    ended = Ended("validate", "order-row", "post", str(body))
    assert ended.code == 2
    assert '/quantity/magnitude: found "one", expected a decimal number' in ended.out
    assert "/rowValue: found nothing" in ended.out
    assert "warning: /colour" in ended.out
    assert "2 errors, 1 warning" in ended.err
    found = json.loads(Ended("validate", "order-row", "post", str(body), "--json").out)
    assert [violation["pointer"] for violation in found] == ["/quantity/magnitude", "/rowValue", "/colour"]
    assert Ended("validate", "order-row", "post", str(body), "--unknown-members", "allow").err.startswith("2 errors")
    body.write_text('{"text": "left at the door"}')
    ended = Ended("validate", NOTE, "POST", str(body))
    assert (ended.code, ended.out) == (0, "")
    assert "nothing is wrong with it" in ended.err
    body.write_text('{"text": ')
    assert Ended("validate", NOTE, "POST", str(body)).code == 2
    ended = Ended("validate", NOTE, "POST", str(tmp_path / "nowhere.json"))
    assert ended.code == 7
    assert "nowhere.json" in ended.err


def test_a_write_shows_its_answer(tmp_path: Path, server: EmulatorServer) -> None:
    body = tmp_path / "note.json"
    body.write_text('{"text": "left at the door"}')
    ended = Ended("post", NOTE, str(body))
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["response"] > 0
    assert "HTTP 200" in ended.err
    ended = Ended("put", "order-service/order/1/status", "-", stdin='{"orderStatusId": 999}')
    assert ended.code == 4, ended.err
    assert "ORDC-007" in ended.err
    ended = Ended("post", NOTE, "-", stdin='{"text": "x", "isPubic": true}')
    assert ended.code == 0
    assert "warning: " in ended.err
    assert "isPubic" in ended.err


def test_a_wrong_body_is_told_line_by_line() -> None:
    before = '{"text": 7, "addedOn": "yesterday"}'
    ended = Ended("post", NOTE, "-", stdin=before)
    assert ended.code == 2
    lines = ended.err.splitlines()
    assert lines[0] == f"error: the body of POST {NOTE} does not fit"
    assert sum("/text: found" in line for line in lines) == 1
    assert sum("/addedOn: found" in line for line in lines) == 1
    assert "nothing was sent" in ended.err
    assert "what to do:" in ended.err
    assert ended.out == ""
    ended = Ended("post", NOTE, "-", "--unchecked", stdin=before)
    assert ended.code == 4
    assert "it was refused and changed nothing" in ended.err
    ended = Ended("post", NOTE, "-", "--unknown-members", "refuse", stdin='{"text": "x", "isPubic": true}')
    assert ended.code == 2
    assert "/isPubic" in ended.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["delete", NOTE, "--header", "If-Match"], "expected a name and a value such as If-Match=3"),
        (["delete", "order-service/order", "1"], "write it behind the path: order-service/order/1"),
        (["patch", NOTE, "--query", "=1"], "invalid query parameter"),
        (["post", "https://example.com/x"], "path"),
        (["put", NOTE, "--idempotent", "--header", "brightpearl-account-token=x"], "header"),
        (["task", "add-order-notes"], "add-order-note"),
        (["task", "add-order-note", "--arg", "orderId"], "expected a name and a value such as orderId=7"),
        (["task", "nothing", "--describe"], "brightpearl task lists them"),
        (["task", "add-order-note", "-"], "expected a JSON object"),
        (["validate", "order-servce/order", "post", "-"], "no resource has the name or path"),
    ],
)
def test_mistakes_are_told(arguments: list[str], said: str) -> None:
    ended = Ended(*arguments)
    assert ended.code == 2, ended.err
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert ended.out == ""


def test_a_write_of_unknown_outcome_says_how_to_find_out() -> None:
    faults = {"script": [{"request": 1, "fault": {"kind": "lost-response"}}]}
    with Emulator(orders=5, faults=faults).serve() as lossy:
        os.environ["BRIGHTPEARL_BASE_URL"] = lossy.url
        ended = Ended("post", NOTE, "-", stdin='{"text": "left at the door"}')
    assert ended.code == 5, ended.err
    assert "the outcome is unknown" in ended.err
    assert "to find out:" in ended.err
    assert "may be sent again" not in ended.err
    assert NOTE.split("/")[1] in ended.err


def test_tasks_are_listed_described_and_done() -> None:
    ended = Ended("task")
    assert ended.code == 0
    assert all(task.name in ended.out and task.summary in ended.out for task in brightpearl.tasks())
    ended = Ended("task", "add-order-note", "--arg", "orderId=1", "--arg", "text=left at the door")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["noteId"] > 0
    ended = Ended("task", "add-order-note", "-", "--arg", 'text="42"', stdin='{"orderId": 1, "text": "x"}')
    assert ended.code == 0, ended.err
    ended = Ended("task", "add-order-note", "-", stdin="[1]")
    assert ended.code == 2
    assert "expected an object" in ended.err


@pytest.mark.parametrize("task", brightpearl.tasks(), ids=lambda task: task.name)
def test_every_task_can_be_described(task: brightpearl.descriptions.Task) -> None:
    ended = Ended("task", task.name, "--describe")
    assert ended.code == 0
    assert ended.out.startswith(f"{task.name}: {task.summary}")
    for form in task.arguments.get("anyOf", [task.arguments]):
        assert all(name in ended.out for name in form.get("properties", {}))


def test_a_batch_gives_a_line_for_every_write() -> None:
    writes = [{"method": "POST", "path": NOTE, "body": {"text": str(number)}} for number in range(12)]
    text = "\n\n".join(map(json.dumps, writes))
    ended = Ended("batch", "-", stdin=text)
    assert ended.code == 0, ended.err
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert [line["index"] for line in lines] == list(range(12))
    assert all(line["status"] == 200 and line["body"]["response"] for line in lines)
    assert "12 carried out, 0 not" in ended.err


def test_a_batch_with_a_failure_ends_with_a_code_of_its_own() -> None:
    paths = [NOTE, NOTE.replace("/1/", "/999999/"), NOTE]
    text = "\n".join(json.dumps({"method": "POST", "path": path, "body": {"text": "x"}}) for path in paths)
    ended = Ended("batch", "-", stdin=text)
    assert ended.code == 4
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert lines[0]["status"] == 200
    assert lines[1]["error"]["delivery"] == "rejected"
    assert lines[2]["error"]["kind"] == "cancelled"
    assert lines[2]["error"]["delivery"] == "not-sent"
    assert "1 carried out, 2 not" in ended.err
    ended = Ended("batch", "-", "--on-failure", "continue", stdin=text)
    assert "2 carried out, 1 not" in ended.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no write in it"),
        ('{"method": "POST", "path": "a/b"}\n{', " line 2"),
        ("[1]", "not a JSON object"),
        ('{"method": "POST"}', "no path"),
        ('{"path": "a/b"}', "no method"),
        ('{"method": "POST", "path": "a/b", "bdy": {}}', "'bdy' is not a member of a write"),
        ('{"method": "POST", "path": "order-service/order/1/note", "body": {}}', "/text"),
    ],
)
def test_a_wrong_batch_is_refused_as_a_whole(text: str, said: str, server: EmulatorServer) -> None:
    before = server.emulator.statistics()["requests"]
    ended = Ended("batch", "-", stdin=text)
    assert ended.code == 2, ended.err
    assert said in ended.err
    assert ended.out == ""
    assert server.emulator.statistics()["requests"] == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("search", "order-service/order-serch"), "mean order-service/order-search? `brightpearl catalog` shows which"),
        (("get", "order-service/ordr", "5"), "did you mean order-service/order? `brightpearl catalog` shows which"),
        (("post", "order-service/ordr/1/note", "-"), "order-service/order/1/note? `--unchecked` sends it as it is"),
    ],
)
def test_a_misspelt_path_is_told_in_the_words_of_the_command(
    arguments: tuple[str, ...], said: str, server: EmulatorServer
) -> None:
    before = server.emulator.statistics()["requests"]
    ended = Ended(*arguments, stdin="{}")
    assert ended.code == 2
    assert said in " ".join(ended.err.split())
    assert server.emulator.statistics()["requests"] == before


def test_a_batch_tells_of_wrong_paths_beside_wrong_bodies() -> None:
    paths = {"order-service/ordr/1/note": "text", NOTE: "txt"}
    text = "\n".join(json.dumps({"method": "POST", "path": path, "body": {paths[path]: "x"}}) for path in paths)
    ended = Ended("batch", "-", stdin=text)
    assert ended.code == 2
    told = " ".join(ended.err.split())
    assert "/requests/0/path: no path" in told
    assert "note? `unchecked` sends it as it is" in told
    assert "/requests/1/body/text: found nothing" in told
    ended = Ended("batch", "-", stdin=text.partition("\n")[2])
    assert "error: 1 of the 1 writes do not fit\n" in ended.err


def test_json_is_laid_out_for_people_digit_for_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    print_json_text('{"a":[1.10,{"b":"ü"},[],{}],"c":12345678901234567890,"d":null}'.encode())
    assert screen.getvalue() == (
        '{\n  "a": [\n    1.10,\n    {\n      "b": "ü"\n    },\n    [],\n    {}\n  ],\n'
        '  "c": 12345678901234567890,\n  "d": null\n}\n'
    )


def test_the_emulator_keeps_its_state(tmp_path: Path) -> None:
    state = tmp_path / "account.json"
    ids = []
    for _ in range(2):
        process = start("emulator", "--orders", "10", "--state", str(state))
        assert process.stdout is not None
        variables = {}
        for line in process.stdout:
            if line.startswith("#"):
                break
            name, _, value = line.removeprefix("export ").strip().partition("=")
            variables[name] = value
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "brightpearl",
                "task",
                "add-order-note",
                "--arg",
                "orderId=1",
                "--arg",
                "text=x",
            ],
            env=os.environ | variables,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        ids.append(json.loads(done.stdout)["noteId"])
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert process.returncode == 130
        assert [path.name for path in tmp_path.iterdir()] == ["account.json"]
    assert ids == [1, 2]
