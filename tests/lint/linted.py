"""Says which crates `clippy.sh` has not seen, of those that there are.

    linted.py FOLDER [--except PACKAGE|FILE]... MANIFEST...

FOLDER has what `clippy.sh` has noted; MANIFEST is a workspace's. What is excepted, a package or a crate's first
file, is linted elsewhere.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def crates(workspace: dict[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """What is to be linted: package, file that it begins with, and how: as a `target`, as a `test`, or in either way.

    A library that others link is linted as they have it, and once more with its unit tests, if it has any.
    """
    root = Path(workspace["workspace_root"])
    for package in workspace["packages"]:
        folder = Path(package["manifest_path"]).parent
        has_unit_tests = any(
            "#[cfg(test)]" in source.read_text(encoding="utf-8") for source in folder.rglob("src/**/*.rs")
        )
        for target in package["targets"]:
            file = Path(target["src_path"]).resolve().relative_to(root).as_posix()
            if file.endswith("src/lib.rs") and target["crate_types"] != ["cdylib"]:
                yield package["name"], file, ("target",)
                if has_unit_tests and target["test"]:
                    yield package["name"], file, ("test",)
            else:
                yield package["name"], file, ("target", "test")


def noted(way: str, file: str) -> str:
    """The file in which `clippy.sh` notes a crate, whichever package it was compiled for."""
    return f"{way} {file.replace('/', ':')}"


def read(manifest: str) -> dict[str, Any]:
    command = ["cargo", "metadata", "--locked", "--no-deps", "--format-version", "1", "--manifest-path", manifest]
    workspace: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return workspace


def main() -> int:
    parser = argparse.ArgumentParser(description="Says which crates were not linted.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--except", dest="excepted", action="append", default=[])
    parser.add_argument("manifests", nargs="+")
    given = parser.parse_args()
    expected = [
        crate
        for manifest in given.manifests
        for crate in crates(read(manifest))
        if crate[0] not in given.excepted and crate[1] not in given.excepted
    ]
    missing = [
        crate for crate in expected if not any((given.folder / noted(way, crate[1])).exists() for way in crate[2])
    ]
    for package, file, ways in missing:
        print(f"{package}: {file} was not linted{' with its unit tests' if ways == ('test',) else ''}", file=sys.stderr)
    print(f"{len(expected) - len(missing)} of {len(expected)} crates were linted as they were compiled")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
