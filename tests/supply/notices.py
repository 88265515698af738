"""Writes the licence texts of what an artefact contains: notices.py c|node|component|python FILE.

The texts come from the sources of the packages, at packaging time; they are other people's, so none is kept here.
"""

from __future__ import annotations

import sys
from pathlib import Path

from dependencies import ARTEFACTS, of_artefact

BEGINNINGS = ("licen", "copying", "notice", "unlicense", "copyright")


def notices(artefact: str) -> str:
    """A heading for each package, its licence, and its texts."""
    parts = [f"What the artefact {artefact!r} of Brightpearl's client contains of others, and under which licences.\n"]
    for package in of_artefact(artefact):
        if package["source"] is None:
            continue
        parts.append(f"\n{'=' * 80}\n{package['name']} {package['version']}: {package['license']}\n{'=' * 80}\n")
        if package["repository"]:
            parts.append(f"{package['repository']}\n")
        folder = Path(package["manifest_path"]).parent
        texts = [path for path in sorted(folder.iterdir()) if path.is_file() and path.name.lower().startswith(BEGINNINGS)]
        for path in texts:
            parts.append(f"\n--- {path.name}\n\n{path.read_text(encoding='utf-8', errors='replace').strip()}\n")
        if not texts:
            parts.append("\nThe package has no text of its licence; it is the one that the name above stands for.\n")
    return "".join(parts)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ARTEFACTS:
        sys.exit(f"usage: notices.py {'|'.join(ARTEFACTS)} FILE")
    Path(sys.argv[2]).write_text(notices(sys.argv[1]), encoding="utf-8")
