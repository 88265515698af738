"""Plants faults in a copy of the project, and says which of them nothing notices.

    run.py --check         whether each fault still has its place in the engine
    run.py [--only WORDS]  plants all, builds once, and tries those one after the other whose description has these
                           words, or these others behind a comma

A fault is noticed by the engine's own tests, by those of the Rust host, which play the vectors, or by the
simulation. It takes about a minute a fault. What survives without a reason in `faults.toml`, and what is noticed in
spite of one, is a failure.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import tomllib

ROOT = Path(__file__).resolve().parents[2]
COPY = ROOT / ".build" / "mutants" / "copy"
TARGET = ROOT / ".build" / "mutants" / "target"
# By the number of the fault, from 1, it is told which one is tried.
SWITCH = """
/// Whether this fault is tried.
pub fn planted(number: usize) -> bool {
    static TRIED: std::sync::LazyLock<Option<usize>> =
        std::sync::LazyLock::new(|| std::env::var("PLANTED_FAULT").ok()?.parse().ok());
    *TRIED == Some(number)
}
"""
PACKAGES = {"core", "tests/hosts/rust", "tests/simulation"}
# These take long, or read the sources, and say nothing of how the engine behaves.
SLOW = ["mapping", "limits", "layout", "floors", "readme", "validate", "type_names"]
SEEDS = "700"


@dataclass(frozen=True)
class Fault:
    """A fault, as `faults.toml` has it."""

    number: int
    what: str
    path: Path
    before: str
    after: str
    survives: str | None

    @property
    def flows(self) -> list[str]:
        """The flows of the simulation that it may be noticed by."""
        room = "/".join(self.path.parts[2:4])
        if room == "flow/push":
            return ["push", "rivals"]
        return ["pull"] if room.startswith("flow") else ["pull", "push"]

    def place(self, root: Path) -> str | None:
        """Why it has no place, if that is so."""
        found = (root / self.path).read_text().count(self.before)
        return None if found == 1 else f"{self.what}: {self.path} has its place {found} times; expected it once"

    def plant(self, root: Path) -> None:
        file = root / self.path
        after = self.after.replace("PLANTED", f"crate::planted({self.number})")
        file.write_text(file.read_text().replace(self.before, after))


@dataclass(frozen=True)
class Program:
    """What may notice a fault, and the folder that it is started in."""

    file: Path
    folder: Path


def faults() -> list[Fault]:
    listed = tomllib.loads((Path(__file__).parent / "faults.toml").read_text())["fault"]
    return [
        Fault(number, each["what"], Path("core/src") / each["file"], each["is"], each["becomes"], each.get("survives"))
        for number, each in enumerate(listed, start=1)
    ]


def copy_project() -> None:
    """Makes the copy; what is the same as before keeps its time, so that only what differs is compiled again."""
    shutil.rmtree(COPY, ignore_errors=True)
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (COPY / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, COPY / name)


def programs() -> list[Program]:
    """Builds the copy: the engine's tests, those of the Rust host, and the simulation."""
    environment = os.environ | {"CARGO_TARGET_DIR": str(TARGET), "CARGO_INCREMENTAL": "0"}
    built: list[Program] = []
    for arguments in (
        ["test", "--no-run", "--lib", "--test", "suite", "--test", "host"],
        ["build", "--bin", "simulate"],
    ):
        command = ["tests/cargo.sh", *arguments, "--message-format=json-render-diagnostics"]
        told = subprocess.run(command, cwd=COPY, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
        for message in map(json.loads, told.splitlines()):
            folder = Path(message.get("manifest_path", "")).parent
            if message.get("executable") and folder.relative_to(COPY).as_posix() in PACKAGES:
                built.append(Program(Path(message["executable"]), folder))
    return list(dict.fromkeys(built))


def notice(fault: Fault | None, program: Program) -> str | None:
    """By what of a program a fault is noticed."""
    if program.file.name.startswith("simulate"):
        flows = fault.flows if fault else ["push", "pull", "rivals"]
        runs = [[program.file, "--flow", flow, "--seeds", SEEDS] for flow in flows]
    else:
        runs = [[program.file, "-q", *(word for slow in SLOW for word in ("--skip", slow))]]
    environment = os.environ | {"PLANTED_FAULT": str(fault.number if fault else 0), "RUST_BACKTRACE": "0"}
    # What property tests find is of the planted fault, and belongs to nobody.
    environment["PROPTEST_DISABLE_FAILURE_PERSISTENCE"] = "1"
    for run in runs:
        try:
            ended = subprocess.run(
                run, cwd=program.folder, env=environment, capture_output=True, text=True, timeout=600
            )
        except subprocess.TimeoutExpired:
            return "it does not end"
        if ended.returncode:
            last = [line.strip() for line in ended.stdout.splitlines() if "::" in line or "broke a promise" in line]
            return last[-1] if last else f"status {ended.returncode}"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only", default="")
    chosen = parser.parse_args()
    listed = faults()
    misplaced = [why for why in (fault.place(ROOT) for fault in listed) if why]
    print(*misplaced, sep="\n", end="\n" if misplaced else "")
    if chosen.check or misplaced:
        return 1 if misplaced else 0
    copy_project()
    for fault in listed:
        fault.plant(COPY)
    with (COPY / "core/src/lib.rs").open("a") as library:
        library.write(SWITCH)
    ready = programs()
    for program in ready:
        if why := notice(None, program):
            print(f"without any fault, {program.file.name} fails: {why}")
            return 1
    wrong = 0
    for fault in listed:
        if not any(words in fault.what for words in chosen.only.split(",")):
            continue
        begun = time.monotonic()
        noticed = next(filter(None, (notice(fault, program) for program in ready)), None)
        wrong += (noticed is None) != (fault.survives is not None)
        verdict = f"noticed: {noticed}" if noticed else f"SURVIVES: {fault.survives or 'nothing notices it'}"
        print(f"{fault.number:3} {fault.what} [{fault.path}, {time.monotonic() - begun:.0f} s] {verdict}", flush=True)
    print(f"{wrong} of {len(listed)} are not as `faults.toml` has them")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
