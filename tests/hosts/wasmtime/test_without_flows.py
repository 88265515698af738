"""The component without mapping and flows does all else alike, and says what it does not do."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

import functions
from component import Loaded, Refused
from play import play
from test_contract import CONFIG, NOW
from test_vectors import FUNCTIONS, VECTORS
from typed import text_of

FLOWS = {"push", "pull"}
ABOUT_FLOWS = {"check_mapping", "run_mapping", "explain_mapping", "ready_mappings", "mapping_schema"}
ABOUT_THE_API = {"personal_members", "record_schemas", "service_reads"}
PULL = {"pull": {"resources": [{"resource": "order"}]}}
READ = {"request": {"method": "GET", "path": "order-service/order-type"}}


def needs_no_flow(path: Path) -> bool:
    return not json.loads(path.read_text()).get("operation", {}).keys() & FLOWS


def is_about_the_api(path: Path) -> bool:
    calls = json.loads(path.read_text())["calls"]
    questions = {name for call in calls if "ask" in call for name in asked(call["ask"]["question"])}
    return questions <= ABOUT_THE_API and not ABOUT_FLOWS & {name for call in calls for name in call}


def asked(question: str) -> list[str]:
    """What a question asks for; one that is invalid asks for something else."""
    try:
        return list(json.loads(question))
    except (ValueError, TypeError):
        return [question]


@pytest.fixture(scope="module")
def engine() -> Loaded:
    return Loaded(Path(os.environ["BRIGHTPEARL_COMPONENT"]).with_name("brightpearl-engine.wasm"))


@pytest.mark.parametrize("path", list(filter(needs_no_flow, VECTORS)), ids=lambda path: path.stem)
def test_vector(engine: Loaded, events: dict[str, Any], path: Path) -> None:
    vector = json.loads(path.read_text()) | {"events": events[path.stem]}
    assert play(engine, vector, "typed") == []


@pytest.mark.parametrize("path", list(filter(is_about_the_api, FUNCTIONS)), ids=lambda path: path.stem)
def test_function_vector(engine: Loaded, path: Path) -> None:
    assert functions.play(engine, json.loads(path.read_text())) == []


def test_most_vectors_need_no_flow() -> None:
    assert len(list(filter(needs_no_flow, VECTORS))) >= 300
    assert {"catalog", "describe", "errors", "tasks", "validate", "service-reads"} <= {
        path.stem for path in filter(is_about_the_api, FUNCTIONS)
    }


@pytest.mark.parametrize("operation", [PULL, {"push": {"mapping": {}, "dry_run": True}}])
def test_a_flow_is_refused_by_its_name(engine: Loaded, operation: dict[str, Any]) -> None:
    instance = engine.instantiate()
    client = instance.call("engine/client.open-json", text_of(CONFIG), None)
    (name,) = operation
    with pytest.raises(Refused, match="built without flows") as refused:
        instance.call("engine/client.start-json", client, text_of(operation))
    error = refused.value.error
    assert (error.kind, error.location, error.delivery) == ("validation", name, "not-sent")


def test_a_flow_of_a_whole_component_is_not_resumed(engine: Loaded, loaded: Loaded) -> None:
    whole = loaded.instantiate()
    client = whole.call("engine/client.open-json", text_of(CONFIG), None)
    checkpoints = {
        name: whole.call("engine/call.checkpoint", whole.call("engine/client.start-json", client, text_of(operation)))
        for name, operation in (("pull", PULL), ("request", READ))
    }
    instance = engine.instantiate()
    client = instance.call("engine/client.open-json", text_of(CONFIG), None)
    with pytest.raises(Refused, match="built without flows"):
        instance.call("engine/client.resume", client, checkpoints["pull"], True)
    resumed = instance.call("engine/client.resume", client, checkpoints["request"], False)
    assert "send" in json.loads(instance.call("engine/call.poll-json", resumed, NOW))


def test_a_question_that_it_cannot_answer_is_told_with_those_that_it_can(engine: Loaded) -> None:
    instance = engine.instantiate()
    for question in ("ready_mappings", "check_webhooks", "health_rules", "compact_journal"):
        with pytest.raises(Refused, match="`describe`") as refused:
            instance.call("discovery/ask", text_of({question: {}}))
        assert refused.value.error.location == "question"
        assert f"`{question}`" not in refused.value.error.message
    assert json.loads(instance.call("discovery/ask", text_of({"contract": {}})))


@pytest.mark.parametrize("name", ["flows/start-push", "mappings/check"])
def test_what_it_does_not_have_is_not_exported(engine: Loaded, name: str) -> None:
    with pytest.raises(LookupError, match="does not export"):
        engine.instantiate().call(name)
