"""What importing the package costs, beside what a program by hand imports."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys

ROUNDS = 20


def milliseconds(statement: str) -> float:
    """The median of the time that an import takes in a fresh interpreter, as it says itself."""
    times = []
    for _ in range(ROUNDS):
        command = [sys.executable, "-I", "-X", "importtime", "-c", statement]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stderr
        found = re.findall(r"\|\s*(\d+) \| (\S+)$", told, re.MULTILINE)
        times.append(int(next(time for time, name in reversed(found) if name == statement.split()[1])) / 1000)
    return statistics.median(times)


def main() -> None:
    print(f"\nan import; milliseconds, median of {ROUNDS} fresh interpreters\n")
    print(f"{'way':<32}{'ms':>8}  {'beside':<36}{'ms':>8}{'ratio':>8}{'target':>8}")
    ours = milliseconds("import brightpearl")
    for beside in ("import httpx", "import pandas"):
        theirs = milliseconds(beside)
        print(f"{'import brightpearl':<32}{ours:>8.1f}  {beside:<36}{theirs:>8.1f}{theirs / ours:>8.1f}{'20 ms':>8}")


if __name__ == "__main__":
    main()
