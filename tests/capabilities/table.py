"""The table of hosts and capabilities: table.py --write | --check | --ran FOLDER.

It reads capabilities.toml, which says how it is written. With --write it writes docs/capabilities.md; with --check it
says which cells prove nothing; with --ran it prints the table with what the logs of a run of `make test`, in that
folder, tell of it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tomllib

from proofs import HOSTS, ROOT, Proof, ran_in

SOURCE = Path(__file__).parent / "capabilities.toml"
PAGE = ROOT / "docs" / "capabilities.md"
STANDS_FOR = {"without": "no", "not_yet": "not yet"}
# Of a run that ended early nearly all is missing.
TOLD_AT_MOST = 12


@dataclass(frozen=True)
class Cell:
    """What is said of a capability in a host: its proof, or a reason."""

    proof: Proof | None
    kind: str = "yes"
    reason: str = ""


@dataclass(frozen=True)
class Capability:
    """A row: its name, and a cell for each host."""

    name: str
    cells: dict[str, Cell]


def read(text: str) -> list[Capability]:
    """The table. What is not written as it should be ends the program with its place."""
    table = [_row(row) for row in tomllib.loads(text)["capability"]]
    names = [capability.name for capability in table]
    for name in names:
        if names.count(name) > 1:
            raise SystemExit(f"{name!r} stands in the table twice")
    return table


def _row(row: dict[str, object]) -> Capability:
    name = str(row.pop("name"))
    shared = row.pop("vector", None)
    cells = {}
    for host in HOSTS:
        given = row.pop(host, None if shared is None else f"vector {shared}")
        if isinstance(given, str):
            cells[host] = Cell(Proof(host, given))
        elif isinstance(given, dict) and len(given) == 1 and (kind := next(iter(given))) in STANDS_FOR:
            cells[host] = Cell(None, STANDS_FOR[kind], str(given[kind]))
        else:
            raise SystemExit(f"{name!r} says nothing of {host}; expected a proof, or why there is none")
    if row:
        raise SystemExit(f"{name!r} has {', '.join(row)}; expected name, vector and {', '.join(HOSTS)}")
    return Capability(name, cells)


def wrong_with(table: list[Capability]) -> Iterator[str]:
    """The cells whose proof is not there."""
    for capability in table:
        for host, cell in capability.cells.items():
            if cell.proof and (wrong := cell.proof.wrong()):
                yield f"{capability.name}, {HOSTS[host].title}: {wrong}"


def page(table: list[Capability]) -> str:
    """The page for people, whose cells lead to the tests."""
    lines = [
        "# What each host can do",
        "",
        "Every *yes* leads to the test that proves it; `make test` ends with this table, in which a cell counts only",
        "where its test was run and passed. *No* has its reason below; *not yet* says what to use meanwhile. *Node",
        "without native files* is the npm package where it runs on the component; *Component* is `brightpearl.wasm` in",
        "a host of one's own. The page is written by `make generate` from",
        "[capabilities.toml](../tests/capabilities/capabilities.toml).",
        "",
        "| capability | " + " | ".join(host.title for host in HOSTS.values()) + " |",
        "|---|" + "---|" * len(HOSTS),
    ]
    reasons = []
    for capability in table:
        cells = [
            f"[yes]({os.path.relpath(ROOT / cell.proof.path, PAGE.parent)})" if cell.proof else cell.kind
            for cell in capability.cells.values()
        ]
        lines.append(f"| {capability.name} | " + " | ".join(cells) + " |")
        grouped: dict[tuple[str, str], list[str]] = {}
        for host, cell in capability.cells.items():
            if not cell.proof:
                grouped.setdefault((cell.kind, cell.reason), []).append(HOSTS[host].title)
        if grouped:
            reasons += ["", f"**{capability.name}**", ""]
        for (kind, reason), hosts in grouped.items():
            reasons.append(f"- {', '.join(hosts)}: {kind}; {reason}.")
    return "\n".join([*lines, "", "## Why a host does not have it", *reasons]) + "\n"


def printed(table: list[Capability], steps: Path) -> tuple[str, bool]:
    """The table as a run of `make test` leaves it, and whether every proof was run and passed."""
    ran = ran_in(steps)
    titles = ["Rust", "Python", "Node", "Node/wasm", "C", "component"]
    lines = [f"{'capability':<64}" + "".join(f"{title:>11}" for title in titles)]
    counts = {"yes": 0, "no": 0, "not yet": 0}
    missing = []
    for capability in table:
        said = []
        for host, cell in capability.cells.items():
            counts[cell.kind] += 1
            if cell.proof and not ran.has(cell.proof):
                counts["yes"] -= 1
                missing.append(f"{capability.name}, {HOSTS[host].title}: {cell.proof.text} was not run, or failed")
                said.append("NOT RUN")
            else:
                said.append(cell.kind)
        lines.append(f"{capability.name[:63]:<64}" + "".join(f"{word:>11}" for word in said))
    lines.append(
        f"{counts['yes']} cells proven by tests that ran, {counts['no']} not there for a reason, "
        f"{counts['not yet']} not yet there (docs/capabilities.md)"
    )
    if len(missing) > TOLD_AT_MOST:
        missing[TOLD_AT_MOST - 1 :] = [f"and {len(missing) - TOLD_AT_MOST + 1} more"]
    return "\n".join([*lines, *missing]), not missing


def main(arguments: list[str]) -> int:
    table = read(SOURCE.read_text(encoding="utf-8"))
    match arguments:
        case ["--write"]:
            PAGE.write_text(page(table), encoding="utf-8")
            return 0
        case ["--check"]:
            wrong = list(wrong_with(table))
            print("\n".join(wrong), file=sys.stderr, end="\n" if wrong else "")
            return 1 if wrong else 0
        case ["--ran", folder]:
            text, is_whole = printed(table, Path(folder))
            print(f"\n{text}")
            return 0 if is_whole else 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
