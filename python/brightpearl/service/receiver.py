"""Takes requests of webhooks: the engine says what they are, and they are stored before they are answered."""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from anyio.to_thread import run_sync

from brightpearl.discovery import ask
from brightpearl.exceptions import BrightpearlError
from brightpearl.service.configuration import ServiceConfiguration
from brightpearl.service.receiving import receiver_of, subscriptions_of
from brightpearl.service.storing import Overloaded, Storing
from brightpearl.text import Hidden

LOG = logging.getLogger("brightpearl.service")

_SECONDS_BETWEEN_LOOKS = 60.0
_SECONDS_AFTER_A_WRONG_ONE = 1.0


class NotificationReceiver:
    """The receiver of one account's webhooks."""

    def __init__(
        self,
        configuration: ServiceConfiguration,
        account: str,
        storing: Storing,
        on_stored: Callable[[tuple[str, ...]], None],
        on_trouble: Callable[[str | None], None],
        on_receipt: Callable[[dict[str, Any]], None],
    ) -> None:
        listening = configuration.listening
        self._flows = configuration.outbound
        self._account = account
        self._secrets = listening.secrets
        self._url = listening.public_url
        self._largest = listening.largest_body
        self._storing = storing
        self._on_stored = on_stored
        self._on_trouble = on_trouble
        self._on_receipt = on_receipt
        self._declared = None if self._url is None or not self._secrets else self._look_up()
        self._looked_at = time.monotonic()
        self._is_looking = False

    @property
    def largest_body(self) -> int:
        """The bytes of a body that are read."""
        return self._largest

    async def receive(self, method: str, url: str, body: bytes) -> int:
        """The status to answer."""
        if self._declared is None:
            return 404
        await self._renew(_SECONDS_BETWEEN_LOOKS)
        receipt = self._read(method, url, body)
        if receipt.get("refused") == "wrong-secret" and await self._renew(_SECONDS_AFTER_A_WRONG_ONE):
            # It may have been changed a moment ago.
            receipt = self._read(method, url, body)
        refused = receipt.get("refused")
        if refused is not None:
            self._on_receipt(receipt)
            LOG.info("a request was refused: %s", refused)
            return int(receipt["status"])
        notification = receipt["notification"]
        flows = tuple(flow.name for flow in self._flows if flow.concerns(notification["event"]))
        try:
            is_new = await self._storing.store(notification, flows)
        except (BrightpearlError, Overloaded) as error:
            why = str(error) if isinstance(error, BrightpearlError) else "more comes in than can be stored"
            LOG.error("a notification cannot be stored, and is asked for again: %s", why)
            self._on_trouble(why)
            return int(receipt["status_unless_stored"])
        self._on_receipt(receipt)
        self._on_trouble(None)
        if is_new:
            self._on_stored(flows)
        return int(receipt["status"])

    def _read(self, method: str, url: str, body: bytes) -> dict[str, Any]:
        receipt = self._ask(method, url, body)
        if receipt.get("refused") == "unknown-address" and self._url is not None:
            # A proxy may have taken away the part of the path that led it here.
            path = urlsplit(self._url).path.rstrip("/")
            if path and not url.startswith(f"{path}/") and not url.startswith(path):
                return self._ask(method, path + url, body)
        return receipt

    def _ask(self, method: str, url: str, body: bytes) -> dict[str, Any]:
        told: dict[str, str] = {"method": method, "url": url}
        try:
            told["body"] = body.decode()
        except UnicodeDecodeError:
            told["body_base64"] = base64.b64encode(body).decode()
        now = time.time_ns() // 1_000_000
        assert self._declared is not None
        question = {"receiver": self._declared.value, "request": json.dumps(told), "now": now}
        receipt: dict[str, Any] = ask({"receive_webhook": question})
        return receipt

    async def _renew(self, seconds: float) -> bool:
        """Looks the secrets up again where that was not done for so long; whether it was. Other requests go on with
        those that were known meanwhile."""
        if self._is_looking or time.monotonic() - self._looked_at < seconds:
            return False
        self._is_looking = True
        try:
            # In a thread: it may be a program that is asked, and takes its time.
            self._declared = await run_sync(self._look_up)
        except BrightpearlError as error:
            # Those that were known go on.
            LOG.error("the secrets of webhooks cannot be looked up: %s", error)
            return False
        finally:
            self._is_looking = False
            self._looked_at = time.monotonic()
        return True

    def _look_up(self) -> Hidden:
        assert self._url is not None
        return receiver_of(self._account, self._secrets, self._url, subscriptions_of(self._flows), self._largest)
