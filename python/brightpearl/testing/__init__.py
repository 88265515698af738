"""An emulated Brightpearl, for tests and for work without an account.

>>> from brightpearl.testing import Emulator
>>> client = Emulator(orders=1000).client()
>>> sum(1 for _ in client.search("order-service/order-search"))
1000

It answers like the real one: the same envelopes, headers, error codes and request cap. What is written stays,
can be saved, and is notified to webhooks. `client()` runs on virtual time, so that waiting for the cap takes none.
`serve()` puts it on a port.

In tests with pytest, the fixtures `brightpearl_emulator` and `brightpearl_client` are there by themselves; see
`brightpearl.pytest_plugin`.
"""

from __future__ import annotations

from brightpearl.testing.clock import VirtualClock
from brightpearl.testing.emulator import Emulator
from brightpearl.testing.server import EmulatorServer
from brightpearl.testing.webhooks import Delivery

__all__ = ["Delivery", "Emulator", "EmulatorServer", "VirtualClock"]
