"""Questions about webhooks by the functions that are made for them, in the JSON form of the vectors."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from wasmtime.component import Record, Variant

from component import Instance, Refused, members, record


class Untyped(Exception):
    """The question has no typed form: what it says is not a part of the contract."""


def answered(instance: Instance, question: str) -> Any:
    """What the typed functions say; raises `Untyped` where the question is about something else."""
    match json.loads(question):
        case {"check_webhooks": {"receiver": receiver}}:
            return [members(found) for found in called(instance, receiver, "findings")]
        case {"receive_webhook": {"receiver": receiver, "request": request, "now": now}}:
            return receipt_of(called(instance, receiver, "receive", request_of(request), now))
        case {"plan_webhooks": {"receiver": receiver, "account": account, "registered": registered}}:
            return plan_of(called(instance, receiver, "plan", account, registered))
        case {"coalesce_notifications": {"notifications": notifications, "settled": settled}}:
            return coalesced(instance, listed(notifications), listed(settled))
    raise Untyped(question)


def called(instance: Instance, receiver: str, name: str, *arguments: object) -> Any:
    """What a function of a receiver says."""
    opened = instance.call("webhooks/webhook-receiver.open", receiver)
    try:
        return instance.call(f"webhooks/webhook-receiver.{name}", opened, *arguments)
    finally:
        instance.release(opened)


def coalesced(instance: Instance, notifications: list[Any], settled: list[str]) -> Any:
    texts = [json.dumps(notification) for notification in notifications]
    try:
        return coalesced_of(instance.call("webhooks/coalesce", texts, settled))
    except Refused as refused:
        # Each is a text of its own, so that the place is another.
        assert re.fullmatch(r"notifications \d+", refused.error.location)
        raise Untyped(texts) from refused


def request_of(text: str) -> Record:
    request = json.loads(text)
    if not {"method", "url"} <= request.keys() <= {"method", "url", "body", "body_base64"} or len(request) > 3:
        raise Untyped(text)
    body = base64.b64decode(request["body_base64"]) if "body_base64" in request else request.get("body", "").encode()
    return record(method=request["method"], url=request["url"], body=body)


def listed(text: str) -> list[Any]:
    value = json.loads(text)
    if not isinstance(value, list):
        raise Untyped(text)
    return value


def receipt_of(receipt: Variant) -> Any:
    told = members(receipt.payload)
    if receipt.tag == "accepted":
        return told | {"notification": notification_of(told["notification"])}
    return {"refused": told.pop("reason"), **told}


def notification_of(notification: Record) -> Any:
    told = members(notification)
    stored = json.loads(told.pop("json"))
    told = present(told, "brightpearl_version", "remarks")
    told |= {"raised_ms": told.pop("raised"), "received_ms": told.pop("received")}
    assert told == stored, "what is to be stored says something else than the notification"
    return told


def plan_of(plan: Record) -> Any:
    told = members(plan)
    return told | {name: [members(entry) for entry in told[name]] for name in ("create", "remove", "findings")}


def coalesced_of(coalesced: Record) -> Any:
    told = members(coalesced)
    unreadable = [notification_of(notification) for notification in told["unreadable"]]
    return told | {"reads": [read_of(read) for read in told["reads"]], "unreadable": unreadable}


def read_of(read: Record) -> Any:
    told = members(read)
    told |= {"first_raised_ms": told.pop("first_raised"), "last_raised_ms": told.pop("last_raised")}
    if told["then"] is not None:
        told["then"] = list(told["then"])
    return present(told, "then")


def present(told: dict[str, Any], *names: str) -> dict[str, Any]:
    """Without those of these members that say nothing."""
    return {name: value for name, value in told.items() if value or name not in names}
