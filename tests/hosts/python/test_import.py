"""What an import costs: nothing that a program may not need."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = [
    "anyio",
    "asyncio",
    "dataclasses",
    "datetime",
    "decimal",
    "httpx",
    "inspect",
    "json",
    "logging",
    "numpy",
    "pandas",
    "polars",
    "pyarrow",
    "re",
    "rich",
    "socket",
    "sqlalchemy",
    "ssl",
    "typer",
    "typing",
]


@pytest.mark.parametrize("module", HEAVY)
def test_importing_the_package_does_not_import(module: str) -> None:
    code = f"import sys; before = set(sys.modules); import brightpearl; print({module!r} in set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "False"
