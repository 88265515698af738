"""What the component's tests share: `run.sh` builds it, and says in BRIGHTPEARL_COMPONENT where it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from component import Loaded


@pytest.fixture(scope="session")
def loaded() -> Loaded:
    return Loaded(Path(os.environ["BRIGHTPEARL_COMPONENT"]))
