"""What every item of the contract says, and what every component says of itself."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WIT = "\n".join(path.read_text() for path in sorted((ROOT / "wit").glob("*.wit")))
ITEM = re.compile(
    r"^ *((interface|world|resource|record|variant|enum|type) |[a-z0-9-]+: (static )?func\b)", re.MULTILINE
)
CLOSED = re.compile(r"((?:^ *///.*\n)+)(?:^ *@since.*\n)^ *(?:enum|variant) ([a-z-]+)", re.MULTILINE)


def test_every_item_says_since_when() -> None:
    lines = WIT.splitlines()
    items = [place for place, line in enumerate(lines) if ITEM.match(line)]
    assert len(items) > 120
    assert [lines[place] for place in items if not lines[place - 1].strip().startswith("@since(version = 0.")] == []


def test_every_closed_type_says_what_becomes_of_a_case_that_a_host_does_not_know() -> None:
    closed = {name: " ".join(documentation.split()) for documentation, name in CLOSED.findall(WIT)}
    assert len(closed) == len(re.findall(r"^ *(?:enum|variant) ", WIT, re.MULTILINE))
    rules = ("does not know", "goes in only")
    assert [name for name, told in closed.items() if not any(rule in told for rule in rules)] == []


@pytest.mark.parametrize("name", ["brightpearl", "brightpearl-engine", "brightpearl-http", "brightpearl-webhook"])
def test_a_component_says_what_it_is(name: str) -> None:
    component = Path(os.environ["BRIGHTPEARL_COMPONENT"]).with_name(f"{name}.wasm")
    told = dict(sections(component.read_bytes()))
    assert told["version"] == b"0.1.0"
    assert told["licenses"] == b"MIT OR Apache-2.0"
    assert told["description"].startswith(b"The Brightpearl engine as a")
    assert name.encode() in told["component-name"]


def test_the_package_says_what_it_is_and_has_its_documentation() -> None:
    package = Path(os.environ["BRIGHTPEARL_COMPONENT"]).with_name("brightpearl-connector.wit.wasm")
    told = dict(sections(package.read_bytes()))
    assert told["version"] == b"0.1.0"
    assert b"brightpearl:connector" in told["component-name"]
    # Who builds it with wkg has the same words.
    metadata = dict(re.findall(r'^(\w+) = "(.*)"$', (ROOT / "wasm/wkg.toml").read_text(), re.MULTILINE))
    assert {name: told[name].decode() for name in ("description", "licenses")} == metadata
    first = next(line for line in WIT.splitlines() if line.startswith("/// "))
    assert first.removeprefix("/// ").encode() in told["package-docs"]


def sections(binary: bytes) -> Iterator[tuple[str, bytes]]:
    """The custom sections of the outermost component."""
    place = 8
    while place < len(binary):
        kind, place = binary[place], place + 1
        size, place = number(binary, place)
        end = place + size
        if kind == 0:
            length, start = number(binary, place)
            yield binary[start : start + length].decode(), binary[start + length : end]
        place = end


def number(binary: bytes, place: int) -> tuple[int, int]:
    """A number in LEB128, and where it ends."""
    value = shift = 0
    while True:
        byte = binary[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
