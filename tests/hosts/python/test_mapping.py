"""Mapping documents in Python: compiled, run one by one and many at once, explained."""

from __future__ import annotations

import json
import pickle
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from brightpearl import Mapping, MappingFailure, MappingFinding, Reference, ValidationError

SAMPLES = Path(__file__).parents[2] / "mappings"

STOCK: dict[str, Any] = {
    "version": 1,
    "name": "stock",
    "target": "stock-correction",
    "path": {"ID": {"value": 2}},
    "fields": [
        {
            "to": "/corrections",
            "each": "lines",
            "fields": [
                {"to": "/quantity", "from": "qty", "as": "integer", "required": True},
                {
                    "to": "/productId",
                    "from": "sku",
                    "required": True,
                    "resolve": {"search": "product-service/product-search", "column": "SKU"},
                },
                {"to": "/reason", "value": "Counted"},
                {"to": "/locationId", "value": 2},
            ],
        },
    ],
}
TEXT = "product-service/product-search?SKU=MUG-1"


def counted(quantity: object) -> dict[str, Any]:
    return {"lines": [{"sku": "MUG-1", "qty": quantity}]}


def test_a_document_may_be_a_dict_a_text_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "stock.json"
    file.write_text(json.dumps(STOCK))
    for mapping in (Mapping(STOCK), Mapping(json.dumps(STOCK)), Mapping(file)):
        assert mapping.name == "stock"
        assert mapping.target == "warehouse-service/warehouse/{ID}/stock-correction"
        assert (mapping.method, mapping.source, mapping.group_by, mapping.key_search) == ("POST", None, None, None)
        assert json.loads(mapping.document) == STOCK
    assert repr(Mapping(STOCK)) == "<Mapping stock to warehouse-service/warehouse/{ID}/stock-correction>"


def test_a_record_becomes_a_path_and_a_body_with_what_is_looked_up() -> None:
    mapped = Mapping(STOCK).map(counted("-3"), {TEXT: 1007})
    assert (mapped.method, mapped.path) == ("POST", "warehouse-service/warehouse/2/stock-correction")
    assert mapped.body == {"corrections": [{"quantity": -3, "productId": 1007, "reason": "Counted", "locationId": 2}]}
    assert mapped.raw == json.dumps(mapped.body, separators=(",", ":")).encode()
    [reference] = mapped.references
    assert isinstance(reference, Reference)
    assert (str(reference), reference.value, reference.on_missing) == (TEXT, "MUG-1", "fail")
    assert (mapped.failures, mapped.skipped, mapped.key) == ([], None, None)


def test_what_is_not_said_of_a_reference_stands_in_braces() -> None:
    body = Mapping(STOCK).map(counted(1)).body
    assert body["corrections"][0]["productId"] == f"{{{TEXT}}}"


def test_what_is_missing_fails_the_record() -> None:
    mapped = Mapping(STOCK).map(counted(1), {TEXT: None})
    assert (mapped.body, mapped.raw, mapped.path) == (None, None, None)
    [failure] = mapped.failures
    assert isinstance(failure, MappingFailure)
    assert failure.rule == "/fields/0/fields/1"
    assert pickle.loads(pickle.dumps(failure)) == failure
    assert failure.reason in str(failure)
    assert "failed" in repr(mapped)


def test_records_may_be_of_any_form() -> None:
    record = counted(2)
    text = json.dumps(record)
    mapping = Mapping(STOCK)
    bodies = [mapping.map(one).raw for one in (record, text, text.encode(), bytearray(text.encode()))]
    assert len(set(bodies)) == 1
    assert mapping.map({"lines": [{"sku": "A", "qty": Decimal("2.0")}]}).body["corrections"][0]["quantity"] == 2
    assert "expected" in str(mapping.map(b"{nonsense").failures[0])
    (failure,) = mapping.map({"lines": {1, 2}}).failures
    assert (failure.source, failure.reason) == ("/lines", "a set has no JSON form")


def test_many_records_are_as_one_by_one_and_in_their_order() -> None:
    mapping = Mapping(STOCK)
    records = [counted(number) for number in range(1000)]
    expected = [mapping.map(record).raw for record in records]
    assert [mapped.raw for mapped in mapping.map_many(records)] == expected
    assert [mapped.raw for mapped in mapping.map_many(iter(records))] == expected
    lines = "\n\n".join(json.dumps(record) for record in records)
    assert [mapped.raw for mapped in mapping.map_many(lines.encode())] == expected
    assert [mapped.raw for mapped in mapping.map_many(lines)] == expected
    assert list(mapping.map_many([])) == []
    resolved = mapping.map_many([counted(1)], {TEXT: 7})
    assert next(resolved).body["corrections"][0]["productId"] == 7


def test_many_records_are_taken_only_as_they_are_needed() -> None:
    taken = 0

    def records() -> Any:
        nonlocal taken
        for number in range(100_000):
            taken += 1
            yield counted(number)

    next(Mapping(STOCK).map_many(records()))
    assert taken < 1_000


def test_a_name_or_a_path_for_a_document_says_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"Mapping\.ready\('shopify-order'\)"):
        Mapping("shopify-order")
    path = tmp_path / "document.json"
    path.write_text(json.dumps(STOCK), "utf-8")
    with pytest.raises(ValidationError, match=r"pathlib\.Path\("):
        Mapping(str(path))
    for text in ("", "\0", "x" * 100_000, "[1]"):
        with pytest.raises(ValidationError, match="cannot be used"):
            Mapping(text)


def test_a_wrong_document_says_all_that_is_wrong() -> None:
    wrong = STOCK | {"fields": [{"to": "/correctoins", "from": "a"}, {"to": "/corrections", "form": "b"}]}
    with pytest.raises(ValidationError, match="cannot be used") as raised:
        Mapping(wrong)
    assert raised.value.location == "document"
    findings = Mapping.check(wrong)
    assert {finding.pointer for finding in findings if finding.severity == "error"} >= {"/fields/1/form"}
    assert all(isinstance(finding, MappingFinding) and finding.message in str(finding) for finding in findings)
    assert not [finding for finding in Mapping.check(STOCK) if finding.severity == "error"]
    assert Mapping(STOCK).findings() == Mapping.check(STOCK)


def test_resolved_must_be_an_object_of_ids_and_texts() -> None:
    with pytest.raises(ValidationError) as raised:
        Mapping(STOCK).map({}, {TEXT: {1}})  # type: ignore[dict-item]
    assert raised.value.location == f"resolved /{TEXT.replace('/', '~1')}"


def test_what_is_missing_is_told() -> None:
    mapping = Mapping.ready("shopify-order")
    sku = "product-service/product-search?SKU=LAMP-9"
    line = {"id": 1, "name": "Lamp", "sku": "LAMP-9", "price": "9.00", "quantity": 1}
    order = {"id": 5, "name": "#5", "currency": "GBP", "created_at": "2026-01-31T10:00:00Z", "line_items": [line]}
    unknown = mapping.map(order, {sku: None})
    assert unknown.told == ["Brightpearl has no product of SKU LAMP-9; its row is free text"]
    assert unknown.body["rows"][0]["name"] == "Lamp (LAMP-9)"
    known = mapping.map(order, {sku: 1007})
    assert known.told == []
    assert known.body["rows"][0]["name"] == "Lamp"
    (failure,) = mapping.map(order | {"total_price": "9.50"}, {sku: 1007}).failures
    for number in ("9.50", "9.00", "0.50"):
        assert number in failure.reason


@pytest.mark.parametrize("name", Mapping.ready_names())
def test_ready_documents_do_to_their_samples_what_they_should(name: str) -> None:
    mapping = Mapping.ready(name)
    assert mapping.name == name
    records = json.loads((SAMPLES / f"{name}.sample.json").read_text("utf-8"), parse_float=Decimal)
    expected = json.loads((SAMPLES / f"{name}.expected.json").read_text("utf-8"), parse_float=Decimal)
    assert len(records) == len(expected)
    for record, wanted in zip(records, expected, strict=True):
        # What is created for every record is searched for nowhere.
        mapped = mapping.map(record, {"?=": 1001} | wanted.get("references", {}))
        if "body" in wanted:
            assert mapped.raw is not None, mapped
            assert mapped.body == wanted["body"]
        else:
            assert mapped.raw is None
        assert (mapped.skipped is not None) == ("skipped" in wanted)


def test_an_unknown_ready_document_names_those_that_there_are() -> None:
    with pytest.raises(ValidationError, match="shopify-order"):
        Mapping.ready("shopify")


def test_an_explanation_says_what_goes_where() -> None:
    explanation = Mapping(STOCK).explain()
    assert (explanation.name, explanation.method) == ("stock", "POST")
    rules = {rule.to: rule for rule in explanation.rules}
    assert "qty" in rules["/corrections/*/quantity"].text
    assert rules["/corrections/*/quantity"].mandatory
    assert rules["/corrections/*/reason"].rule == "/fields/0/fields/2"
    assert str(explanation).startswith("stock: POST warehouse-service/warehouse/{ID}/stock-correction\n")
    assert pickle.loads(pickle.dumps(explanation)) == explanation
    outbound = Mapping.ready("order-to-shopify").explain()
    assert (outbound.source, outbound.target, outbound.method) == ("order", None, None)


def test_the_schema_is_that_of_documents() -> None:
    schema = Mapping.schema()
    assert schema["properties"]["version"] == {"const": 1}
    assert "groupBy" in json.dumps(schema)
