"""Clients from environment variables."""

from __future__ import annotations

import json

import pytest

from brightpearl import Client, PrivateApp, StaffApp, ValidationError, _native
from brightpearl.environment import settings

GOOD = {
    "BRIGHTPEARL_ACCOUNT": "acme",
    "BRIGHTPEARL_DATACENTRE": "use1",
    "BRIGHTPEARL_APP_REF": "acme_sync",
    "BRIGHTPEARL_ACCOUNT_TOKEN": "s3cret",
}


def test_a_client_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    assert "s3cret" not in repr(Client.from_env(page_size=10))


def test_settings() -> None:
    found = settings(GOOD)
    assert found["datacentre"] == "use1"
    assert isinstance(found["credentials"], PrivateApp)
    staff = {name: value for name, value in GOOD.items() if name != "BRIGHTPEARL_ACCOUNT_TOKEN"}
    assert isinstance(settings(staff | {"BRIGHTPEARL_STAFF_TOKEN": "x"})["credentials"], StaffApp)
    place = {name: value for name, value in GOOD.items() if name != "BRIGHTPEARL_DATACENTRE"}
    assert settings(place | {"BRIGHTPEARL_BASE_URL": "http://127.0.0.1:1"})["base_url"] == "http://127.0.0.1:1"


@pytest.mark.parametrize("name", GOOD)
def test_what_is_missing_is_named(name: str) -> None:
    for value in ({}, {name: ""}):
        with pytest.raises(ValidationError) as caught:
            settings({key: GOOD[key] for key in GOOD if key != name} | value)
        assert caught.value.location == name


@pytest.mark.parametrize("name", ["BRIGHTPEARL_BASE_URL", "BRIGHTPEARL_STAFF_TOKEN"])
def test_what_contradicts_is_named(name: str) -> None:
    with pytest.raises(ValidationError, match="expected only one") as caught:
        settings(GOOD | {name: "x"})
    assert caught.value.location == name


SCHEMES = "_ACCOUNT_TOKEN, BRIGHTPEARL_STAFF_TOKEN, BRIGHTPEARL_PASSWORD, BRIGHTPEARL_APPLICATION_SECRET, BRIGHTPEARL_"


@pytest.mark.parametrize(
    ("given", "location", "expected"),
    [
        ("", "ACCOUNT_TOKEN", f"a credential in one of BRIGHTPEARL{SCHEMES}REFRESH_TOKEN"),
        ("ACCOUNT_TOKEN", "APP_REF", "the app's reference"),
        ("ACCOUNT_TOKEN DEV_SECRET", "APP_REF", "the app's reference"),
        ("ACCOUNT_TOKEN DEV_SECRET APP_REF", "DEV_REF", "the developer's reference"),
        ("STAFF_TOKEN DEV_REF", "APP_REF", "the app's reference"),
        ("PASSWORD", "EMAIL", "the staff member's address"),
        ("PASSWORD APP_REF", "EMAIL", "the staff member's address"),
        ("APPLICATION_SECRET", "APPLICATION_ID", "the application's id"),
        ("REFRESH_TOKEN", "APP_REF", "the app's reference"),
        ("REFRESH_TOKEN APP_REF", "DEV_REF", "the developer's reference"),
    ],
)
def test_what_a_scheme_lacks_is_said(given: str, location: str, expected: str) -> None:
    place = {name: GOOD[name] for name in ("BRIGHTPEARL_ACCOUNT", "BRIGHTPEARL_DATACENTRE")}
    with pytest.raises(ValidationError) as caught:
        settings(place | {f"BRIGHTPEARL_{name}": "x" for name in given.split()})
    assert caught.value.location == f"BRIGHTPEARL_{location}"
    # More schemes may follow.
    assert caught.value.message.startswith(f"the variable is not set; expected {expected}")


def test_every_text_of_a_scheme_has_its_variable() -> None:
    """What no variable holds cannot be given by one: a time, and the other ways to begin."""
    for scheme in json.loads(_native.schemes()):
        place = {name: GOOD[name] for name in ("BRIGHTPEARL_ACCOUNT", "BRIGHTPEARL_DATACENTRE")}
        texts = {text["name"]: f"value of {text['name']}" for text in scheme["texts"]}
        found = settings(place | {f"BRIGHTPEARL_{name.upper()}": value for name, value in texts.items()})
        made = found["credentials"]
        assert type(made).__name__ == scheme["type_name"]
        configured = made._configuration()
        for form in configured.pop("grant", {}).values():
            configured |= form
        assert configured == texts | {"type": scheme["type"]}
