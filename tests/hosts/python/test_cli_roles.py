"""One file has one role: no command writes over what another option, or the account, needs it for."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from brightpearl.cli.app import app
from brightpearl.testing import EmulatorServer
from command_line import Ended, server, settings

__all__ = ["server", "settings"]

pytestmark = pytest.mark.usefixtures("settings")

PUSH = ("push", "shopify-order", "{records}", "--dry-run")
PULL = ("pull", "order", "--limit", "1")
WRITTEN = {
    (*PUSH, "--journal"),
    (*PUSH, "--dead-letters"),
    (*PUSH, "--metrics-file"),
    (*PUSH, "--audit"),
    (*PUSH, "--ledger"),
    (*PUSH, "--exclusive"),
    (*PULL, "--out"),
    (*PULL, "--out", "-", "--state"),
    (*PULL, "--out", "-", "--dead-letters"),
    (*PULL, "--out", "-", "--metrics-file"),
    ("post", "order/1/note", "{records}", "--audit"),
    ("task", "add-order-note", "{records}", "--audit"),
    ("batch", "{records}", "--audit"),
    ("emulator", "--orders", "1", "--state"),
    ("emulator", "--orders", "1", "--log"),
    ("demo", "--out"),
    ("dead-letters", "retry", "--all", "--ledger", "{folder}/l.db", "--journal"),
    ("journal", "compact"),
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    found = {name: tmp_path / f"{name}.jsonl" for name in ("records", "secret", "config", "token", "other")}
    found["records"].write_text('{"id": 1}\n')
    found["secret"].write_text(os.environ["BRIGHTPEARL_ACCOUNT_TOKEN"])
    found["config"].write_text("[command.search]\nlimit = 1\n")
    return found


@pytest.mark.parametrize("role", ["secret", "config", "token"])
@pytest.mark.parametrize("words", sorted(WRITTEN), ids=" ".join)
def test_no_file_of_the_account_is_written(
    words: tuple[str, ...],
    role: str,
    files: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    server: EmulatorServer,
) -> None:
    if role == "secret":
        monkeypatch.setenv("BRIGHTPEARL_ACCOUNT_TOKEN", f"file:{files['secret']}")
    else:
        monkeypatch.setenv({"config": "BRIGHTPEARL_CONFIG", "token": "BRIGHTPEARL_TOKEN_FILE"}[role], str(files[role]))
    link = tmp_path / "link.jsonl"
    link.symlink_to(files[role])
    before = server.emulator.statistics()["requests"]
    named = {"records": str(files["records"]), "folder": str(tmp_path)}
    contents = {name: file.read_bytes() if file.exists() else None for name, file in files.items()}
    for path in (files[role], link):
        ended = Ended(*(word.format(**named) for word in words), str(path))
        assert ended.code == 2, ended.err
        assert "name the same file" in ended.err
    assert contents == {name: file.read_bytes() if file.exists() else None for name, file in files.items()}
    assert server.emulator.statistics()["requests"] == before


def test_a_secret_that_an_option_names_is_not_written_either(files: dict[str, Path]) -> None:
    secret = f"account_token=file:{files['secret']}"
    ended = Ended("--secret", secret, *PULL, "--out", str(files["secret"]))
    assert (ended.code, "the secret in BRIGHTPEARL_ACCOUNT_TOKEN" in ended.err) == (2, True)


def test_the_options_of_a_command_name_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text("")
    one = str(tmp_path / "one.jsonl")
    roles = {
        PUSH[:3]: ["--journal", "--dead-letters", "--metrics-file", "--audit", "--ledger", "--exclusive"],
        PULL: ["--out", "--state", "--dead-letters", "--metrics-file", "--ledger", "--mapping"],
        ("emulator",): ["--state", "--log", "--certificate", "--key"],
        ("tap",): ["--config", "--state", "--catalog", "--metrics-file"],
    }
    config = tmp_path / "one.jsonl"
    for words, options in roles.items():
        for first, second in itertools.combinations(options, 2):
            if {first, second} == {"--certificate", "--key"}:
                continue
            config.write_text(json.dumps({"streams": ["order"]}) if words == ("tap",) else "")
            mode = ["--dry-run"] if words[0] == "push" else []
            out = ["--out", "-"] if words[0] == "pull" and "--out" not in (first, second) else []
            given = [*words, *mode, *out, first, one, second, one]
            if words == ("tap",) and first != "--config":
                (tmp_path / "tap.json").write_text("{}")
                given += ["--config", str(tmp_path / "tap.json")]
            ended = Ended(*(word.format(records=tmp_path / "records.jsonl") for word in given))
            assert (ended.code, "name the same file" in ended.err) == (2, True), (given, ended.err)


@pytest.mark.parametrize(
    "words",
    [
        ("post", "order/1/note"),
        ("put", "order/1/status"),
        ("task", "add-order-note"),
        ("batch",),
        ("map", "run", "shopify-order"),
        ("map", "init", "--target", "sales-order", "--from"),
        ("push", "shopify-order"),
        ("validate", "order-note", "post"),
    ],
    ids=" ".join,
)
def test_what_is_read_is_not_what_the_output_goes_to(
    words: tuple[str, ...], files: dict[str, Path], server: EmulatorServer
) -> None:
    before = server.emulator.statistics()["requests"]
    file = files["records"]
    more = ["--dry-run"] if words[0] == "push" else []
    with open(file, "ab") as output:
        ended = subprocess.run(
            [sys.executable, "-m", "brightpearl", *words, str(file), *more],
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert (ended.returncode, "the output of this command" in ended.stderr) == (2, True), ended.stderr
    assert file.read_text() == '{"id": 1}\n'
    assert server.emulator.statistics()["requests"] == before


@pytest.mark.parametrize(
    "words",
    [
        (*PUSH, "--metrics-file"),
        (*PUSH, "--dead-letters"),
        (*PULL, "--out", "-", "--metrics-file"),
        (*PULL, "--out", "-", "--dead-letters"),
        ("emulator", "--orders", "1", "--log"),
    ],
    ids=" ".join,
)
def test_nothing_is_written_over_or_behind_what_is_of_another_kind(
    words: tuple[str, ...], files: dict[str, Path], server: EmulatorServer
) -> None:
    before = server.emulator.statistics()["requests"]
    files["other"].write_text("my notes\n")
    ended = Ended(*(word.format(records=files["records"]) for word in words), str(files["other"]))
    assert (ended.code, "something else in it" in ended.err) == (2, True), ended.err
    assert words[-1] in ended.err
    assert files["other"].read_text() == "my notes\n"
    assert server.emulator.statistics()["requests"] == before


def test_the_metrics_of_an_earlier_run_are_gone_on_with(tmp_path: Path, files: dict[str, Path]) -> None:
    file = tmp_path / "runs.prom"
    file.write_text("")
    for count in (1, 2):
        assert Ended(*PULL, "--out", "-", "--metrics-file", str(file)).code == 0
        assert f'brightpearl_flow_runs_total{{flow="order",outcome="done"}} {count}' in file.read_text()


def test_a_target_keeps_dead_letters_and_journals_apart(tmp_path: Path) -> None:
    config = tmp_path / "target.json"
    members = {"directory": str(tmp_path), "streams": {"orders": "shopify-order"}}
    config.write_text(json.dumps(members | {"dead_letters": str(tmp_path / "orders.journal")}))
    ended = Ended("target", "--config", str(config), stdin="")
    assert (ended.code, "the journal of orders" in ended.err) == (2, True), ended.err


def test_every_option_that_names_a_file_is_looked_at() -> None:
    """A new one is to be added above, and to the roles of its command."""
    known = {"--" + words[-1].removeprefix("--") for words in WRITTEN} | {
        "--config",
        "--catalog",
        "--certificate",
        "--key",
        "--mapping",
        "--from",
        # What only says where documents and configurations are.
        "--document",
        "--service",
    }
    found = set()

    def walk(command: object) -> None:
        for child in getattr(command, "commands", {}).values():
            walk(child)
        for parameter in getattr(command, "params", ()):
            is_named = parameter.metavar in ("FILE", "PATH", "FILE|URL", "FILE|-", "DOCUMENT")
            if parameter.param_type_name == "option" and (is_named or "path" in parameter.type.name.lower()):
                found.update(option for option in parameter.opts if option.startswith("--"))

    walk(typer.main.get_command(app))
    assert found - known - {"--field", "--properties"} == set()
