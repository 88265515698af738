"""Clients of every scheme in the component, against answers that echo all that was sent, in every form.

Nothing that the component says shows a secret.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from wasmtime.component import ResourceAny, Variant

from component import Instance, Loaded, Refused
from echoes import every_form, shown
from encode import error_of
from typed import text_of

GIVEN = "Zq7-Wx9_Kv3/9e3779b97f4a7c15+Lm5Np8Rt2=="
OTHER = "Yr6-Vw8_Ju2/3c6ef372fe94f82a+Kk4Mo7Qs1=="
ISSUED = "Xs5-Uv7_It1/daa66d2c7ddf743f+Jj3Ln6Pr0=="

SCHEMES = {
    "private-app": ({"app_ref": "acme_sync", "account_token": GIVEN}, [GIVEN]),
    "staff-app": ({"app_ref": "acme_sync", "staff_token": GIVEN}, [GIVEN]),
    "staff-login": ({"app_ref": "acme_sync", "email": "a@example.com", "password": GIVEN}, [GIVEN, ISSUED]),
    "legacy-session": ({"email": "a@example.com", "password": GIVEN}, [GIVEN, ISSUED]),
    "application-login": (
        {"application_id": "acme", "application_secret": GIVEN, "token_header": "X-Of-Our-Own"},
        [GIVEN, ISSUED],
    ),
    "public-app": (
        {"dev_ref": "acme", "app_ref": "acme_shop", "account_token": GIVEN, "dev_secret": OTHER},
        [GIVEN, OTHER],
    ),
    "oauth": (
        {
            "dev_ref": "acme",
            "app_ref": "acme_shop",
            "client_secret": GIVEN,
            "grant": {"tokens": {"refresh_token": OTHER}},
        },
        [GIVEN, OTHER, ISSUED],
    ),
}

WRITE = {"method": "PUT", "path": "order-service/order/5/status", "body": '{"orderStatusId":1}'}
OPERATIONS: list[dict[str, Any]] = [
    {"request": {"method": "GET", "path": "order-service/order-type"}},
    {"request": WRITE},
    {"search": {"resource": "order-service/order-search"}},
    {"fetch": {"resource": "order-service/order", "ids": "1-3"}},
    {"batch": {"requests": [WRITE, WRITE]}},
    {"task": {"name": "add-order-note", "arguments": {"orderId": 1, "text": "x"}}},
]

BODIES = [
    '{"errors":[{"code":"X","message":"%s"}]}',
    '{"response":"You said %s"}',
    '{"error":"invalid_grant","error_description":"%s"}',
    '{"said":"%s"}',
    "<html>You said %s",
    "abcdefghijklmno%s",
]
STATUSES = [401, 400, 200, 500, 302]


class Talk:
    """What the component says to servers that echo."""

    def __init__(self, instance: Instance, client: ResourceAny, echoes: list[str]) -> None:
        self.instance = instance
        self.client = client
        self.echoes = echoes
        self.said: list[str] = []
        self.turn = 0

    def carry_out(self, operation: dict[str, Any]) -> None:
        """Drives a call to its end, and notes what it says."""
        call = self.instance.call("engine/client.start-json", self.client, text_of(operation))
        now = 1_782_864_000_000
        try:
            while (step := self.instance.call("engine/call.poll", call, now)).tag != "done":
                match step:
                    case Variant("send", exchange):
                        self.answer(call, exchange, now)
                    case Variant("wait", wait):
                        now = wait.until
                    case Variant("output", Variant("data", data)):
                        # An answer is repeated as it came; what is said of a failure is our own.
                        self.said += [item for item in data.items if ',"error":{' in item]
        except Refused as refused:
            self.note(refused)
        try:
            self.said.append(self.instance.call("engine/call.checkpoint", call))
        except Refused as refused:
            self.note(refused)
        self.instance.release(call)

    def answer(self, call: ResourceAny, exchange: Any, now: int) -> None:
        self.turn += 1
        echo = self.echoes[self.turn % len(self.echoes)]
        try:
            if "/public-api/" not in exchange.request.url:
                tokens = json.dumps({"response": ISSUED, "access_token": ISSUED, "expires_in": 604_800})
                self.instance.call("engine/call.answer-text", call, exchange.id, 200, [], tokens, now)
            elif self.turn % 7 == 0:
                failure = Variant("maybe-sent", f"a proxy said: {echo}")
                self.instance.call("engine/call.fail", call, exchange.id, failure, now)
            else:
                body = BODIES[self.turn % len(BODIES)] % echo.replace('"', "'")
                status = STATUSES[self.turn % len(STATUSES)]
                self.instance.call("engine/call.answer-text", call, exchange.id, status, [], body, now)
        except Refused as refused:
            self.note(refused)

    def note(self, refused: Refused) -> None:
        self.said += texts(error_of(refused.error))


def followed(secret: str) -> list[str]:
    """A secret in base64 together with what follows it: it ends in other letters then."""
    texts = [f"{before}{secret}=/tail".encode() for before in ("", "a", "ab", "acme:")]
    encoded = [encode(text).decode() for text in texts for encode in (base64.b64encode, base64.urlsafe_b64encode)]
    return [text.rstrip("=") for text in encoded]


def texts(value: Any) -> list[str]:
    """Every text in a value."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for one in inner for text in texts(one)]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_secret_is_shown(loaded: Loaded, scheme: str) -> None:
    credentials, secrets = SCHEMES[scheme]
    config = {
        "account": "acme",
        "datacentre": "use1",
        "credentials": {"type": scheme, **credentials},
        "retry": {"max_attempts": 2, "base_ms": 1, "cap_ms": 1},
    }
    instance = loaded.instantiate()
    client = instance.call("engine/client.open-json", text_of(config), None)
    talk = Talk(instance, client, [form for secret in secrets for form in (*every_form(secret), *followed(secret))])
    # The first turns bring the tokens, before they are echoed.
    while talk.turn < 2 * len(talk.echoes):
        for operation in OPERATIONS:
            talk.carry_out(operation)
    talk.said += [event.json for event in instance.call("engine/client.drain-events", client)]
    assert any("[redacted]" in text for text in talk.said)
    assert shown(secrets, talk.said) is None


def test_every_scheme_is_tried(loaded: Loaded) -> None:
    instance = loaded.instantiate()
    config, _ = instance.parameters("engine/client.open")
    (credentials,) = (kind for name, kind in config.fields if name == "credentials")
    assert {name for name, _ in credentials.cases} == set(SCHEMES)


def test_headers_of_unknown_names_are_secret(loaded: Loaded) -> None:
    instance = loaded.instantiate()
    assert instance.call("discovery/header-is-secret", "X-Of-Our-Own")
    assert not instance.call("discovery/header-is-secret", "date")
