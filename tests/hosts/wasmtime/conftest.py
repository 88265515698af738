"""What the component's tests share: `run.sh` builds it, and says in BRIGHTPEARL_COMPONENT where it is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from component import Loaded


@pytest.fixture(scope="session")
def loaded() -> Loaded:
    return Loaded(Path(os.environ["BRIGHTPEARL_COMPONENT"]))


@pytest.fixture(scope="session")
def events() -> dict[str, Any]:
    """The events that each vector leaves behind in the engine itself."""
    told: dict[str, Any] = json.loads(Path(os.environ["BRIGHTPEARL_EVENTS"]).read_text())
    return told
