"""What makes a build the same bytes wherever and whenever it is done.

For a shell: eval "$(python3 tests/supply/reproducible.py)". It sets SOURCE_DATE_EPOCH to the time of the last commit,
and adds to the compiler's flags what keeps paths of this machine out.
"""

from __future__ import annotations

import functools
import os
import shlex
import subprocess
import sys
from pathlib import Path

from dependencies import ROOT, packages

# Where neither the caller nor a commit says a time: the beginning of what a ZIP archive can tell.
EARLIEST = 315532800
SEPARATOR = "\x1f"


def epoch() -> int:
    """The seconds since 1970 that stand for the time of the build: the caller's, else the last commit's."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given:
        if not (given.isascii() and given.isdigit() and int(given) >= EARLIEST):
            raise SystemExit(f"SOURCE_DATE_EPOCH is {given!r}; expected seconds since 1970, from {EARLIEST} on")
        return int(given)
    if not (ROOT / ".git").exists():
        return EARLIEST
    asked = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    try:
        return int(subprocess.run(asked, check=True, stdout=subprocess.PIPE, text=True).stdout)
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        print(f"the time of the last commit cannot be had ({error}); the build is dated {EARLIEST}", file=sys.stderr)
        return EARLIEST


@functools.cache
def _rustc(*arguments: str) -> str:
    compiler = os.environ.get("RUSTC", "rustc")
    return subprocess.run([compiler, *arguments], check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout


def compiler() -> dict[str, str]:
    """What the compiler says of itself: its release, its commit, its host."""
    return dict(line.split(": ", 1) for line in _rustc("-vV").splitlines() if ": " in line)


def sysroot() -> Path:
    """Where the compiler has its standard library."""
    return Path(_rustc("--print", "sysroot").strip())


def renamed_folders() -> list[tuple[Path, str]]:
    """Folders of this machine and what takes their place. Of two that fit, the compiler takes the later."""
    cargo_home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    sources = {Path(package["manifest_path"]).parent.parent for package in packages() if package["source"] is not None}
    return [
        (cargo_home, "cargo"),
        (ROOT, "."),
        (Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").absolute(), "target"),
        *((folder, "crates") for folder in sorted(sources)),
        (sysroot() / "lib/rustlib/src/rust", f"/rustc/{compiler().get('commit-hash', 'unknown')}"),
    ]


def flags() -> str:
    """The compiler's flags, in the form of CARGO_ENCODED_RUSTFLAGS: the caller's own, then the renaming of folders."""
    encoded = os.environ.get("CARGO_ENCODED_RUSTFLAGS")
    given = encoded.split(SEPARATOR) if encoded else os.environ.get("RUSTFLAGS", "").split()
    wanted = [f"--remap-path-prefix={folder}={name}" for folder, name in renamed_folders()]
    return SEPARATOR.join([*given, *(flag for flag in wanted if flag not in given)])


def environment() -> dict[str, str]:
    """The variables that a build needs."""
    return {"SOURCE_DATE_EPOCH": str(epoch()), "CARGO_ENCODED_RUSTFLAGS": flags()}


if __name__ == "__main__":
    for name, value in environment().items():
        print(f"export {name}={shlex.quote(value)}")
