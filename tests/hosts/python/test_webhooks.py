"""Webhooks by types of Python's own: they say what the vectors expect, and are stored as JSON."""

from __future__ import annotations

import json
import pickle
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from brightpearl import ValidationError
from brightpearl.webhooks import Accepted, Notification, Refused, WebhookReceiver, coalesce

VECTORS = Path(__file__).parents[2] / "vectors" / "functions"
SECRET = "an-invented-secret-0123456789"
DECLARED: dict[str, Any] = {
    "accounts": [{"account": "demo", "secrets": [SECRET]}],
    "public_url": "https://hooks.example.com/brightpearl",
    "subscriptions": ["order.modified", "goods-out-note"],
}


def asked(vector: str, question: str) -> list[tuple[dict[str, Any], Any]]:
    """What a vector asks and expects, where that is no error."""
    calls = json.loads((VECTORS / vector).read_text())["calls"]
    found = [(json.loads(call["ask"]["question"]).get(question), call["expect"].get("value")) for call in calls]
    found = [(arguments, expected) for arguments, expected in found if arguments and expected is not None]
    assert found
    return found


def plain(value: Any) -> Any:
    """As the engine has it."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items() if inner is not None and inner != ()}
    return [plain(element) for element in value] if isinstance(value, (list, tuple)) else value


def test_receipts_are_those_of_the_vectors() -> None:
    for arguments, expected in asked("webhook-receive.json", "receive_webhook"):
        request = json.loads(arguments["request"])
        receiver = WebhookReceiver(json.loads(arguments["receiver"]))
        body = request.get("body")
        receipt = receiver.receive(request["method"], request["url"], body, now=arguments["now"])
        if "body_base64" not in request:
            assert plain(asdict(receipt)) == expected
            assert isinstance(receipt, Accepted if "notification" in expected else Refused)


def test_plans_are_those_of_the_vectors() -> None:
    for arguments, expected in asked("webhook-plan.json", "plan_webhooks"):
        receiver = WebhookReceiver(json.loads(arguments["receiver"]))
        plan = receiver.plan(arguments["account"], json.loads(arguments["registered"]))
        empty: dict[str, Any] = {name: [] for name in ("create", "remove", "keep", "foreign", "findings")}
        assert empty | plain(asdict(plan)) == expected
        assert receiver.findings == plan.findings


def test_bursts_come_to_what_the_vectors_have() -> None:
    for arguments, expected in asked("webhook-coalesce.json", "coalesce_notifications"):
        notifications = [Notification.from_json(json.dumps(one)) for one in json.loads(arguments["notifications"])]
        told = coalesce(notifications, json.loads(arguments["settled"]))
        empty: dict[str, Any] = {name: [] for name in ("reads", "unreadable", "duplicates")}
        assert empty | plain(asdict(told)) == expected
        assert [Notification.from_json(one.to_json()) for one in notifications] == notifications
        assert pickle.loads(pickle.dumps(told)) == told


def test_what_is_not_genuine_is_refused_whatever_its_bytes_are() -> None:
    receiver = WebhookReceiver(DECLARED)
    path = f"/brightpearl?secret={SECRET}"
    for method, url, body, refused in (
        ("POST", "/elsewhere", b"{}", "unknown-address"),
        ("POST", f"{path}x", b"{}", "wrong-secret"),
        ("PUT", path, b"{}", "wrong-method"),
        ("POST", path, b"\xff\xfe", "malformed"),
        ("POST", path, None, "malformed"),
        ("POST", path, " " * 300_000, "too-large"),
    ):
        receipt = receiver.receive(method, url, body)
        assert isinstance(receipt, Refused)
        assert (receipt.refused, SECRET in receipt.message) == (refused, False)


def test_a_declaration_is_refused_by_name_and_shows_no_secret() -> None:
    with pytest.raises(ValidationError) as refused:
        WebhookReceiver(DECLARED | {"accounts": [{"account": "demo", "secrets": ["short"]}]})
    assert refused.value.location == "accounts/0/secrets"
    with pytest.raises(TypeError, match="declaration"):
        WebhookReceiver([])  # type: ignore[arg-type]
    [finding] = WebhookReceiver(DECLARED | {"subscriptions": ["ordr.modified"]}).findings
    assert (finding.pointer, finding.severity) == ("/subscriptions/0/subscribeTo", "warning")
    receiver = WebhookReceiver(DECLARED)
    assert SECRET not in repr(receiver)
    assert SECRET not in repr(receiver.plan("demo", []))
