"""The secrets of a client's credentials, where they are references: looked up when they are first needed, and anew when
Brightpearl refuses them."""

from __future__ import annotations

from brightpearl.exceptions import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from brightpearl import _native


class Rotation:
    """What is looked up for one client. For several threads.

    `configuration`: makes the client's configuration with what the secrets are now.
    """

    __slots__ = ("_client", "_configuration", "_lock", "changes", "has_begun")

    def __init__(self, client: _native.Client, configuration: Callable[[], dict[str, Any]]) -> None:
        from threading import Lock

        self._client = client
        self._configuration = configuration
        self._lock = Lock()
        self.has_begun = False
        # Counts what was found to be another secret than before.
        self.changes = 0

    def begin(self) -> None:
        """Looks the secrets up unless that was done. Raises a `ValidationError` where one cannot be, or cannot be a
        secret."""
        if self.has_begun:
            return
        with self._lock:
            if not self.has_begun:
                self._client.renew(self._configuration())
                self.has_begun = True

    def again(self, changes: int) -> ValidationError | None:
        """Looks the secrets up once more, since a request was refused that was sent after so many changes; why that
        cannot be done. Whoever comes while another does it waits for that."""
        with self._lock:
            if self.changes == changes:
                from brightpearl.logs import LOGINS

                try:
                    is_newer = self._client.renew(self._configuration())
                    LOGINS.info("the secrets were looked up anew: %s", "others" if is_newer else "the same as before")
                    self.changes += is_newer
                except ValidationError as failure:
                    return failure
        return None


def is_refused(status: int, *, is_login: bool) -> bool:
    """Whether an answer says that the credentials are not good, as far as its status tells."""
    return status == 401 or (is_login and 400 <= status < 500 and status != 429)
