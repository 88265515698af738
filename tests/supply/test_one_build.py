"""Whatever the tests build is built with one choice of features: two would have the engine compiled twice."""

from __future__ import annotations

import json
import os
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from dependencies import ROOT

# A crate, for what it is built, and how far it is optimised.
Unit = tuple[str, str, str | None, str]


def features(*arguments: str) -> dict[Unit, set[tuple[str, ...]]]:
    """The features of all that a command of `tests/cargo.sh` would compile."""
    command = [ROOT / "tests/cargo.sh", *arguments, "-Zunstable-options", "--unit-graph"]
    environment = os.environ | {"RUSTC_BOOTSTRAP": "1"}
    output = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    found: dict[Unit, set[tuple[str, ...]]] = defaultdict(set)
    for unit in json.loads(output)["units"]:
        if unit["mode"] == "build":
            key = (unit["pkg_id"], unit["target"]["name"], unit["platform"], unit["profile"]["opt_level"])
            found[key].add(tuple(unit["features"]))
    return found


@pytest.fixture(scope="module")
def tested() -> dict[Unit, set[tuple[str, ...]]]:
    return features("test", "--no-run")


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "--bin", "simulate"),
        ("build", "--bin", "brightpearl-emulator"),
        ("build", "--bin", "bless-vectors"),
        ("build", "--bin", "brightpearl-component"),
        ("build", "--example", "pull"),
        ("build", "--bins", "--benches", "--examples"),
        ("test", "--no-run", "--test", "header"),
        ("test", "--no-run", "--test", "planted"),
    ],
    ids=" ".join,
)
def test_a_command_builds_what_the_tests_have_built(
    arguments: tuple[str, ...], tested: dict[Unit, set[tuple[str, ...]]]
) -> None:
    built = {unit: chosen for unit, chosen in features(*arguments).items() if unit in tested}
    assert built
    assert not {unit: chosen for unit, chosen in built.items() if not chosen <= tested[unit]}


def test_what_is_tested_has_no_date_for_which_it_would_be_built_once_more(tmp_path: Path) -> None:
    stand_in = tmp_path / "cargo"
    stand_in.write_text("#!/bin/sh\nenv\n", encoding="utf-8")
    stand_in.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "SOURCE_DATE_EPOCH": "315532800"}
    command = [ROOT / "tests/cargo.sh", "build", "--bin", "brightpearl-component"]
    output = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    assert "RUSTC_WORKSPACE_WRAPPER=" in output
    assert "SOURCE_DATE_EPOCH" not in output
