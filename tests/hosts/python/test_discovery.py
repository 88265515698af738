"""What can be asked without an account."""

from __future__ import annotations

import dataclasses
import doctest
import hashlib
import json
import urllib.parse
from decimal import Decimal
from typing import Any

import pytest

import brightpearl
from brightpearl import (
    BrightpearlError,
    ValidationError,
    Violation,
    _native,
    descriptions,
    discovery,
    findings,
    webhooks,
)


def test_what_is_asked_by_its_name_is_answered_as_its_function_does() -> None:
    assert brightpearl.ask({"describe": {"resource": "order-row"}}) == json.loads(_native.describe("order-row"))
    (kinds,) = (table for table in brightpearl.ask({"contract": {}}) if table["name"] == "error-kind")
    assert [kind["name"] for kind in kinds["entries"]] == [kind.kind for kind in brightpearl.errors().kinds]
    with pytest.raises(ValidationError, match="expected one of `catalog`") as caught:
        brightpearl.ask({"weather": {}})
    assert caught.value.location == "question"


def test_the_catalog_lists_what_can_be_described() -> None:
    listed = brightpearl.catalog()
    assert len(listed) > 100
    assert len({found.name for found in listed}) == len(listed)
    for found in listed:
        described = brightpearl.describe(found.name)
        assert (described.name, described.title, described.section) == (
            found.name,
            found.title,
            found.section,
        )
        assert tuple(search.path for search in described.searches) == found.searches
        assert {operation.path for operation in described.operations} == {path.path for path in found.paths}


def members_of(thing: Any) -> Any:
    """Data as the engine's JSON has it: what is not there is not there."""
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        fields = {field.name: field for field in dataclasses.fields(thing)}
        values = {name: getattr(thing, name) for name in fields}
        return {name: members_of(value) for name, value in values.items() if value != fields[name].default}
    return [members_of(element) for element in thing] if isinstance(thing, tuple) else thing


@pytest.mark.parametrize("name", [found["name"] for found in json.loads(_native.catalog())])
def test_nothing_is_lost_between_the_engine_and_its_types(name: str) -> None:
    assert members_of(brightpearl.describe(name)) == json.loads(_native.describe(name))


def test_summaries_have_all_that_the_engine_says() -> None:
    assert members_of(tuple(brightpearl.catalog())) == json.loads(_native.catalog())
    assert [members_of(task) for task in brightpearl.tasks()] == json.loads(_native.tasks())


def test_an_unknown_resource_is_answered_with_the_nearest() -> None:
    with pytest.raises(ValidationError, match='did you mean "order-row"') as caught:
        brightpearl.describe("ordr-row")
    assert caught.value.location == "resource"


def test_a_described_body_has_its_fields_and_a_schema() -> None:
    (creation,) = (found for found in brightpearl.describe("order-note").operations if found.method == "POST")
    assert creation.body is not None
    assert creation.body["required"] == ["text"]
    text = next(field for field in creation.fields if field.pointer == "/text")
    assert text == descriptions.Field("/text", "a text", True, True)


def test_validation_names_everything_at_once() -> None:
    body = {"orderTypeCode": "SO", "placedOn": "yesterday", "curency": {}}
    found = brightpearl.validate("order-service/order", "post", body)
    assert [(violation.pointer, violation.severity, violation.fault) for violation in found] == [
        ("/placedOn", "error", "wrong-format"),
        ("/curency", "warning", "unknown-member"),
        ("/parties/customer/contactId", "error", "missing"),
    ]
    assert str(found[0]) == '/placedOn: found "yesterday", expected a date such as 2024-03-10'
    assert str(found[1]).startswith("warning: /curency: found")
    assert len(brightpearl.validate("order-service/order", "POST", body, unknown_members="allow")) == 2
    assert brightpearl.validate("order-service/order", "POST", json.dumps(body)) == found
    assert brightpearl.validate("order-service/order", "POST", json.dumps(body).encode()) == found


def test_a_decimal_is_judged_by_its_own_digits() -> None:
    def faults(magnitude: object) -> list[str]:
        body = {
            "productName": "x",
            "quantity": {"magnitude": magnitude},
            "rowValue": {"taxCode": "T20"},
        }
        return [violation.fault for violation in brightpearl.validate("order-row", "POST", body)]

    assert faults(Decimal("1.1000")) == []
    assert faults(Decimal("0.30000000000000004")) == ["too-precise"]
    assert faults(Decimal("1.00001")) == ["too-precise"]


def test_a_name_stands_for_its_one_path() -> None:
    assert brightpearl.validate("order-note", "POST", {"text": "x"}) == []
    with pytest.raises(ValidationError, match="several paths") as caught:
        brightpearl.validate("oauth-token", "POST", {})
    assert caught.value.location == "resource"
    with pytest.raises(ValidationError, match="does not take DELETE") as caught:
        brightpearl.validate("order-note", "DELETE")
    assert caught.value.location == "verb"
    with pytest.raises(ValidationError, match="`verb` is 'TRACE'; expected one of 'POST', 'PUT'"):
        brightpearl.validate("order-service/order", "TRACE")
    with pytest.raises(ValidationError) as caught:
        brightpearl.validate("order-service/order", "POST", {}, unknown_members="ignore")  # type: ignore[arg-type]
    assert caught.value.location == "unknown_members"


def test_one_exception_for_each_kind_of_error() -> None:
    listed = brightpearl.errors()
    assert [kind.exception.kind for kind in listed.kinds] == [kind.kind for kind in listed.kinds]
    assert {kind.exception for kind in listed.kinds} == set(BrightpearlError.__subclasses__())
    assert all(kind.advice.endswith(".") for kind in listed.kinds)
    assert "maybe-applied" in listed.deliveries
    assert "missing" in listed.faults


def test_a_callback_is_genuine_or_refused() -> None:
    secret = "invented-secret"
    parameters = {"accountCode": "acme", "timestamp": "1782864000"}
    text = secret + "".join(f"{name}={parameters[name]}" for name in sorted(parameters))
    signed = parameters | {"signature": hashlib.sha256(text.encode()).hexdigest()}
    said = brightpearl.verify_callback(signed, secret)
    assert said == brightpearl.Callback("acme", 1782864000, None)
    assert brightpearl.verify_callback(signed, secret, max_age=60, now=1782864.0) == said
    for options in ({"max_age": 60}, {"max_age": 60, "now": 1782925}, {"max_age": 60, "now": 0}):
        with pytest.raises(ValidationError) as too_old:
            brightpearl.verify_callback(signed, secret, **options)
        assert too_old.value.location == "timestamp"
    with pytest.raises(ValidationError, match="secret is empty"):
        brightpearl.verify_callback(signed, "")
    brightpearl.verify_callback(list(signed.items()), secret)
    for wrong in (signed | {"accountCode": "acm3"}, parameters):
        with pytest.raises(ValidationError, match="do not trust it") as caught:
            brightpearl.verify_callback(wrong, secret)
        assert caught.value.location == "signature"
        assert secret not in repr(vars(caught.value))


def test_the_authorise_page_of_an_app() -> None:
    url = brightpearl.authorize_url("acme", "acme_shop", "https://shop.example/back?a=1", "x9f+2 é")
    parts = urllib.parse.urlsplit(url)
    assert (parts.netloc, parts.path) == ("oauth.brightpearl.com", "/authorize/acme")
    assert dict(urllib.parse.parse_qsl(parts.query, strict_parsing=True)) == {
        "response_type": "code",
        "client_id": "acme_shop",
        "redirect_uri": "https://shop.example/back?a=1",
        "state": "x9f+2 é",
    }
    good = {"account": "acme", "app_ref": "a", "redirect_uri": "https://shop.example/", "state": "s"}
    for name in good:
        with pytest.raises(ValidationError) as caught:
            brightpearl.authorize_url(**(good | {name: ""}))
        assert caught.value.location == name
    with pytest.raises(ValidationError):
        brightpearl.authorize_url("acme/../other", "a", "https://shop.example/", "s")


@pytest.mark.parametrize("module", [discovery, findings, webhooks])
def test_the_examples_run(module: Any) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


def test_findings_are_values() -> None:
    one = Violation("/a", "error", "missing", "nothing", "a value")
    assert one == Violation("/a", "error", "missing", "nothing", "a value")
    assert len({one, Violation("/a", "error", "missing", "nothing", "a value")}) == 1
    assert one != Violation("/b", "error", "missing", "nothing", "a value")
    assert repr(one).startswith("Violation(pointer='/a', severity='error'")
