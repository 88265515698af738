"""What the contract has besides what the vectors play."""

from __future__ import annotations

import json
from typing import Any

import pytest
from wasmtime.component import ResourceAny, Variant

from component import Instance, Loaded, Refused, record
from page import resource_texts
from typed import text_of

NOW = 1_782_864_000_000
CONFIG = {
    "account": "acme",
    "datacentre": "use1",
    "credentials": {"type": "private-app", "app_ref": "acme_sync", "account_token": "token-of-acme"},
}
READ = {"request": {"method": "GET", "path": "order-service/order-type"}}


def begun(loaded: Loaded, operation: dict[str, Any]) -> tuple[Instance, ResourceAny]:
    instance = loaded.instantiate()
    client = instance.call("engine/client.open-json", text_of(CONFIG), None)
    return instance, instance.call("engine/client.start-json", client, text_of(operation))


def polled(instance: Instance, call: ResourceAny) -> Any:
    return json.loads(instance.call("engine/call.poll-json", call, NOW))


def test_an_answer_that_is_no_text_is_no_reply(loaded: Loaded) -> None:
    instance, call = begun(loaded, READ)
    sent = polled(instance, call)["send"]
    answer = record(status=200, headers=[], body=b'{"response":"\xff"}')
    instance.call("engine/call.answer", call, sent["exchange"], answer, NOW)
    assert polled(instance, call)["wait"]["reason"] == "backoff"


def test_resources_are_cut_out_of_a_text_as_they_were(loaded: Loaded) -> None:
    instance, call = begun(loaded, {"fetch": {"resource": "order-service/order", "ids": "1-2", "plan": "never"}})
    sent = polled(instance, call)["send"]
    orders = ['{"id":1, "total": 1.50}', '{"id":2,"name":"\\u003c]}"}']
    body = f'{{"response":[{",".join(orders)}]}}'
    instance.call("engine/call.answer-text", call, sent["exchange"], 200, [], body, NOW)
    step = instance.call("engine/call.poll-json", call, NOW)
    assert list(resource_texts(step)) == [(1, orders[0]), (2, orders[1])]
    assert json.loads(step)["resources"]["requested"] == "1-2"


def test_a_request_without_a_body_has_none(loaded: Loaded) -> None:
    instance, call = begun(loaded, READ)
    step = instance.call("engine/call.poll", call, NOW)
    assert step.payload.request.body is None


def test_a_call_has_headers_parameters_and_attempts_of_its_own(loaded: Loaded) -> None:
    instance, call = begun(loaded, READ)
    adjustment = record(max_attempts=1, headers=[("x-trace", "7")], query=[("a b", "c&d")])
    instance.call("engine/call.adjust", call, adjustment)
    sent = polled(instance, call)["send"]
    assert ["x-trace", "7"] in sent["headers"]
    assert sent["url"].endswith("/order-service/order-type?a%20b=c%26d")
    instance.call("engine/call.answer-text", call, sent["exchange"], 503, [], "", NOW)
    with pytest.raises(Refused) as refused:
        polled(instance, call)
    assert refused.value.error.kind == "unavailable"


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"max_attempts": 0}, "max_attempts"),
        ({"headers": [("brightpearl-account-token", "x")]}, "extra_headers"),
        ({"query": [("", "x")]}, "extra_query"),
    ],
)
def test_a_wrong_adjustment_leaves_the_call_as_it_was(loaded: Loaded, wrong: dict[str, Any], place: str) -> None:
    instance, call = begun(loaded, READ)
    right: dict[str, Any] = {"max_attempts": None, "headers": [("x-trace", "7")], "query": []}
    instance.call("engine/call.adjust", call, record(**right))
    with pytest.raises(Refused) as refused:
        instance.call("engine/call.adjust", call, record(**(right | wrong)))
    assert (refused.value.error.kind, refused.value.error.location) == ("validation", place)
    assert ["x-trace", "7"] in polled(instance, call)["send"]["headers"]


def test_what_is_absent_has_its_default(loaded: Loaded) -> None:
    instance = loaded.instantiate()
    absent = dict.fromkeys(("quota", "period", "pacing", "reserve", "private_share"))
    pool = instance.call("engine/pool.open", record(**absent))
    assert instance.call("engine/pool.budget", pool, NOW).quota == 200
    smaller = instance.call("engine/pool.open", record(**{**absent, "quota": 7}))
    assert instance.call("engine/pool.budget", smaller, NOW).quota == 7


def test_a_kind_says_what_its_errors_say(loaded: Loaded) -> None:
    instance = loaded.instantiate()
    with pytest.raises(Refused) as refused:
        instance.call("discovery/describe", "no-such-thing")
    error = refused.value.error
    told = instance.call("discovery/kind", error.kind)
    assert getattr(error, "is-of-record") is getattr(told, "is-of-record") is True
    assert getattr(told, "exit-code") == 2
    assert getattr(instance.call("discovery/kind", "transport"), "is-of-record") is False


def test_a_task_says_whether_it_writes(loaded: Loaded) -> None:
    instance = loaded.instantiate()
    told = {task["name"]: task for task in json.loads(instance.call("discovery/tasks"))}
    for name, task in told.items():
        summary = instance.call("discovery/task", name)
        assert (summary.name, summary.summary, summary.writes) == (name, task["summary"], task["writes"])
    assert {task["writes"] for task in told.values()} == {False, True}
    with pytest.raises(Refused, match="did you mean"):
        instance.call("discovery/task", "create-sales-ordr")


def test_a_mapping_says_what_is_written_with_it(loaded: Loaded) -> None:
    instance = loaded.instantiate()
    ready = {entry["name"]: entry["document"] for entry in json.loads(instance.call("mappings/ready"))}
    ends = set()
    for name, document in ready.items():
        mapping = instance.call("mappings/mapping.open", text_of(document))
        assert instance.call("mappings/mapping.name", mapping) == document.get("name", name)
        target = instance.call("mappings/mapping.target", mapping)
        source = instance.call("mappings/mapping.source", mapping)
        assert (target is None) is (source is not None)
        ends.add(source is None)
    assert ends == {False, True}


def test_a_call_keeps_what_it_needs_of_a_mapping(loaded: Loaded) -> None:
    instance = loaded.instantiate()
    client = instance.call("engine/client.open-json", text_of(CONFIG), None)
    ready = {entry["name"]: entry["document"] for entry in json.loads(instance.call("mappings/ready"))}
    document = next(document for document in ready.values() if "target" in document)
    mapping = instance.call("mappings/mapping.open", text_of(document))
    absent = dict.fromkeys(("records", "max_writes", "existing", "journal", "window", "looks", "confirm"))
    push = record(mapping=mapping, dry_run=True, write=False, renew=False, **absent)
    call = instance.call("flows/start-push", client, push)
    instance.release(mapping)
    assert instance.call("engine/call.poll", call, NOW) == Variant("feed", 200)
    checkpoint = json.loads(instance.call("engine/call.checkpoint", call))
    assert checkpoint["operation"]["push"]["mapping"] == document
