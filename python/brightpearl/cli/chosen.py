"""Which account a command is for: what its options say, a profile, or the environment."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import Any

from brightpearl.any_credentials import names_of_secrets
from brightpearl.arguments import checked_seconds
from brightpearl.exceptions import ValidationError
from brightpearl.profiles import FILE_VARIABLE as CONFIG_VARIABLE
from brightpearl.profiles import VARIABLE, Profile, file_of_profiles, profile_of
from brightpearl.text import Veiled
from brightpearl.token_file import VARIABLE as FILE_VARIABLE

_GIVEN: dict[str, str] = {}


def take_options(given: dict[str, str]) -> None:
    """Remembers what the options of the command say, by the names of the variables: they win over a profile, too."""
    _GIVEN.clear()
    _GIVEN.update(given)


_TIMEOUT: dict[str, Any] = {}
_USUAL_TIMEOUT: dict[str, Any] = {}


def take_timeout(given: float | None, usual: object) -> None:
    """Remembers how long the requests of the command wait: what its option says, and what the file says where neither
    a variable nor the profile does. Raises `ValidationError` where that cannot be."""
    for remembered, seconds in ((_TIMEOUT, given), (_USUAL_TIMEOUT, usual)):
        remembered.clear()
        if seconds is not None:
            remembered["timeout"] = checked_seconds(seconds, "timeout")


def timeout_given() -> dict[str, Any]:
    """How long, where the option says it."""
    return _TIMEOUT


def usual_timeout() -> dict[str, Any]:
    """How long, where nothing else says it and the file does for all accounts."""
    return _USUAL_TIMEOUT


def chosen(configured: Mapping[str, str]) -> tuple[dict[str, str], Profile | None]:
    """The variables that say which account it is, and the profile that has given them, where one is named."""
    environment = Veiled({**os.environ, **_GIVEN, **configured})
    name = environment.get(VARIABLE)
    profile = profile_of(name) if name else None
    variables = Veiled(environment if profile is None else profile.over(environment))
    for given in (_GIVEN, configured):
        # A place that is given is not mixed with another.
        if given.get("BRIGHTPEARL_DATACENTRE") or given.get("BRIGHTPEARL_BASE_URL"):
            variables |= {"BRIGHTPEARL_DATACENTRE": "", "BRIGHTPEARL_BASE_URL": ""}
        variables |= given
    return variables, profile


def files_of_the_account() -> dict[str, str]:
    """The files that say which account it is and who asks, by what names each: the file of profiles, the token file,
    and those that secrets are in."""
    files = {f"the file of profiles ({CONFIG_VARIABLE})": file_of_profiles()}
    variables: Mapping[str, str] = Veiled({**os.environ, **_GIVEN})
    # What is wrong with a profile is told where its account is needed.
    with contextlib.suppress(ValidationError):
        variables = chosen({})[0]
    for name in (*(f"BRIGHTPEARL_{secret.upper()}" for secret in (*names_of_secrets(), "token_key")), _AUDIT_KEY):
        kind, separator, path = (variables.get(name) or "").partition(":")
        if separator and kind == "file":
            files[f"the secret in {name}"] = os.path.expanduser(path)
    if token_file := variables.get(FILE_VARIABLE):
        files[FILE_VARIABLE] = token_file
    return files


_AUDIT_KEY = "BRIGHTPEARL_AUDIT_KEY"
