"""Which account a command is for: what its options say, a profile, or the environment."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping

from brightpearl.exceptions import ValidationError
from brightpearl.profiles import VARIABLE, Profile, profile_of
from brightpearl.text import Veiled
from brightpearl.token_file import VARIABLE as FILE_VARIABLE

_GIVEN: dict[str, str] = {}


def take_options(given: dict[str, str]) -> None:
    """Remembers what the options of the command say, by the names of the variables: they win over a profile, too."""
    _GIVEN.clear()
    _GIVEN.update(given)


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


def chosen_token_file() -> str | None:
    """The file that keeps the tokens of the account; None where nothing names one."""
    # What is wrong with a profile is told where its account is needed.
    with contextlib.suppress(ValidationError):
        return chosen({})[0].get(FILE_VARIABLE)
    return None
