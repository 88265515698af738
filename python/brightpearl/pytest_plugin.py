"""Fixtures for pytest, found by themselves once the package is installed. They cost nothing to those who do not
use them.

```python
def test_it(brightpearl_client):
    assert brightpearl_client.add_order_note(orderId=1, text="left at the door")["noteId"]

@pytest.mark.brightpearl(orders=5000, seed=3, faults={"script": [{"request": 2, "fault": {"kind": "outage"}}]})
def test_that(brightpearl_emulator, brightpearl_client): ...
```
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl import Client
    from brightpearl.testing import Emulator


def pytest_configure(config: pytest.Config) -> None:
    """Says what the marker is for."""
    config.addinivalue_line(
        "markers", "brightpearl(**settings): settings of the emulated account, such as orders=10 or faults={...}."
    )


@pytest.fixture
def brightpearl_emulator(request: pytest.FixtureRequest) -> Emulator:
    """An emulated account of its own for each test, on virtual time: 100 orders unless the marker `brightpearl`
    says otherwise."""
    from brightpearl.testing import Emulator

    settings: dict[str, object] = {"orders": 100}
    # The nearest marker counts most.
    for marker in reversed(list(request.node.iter_markers("brightpearl"))):
        settings |= marker.kwargs
    return Emulator(**settings)  # type: ignore[arg-type]


@pytest.fixture
def brightpearl_client(brightpearl_emulator: Emulator) -> Iterator[Client]:
    """A client of that account, in the same process."""
    with brightpearl_emulator.client() as client:
        yield client
