"""What proves that a host has a capability, whether that is there, and whether a run of `make test` ran it.

A run leaves the logs of its steps in a folder: names of tests as cargo and Node print them, what pytest writes for
machines, and a line `== HOST: PROGRAM` for each program whose run is a test.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VECTORS = "tests/vectors"


@dataclass(frozen=True)
class Host:
    """A column of the table: its name, where its tests are, and what plays the golden vectors through it."""

    title: str
    tests: str
    vectors: str
    functions: str


HOSTS = {
    "rust": Host(
        "Rust",
        "tests/hosts/rust/tests",
        "vectors.rs::all_vectors_are_reproduced",
        "vectors.rs::all_function_vectors_are_reproduced",
    ),
    "python": Host(
        "Python", "tests/hosts/python", "test_vectors.py::test_vector", "test_vectors.py::test_function_vector"
    ),
    "node": Host("Node", "tests/hosts/node", "vectors.mjs", "vectors.mjs"),
    "node-component": Host("Node without native files", "tests/hosts/node", "vectors.mjs", "vectors.mjs"),
    "c": Host("C", "tests/hosts/c", "vectors.c", "vectors.c"),
    "component": Host(
        "Component", "tests/hosts/wasmtime", "test_vectors.py::test_vector", "test_vectors.py::test_function_vector"
    ),
}


@dataclass(frozen=True)
class Proof:
    """A vector, a test in a file, or a file alone."""

    host: str
    text: str

    @property
    def vector(self) -> str | None:
        """The name of the golden vector, where it is one."""
        return self.text.removeprefix("vector ") if self.text.startswith("vector ") else None

    @property
    def path(self) -> str:
        """The file, from the root of the repository."""
        if self.vector is not None:
            return f"{VECTORS}/{self.vector}.json"
        name = self.text.partition("::")[0]
        return name.removeprefix("/") if name.startswith("/") else f"{HOSTS[self.host].tests}/{name}"

    @property
    def case(self) -> str:
        """The test in the file; nothing where the file is the test."""
        return "" if self.vector is not None else self.text.partition("::")[2]

    def wrong(self) -> str | None:
        """Why there is no such test."""
        path = ROOT / self.path
        if not path.is_file():
            return f"there is no file {self.path}"
        text = path.read_text(encoding="utf-8")
        if not self.case:
            return None
        told = f"{self.path} has no test {self.case!r}"
        if path.suffix == ".mjs":
            # Some names are made of a part that is always the same and one of a list.
            whole = f'test("{self.case}"' in text
            _, mark, last = self.case.partition(": ")
            parts = bool(mark) and "test(`" in text and f'"{last}"' in text
            return None if whole or parts else told
        word = {".rs": "fn", ".py": "def"}[path.suffix]
        return None if re.search(rf"^\s*(async )?{word} {re.escape(self.case)}\(", text, re.MULTILINE) else told


@dataclass
class Ran:
    """What a run of `make test` ran, and what came of it."""

    rust: set[str] = field(default_factory=set)
    node: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    pytest: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    programs: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def has(self, proof: Proof) -> bool:
        """Whether the proof was run and passed."""
        host = HOSTS[proof.host]
        if proof.vector is not None:
            runner = host.functions if proof.vector.startswith("functions/") else host.vectors
            if runner.partition("::")[0].endswith(".py"):
                name = proof.vector.rpartition("/")[2]
                test = runner.partition("::")[2]
                # A vector may be played in several ways.
                wanted = re.compile(rf"{test}\[{re.escape(name)}(-[a-z]+)?\]")
                return any(wanted.fullmatch(ran) for ran in self.pytest[f"{host.tests}/test_vectors.py"])
            return self.has(Proof(proof.host, runner))
        path = Path(proof.path)
        if path.suffix == ".rs":
            # The module before the name is that of the file, or one that the file belongs to.
            return any(name == proof.case or name.endswith(f"::{proof.case}") for name in self.rust)
        if path.suffix == ".py" and proof.case:
            return any(name.partition("[")[0] == proof.case for name in self.pytest[proof.path])
        if proof.case:
            return proof.case in self.node[proof.host]
        return self._program(path) in self.programs[proof.host]

    @staticmethod
    def _program(path: Path) -> str:
        return path.stem if path.suffix == ".c" else path.name


def ran_in(steps: Path) -> Ran:
    """What the logs of a run tell. Of a step that failed only those tests count that are told one by one."""
    ran = Ran()
    failed = set()
    notes = steps / "notes"
    for line in notes.read_text(encoding="utf-8").splitlines() if notes.is_file() else []:
        _, status, *_, noted = line.split("\t")
        if status != "0":
            failed.add(Path(noted).name)
    for log in sorted(steps.glob("*.log")):
        _read_log(log, ran, is_whole=log.name not in failed)
    for report in sorted(steps.glob("*.xml")):
        _read_report(report, ran)
    return ran


def _read_log(log: Path, ran: Ran, *, is_whole: bool) -> None:
    host = ""
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if found := re.fullmatch(r"== ([a-z-]+(?:, [a-z-]+)*): (.*)", line):
            for name in found[1].split(", "):
                if name in HOSTS:
                    host = name
                    if is_whole:
                        ran.programs[name].add(_plain(found[2]))
        elif found := re.fullmatch(r"test (\S+) \.\.\. ok", line):
            ran.rust.add(found[1])
        elif found := re.fullmatch(r"✔ (.*) \([0-9.]+ms\)", line):
            ran.node[host].add(found[1])


def _plain(command: str) -> str:
    """The name of a program: without its folder, its arguments, and how it was compiled."""
    name = command.split()[0].rpartition("/")[2] if command.split() else ""
    return re.sub(r"-(sanitized|static|c\+\+)$", "", name)


def _read_report(report: Path, ran: Ran) -> None:
    folder = {"python": "tests/hosts/python", "component": "tests/hosts/wasmtime"}.get(report.stem.partition("-")[0])
    if folder is None:
        return
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        if not any(case.find(tag) is not None for tag in ("failure", "error", "skipped")):
            module = case.get("classname", "").split(".")
            name = next((part for part in module if part.startswith("test_")), "")
            ran.pytest[f"{folder}/{name}.py"].add(case.get("name", ""))
