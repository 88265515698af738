"""What cites a section of docs/brightpearl-api.md cites one that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from dependencies import ROOT
from sources import files

NOTES = ROOT / "docs" / "brightpearl-api.md"
# "§8.4.1-8.4.3" cites both ends; "RFC 9110 §7.6" is about another document.
CITATION = re.compile(r"(?P<other>RFC \d+ )?§ ?(?P<first>\d+(?:\.\d+)*)(?:-(?P<last>\d+(?:\.\d+)*))?")
# Of what names sections: sources, documents, and what the hosts are expected to hand out.
SUFFIXES = {".c", ".h", ".json", ".md", ".mjs", ".mts", ".py", ".pyi", ".rs", ".sh", ".ts", ".wit"}


def sections(notes: str) -> set[str]:
    """The numbers of all headings, and those of a section's numbered points, such as 10.31."""
    found: set[str] = set()
    section = ""
    for line in notes.splitlines():
        if heading := re.match(r"#+ (\d+(?:\.\d+)*)\b", line):
            section = heading[1]
            found.add(section)
        elif line.startswith("#"):
            section = ""
        elif section and (point := re.match(r"(\d+)\. ", line)):
            found.add(f"{section}.{point[1]}")
    return found


def cited(text: str) -> Iterator[tuple[int, str]]:
    """The sections that a text cites, with the numbers of the lines."""
    for number, line in enumerate(text.splitlines(), 1):
        for found in CITATION.finditer(line):
            if not found["other"]:
                yield from ((number, section) for section in (found["first"], found["last"]) if section)


def unknown(name: str, text: str, known: set[str]) -> list[str]:
    """Citations that lead nowhere."""
    return [
        f"{name}:{number}: §{section} is not in docs/brightpearl-api.md"
        for number, section in cited(text)
        if section not in known
    ]


def test_every_cited_section_exists() -> None:
    known = sections(NOTES.read_text(encoding="utf-8"))
    wrong: list[str] = []
    citations = 0
    for path in files():
        if path.suffix in SUFFIXES and path not in (NOTES, ROOT / "tests" / "supply" / "test_citations.py"):
            text = path.read_text(encoding="utf-8")
            citations += sum(1 for _ in cited(text))
            wrong += unknown(path.relative_to(ROOT).as_posix(), text, known)
    assert not wrong, "\n".join(wrong)
    assert citations > 300


@pytest.mark.parametrize(
    ("text", "sections_named"),
    [
        ("taken from it (API notes §4.3).", ["4.3"]),
        ("§8.4.1-8.4.3, §9", ["8.4.1", "8.4.3", "9"]),
        ("only a string will do (§10.31)", ["10.31"]),
        ("(RFC 9110 §7.6)", []),
    ],
)
def test_a_citation_is_read_as_it_is_written(text: str, sections_named: list[str]) -> None:
    assert [section for _, section in cited(text)] == sections_named


def test_a_section_that_is_missing_is_named() -> None:
    known = sections("## 4. Search\n\n### 4.3 Filters\n\n1. A point\n\n### Not found anywhere\n\n2. Not a point\n")
    assert known == {"4", "4.3", "4.3.1"}
    assert unknown("a.rs", "\n(§4.7)", known) == ["a.rs:2: §4.7 is not in docs/brightpearl-api.md"]
