"""What the engine is told of the receiver of webhooks: the account, the secrets, and what flows wait for."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

from brightpearl.discovery import ask
from brightpearl.exceptions import ValidationError
from brightpearl.secret_reference import secret_of
from brightpearl.service.problems import Problem
from brightpearl.text import Hidden, Veiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from brightpearl.service.configuration import ServiceConfiguration
    from brightpearl.service.flow_tables import OutboundFlow
    from brightpearl.service.members import Members

_OWN = re.compile(r"/push/[^/]+|/dashboard/(login|logout|retry)")
"""Paths to which somebody posts something else."""

_STAND_IN = "a-stand-in-that-is-no-secret"


def subscriptions_of(flows: Iterable[OutboundFlow]) -> list[str]:
    """What has to be subscribed to, each once."""
    return list(dict.fromkeys(event for flow in flows for event in flow.on))


def receiver_of(
    account: str, secrets: Sequence[str], public_url: str, subscriptions: list[str], largest_body: int
) -> Hidden:
    """The declaration that the engine takes, with its secrets as they are now. Raises `SecretUnavailableError`."""
    looked_up = [secret_of(text, f"[listen]: secrets[{place}]") for place, text in enumerate(secrets)]
    return Hidden(_declaration(account, looked_up, public_url, subscriptions, largest_body))


def planned(configuration: ServiceConfiguration, account: str, registered: str) -> Any:
    """What has to be done until the webhooks of a service are registered, beside those that are, as JSON; None where
    none can be. Bodies of webhooks to create have the secret in them. Raises `SecretUnavailableError`."""
    listening = configuration.listening
    subscriptions = subscriptions_of(configuration.outbound)
    if not (listening.public_url and listening.secrets):
        return None
    declared = receiver_of(account, listening.secrets, listening.public_url, subscriptions, listening.largest_body)
    question = Veiled(receiver=declared.value, account=account, registered=registered)
    return Veiled(ask({"plan_webhooks": question}))


def _declaration(account: str, secrets: list[str], public_url: str, subscriptions: list[str], largest_body: int) -> str:
    return json.dumps(
        {
            "accounts": [{"account": account, "secrets": secrets}],
            "public_url": public_url,
            "subscriptions": subscriptions,
            "largest_body": largest_body,
        }
    )


def check_receiver(
    public_url: str | None, secrets: Sequence[str], flows: Sequence[OutboundFlow], problems: list[Problem]
) -> None:
    """Notes what is wrong with how notifications would come, where flows wait for some."""
    if not any(flow.on for flow in flows):
        return
    if public_url is None:
        problems.append(Problem("[listen]: public_url", "it is missing, and flows wait for events"))
    if not secrets:
        problems.append(
            Problem("[listen]: secrets", "they are missing, and flows wait for events; expected env:NAME or the like")
        )
    if public_url is not None and _OWN.fullmatch(urlsplit(public_url).path):
        problems.append(
            Problem("[listen]: public_url", "the service has a page of its own under this path; expected another path")
        )
    if public_url is not None and secrets:
        _check_secrets(public_url, secrets, problems)


def check_event(members: Members, event: str) -> None:
    """Notes what the engine says of an event that a flow waits for."""
    declared = _declaration("stand-in", [_STAND_IN], "https://hooks.example.com/brightpearl", [event], 1 << 20)
    try:
        findings = ask({"check_webhooks": {"receiver": declared}})
    except ValidationError as error:
        members.wrong("on", error.message)
        return
    for finding in findings:
        members.wrong("on", finding["message"], is_warning=finding["severity"] != "error")


def _check_secrets(url: str, secrets: Sequence[str], problems: list[Problem]) -> None:
    """What the engine says of secrets that are there. Those that are not were noted before."""
    try:
        declared = receiver_of("stand-in", secrets[:2], url, ["order.modified"], 1 << 20)
    except ValidationError:
        return
    failure = None
    try:
        ask({"check_webhooks": {"receiver": declared.value}})
    except ValidationError as error:
        failure = error.message
    if failure is not None:
        problems.append(Problem("[listen]: secrets", failure))
