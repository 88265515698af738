"""Webhooks: whether a request is a genuine notification, what a burst of them asks to be read, and what has to be
registered. The engine knows; nothing is sent.

>>> receiver = WebhookReceiver({
...     "accounts": [{"account": "demo", "secrets": ["an-invented-secret-0123456789"]}],
...     "public_url": "https://hooks.example.com/brightpearl",
...     "subscriptions": ["order.modified"],
... })
>>> receiver.receive("POST", "/brightpearl?secret=guessed", b"{}").refused
'wrong-secret'
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from brightpearl.arguments import checked_text, each_of, wrong_type
from brightpearl.discovery import ask
from brightpearl.kinds import RemovalReason, Severity, Unaccepted
from brightpearl.text import Hidden


@dataclass(frozen=True, slots=True)
class Notification:
    """What a webhook says, with a secret that was right: a hint to read again, and no proof of anything."""

    key: str
    """Equal for repetitions of the same notification, which Brightpearl may send."""
    account: str
    event: str
    """What happened, such as `goods-out-note.modified.shipped`."""
    resource_type: str
    """What it happened to, such as `goods-out-note`."""
    lifecycle: Literal["created", "modified", "destroyed"]
    ids: str
    """The ids as an id set, such as `1,5-7`."""
    raised_ms: int
    """When it happened, in milliseconds since the Unix epoch; when it was received, where Brightpearl does not say."""
    received_ms: int
    """When it was received."""
    brightpearl_version: str | None = None
    remarks: tuple[str, ...] = ()
    """What is odd about it."""

    def to_json(self) -> str:
        """All of it in one line, to be stored."""
        return json.dumps(_written(self))

    @classmethod
    def from_json(cls, text: str) -> Notification:
        """What `to_json` wrote."""
        return _notification(json.loads(text))


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request that is a notification: store it, then answer."""

    notification: Notification
    status: int
    """The status to answer when it is stored."""
    status_unless_stored: int
    """The status to answer when it cannot be stored: Brightpearl then sends it again."""
    secret: int
    """Which of the account's secrets it came with, from 0: when the second one has not come for long, it can go."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that is not taken."""

    refused: Unaccepted
    message: str
    """The same in words, without anything that came in but names."""
    status: int
    """The status to answer."""


@dataclass(frozen=True, slots=True)
class NotifiedRead:
    """What is to be read of one resource of one account."""

    account: str
    resource: str
    """The resource's name in the catalogue."""
    path: str
    """The path that the ids stand behind, as `client.get` takes it."""
    ids: str
    """What to fetch, as an id set. One that is gone is reported as missing, which is the proof of it."""
    destroyed: str
    """Those of them that were destroyed, as the notifications say."""
    first_raised_ms: int
    """When the first of it happened: how far behind one is."""
    last_raised_ms: int
    """When the last of it happened. What a read brings that is older came from a replica that lags: read again."""
    keys: tuple[str, ...]
    """The notifications that are settled once it is read."""
    then: tuple[str, str] | None = None
    """A resource that changed with it, such as the order of a goods-out note, and the member that has its id."""


@dataclass(frozen=True, slots=True)
class CoalescedNotifications:
    """What some notifications come to."""

    reads: tuple[NotifiedRead, ...]
    """What is to be read, what has waited longest first."""
    unreadable: tuple[Notification, ...]
    """Those for which nothing can be read by their ids: a pull finds what they are about."""
    duplicates: tuple[str, ...]
    """Keys of those that were there already."""


@dataclass(frozen=True, slots=True)
class WebhookFinding:
    """Something that is wrong with a declared subscription, or doubtful about it."""

    pointer: str
    """Where it stands in the declaration: a JSON Pointer."""
    severity: Severity
    """`error` when it cannot be registered."""
    message: str


@dataclass(frozen=True, slots=True)
class WebhookCreation:
    """A webhook that is to be registered."""

    event: str
    body: str = field(repr=False)
    """What to POST to `integration-service/webhook`. The secret is in it: do not log it."""


@dataclass(frozen=True, slots=True)
class WebhookRemoval:
    """A webhook that is to go."""

    id: int
    """What to DELETE at `integration-service/webhook/ID`."""
    event: str
    reason: RemovalReason


@dataclass(frozen=True, slots=True)
class WebhookPlan:
    """What is to be done: create first, then remove, so that nothing is missed in between."""

    create: tuple[WebhookCreation, ...]
    remove: tuple[WebhookRemoval, ...]
    keep: tuple[int, ...]
    """The ids of those that are as they should be."""
    foreign: tuple[int, ...]
    """The ids of those that call addresses of others."""
    findings: tuple[WebhookFinding, ...]
    """What is wrong with the declaration: what cannot be registered is left out of `create`."""


class WebhookReceiver:
    """Takes notifications for some accounts. It needs none of them, and may be shared by threads.

    `declaration`: `accounts` (each with its `account` and `secrets`, the one that is registered first, the one before
    it second), `public_url`, `subscriptions` (events, resource types, or dicts with the API's own members), and
    `largest_body` in bytes.

    Raises `ValidationError` at what is invalid; what is wrong with a subscription is in `findings`.
    """

    __slots__ = ("_declared", "findings")

    findings: tuple[WebhookFinding, ...]
    """What is wrong with the subscriptions, or doubtful about them."""

    def __init__(self, declaration: Mapping[str, Any]) -> None:
        if not isinstance(declaration, Mapping):
            raise wrong_type("declaration", declaration, "a dict with accounts and subscriptions")
        # The secrets are in it.
        self._declared = Hidden(json.dumps(dict(declaration)))
        found = ask({"check_webhooks": {"receiver": self._declared.value}})
        self.findings = tuple(WebhookFinding(**members) for members in found)

    def receive(
        self, method: str, url: str, body: bytes | str | None = b"", *, now: int | None = None
    ) -> Accepted | Refused:
        """What came of a request. Whatever is wrong with the request is a refusal with the status that ends it.

        `url`: the path and query that Brightpearl called, or the whole address, still percent-encoded.
        `now`: the time in milliseconds since the Unix epoch; that of the clock when absent.
        """
        content = body.encode() if isinstance(body, str) else bytes(body or b"")
        request = {
            "method": checked_text(method, "method"),
            "url": checked_text(url, "url"),
            "body_base64": base64.b64encode(content).decode(),
        }
        moment = time.time_ns() // 1_000_000 if now is None else now
        question = {"receiver": self._declared.value, "request": json.dumps(request), "now": moment}
        receipt: dict[str, Any] = ask({"receive_webhook": question})
        if "refused" in receipt:
            return Refused(**receipt)
        return Accepted(**receipt | {"notification": _notification(receipt["notification"])})

    def plan(self, account: str, registered: Sequence[Mapping[str, Any]]) -> WebhookPlan:
        """What has to be created and removed so that the registered webhooks of an account are the declared ones.

        `registered`: the `response` of `GET integration-service/webhook`; where that answers 404, there are none.
        """
        question = {
            "receiver": self._declared.value,
            "account": checked_text(account, "account"),
            "registered": json.dumps(list(registered)),
        }
        plan = ask({"plan_webhooks": question})
        return WebhookPlan(
            tuple(WebhookCreation(**members) for members in plan["create"]),
            tuple(WebhookRemoval(**members) for members in plan["remove"]),
            tuple(plan["keep"]),
            tuple(plan["foreign"]),
            tuple(WebhookFinding(**members) for members in plan["findings"]),
        )


def coalesce(notifications: Iterable[Notification], settled: Iterable[str] = ()) -> CoalescedNotifications:
    """Puts notifications together, in whichever order they came: each id of a resource is read once, repetitions count
    once, and those whose key is among the settled not at all."""
    question = {
        "notifications": json.dumps([_written(one) for one in each_of(notifications, "notifications", "several")]),
        "settled": json.dumps(each_of(settled, "settled", "the keys of several")),
    }
    told = ask({"coalesce_notifications": question})
    return CoalescedNotifications(
        tuple(_read(members) for members in told["reads"]),
        tuple(_notification(members) for members in told["unreadable"]),
        tuple(told["duplicates"]),
    )


def _written(notification: Notification) -> dict[str, Any]:
    """As the engine has it: what is absent is left out."""
    members = asdict(notification)
    return {name: value for name, value in members.items() if value is not None and value != ()}


def _notification(members: dict[str, Any]) -> Notification:
    return Notification(**members | {"remarks": tuple(members.get("remarks", ()))})


def _read(members: dict[str, Any]) -> NotifiedRead:
    then = members.get("then")
    return NotifiedRead(**members | {"keys": tuple(members["keys"]), "then": then and tuple(then)})
