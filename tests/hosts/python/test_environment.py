"""Clients from environment variables."""

from __future__ import annotations

import pytest

from brightpearl import Client, PrivateApp, StaffApp, ValidationError
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
