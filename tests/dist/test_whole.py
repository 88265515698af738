"""The folder is whole: checksums, lists of what is inside, licences, and the sizes that are promised."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

import contents
from dependencies import ARTEFACTS, ROOT

# 3 MB are wanted, and not reached; ARCHITECTURE.md says under "Deviations" where the bytes are.
MOST_OF_A_WHEEL = 5_020_000
# The kind of each artefact, as contents.py has them, by its name in the folder.
KINDS = {
    r"python/.*\.whl": "python",
    r"npm/brightpearl-\d.*\.tgz": "node-portable",
    r"npm/brightpearl-[a-z].*\.tgz": "node-native",
    r"c/.*\.tar\.gz": "c",
}


def names(dist: Path) -> list[str]:
    """All files but the list of them."""
    found = (path.relative_to(dist).as_posix() for path in dist.rglob("*") if path.is_file())
    return sorted(name for name in found if name != "SHA256SUMS")


def test_every_file_has_its_checksum(dist: Path) -> None:
    listed = dict(line.split("  ")[::-1] for line in (dist / "SHA256SUMS").read_text().splitlines())
    assert sorted(listed) == names(dist)
    for name, checksum in listed.items():
        assert hashlib.sha256((dist / name).read_bytes()).hexdigest() == checksum, name


@pytest.mark.parametrize("artefact", ARTEFACTS)
def test_every_artefact_has_its_list_and_its_licences(dist: Path, artefact: str) -> None:
    text = (dist / "lists" / f"{artefact}.cdx.json").read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    notices = (dist / "lists" / f"{artefact}-THIRD-PARTY-NOTICES.txt").read_text(encoding="utf-8")
    crates = [it["name"] for it in json.loads(text)["components"] if it.get("purl", "").startswith("pkg:cargo/")]
    assert crates
    assert [name for name in crates if f"\n{name} " not in notices] == []
    assert (dist / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize("pattern", KINDS)
def test_nothing_is_inside_that_does_not_belong_there(dist: Path, pattern: str) -> None:
    found = [name for name in names(dist) if re.fullmatch(pattern, name)]
    assert found, f"there is no {pattern}"
    for name in found:
        assert contents.wrong_with(KINDS[pattern], contents.held_by(dist / name)) == [], name


def test_wheels_are_deflated_further_than_by_zlib(dist: Path) -> None:
    for wheel in (dist / "python").glob("*.whl"):
        with zipfile.ZipFile(wheel) as packed:
            assert packed.testzip() is None
            for entry in packed.infolist():
                if entry.file_size > 100_000:
                    usual = len(zlib.compress(packed.read(entry), 9))
                    assert entry.compress_size < 0.985 * usual, f"{entry.filename} of {wheel.name}"


def test_wheels_are_small_and_run_on_every_linux(dist: Path) -> None:
    kinds = set()
    for wheel in (dist / "python").glob("*.whl"):
        _, _, interpreter, abi, tags = wheel.stem.split("-")
        assert (interpreter, abi) == ("cp310", "abi3"), wheel.name
        kinds |= {tag.partition("_")[0].removesuffix("2014") for tag in tags.split(".")}
        size = wheel.stat().st_size
        assert size <= MOST_OF_A_WHEEL, f"{wheel.name} has {size} bytes"
    assert kinds == {"manylinux", "musllinux"}
