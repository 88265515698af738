"""What a client of either kind has: its configuration, its budget, and what it remembers."""

from __future__ import annotations

import os
import time

from brightpearl import _native
from brightpearl.credentials import Credentials

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from brightpearl._native import Budget, Statistics


LARGEST_BODY = 64 << 20
"""Bytes of an answer that are read unless a client is told otherwise."""


class AnyClient:
    """The part of a client that does no input and no output."""

    def __init__(
        self, credentials: Credentials, settings: Mapping[str, Any], clock: Callable[[], float] | None
    ) -> None:
        if not isinstance(credentials, Credentials):
            raise TypeError(f"credentials is a {type(credentials).__name__}; expected such as a PrivateApp")
        given = {name: value for name, value in settings.items() if value is not None}
        given.setdefault("seed", int.from_bytes(os.urandom(8), "little"))
        self._description = f"account={settings['account']!r}, {credentials!r}"
        self._clock = clock or _system_milliseconds
        # What has the token is bound to no name, so that no traceback can show it.
        self._native = _native.Client(given | {"credentials": credentials._configuration()})

    def budget(self) -> Budget:
        """What may be sent right now, as far as this client knows."""
        return self._native.budget(int(self._clock()))

    def statistics(self) -> Statistics:
        """Requests, retries, waits and bytes over the client's life."""
        return self._native.statistics()

    def tokens(self) -> dict[str, Any]:
        """What logins brought: `token`, `expires_at` (milliseconds since the Unix epoch), `refresh_token`,
        `api_domain`, `installation_instance_id`, each None when it is not known. Store them when they change, as
        `on_tokens` does. They are secret; do not log them."""
        return self._native.tokens()

    def events(self) -> list[dict[str, Any]]:
        """What happened since the last time, oldest first. The latest 1024 are kept."""
        return self._native.events()

    def __repr__(self) -> str:
        # None yet where an argument was refused.
        return f"{type(self).__name__}({getattr(self, '_description', '')})"


def _system_milliseconds() -> int:
    return time.time_ns() // 1_000_000
