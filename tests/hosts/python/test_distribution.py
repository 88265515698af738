"""What the installed wheel says of itself: metadata that an index takes, the licences, and what is inside."""

from __future__ import annotations

import json
from importlib.metadata import Distribution, distribution

import pytest
from packaging.metadata import Metadata


@pytest.fixture(scope="module")
def installed() -> Distribution:
    return distribution("brightpearl")


def text_of(installed: Distribution, name: str) -> str:
    text = installed.read_text(name)
    assert text is not None, f"the wheel has no {name}"
    return text


def test_metadata_are_what_an_index_takes(installed: Distribution) -> None:
    metadata = Metadata.from_email(text_of(installed, "METADATA"), validate=True)
    assert metadata.license_expression == "MIT OR Apache-2.0"
    assert metadata.license_files == ["LICENSE", "THIRD-PARTY-NOTICES.txt"]
    assert metadata.description_content_type is not None
    assert metadata.description_content_type.startswith("text/markdown")
    assert metadata.description is not None
    assert metadata.description.startswith("# brightpearl")


def test_commands_are_installed(installed: Distribution) -> None:
    scripts = [entry for entry in installed.entry_points if entry.group == "console_scripts"]
    assert {"brightpearl", "tap-brightpearl", "target-brightpearl"} <= {script.name for script in scripts}
    assert all(callable(script.load()) for script in scripts)


def test_licences_are_inside(installed: Distribution) -> None:
    assert "Apache License" in text_of(installed, "licenses/LICENSE")
    notices = text_of(installed, "licenses/THIRD-PARTY-NOTICES.txt")
    for name in ("jiff", "pyo3", "rust-standard-library"):
        assert f"\n{name} " in notices


def test_what_is_inside_is_listed(installed: Distribution) -> None:
    listed = json.loads(text_of(installed, "sboms/brightpearl.cdx.json"))
    names = {component["name"] for component in listed["components"]}
    assert {"brightpearl-core", "brightpearl-emulator", "jiff", "pyo3"} <= names
    assert listed["metadata"]["component"]["purl"] == f"pkg:pypi/brightpearl@{installed.version}"
