"""Writes the licence texts of what an artefact contains: notices.py c|node|component|python FILE.

The texts come from the sources of the packages, at packaging time; they are other people's, so none is kept here.
"""

from __future__ import annotations

import html
import re
import sys
from pathlib import Path

import reproducible
from dependencies import ARTEFACTS, STANDARD_LIBRARY, of_artefact

BEGINNINGS = ("licen", "copying", "notice", "unlicense", "copyright")


def _heading(name: str, version: str, licence: str) -> str:
    return f"\n{'=' * 80}\n{name} {version}: {licence}\n{'=' * 80}\n"


def _standard_library() -> str:
    """What the compiler brings of the notices of its standard library, which is part of everything that it builds."""
    text = _heading(STANDARD_LIBRARY, reproducible.compiler()["release"], "MIT OR Apache-2.0")
    page = reproducible.sysroot() / "share/doc/rust/COPYRIGHT-library.html"
    if not page.is_file():
        return text + "\nThe compiler came without the notices of its library; they are at https://www.rust-lang.org.\n"
    plain = html.unescape(
        re.sub(r"<(style|script).*?</\1>|<[^>]*>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    )
    lines = (line.rstrip() for line in plain.splitlines())
    return text + "\n" + re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def notices(artefact: str) -> str:
    """A heading for each package, its licence, and its texts; a text that is there already is named instead."""
    parts = [f"What the artefact {artefact!r} of Brightpearl's client contains of others, and under which licences.\n"]
    shown: dict[str, str] = {}
    for package in of_artefact(artefact):
        if package["source"] is None:
            continue
        title = f"{package['name']} {package['version']}"
        parts.append(_heading(package["name"], package["version"], package["license"]))
        if package["repository"]:
            parts.append(f"{package['repository']}\n")
        folder = Path(package["manifest_path"]).parent
        texts = [
            path for path in sorted(folder.iterdir()) if path.is_file() and path.name.lower().startswith(BEGINNINGS)
        ]
        for path in texts:
            text = path.read_text(encoding="utf-8", errors="replace").strip()
            # Line breaks and indentation differ where the words do not.
            first = shown.setdefault(" ".join(text.split()), f"{path.name} of {title}")
            same = first != f"{path.name} of {title}"
            parts.append(f"\n--- {path.name}{f': word by word {first}, above' if same else ''}\n")
            if not same:
                parts.append(f"\n{text}\n")
        if not texts:
            parts.append("\nThe package has no text of its licence; it is the one that the name above stands for.\n")
    parts.append(_standard_library())
    return "".join(parts)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ARTEFACTS:
        sys.exit(f"usage: notices.py {'|'.join(ARTEFACTS)} FILE")
    Path(sys.argv[2]).write_text(notices(sys.argv[1]), encoding="utf-8")
