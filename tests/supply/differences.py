"""Says in which files two artefacts differ, and where: differences.py ONE OTHER."""

from __future__ import annotations

import sys
from pathlib import Path

from contents import Held, held_by


def _opened(path: Path) -> dict[str, Held]:
    return held_by(path) if path.suffix in (".whl", ".gz", ".tgz") else {path.name: Held(path.read_bytes())}


def differences(one: dict[str, Held], other: dict[str, Held]) -> list[str]:
    """What differs, a line each; nothing where only the packing does."""
    told = [f"{name} is in one of them only" for name in sorted(set(one) ^ set(other))]
    for name in sorted(set(one) & set(other)):
        here, there = one[name], other[name]
        if here.content != there.content:
            at = next((i for i, (a, b) in enumerate(zip(here.content, there.content, strict=False)) if a != b), None)
            place = (
                "in length"
                if at is None
                else f"at byte {at}: {here.content[at : at + 40]!r}, {there.content[at : at + 40]!r}"
            )
            told.append(f"{name} differs {place}")
        told += [
            f"{name} has another {it}" for it in ("mode", "owner", "time") if getattr(here, it) != getattr(there, it)
        ]
    if not told and list(one) != list(other):
        told.append("the files are in another order")
    return told


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: differences.py ONE OTHER")
    for line in differences(_opened(Path(sys.argv[1])), _opened(Path(sys.argv[2]))):
        print(f"  {line}")
