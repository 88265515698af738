"""The golden vectors through the component: every host says the same, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

import functions
from component import Loaded
from play import Way, play

FOLDER = Path(__file__).parents[2] / "vectors"
VECTORS = sorted(FOLDER.glob("*.json"))
FUNCTIONS = sorted((FOLDER / "functions").glob("*.json"))


def test_there_are_vectors(events: dict[str, Any]) -> None:
    assert len(VECTORS) >= 300
    assert len(FUNCTIONS) >= 15
    assert events.keys() == {path.stem for path in VECTORS}


@pytest.mark.parametrize("way", get_args(Way))
@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_vector(loaded: Loaded, events: dict[str, Any], path: Path, way: Way) -> None:
    vector = json.loads(path.read_text()) | {"events": events[path.stem]}
    assert play(loaded, vector, way) == []


@pytest.mark.parametrize("path", FUNCTIONS, ids=lambda path: path.stem)
def test_function_vector(loaded: Loaded, path: Path) -> None:
    assert functions.play(loaded, json.loads(path.read_text())) == []
