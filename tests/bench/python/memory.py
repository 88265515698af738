"""Peak memory of going over many rows: it must not grow with their number."""

from __future__ import annotations

import resource
import subprocess
import sys
import time

from brightpearl.testing import Emulator

FEW, MANY = 20_000, 200_000
ALLOWED_GROWTH = 8.0
"""Megabytes that the many rows may need more: the set of keys seen, and what the allocator keeps."""


def pull(rows: int) -> None:
    """Goes over so many rows of an account that has as many as the larger run, and prints what that took."""
    client = Emulator(orders=MANY).client()
    next(client.search("order-service/order-search", limit=1))
    before = peak()
    start = time.perf_counter()
    count = sum(row["orderId"] > 0 for row in client.search("order-service/order-search", limit=rows))
    assert count == rows
    print(before, peak(), time.perf_counter() - start)


def peak() -> float:
    """The most megabytes that this process ever had."""
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main() -> None:
    print(f"\n{'rows':>10}{'peak MB':>10}{'before':>10}{'seconds':>10}")
    peaks = []
    for rows in (FEW, MANY):
        done = subprocess.run([sys.executable, __file__, str(rows)], capture_output=True, text=True, check=True)
        before, most, seconds = map(float, done.stdout.split())
        peaks.append(most)
        print(f"{rows:>10,}{most:>10.1f}{before:>10.1f}{seconds:>10.2f}")
    growth = peaks[1] - peaks[0]
    print(f"ten times the rows need {growth:+.1f} MB; allowed are {ALLOWED_GROWTH:.0f}")
    if growth > ALLOWED_GROWTH:
        sys.exit("memory grows with the number of rows")


if __name__ == "__main__":
    pull(int(sys.argv[1])) if len(sys.argv) > 1 else main()
