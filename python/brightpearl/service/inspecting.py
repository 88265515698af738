"""Asks the account from time to time what no flow sees: which webhooks are registered, and what time it is there."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from brightpearl.client import Client
from brightpearl.exceptions import BrightpearlError, ProtocolError
from brightpearl.registered import registered_webhooks
from brightpearl.service.configuration import ServiceConfiguration
from brightpearl.service.receiving import planned, subscriptions_of
from brightpearl.service.stopping import Stopping, StopRequested

LOG = logging.getLogger("brightpearl.service")

_FIRST_SECONDS = 60.0
"""Whoever starts a service for the first time registers its webhooks then."""
_SECONDS_BETWEEN = 15 * 60.0


class AccountInspection:
    """One request every quarter of an hour, where flows wait for events. What could not be asked is not known."""

    def __init__(self, configuration: ServiceConfiguration, client: Client, account: str, stopping: Stopping) -> None:
        self._configuration = configuration
        self._client = client
        self._account = account
        self._stopping = stopping
        self._facts: dict[str, Any] = {}
        self.thread = threading.Thread(target=self._work, name="brightpearl-inspection", daemon=True)

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to ask."""
        listening = self._configuration.listening
        return bool(listening.public_url and listening.secrets and subscriptions_of(self._configuration.outbound))

    def facts(self) -> dict[str, Any]:
        """What was found the last time."""
        return self._facts

    def inspect(self) -> None:
        """Asks. Raises `BrightpearlError`."""
        self._facts = {}
        facts: dict[str, Any] = {}
        try:
            registered = registered_webhooks(self._client)
            for answer in registered.read.responses:
                if (date := answer.headers.get("date")) is not None:
                    facts["clock"] = [{"subject": "", "date": date, "at_ms": time.time_ns() // 1_000_000}]
            missing = self._missing(registered.json)
        except ProtocolError as error:
            LOG.info("the list of registered webhooks cannot be read: %s", error)
            return
        facts["subscriptions"] = [{"subject": self._account, "missing": missing}]
        self._facts = facts

    def _missing(self, registered: str) -> list[str]:
        plan = planned(self._configuration, self._account, registered)
        return [] if plan is None else [creation["event"] for creation in plan["create"]]

    def _work(self) -> None:
        try:
            self._stopping.sleep(_FIRST_SECONDS)
            while True:
                try:
                    self.inspect()
                except BrightpearlError as error:
                    LOG.info("the registered webhooks cannot be asked for now: %s", error)
                self._stopping.sleep(_SECONDS_BETWEEN)
        except StopRequested:
            return
