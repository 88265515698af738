"""Secrets that were changed elsewhere: a client of the component goes on with them."""

from __future__ import annotations

import pytest
from wasmtime.component import Variant

from component import Loaded, Refused, record
from typed import text_of

NOW = 1_782_864_000_000
CONFIG = {
    "account": "acme",
    "datacentre": "use1",
    "credentials": {"type": "private-app", "app_ref": "acme_sync", "account_token": "token-of-acme"},
}


def test_a_request_that_was_refused_is_sent_again_with_the_credentials_of_now(loaded: Loaded) -> None:
    instance = loaded.instantiate()
    client = instance.call("engine/client.open-json", text_of(CONFIG), None)
    request = text_of({"request": {"method": "GET", "path": "order-service/order-type"}})
    call = instance.call("engine/client.start-json", client, request)

    def sent() -> tuple[int, str]:
        step = instance.call("engine/call.poll", call, NOW)
        headers = dict(step.payload.request.headers)
        return step.payload.id, headers["brightpearl-account-token"]

    exchange, token = sent()
    assert token == "token-of-acme"
    renewed = Variant("private-app", record(app_ref="acme_sync", account_token="token-of-now"))
    assert instance.call("engine/client.renew-credentials", client, renewed) is True
    assert instance.call("engine/client.renew-credentials", client, renewed) is False
    instance.call("engine/call.answer", call, exchange, record(status=401, headers=[], body=b"{}"), NOW)
    assert sent()[1] == "token-of-now"
    other = Variant("staff-app", record(app_ref="acme_sync", staff_token="token-of-now", dev_ref=None))
    with pytest.raises(Refused) as refused:
        instance.call("engine/client.renew-credentials", client, other)
    assert refused.value.error.location == "credentials.type"
