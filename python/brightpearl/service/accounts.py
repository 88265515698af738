"""The client that all flows of a service share, so that they share one budget."""

from __future__ import annotations

from brightpearl.client import Client
from brightpearl.secret_reference import is_reference, secret_of
from brightpearl.text import Veiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def service_client(
    profile: str | None, sleep: Callable[[float], object] | None = None, shared_quota: str | None = None
) -> Client:
    """A client of the account that a profile names, or the environment. `shared_quota`: a URL, or where one is."""
    options: dict[str, Any] = {"sleep": sleep}
    if shared_quota is not None:
        is_elsewhere = is_reference(shared_quota)
        options["shared_quota"] = secret_of(shared_quota, "shared_quota") if is_elsewhere else shared_quota
    options = Veiled(options)
    if profile is not None:
        return Client(profile=profile, **options)
    return Client.from_env(**options)


def account_of(client: Client) -> str:
    """The account code of a client."""
    return client._account
