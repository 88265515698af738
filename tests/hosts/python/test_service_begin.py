"""A first configuration, and the webhooks that it needs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import served
from brightpearl.service.beginning import FirstConfiguration, events_for
from brightpearl.service.configuration import examine, read_configuration
from brightpearl.testing import EmulatorServer
from command_line import Ended, server, settings
from served import PUBLIC, SECRET

__all__ = ["server", "settings"]


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch, server: EmulatorServer) -> None:
    for name, value in served.variables(server).items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("resource", ["order", "goods-out-note", "product", "product-availability", "contact"])
def test_what_is_begun_can_be_used(tmp_path: Path, resource: str) -> None:
    (tmp_path / "inbox").mkdir()
    path = tmp_path / "brightpearl.toml"
    first = FirstConfiguration(public_url=PUBLIC, pull=resource, push="shopify-order")
    path.write_text(first.text())
    assert examine(path)[1] == []
    # Each line that is a comment for a setting is right, too.
    text = path.read_text().replace("# deletes", "deletes")
    if resource == "order":
        text = text.replace("# filters", "filters")
    path.write_text(text.replace("# zone", "zone").replace("# stop_within", "stop_within").replace("# runs", "runs"))
    assert examine(path)[1] == []


def test_events_are_those_after_which_a_resource_is_read() -> None:
    assert events_for("order") == ["order", "sales-order"]
    assert events_for("product-availability") == ["product.modified.on-hand-modified"]
    assert events_for("contact") == []


def test_it_is_written_by_options(tmp_path: Path) -> None:
    path = tmp_path / "brightpearl.toml"
    ended = Ended("init", str(path), "--public-url", PUBLIC, "--push", "shopify-order", "--every", "5m", "--no-ask")
    assert ended.code == 0, ended.err
    assert "to be done" not in ended.err
    found = read_configuration(path)
    assert [flow.name for flow in found.flows] == ["order out", "shopify-order in"]
    assert found.outbound[0].on == ("order", "sales-order")
    before = path.read_bytes()
    ended = Ended("init", str(path))
    assert (ended.code, path.read_bytes()) == (2, before)
    ended = Ended("init", str(tmp_path / "other.toml"), "--pull", "none")
    assert ended.code == 2
    assert not (tmp_path / "other.toml").exists()


def test_it_is_written_by_asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOK_SECRET")
    path = tmp_path / "brightpearl.toml"
    answers = ["none", PUBLIC, "product", "none", "directory: out", "none", "30m"]
    ended = Ended("init", str(path), "--ask", stdin="".join(f"{answer}\n" for answer in answers))
    assert ended.code == 0, ended.err
    # What is missing is told at once.
    assert "to be done: [listen]: secrets[0]: env:HOOK_SECRET" in ended.err
    assert "there is no directory" in ended.err
    assert 'pull = ["product"]' in path.read_text()
    assert "push" not in [line.split()[0] for line in path.read_text().splitlines() if line]


def test_webhooks_become_those_that_it_needs(tmp_path: Path, server: EmulatorServer) -> None:
    path = tmp_path / "brightpearl.toml"
    Ended("init", str(path), "--public-url", PUBLIC, "--no-ask")
    ended = Ended("webhooks", "plan", str(path))
    assert (ended.code, ended.out) == (4, "would be created: order\nwould be created: sales-order\n")
    ended = Ended("webhooks", "apply", str(path))
    assert (ended.code, ended.out) == (0, "created: order\ncreated: sales-order\n")
    assert Ended("webhooks", "plan", str(path)).code == 0
    path.write_text(path.read_text().replace('"order", ', ""))
    assert "removed: " in Ended("webhooks", "apply", str(path)).out
    with server.client() as client:
        registered = client.request("GET", "integration-service/webhook").json()["response"]
    assert [webhook["subscribeTo"] for webhook in registered] == ["sales-order"]
    assert SECRET in json.dumps(registered)
    assert SECRET not in ended.out + ended.err
    path.write_text(path.read_text().replace("public_url =", "# public_url ="))
    assert Ended("webhooks", "plan", str(path)).code == 2
