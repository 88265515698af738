"""What documents point at is there: files, headings and commands of make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dependencies import ROOT
from sources import files

# Pages of the site lead to pages that its build makes; a test of the site follows those.
DOCUMENTS = [path for path in files() if path.suffix == ".md" and "docs/site" not in path.as_posix()]
# Neither addresses nor examples of code.
LINK = re.compile(r"\[[^\]]*\]\((?!https?:)(?P<path>[^)#\s]*)(?P<anchor>#[^)\s]*)?\)")
MAKE = re.compile(r"(?:^|`)make ([a-z-]+)(?![a-z<-])", re.MULTILINE)


def names(paths: list[Path]) -> list[str]:
    """What tests of these files are called."""
    return [path.relative_to(ROOT).as_posix() for path in paths]


def prose(text: str) -> str:
    """A document without its blocks of code, whose lines stay to be counted."""
    return re.sub(r"^ *```.*?^ *```$", lambda block: "\n" * block[0].count("\n"), text, flags=re.DOTALL | re.MULTILINE)


def anchors(text: str) -> set[str]:
    """What the headings of a document are called in links."""
    titles = re.findall(r"^#+ (.*)$", prose(text), flags=re.MULTILINE)
    return {"#" + re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def broken(document: Path) -> Iterator[str]:
    """The links of a document that lead nowhere."""
    for found in LINK.finditer(prose(document.read_text(encoding="utf-8"))):
        target = document.parent / found["path"] if found["path"] else document
        leads_on = target.exists() and (
            not found["anchor"] or found["anchor"] in anchors(target.read_text(encoding="utf-8"))
        )
        if not leads_on:
            yield found[0]


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_every_link_leads_somewhere(document: Path) -> None:
    assert list(broken(document)) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_every_command_of_make_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    commands = set(MAKE.findall(document.read_text(encoding="utf-8")))
    assert commands <= targets


def test_links_to_nowhere_are_found(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text(
        "# The `house`: a tour\n\n[here](a.md#the-house-a-tour) [away](https://example.com)\n"
        "[gone](b.md) [no](#nothing)\n"
        "\n```\n[code](c.md)\n```\n",
        encoding="utf-8",
    )
    assert list(broken(document)) == ["[gone](b.md)", "[no](#nothing)"]
