"""A client's settings from environment variables."""

from __future__ import annotations

import os

from brightpearl.credentials import (
    ApplicationLogin,
    Credentials,
    LegacySession,
    OAuth,
    PrivateApp,
    PublicApp,
    StaffApp,
    StaffLogin,
)
from brightpearl.exceptions import ValidationError
from brightpearl.text import Veiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def settings(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The keyword arguments of a client that the environment gives; raises for the first that it lacks."""
    environment = Veiled(environment)
    found: dict[str, Any] = {
        "account": _required(environment, "BRIGHTPEARL_ACCOUNT", "the account code"),
        "credentials": _credentials(environment),
    }
    if base_url := environment.get("BRIGHTPEARL_BASE_URL"):
        found["base_url"] = base_url
    if datacentre := environment.get("BRIGHTPEARL_DATACENTRE"):
        found["datacentre"] = datacentre
    if base_url and datacentre:
        raise _both("BRIGHTPEARL_BASE_URL", "BRIGHTPEARL_DATACENTRE")
    if not base_url and not datacentre:
        raise _wrong(
            "BRIGHTPEARL_DATACENTRE",
            "the variable is not set; expected a datacentre such as use1, or a base URL in BRIGHTPEARL_BASE_URL",
        )
    if said := environment.get("BRIGHTPEARL_READ_ONLY"):
        found["read_only"] = _switch("BRIGHTPEARL_READ_ONLY", said)
    return found


def _switch(name: str, said: str) -> bool:
    """What is neither yes nor no is refused: a guard that is misspelt must not be off."""
    try:
        return _SWITCH[said.strip().lower()]
    except KeyError:
        message = f"{said!r} is neither yes nor no; expected one of {', '.join(_SWITCH)}"
        raise _wrong(name, message) from None


def _credentials(environment: Mapping[str, str]) -> Credentials:
    """The scheme whose own variable is set: each has one that no other uses."""
    found = [scheme for scheme in _SCHEMES if environment.get(scheme)]
    if len(found) > 1:
        raise _both(found[1], found[0])
    if not found:
        schemes = ", ".join(_SCHEMES)
        raise _wrong("BRIGHTPEARL_ACCOUNT_TOKEN", f"the variable is not set; expected a credential in one of {schemes}")
    return _SCHEMES[found[0]](environment)


def _app_ref(environment: Mapping[str, str]) -> str:
    return _required(environment, "BRIGHTPEARL_APP_REF", "the app's reference")


def _dev_ref(environment: Mapping[str, str]) -> str:
    return _required(environment, "BRIGHTPEARL_DEV_REF", "the developer's reference")


def _account_token(environment: Mapping[str, str]) -> Credentials:
    app_ref = _app_ref(environment)
    if environment.get("BRIGHTPEARL_DEV_SECRET"):
        return PublicApp(
            _dev_ref(environment),
            app_ref,
            environment["BRIGHTPEARL_ACCOUNT_TOKEN"],
            environment["BRIGHTPEARL_DEV_SECRET"],
        )
    return PrivateApp(app_ref, environment["BRIGHTPEARL_ACCOUNT_TOKEN"])


def _staff_token(environment: Mapping[str, str]) -> Credentials:
    dev_ref = environment.get("BRIGHTPEARL_DEV_REF") or None
    return StaffApp(_app_ref(environment), environment["BRIGHTPEARL_STAFF_TOKEN"], dev_ref=dev_ref)


def _login(environment: Mapping[str, str]) -> Credentials:
    email = _required(environment, "BRIGHTPEARL_EMAIL", "the staff member's address")
    if not environment.get("BRIGHTPEARL_APP_REF"):
        return LegacySession(email, environment["BRIGHTPEARL_PASSWORD"])
    dev_ref = environment.get("BRIGHTPEARL_DEV_REF") or None
    return StaffLogin(_app_ref(environment), email, environment["BRIGHTPEARL_PASSWORD"], dev_ref=dev_ref)


def _application(environment: Mapping[str, str]) -> Credentials:
    return ApplicationLogin(
        _required(environment, "BRIGHTPEARL_APPLICATION_ID", "the application's id"),
        environment["BRIGHTPEARL_APPLICATION_SECRET"],
        token_header=environment.get("BRIGHTPEARL_TOKEN_HEADER") or None,
    )


def _oauth(environment: Mapping[str, str]) -> Credentials:
    return OAuth(
        _app_ref(environment),
        _dev_ref(environment),
        client_secret=environment.get("BRIGHTPEARL_CLIENT_SECRET") or None,
        access_token=environment.get("BRIGHTPEARL_ACCESS_TOKEN") or None,
        refresh_token=environment["BRIGHTPEARL_REFRESH_TOKEN"],
        api_domain=environment.get("BRIGHTPEARL_API_DOMAIN") or None,
        token_url=environment.get("BRIGHTPEARL_TOKEN_URL") or None,
    )


_SWITCH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}

_SCHEMES = {
    "BRIGHTPEARL_ACCOUNT_TOKEN": _account_token,
    "BRIGHTPEARL_STAFF_TOKEN": _staff_token,
    "BRIGHTPEARL_PASSWORD": _login,
    "BRIGHTPEARL_APPLICATION_SECRET": _application,
    "BRIGHTPEARL_REFRESH_TOKEN": _oauth,
}


def _required(environment: Mapping[str, str], name: str, what: str) -> str:
    if not environment.get(name):
        raise _wrong(name, f"the variable is not set; expected {what}")
    return environment[name]


def _both(name: str, other: str) -> ValidationError:
    message = f"{other} is set as well; expected only one of them"
    return ValidationError(message, location=name, advice="Unset one of them.")


def _wrong(name: str, message: str) -> ValidationError:
    return ValidationError(message, location=name, advice="Set the variable.")
