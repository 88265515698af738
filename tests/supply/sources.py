"""Reads the scripts, manuals and sources for what would let a build take something that nobody has looked at.

Every command of cargo says --locked, pip takes hashes or what was built here, npm takes its lock file, versions in
package.json are exact, and `unsafe` stands in the C functions only.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from dependencies import ARTEFACTS, ROOT, links, packages

OUTPUT = {
    ".git",
    ".venv",
    ".build",
    "target",
    "node_modules",
    "dist",
    "lib",
    "__pycache__",
    ".mypy_cache",
    ".pytest_cache",
}
# Where `unsafe` belongs: the C functions, and the tests that call them as C would.
WITH_UNSAFE = ("ffi/", "tests/fuzz/src/targets/abi/", "tests/fuzz/src/targets/abi.rs")
CARGO = re.compile(r"\bcargo (build|test|run|check|clippy|doc|rustc|rustdoc|tree|metadata|bench|install|fetch|deny)\b")
PIP = re.compile(r"(\bpip3?|\$\(PIP\)|\$PIP)( --?\S+)* (install|wheel|download)\b")
NPM = re.compile(r"\bnpm (install|i|add|update)\b|\bnpx\b")


def files(root: Path = ROOT) -> Iterator[Path]:
    """Every file that is not made by a build."""
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(name for name in inner if name not in OUTPUT)
        yield from (Path(folder) / name for name in sorted(names))


def commands(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a text with their numbers; one that goes on after a backslash is one with the next."""
    started, joined = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        started = started if joined else number
        joined += line
        if line.endswith("\\"):
            joined = joined[:-1] + " "
            continue
        yield started, joined
        joined = ""


def unlocked(name: str, text: str) -> list[str]:
    """Commands that would take other versions than the lock files have."""
    wrong = []
    script = name == "Makefile" or name.endswith((".sh", ".mk", ".yml", ".yaml")) or text.startswith("#!")
    for number, line in commands(text):
        place = f"{name}:{number}"
        for found in CARGO.finditer(line):
            # Up to the end of the command: what follows may be another one.
            command = re.split(r"&&|\|\||;|`", line[found.start() :])[0]
            prose = not script and not re.search(r" -", command)
            if "--locked" not in command and not prose:
                wrong.append(f"{place}: `{found[0]}` without --locked")
        if not script:
            continue
        if PIP.search(line) and "--require-hashes" not in line and not ("--no-index" in line and "--no-deps" in line):
            wrong.append(
                f"{place}: pip without --require-hashes; "
                "only what was built here may do without, by --no-index --no-deps"
            )
        if NPM.search(line) and '"./$pack"' not in line:
            wrong.append(f"{place}: npm does not go by its lock file; expected npm ci")
    return wrong


def inexact(name: str, text: str) -> list[str]:
    """Dependencies of a package.json that leave the version open."""
    manifest = json.loads(text)
    wanted = {**manifest.get("dependencies", {}), **manifest.get("devDependencies", {})}
    return [
        f"{name}: {package} is wanted as {version!r}; expected one version"
        for package, version in wanted.items()
        if not re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?|file:.+", version)
    ]


def unhashed(name: str, text: str) -> list[str]:
    """Packages of a package-lock.json that npm would take without knowing their bytes."""
    locked = json.loads(text)["packages"]
    return [
        f"{name}: {path} has no integrity; expected the digest that npm install writes"
        for path, package in locked.items()
        if path and not package.get("link") and not package.get("integrity", "").startswith("sha512-")
    ]


def unsafe(name: str, text: str) -> list[str]:
    """Code without the compiler's guarantees where none belongs."""
    if name.startswith(WITH_UNSAFE):
        return []
    found = re.compile(r"\bunsafe\s*(\{|fn\b|impl\b|trait\b|extern\b|\()")
    lines = enumerate(text.splitlines(), 1)
    return [
        f"{name}:{number}: `unsafe`, which belongs into ffi only"
        for number, line in lines
        if found.search(line) and not line.lstrip().startswith("//")
    ]


def allowing(roots: dict[str, str]) -> list[str]:
    """Crates that do not refuse `unsafe` as a whole."""
    refusal = re.compile(r"^#!\[(forbid|deny)\(unsafe_code\)\]$", re.MULTILINE)
    return [f"{name}: expected #![forbid(unsafe_code)]" for name, text in roots.items() if not refusal.search(text)]


def shipped_roots() -> dict[str, str]:
    """The first files of the crates that become part of an artefact, and of what encodes the component.

    Those of the C functions are left out.
    """
    names = {name for artefact in ARTEFACTS for name, _ in links(artefact)} | {"brightpearl-component"}
    ours = [it for it in packages() if it["source"] is None and it["name"] in names - {"brightpearl-ffi"}]
    kinds = {"lib", "cdylib", "bin"}
    targets = [target["src_path"] for package in ours for target in package["targets"] if kinds & set(target["kind"])]
    return {str(Path(path).relative_to(ROOT)): Path(path).read_text(encoding="utf-8") for path in targets}


def other_builder(manifest: str, pinned: str) -> list[str]:
    """A build tool that pip would take by the manifest, and make would not."""
    named = re.search(r'requires = \["(maturin==[^"]+)"\]', manifest)
    if named and named[1] in pinned:
        return []
    return ["python/pyproject.toml: its build tool is not the one in tests/supply/build-tools.txt"]


def wrong_with_sources() -> list[str]:
    """Everything of the above."""
    wrong: list[str] = []
    for path in files():
        name = path.relative_to(ROOT).as_posix()
        if (
            path.suffix not in (".sh", ".md", ".rs", ".py", ".mjs", ".json", ".yml", ".yaml", ".c", ".ts", "")
            or path.is_symlink()
        ):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path.name == "package.json":
            wrong += inexact(name, text)
        if path.name == "package-lock.json":
            wrong += unhashed(name, text)
        if path.suffix == ".rs":
            wrong += unsafe(name, text)
        if path.suffix != ".json" and path.name not in ("sources.py", "test_supply.py"):
            wrong += unlocked(name, text)
    wrong += allowing(shipped_roots())
    pinned = (ROOT / "tests/supply/build-tools.txt").read_text(encoding="utf-8")
    wrong += other_builder((ROOT / "python/pyproject.toml").read_text(encoding="utf-8"), pinned)
    return wrong
