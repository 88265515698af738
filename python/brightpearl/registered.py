"""Which webhooks are registered at an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brightpearl.exceptions import ProtocolError

if TYPE_CHECKING:
    from typing import Any

    from brightpearl.client import Client
    from brightpearl.resources import Resources

_WEBHOOKS = "integration-service/webhook"


class RegisteredWebhooks:
    """The webhooks that Brightpearl has: as the array of its answer, which a plan takes as it came, and what each is
    subscribed to."""

    def __init__(self, found: Resources[Any]) -> None:
        self.read = found
        """The read that told them."""
        records = list(found)
        self.json = "[" + ",".join(record.raw.decode() for record in records) + "]"
        self.events: list[str] = []
        for place, record in enumerate(records):
            event = record.value.get("subscribeTo") if isinstance(record.value, dict) else None
            if not isinstance(event, str):
                raise ProtocolError(
                    "the list of webhooks has what is not a webhook; expected objects with subscribeTo",
                    location=f"registered[{place}]",
                    advice="Something in between may have answered; try again.",
                )
            self.events.append(event)


def registered_webhooks(client: Client) -> RegisteredWebhooks:
    """The webhooks that Brightpearl has.

    Raises `BrightpearlError`: what a gateway answers is no list of webhooks, and does not say that there are none.
    """
    return RegisteredWebhooks(client.get(_WEBHOOKS))
