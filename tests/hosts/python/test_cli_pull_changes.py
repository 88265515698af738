"""The command that pulls what changed into files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brightpearl import Client
from brightpearl.testing import Emulator, EmulatorServer
from command_line import Ended, settings
from test_pull import OUT, touch

__all__ = ["settings"]


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=60, contacts=20, products=10).serve() as server:
        yield server


@pytest.fixture
def client(server: EmulatorServer) -> Iterator[Client]:
    with server.client() as client:
        yield client


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_pull_with_a_state_writes_only_what_changed(client: Client, tmp_path: Path) -> None:
    out, state = tmp_path / "orders.jsonl", tmp_path / "state"
    arguments = ["pull", "order", "--out", str(out), "--state", str(state)]
    ended = Ended(*arguments)
    assert ended.code == 0, ended.err
    everything = lines(out)
    assert f"{len(everything)} records with" in ended.err
    assert len(everything) == 60
    out.unlink()
    ended = Ended(*arguments)
    assert (ended.code, out.read_text()) == (0, "")
    touch(client, everything[4]["id"])
    ended = Ended(*arguments)
    assert [order["reference"] for order in lines(out)] == [f"touched {everything[4]['id']}"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["orders.jsonl", "state"]


def test_what_nobody_has_read_yet_is_not_replaced(client: Client, tmp_path: Path, server: EmulatorServer) -> None:
    out, state = tmp_path / "orders.jsonl", tmp_path / "state"
    arguments = ["pull", "order", "--state", str(state), "--out"]
    assert Ended(*arguments, str(out)).code == 0
    everything, stood = out.read_bytes(), state.read_bytes()
    touch(client, lines(out)[4]["id"])
    before = server.emulator.statistics()["requests"]
    ended = Ended(*arguments, str(out))
    assert ended.code == 2
    assert "--append" in ended.err
    assert "{time}" in ended.err
    assert server.emulator.statistics()["requests"] == before
    assert (out.read_bytes(), state.read_bytes()) == (everything, stood)
    out.write_bytes(everything[:-1])
    assert Ended(*arguments, str(out), "--append").code == 0
    assert out.read_bytes().startswith(everything)
    assert len(lines(out)) == 61
    assert Ended(*arguments, str(tmp_path / "orders-{time}.jsonl")).code == 0
    assert len(list(tmp_path.glob("orders-20*Z.jsonl"))) == 1
    assert Ended(*arguments, str(out), "--renew").code == 0
    assert len(lines(out)) == 60
    # Of a pull without a state nothing is lost: the next one brings it all again.
    assert Ended("pull", "order", "--out", str(out)).code == 0


def test_only_lines_are_written_behind_others(tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    for arguments, said in (
        (("--out", str(tmp_path / "orders.csv"), "--state", state), "{time}"),
        (("--out", str(tmp_path / "orders.jsonl")), "--state"),
    ):
        ended = Ended("pull", "order", *arguments, "--append")
        assert ended.code == 2
        assert said in ended.err
    assert not list(tmp_path.iterdir())


def test_a_limit_leaves_the_rest_for_the_next_pull(tmp_path: Path) -> None:
    out, state = tmp_path / "orders.jsonl", tmp_path / "state"
    arguments = ["pull", "order", "--out", str(out), "--state", str(state)]
    seen = []
    for _ in range(2):
        assert Ended(*arguments, "--limit", "7").code == 0
        seen += [order["id"] for order in lines(out)]
        out.unlink()
    assert Ended(*arguments).code == 0
    seen += [order["id"] for order in lines(out)]
    assert len(seen) == len(set(seen)) == 60


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ('{"version":1,"account":"de', "Name the file of the last pull"),
        ('{"bookmarks":{}}', "Name the file of the last pull"),
        ('{"version":1,"account":"demo"}', "`--renew` to begin anew"),
    ],
)
def test_a_state_that_is_damaged_is_told_in_words_of_the_command(tmp_path: Path, text: str, advice: str) -> None:
    state, out = tmp_path / "state", tmp_path / "orders.jsonl"
    state.write_text(text)
    arguments = ("pull", "order", "--out", str(out), "--state", str(state), "--limit", "3")
    ended = Ended(*arguments)
    assert ended.code == 2
    assert f"where:       --state {state}" in ended.err
    assert advice in ended.err
    assert "`checkpoint` gave" not in ended.err
    assert (state.read_text(), out.exists()) == (text, False)
    assert Ended(*arguments, "--renew").code == 0
    assert len(lines(out)) == 3


def test_a_beginning_that_lies_ahead_is_told_at_its_option(tmp_path: Path) -> None:
    for more in ([], ["--state", str(tmp_path / "state")]):
        ended = Ended("pull", "order", "--out", str(tmp_path / "o.jsonl"), "--since", "2999-01-01", *more)
        assert ended.code == 2, ended.err
        assert "where:       --since\n" in ended.err
        assert "lies ahead" in ended.err
        assert not list(tmp_path.iterdir())


def test_a_pull_that_fails_leaves_the_state_as_it_was(tmp_path: Path) -> None:
    state = tmp_path / "state"
    ended = Ended("pull", "order", "--out", str(tmp_path / "none" / "orders.jsonl"), "--state", str(state))
    assert ended.code == 7
    assert not state.exists()
    ended = Ended("pull", "order", "--out", str(tmp_path / "o.jsonl"), "--state", str(state), "--since", "yesterday")
    assert ended.code == 2
    assert "since" in ended.err
    assert not list(tmp_path.iterdir())


def test_a_mapping_makes_the_records_and_keeps_those_that_fail(tmp_path: Path) -> None:
    document = tmp_path / "out.json"
    document.write_text(json.dumps(OUT))
    out = tmp_path / "orders.csv"
    ended = Ended("pull", "order", "--out", str(out), "--mapping", str(document))
    assert ended.code == 0, ended.err
    assert "59 records, 1 left out by the mapping" in ended.err
    assert out.read_text().splitlines()[0] == "number,reference"
    failing = OUT | {"fields": [*OUT["fields"], {"to": "/invoice", "from": "noSuchMember", "required": True}]}  # type: ignore[misc]
    document.write_text(json.dumps(failing))
    letters = tmp_path / "dead.jsonl"
    ended = Ended(
        "pull", "order", "--out", str(out), "--mapping", str(document), "--dead-letters", str(letters), "--limit", "5"
    )
    assert ended.code == 4
    kept = lines(letters)
    assert len(kept) in (4, 5)
    assert kept[0]["failures"][0]["source"] == "noSuchMember"
    assert kept[0]["source"]["id"] == kept[0]["id"]
