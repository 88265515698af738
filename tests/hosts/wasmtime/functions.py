"""Plays the vectors of functions that need no account."""

from __future__ import annotations

import json
from typing import Any

from component import Instance, Loaded, Refused
from difference import differences
from encode import error_of


def play(loaded: Loaded, vector: dict[str, Any]) -> list[str]:
    """Every difference between what the vector expects and what the component says."""
    found = []
    for place, call in enumerate(vector["calls"]):
        told = differences(call["expect"], value_of(loaded.instantiate(), call))
        found += [f"call {place}: {difference}" for difference in told]
    return found


def value_of(instance: Instance, call: dict[str, Any]) -> Any:
    """What a function says."""
    try:
        value = called(instance, call)
    except Refused as refused:
        return {"error": error_of(refused.error)}
    return {"value": [at(value, pointer) for pointer in call["pick"]] if "pick" in call else value}


def called(instance: Instance, call: dict[str, Any]) -> Any:
    match call:
        case {"catalog": {}} | {"tasks": {}} | {"errors": {}} | {"ready_mappings": {}} | {"mapping_schema": {}}:
            (name,) = call.keys() & {"catalog", "tasks", "errors", "ready_mappings", "mapping_schema"}
            return asked(instance, name)
        case {"describe": {"resource": resource}}:
            return asked(instance, "describe", resource)
        case {"validate": {"path": path, "verb": verb, "body": body, "unknown_members": unknown}}:
            return asked(instance, "validate", path, verb, body.encode(), unknown)
        case {"check_mapping": {"document": document}}:
            return asked(instance, "check_mapping", document)
        case {"explain_mapping": {"document": document}}:
            return asked(instance, "explain_mapping", document)
        case {"run_mapping": {"document": document, "record": record, "resolved": resolved}}:
            return mapped(instance, document, record.encode(), resolved)
        case {"ask": {"question": question}}:
            return asked(instance, "ask", question)
        case {"verify_callback": {"parameters": parameters, "dev_secret": dev_secret} as given}:
            pairs = [(name, value) for name, value in parameters]
            moment = given.get("max_age_ms"), given.get("now", 0)
            instance.call("discovery/verify-callback", pairs, dev_secret, *moment)
            return None
    raise AssertionError(f"an unknown function: {sorted(call)}")


def asked(instance: Instance, name: str, *arguments: object) -> Any:
    return json.loads(instance.call(f"discovery/{name.replace('_', '-')}", *arguments))


def mapped(instance: Instance, document: str, record: bytes, resolved: str) -> Any:
    """Compiles the document, and maps the record twice: a mapping keeps nothing of what it mapped."""
    mapping = instance.call("discovery/mapping.open", document)
    first, second = (asked(instance, "mapping.run", mapping, record, resolved) for _ in range(2))
    instance.release(mapping)
    assert first == second, "the second run of a mapping gave something else than the first"
    return first


def at(value: Any, pointer: str) -> Any:
    """What stands at a JSON Pointer; None for nothing."""
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (LookupError, TypeError, ValueError):
            return None
    return value
