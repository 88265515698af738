"""What the artefacts are built from, as cargo resolves it from the lock file."""

from __future__ import annotations

import functools
import json
import re
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# What is shipped: the packages that it is built from, and further arguments of the build.
ARTEFACTS = {
    "c": [["-p", "brightpearl-ffi"]],
    # The npm package has the emulator's program beside the library.
    "node": [["-p", "brightpearl-ffi"], ["-p", "brightpearl-emulator", "--features", "server"]],
    "component": [
        ["-p", package, "--target", "wasm32-unknown-unknown"]
        for package in ("brightpearl-wasm", "brightpearl-wasm-http", "brightpearl-wasm-webhook")
    ],
    "python": [["-p", "brightpearl-python"]],
}

# What the compiler adds to all of them, by the name that notices and lists of contents have for it.
STANDARD_LIBRARY = "rust-standard-library"

Package = dict[str, Any]
# The name and the version of a package.
Key = tuple[str, str]


def _cargo(*arguments: str) -> str:
    return subprocess.run(["cargo", *arguments], check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout


@functools.cache
def packages(manifest: Path = ROOT / "Cargo.toml") -> list[Package]:
    """Every package of a lock file that a build or a test on any machine may use."""
    metadata = _cargo(
        "metadata", "--locked", "--all-features", "--format-version", "1", "--manifest-path", str(manifest)
    )
    found: list[Package] = json.loads(metadata)["packages"]
    return found


@functools.cache
def links(artefact: str) -> dict[Key, set[Key]]:
    """What an artefact is linked from, each with what it uses itself. Macros and build scripts leave no code there."""
    found: dict[Key, set[Key]] = {}
    tree = ["tree", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "depth", "--format", " {p}"]
    for arguments in ARTEFACTS[artefact]:
        above: list[Key] = []
        for line in _cargo(*tree, *arguments).splitlines():
            depth, name, version = line.split()[:3]
            package = (name, version.removeprefix("v"))
            found.setdefault(package, set())
            above[int(depth) :] = [package]
            if len(above) > 1:
                found[above[-2]].add(package)
    return found


def of_artefact(artefact: str) -> list[Package]:
    """The packages whose code is in an artefact, its own among them, by name and version."""
    known = {(package["name"], package["version"]): package for package in packages()}
    return [known[it] for it in sorted(links(artefact))]


def checksums() -> dict[Key, str]:
    """The SHA-256 of each package from a registry, as the lock file has it."""
    text = (ROOT / "Cargo.lock").read_text(encoding="utf-8")
    entry = re.compile(r'^name = "(.+)"\nversion = "(.+)"\nsource = ".+"\nchecksum = "([0-9a-f]{64})"$', re.MULTILINE)
    return {(name, version): checksum for name, version, checksum in entry.findall(text)}
