"""Wheel and source distribution in clean environments, where the emulated account answers."""

from __future__ import annotations

import platform
import re
import sysconfig
import tarfile
from pathlib import Path

import pytest

from conftest import clean_environment, run

PROGRAM = """
import brightpearl, sys
from brightpearl.testing import Emulator

assert brightpearl.__file__.startswith(sys.prefix), brightpearl.__file__
client = Emulator(orders=7).client()
ids = [row["orderId"] for row in client.search("order")]
print(brightpearl.__version__, len(ids), len(list(client.get("order", ids))))
"""


def proven(python: Path) -> None:
    """A program searches, and so does the command."""
    folder = python.parents[1]
    assert run(python, "-I", "-c", PROGRAM, cwd=folder).split()[1:] == ["7", "7"]
    assert "push" in run(python.parent / "brightpearl", "--help", cwd=folder)


def test_the_wheel_of_this_machine(dist: Path, tmp_path: Path) -> None:
    if platform.system() != "Linux" or "musl" in sysconfig.get_platform():
        pytest.fail("wheels are tried on Linux with glibc, which this machine does not have")
    (wheel,) = (dist / "python").glob(f"*manylinux*_{platform.machine()}.whl")
    python = clean_environment(tmp_path / "wheel", "python-dependencies.txt")
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=tmp_path)
    proven(python)


def test_the_source_distribution(dist: Path, tmp_path: Path) -> None:
    (source,) = (dist / "python").glob("*.tar.gz")
    with tarfile.open(source) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert {"LICENSE", "THIRD-PARTY-NOTICES.txt", "brightpearl.cdx.json", "brightpearl/py.typed"} <= names
    # What cannot be built or run there.
    assert [name for name in names if re.match(r"(core|tests/emulator)/tests|.*/?generate_|.*proptest", name)] == []
    python = clean_environment(tmp_path / "source", "build-tools.txt", "python-dependencies.txt")
    # As a program that builds it, but for the optimisation, which would take minutes.
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", source]
    target = str(tmp_path / "target")
    run(
        *install,
        cwd=tmp_path,
        MATURIN_PEP517_ARGS="--profile dev",
        CARGO_TARGET_DIR=target,
        CARGO_PROFILE_DEV_DEBUG="0",
    )
    proven(python)
