"""A client's settings from environment variables."""

from __future__ import annotations

import os

from brightpearl import _native, credentials
from brightpearl.exceptions import ValidationError
from brightpearl.text import Veiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from brightpearl.credentials import Credentials


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


def secret_variables() -> list[str]:
    """The variables by which a scheme of credentials is told, each once."""
    return list(dict.fromkeys(_variable(scheme["told_by"][0]) for scheme in _schemes()))


def _credentials(environment: Mapping[str, str]) -> Credentials:
    """The scheme whose secret is set. Of those that share it, the one that most other variables tell."""
    known = secret_variables()
    found = [name for name in known if environment.get(name)]
    if len(found) > 1:
        raise _both(found[1], found[0])
    if not found:
        message = f"the variable is not set; expected a credential in one of {', '.join(known)}"
        raise _wrong(known[0], message)
    sharing = [scheme for scheme in _schemes() if _variable(scheme["told_by"][0]) == found[0]]
    sharing.sort(key=lambda scheme: len(scheme["told_by"]), reverse=True)
    told = (s for s in sharing if all(environment.get(_variable(name)) for name in s["told_by"]))
    # Where none is told in full, the one that takes the least says what is missing.
    scheme = next(told, sharing[-1])
    given = Veiled()
    for text in scheme["texts"]:
        name = _variable(text["name"])
        given[text["name"]] = (
            _required(environment, name, text["what"]) if text["is_required"] else environment.get(name) or None
        )
    made: Credentials = getattr(credentials, scheme["type_name"])(**given)
    return made


def _schemes() -> list[dict[str, Any]]:
    import json

    schemes: list[dict[str, Any]] = json.loads(_native.schemes())
    return schemes


def _variable(name: str) -> str:
    return f"BRIGHTPEARL_{name.upper()}"


_SWITCH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def _required(environment: Mapping[str, str], name: str, what: str) -> str:
    if not environment.get(name):
        raise _wrong(name, f"the variable is not set; expected {what}")
    return environment[name]


def _both(name: str, other: str) -> ValidationError:
    message = f"{other} is set as well; expected only one of them"
    return ValidationError(message, location=name, advice="Unset one of them.")


def _wrong(name: str, message: str) -> ValidationError:
    return ValidationError(message, location=name, advice="Set the variable.")
