"""What `make dist` made, in the folder that DIST names, and clean places to install it into."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dependencies import ROOT


@pytest.fixture(scope="session")
def dist() -> Path:
    folder = Path(os.environ.get("DIST", ROOT / "dist")).resolve()
    if not (folder / "SHA256SUMS").is_file():
        pytest.exit(f"there is no {folder}/SHA256SUMS; make dist makes it", returncode=2)
    return folder


def run(*command: object, cwd: Path, **variables: str) -> str:
    """What a command prints. It sees nothing of this checkout but what it is given."""
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "LANG") if name in os.environ
    }
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=kept | variables, capture_output=True, text=True, timeout=1800
    )
    assert done.returncode == 0, (
        f"{command[0]} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    )
    return done.stdout


def clean_environment(folder: Path, *requirements: str) -> Path:
    """The Python of a new virtual environment with what these lists of tests/supply name."""
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    python = folder / "bin" / "python"
    for name in requirements:
        run(ROOT / "tests/supply/install.sh", folder, ROOT / "tests/supply" / name, cwd=folder.parent)
    return python


def tool(name: str, version: str) -> Path:
    """The folder of a tool's programs, which is compiled when it is first asked for."""
    return Path(run(ROOT / "tests/dist/tool.sh", name, version, cwd=ROOT).strip())
