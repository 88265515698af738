"""Files that a command cannot find, make or fill, and files whose names are not UTF-8: which one, and exit code 7."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import Ended, server, settings

__all__ = ["server", "settings"]

NOTES = {
    "version": 1,
    "name": "notes",
    "target": "order-service/order/{ORDER-ID}/note",
    "path": {"ORDER-ID": {"from": "order", "required": True}},
    "key": {"from": "id"},
    "fields": [{"to": "/text", "from": "text"}],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("notes.json").write_text(json.dumps(NOTES))
    Path("notes.jsonl").write_text('{"id": "n1", "order": 1, "text": "hello"}\n')
    return tmp_path


PUSH = ["push", "notes.json", "notes.jsonl", "--dry-run"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["pull", "order", "--out", "nowhere/x.jsonl"], "--out nowhere/x.jsonl"),
        (["pull", "order", "--out", "x.jsonl", "--state", "nowhere/x"], "nowhere"),
        (["pull", "order", "--out", "x.jsonl", "--mapping", "nowhere.json"], "DOCUMENT nowhere.json"),
        (["emulator", "--state", "nowhere/x"], "--state nowhere/x"),
        (["journal", "compact", "nowhere/x"], "FILE nowhere/x"),
        (["map", "check", "nowhere.json"], "DOCUMENT nowhere.json"),
        (["map", "explain", "./nowhere"], "DOCUMENT ./nowhere"),
        (["map", "run", "nowhere.json", "notes.jsonl"], "DOCUMENT nowhere.json"),
        (["map", "run", "notes.json", "nowhere.jsonl"], "nowhere.jsonl"),
        (["map", "test", "nowhere"], "FOLDER nowhere"),
        (["map", "init", "--target", "sales-order", "--from", "nowhere.json"], "nowhere.json"),
        (["push", "nowhere.json", "notes.jsonl", "--dry-run"], "DOCUMENT nowhere.json"),
        (["push", "notes.json", "nowhere.jsonl", "--dry-run"], "nowhere.jsonl"),
        ([*PUSH, "--journal", "nowhere/x"], "--journal nowhere/x"),
        ([*PUSH, "--dead-letters", "nowhere/x"], "nowhere/x"),
        ([*PUSH, "--metrics-file", "nowhere/x"], "nowhere"),
        (["check", "nowhere.toml"], "FILE nowhere.toml"),
        (["serve", "nowhere.toml"], "FILE nowhere.toml"),
        (["webhooks", "plan", "nowhere.toml"], "FILE nowhere.toml"),
        (["doctor", "--service", "nowhere.toml"], "FILE nowhere.toml"),
        (["audit", "verify", "nowhere"], "nowhere"),
        (["runs", "--ledger", "nowhere"], "nowhere"),
        (["tap", "--config", "nowhere"], "nowhere"),
        (["target", "--config", "nowhere"], "nowhere"),
        (["batch", "nowhere.jsonl"], "nowhere.jsonl"),
        (["task", "create_sales_order", "nowhere.json"], "nowhere.json"),
    ],
)
def test_a_file_that_is_not_there_or_cannot_be_made_is_named(folder: Path, arguments: list[str], named: str) -> None:
    before = sorted(folder.iterdir())
    ended = Ended("--errors", "json", *arguments)
    assert ended.code == 7, ended.err
    told = json.loads(ended.err.splitlines()[-1])
    assert told["exit_code"] == 7
    assert told["error"]["kind"] == "file"
    assert named in told["error"]["location"]
    assert sorted(folder.iterdir()) == before


STRANGE = os.fsdecode(b"n\xff")
"""A name that is not UTF-8."""


@pytest.mark.parametrize(
    "arguments",
    [
        ["map", "run", "notes.json", f"{STRANGE}.jsonl"],
        ["map", "check", f"{STRANGE}.json"],
        ["push", "notes.json", f"{STRANGE}.jsonl", "--write", "--journal", "journal"],
        [*PUSH, "--journal", f"{STRANGE}/journal"],
        ["pull", "order", "--out", f"{STRANGE}/x.jsonl"],
        ["pull", "order", "--out", "x.jsonl", "--state", f"{STRANGE}/state"],
        ["emulator", "--state", f"{STRANGE}/x"],
        ["journal", "compact", STRANGE],
        ["check", STRANGE],
    ],
)
def test_a_file_with_such_a_name_that_cannot_be_used_is_told_like_any_other(folder: Path, arguments: list[str]) -> None:
    ended = Ended("--errors", "json", *arguments)
    told = json.loads(ended.err.splitlines()[-1])
    assert (ended.code, told["exit_code"], told["error"]["kind"]) == (7, 7, "file")
    assert "n\\udcff" in told["error"]["location"]


def test_a_file_with_such_a_name_is_a_journal_or_a_state_like_any_other(folder: Path) -> None:
    ended = Ended(
        "push", "notes.json", "notes.jsonl", "--write", "--journal", STRANGE, "--exclusive", f"{STRANGE}.lock"
    )
    assert ended.code == 0, ended.err
    assert os.path.getsize(STRANGE) > 0
    out, state = f"{STRANGE}.jsonl", f"{STRANGE}.state"
    pulled = Ended("pull", "order", "--out", out, "--state", state, "--since", "2020-01-01", "--limit", "3")
    assert pulled.code == 0, pulled.err
    assert os.path.getsize(out) > 0
    assert os.path.getsize(state) > 0
    assert Ended("journal", "compact", STRANGE).code == 0


@pytest.mark.parametrize("out", ["x.jsonl", "x.csv", "x.csv.gz"])
@pytest.mark.parametrize("more", [[], ["--since", "2020-01-01", "--state", "state"]])
def test_a_disk_that_is_full_is_said_with_the_file(folder: Path, out: str, more: list[str]) -> None:
    before = sorted(folder.iterdir())
    command = ["pull", "order", "--out", out, *more]
    ended = subprocess.run(
        ["sh", "-c", 'ulimit -f 8; exec "$@"', "sh", sys.executable, "-m", "brightpearl", *command],
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 7, ended.stderr
    assert "error: File too large\n" in ended.stderr
    assert f"where:       {out}\n" in ended.stderr
    assert [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")] == before


def test_a_disk_that_is_full_is_said_of_results_that_are_blessed(folder: Path) -> None:
    records = [{"id": str(number), "order": 1, "text": "x" * 100} for number in range(100)]
    Path("notes.sample.json").write_text(json.dumps(records))
    ended = subprocess.run(
        [
            "sh",
            "-c",
            'ulimit -f 8; exec "$@"',
            "sh",
            sys.executable,
            "-m",
            "brightpearl",
            "map",
            "test",
            ".",
            "--bless",
        ],
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 7, ended.stderr
    assert "where:       notes.expected.json\n" in ended.stderr
