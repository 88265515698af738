"""Plays the vectors of functions that need no account."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import typed_webhooks
from component import Instance, Loaded, Refused, members
from difference import differences
from encode import error_of
from typed import text_of
from typed_webhooks import Untyped

FUNCTIONS = {"ready_mappings": "ready", "mapping_schema": "schema"}
"""What the contract calls a function, where it is not what the vectors call it."""


def play(loaded: Loaded, vector: dict[str, Any]) -> list[str]:
    """Every difference between what the vector expects and what the component says."""
    found = []
    for place, call in enumerate(vector["calls"]):
        for way in (called, called_by_types):
            try:
                told = differences(call["expect"], value_of(loaded.instantiate(), call, way))
            except Untyped:
                continue
            found += [f"call {place}, {way.__name__}: {difference}" for difference in told]
    return found


def value_of(instance: Instance, call: dict[str, Any], way: Callable[[Instance, dict[str, Any]], Any]) -> Any:
    """What a function says."""
    try:
        value = way(instance, call)
    except Refused as refused:
        return {"error": error_of(refused.error)}
    return {"value": [at(value, pointer) for pointer in call["pick"]] if "pick" in call else value}


def called(instance: Instance, call: dict[str, Any]) -> Any:
    match call:
        case {"catalog": {}} | {"tasks": {}} | {"errors": {}} | {"ready_mappings": {}} | {"mapping_schema": {}}:
            (name,) = call.keys() & {"catalog", "tasks", "errors", "ready_mappings", "mapping_schema"}
            interface = "mappings" if "mapping" in name else "discovery"
            return asked(instance, f"{interface}/{FUNCTIONS.get(name, name)}")
        case {"describe": {"resource": resource}}:
            return asked(instance, "discovery/describe", resource)
        case {"validate": {"path": path, "verb": verb, "body": body, "unknown_members": unknown}}:
            return validated(instance, path, verb, body, unknown)
        case {"check_mapping": {"document": document}}:
            findings = [members(finding) for finding in instance.call("mappings/check", document)]
            return {"usable": all(found["severity"] != "error" for found in findings), "findings": findings}
        case {"explain_mapping": {"document": document}}:
            return asked(instance, "mappings/explain", document)
        case {"run_mapping": {"document": document, "record": record, "resolved": resolved}}:
            return mapped(instance, document, record, resolved)
        case {"ask": {"question": question}}:
            return asked(instance, "discovery/ask", question)
        case {"verify_callback": {"parameters": parameters, "dev_secret": dev_secret} as given}:
            pairs = [(name, value) for name, value in parameters]
            moment = given.get("max_age_ms"), given.get("now", 0)
            instance.call("discovery/verify-callback", pairs, dev_secret, *moment)
            return None
    raise AssertionError(f"an unknown function: {sorted(call)}")


def called_by_types(instance: Instance, call: dict[str, Any]) -> Any:
    """The same by the functions that are made for what is asked by its name."""
    if "ask" not in call:
        raise Untyped
    return typed_webhooks.answered(instance, call["ask"]["question"])


def asked(instance: Instance, name: str, *arguments: object) -> Any:
    return json.loads(instance.call(name, *arguments))


def validated(instance: Instance, path: str, verb: str, body: str, unknown: str) -> Any:
    """By the enums of the contract where the vector's words are of them; the engine judges others as JSON."""
    _, verbs, _, policies = instance.parameters("discovery/validate")
    if verb.lower() in verbs.names and unknown in policies.payload.names:
        return [members(told) for told in instance.call("discovery/validate", path, verb.lower(), body, unknown)]
    question = {"validate": {"path": path, "verb": verb, "body": body, "unknown_members": unknown}}
    return asked(instance, "discovery/ask", text_of(question))


def mapped(instance: Instance, document: str, record: str, resolved: str) -> Any:
    """Compiles the document, and maps the record twice: a mapping keeps nothing of what it mapped."""
    mapping = instance.call("mappings/mapping.open", document)
    first, second = (asked(instance, "mappings/mapping.run", mapping, record, resolved or None) for _ in range(2))
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
