"""What the artefacts are built from, as cargo resolves it from the lock file."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# What is shipped: the packages that it is built from, and further arguments of the build.
ARTEFACTS = {
    "c": [["-p", "brightpearl-ffi"]],
    # The npm package has the emulator's program beside the library.
    "node": [["-p", "brightpearl-ffi"], ["-p", "brightpearl-emulator", "--features", "server"]],
    "component": [["-p", "brightpearl-wasm", "--target", "wasm32-unknown-unknown"]],
    "python": [["-p", "brightpearl-python"]],
}

Package = dict[str, Any]


def _cargo(*arguments: str) -> str:
    return subprocess.run(["cargo", *arguments], check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout


def packages(manifest: Path = ROOT / "Cargo.toml") -> list[Package]:
    """Every package of a lock file that a build or a test on any machine may use."""
    metadata = _cargo("metadata", "--locked", "--all-features", "--format-version", "1", "--manifest-path", str(manifest))
    found: list[Package] = json.loads(metadata)["packages"]
    return found


def of_artefact(artefact: str) -> list[Package]:
    """The packages whose code is in an artefact, its own among them, by name and version."""
    inside: set[tuple[str, str]] = set()
    for arguments in ARTEFACTS[artefact]:
        tree = ["tree", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]
        for line in _cargo(*tree, *arguments).splitlines():
            name, version = line.split()[:2]
            inside.add((name, version.removeprefix("v")))
    known = {(package["name"], package["version"]): package for package in packages()}
    return [known[it] for it in sorted(inside)]
