"""The client that all flows of a service share, so that they share one budget."""

from __future__ import annotations

from brightpearl.client import Client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def service_client(profile: str | None, sleep: Callable[[float], object] | None = None) -> Client:
    """A client of the account that a profile names, or the environment."""
    if profile is not None:
        return Client(profile=profile, sleep=sleep)
    return Client.from_env(sleep=sleep)


def account_of(client: Client) -> str:
    """The account code of a client."""
    return client._account
