"""Hostile mapping documents on the smallest stack that the engine is promised."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from brightpearl import BrightpearlError, Mapping

STACK_BYTES = 128 * 1024

VECTOR = Path(__file__).parents[2] / "vectors" / "functions" / "mapping-limits.json"

EXPRESSIONS = {
    "steps": "a" + ".a" * 7_000,
    "many steps": "a" + ".a" * 200_000,
    "parentheses": "(" * 50_000 + "a" + ")" * 50_000,
    "lists": "[" * 50_000 + "a" + "]" * 50_000,
    "objects": "{a:" * 20_000 + "a" + "}" * 20_000,
    "calls": "length(" * 20_000 + "a" + ")" * 20_000,
    "filters": "a[?" * 10_000 + "a" + "]" * 10_000,
    "negations": "!" * 100_000 + "a",
    "pipes": " | ".join(["a"] * 50_000),
    "alternatives": " || ".join(["a"] * 50_000),
    "alternatives in parentheses": "a|b||(" * 24 + "a|b||a&&b==c" + ")" * 24,
    "projections": "a" + "[]" * 50_000,
    "a literal": "`" + "[" * 100_000 + "]" * 100_000 + "`",
}


@pytest.fixture
def small_stack() -> Iterator[None]:
    """Threads that start from now on have no more."""
    before = threading.stack_size(STACK_BYTES)
    yield
    threading.stack_size(before)


def document(expression: str) -> dict[str, object]:
    return {"version": 1, "name": "n", "source": "order", "fields": [{"to": "/a", "from": expression}]}


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
@pytest.mark.usefixtures("small_stack")
def test_an_expression_is_refused_with_its_place(expression: str) -> None:
    places: list[str] = []

    def check() -> None:
        places.extend(finding.pointer for finding in Mapping.check(document(expression)))

    thread = threading.Thread(target=check)
    thread.start()
    thread.join()
    assert "/fields/0/from" in places


@pytest.mark.usefixtures("small_stack")
def test_the_documents_of_the_shared_vector_are_dealt_with() -> None:
    calls = json.loads(VECTOR.read_text())["calls"]
    checked: list[object] = []

    def check() -> None:
        for call in calls:
            text = next(iter(call.values()))["document"]
            checked.append(Mapping.check(text))
            try:
                Mapping(text).map({"a": 1})
            except BrightpearlError as refusal:
                checked.append(refusal)

    thread = threading.Thread(target=check)
    thread.start()
    thread.join()
    assert len(checked) >= len(calls)
