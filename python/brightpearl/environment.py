"""A client's settings from environment variables."""

from __future__ import annotations

import os

from brightpearl.credentials import PrivateApp, StaffApp
from brightpearl.errors import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from brightpearl.credentials import Credentials


def settings(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The keyword arguments of a client that the environment gives; raises for the first that it lacks."""
    found: dict[str, Any] = {
        "account": _required(environment, "BRIGHTPEARL_ACCOUNT", "the account code"),
        "credentials": _credentials(environment),
    }
    if base_url := environment.get("BRIGHTPEARL_BASE_URL"):
        found["base_url"] = base_url
    if datacentre := environment.get("BRIGHTPEARL_DATACENTRE"):
        found["datacentre"] = datacentre
    if base_url and datacentre:
        raise _wrong("BRIGHTPEARL_BASE_URL", "BRIGHTPEARL_DATACENTRE is set as well; expected only one of them")
    if not base_url and not datacentre:
        raise _wrong(
            "BRIGHTPEARL_DATACENTRE",
            "the variable is not set; expected a datacentre such as use1, or a base URL in BRIGHTPEARL_BASE_URL",
        )
    return found


def _credentials(environment: Mapping[str, str]) -> Credentials:
    app_ref = _required(environment, "BRIGHTPEARL_APP_REF", "the reference of a private app")
    has_account_token = bool(environment.get("BRIGHTPEARL_ACCOUNT_TOKEN"))
    has_staff_token = bool(environment.get("BRIGHTPEARL_STAFF_TOKEN"))
    if has_account_token and has_staff_token:
        raise _wrong(
            "BRIGHTPEARL_STAFF_TOKEN", "BRIGHTPEARL_ACCOUNT_TOKEN is set as well; expected only one of them"
        )
    if has_staff_token:
        return StaffApp(app_ref, environment["BRIGHTPEARL_STAFF_TOKEN"])
    return PrivateApp(
        app_ref,
        _required(
            environment,
            "BRIGHTPEARL_ACCOUNT_TOKEN",
            "the app's account token, or a staff token in BRIGHTPEARL_STAFF_TOKEN",
        ),
    )


def _required(environment: Mapping[str, str], name: str, what: str) -> str:
    value = environment.get(name)
    if not value:
        raise _wrong(name, f"the variable is not set; expected {what}")
    return value


def _wrong(name: str, message: str) -> ValidationError:
    return ValidationError(message, location=name, advice="Set the variable.")
