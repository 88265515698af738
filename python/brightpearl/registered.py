"""Which webhooks are registered at an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from brightpearl.client import Client
    from brightpearl.resources import Resources

_WEBHOOKS = "integration-service/webhook"


def registered_webhooks(client: Client) -> tuple[list[dict[str, Any]], Resources[Any]]:
    """The webhooks that Brightpearl has, and the read that told them.

    Raises `BrightpearlError`: what a gateway answers is no list of webhooks, and does not say that there are none.
    """
    found = client.get(_WEBHOOKS)
    return [record.value for record in found], found
