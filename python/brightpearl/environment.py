"""A client's settings from environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping

from brightpearl import _native, credentials
from brightpearl.arguments import checked_seconds, did_you_mean
from brightpearl.call_options import checked_retries
from brightpearl.exceptions import ValidationError
from brightpearl.text import Hidden, Veiled, one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from brightpearl.credentials import Credentials


class _Place:
    """How errors name what is given: as variables, or as the members of something that has them in lower case."""

    def __init__(self, member: Callable[[str], str] | None) -> None:
        self._member = member
        self.missing = "the variable is not set" if member is None else "the member is not there"

    def name(self, variable: str) -> str:
        """What is named so."""
        return variable if self._member is None else variable.removeprefix("BRIGHTPEARL_").lower()

    def wrong(self, variable: str, message: str, advice: str | None = None) -> ValidationError:
        """The error of what is wrong there."""
        where = variable if self._member is None else self._member(self.name(variable))
        usual = "Set the variable." if self._member is None else "Correct it there."
        return ValidationError(message, location=where, advice=advice or usual)

    def both(self, variable: str, other: str) -> ValidationError:
        """The error of two where one is expected."""
        message = f"{self.name(other)} is set as well; expected only one of them"
        return self.wrong(variable, message, "Unset one of them." if self._member is None else "Remove one of them.")


def settings(
    environment: Mapping[str, str] = os.environ,
    member: Callable[[str], str] | None = None,
    *,
    has_credentials: bool = False,
) -> dict[str, Any]:
    """The keyword arguments of a client that the environment gives; raises for the first that it lacks.

    `member`: the place of a member, where something else stands as variables. `has_credentials`: none are looked for.
    """
    environment = Veiled(environment)
    place = _Place(member)
    found: dict[str, Any] = {"account": _required(environment, "BRIGHTPEARL_ACCOUNT", "the account code", place)}
    if not has_credentials:
        found["credentials"] = _credentials(environment, place)
    if base_url := environment.get("BRIGHTPEARL_BASE_URL"):
        found["base_url"] = base_url
    if datacentre := environment.get("BRIGHTPEARL_DATACENTRE"):
        found["datacentre"] = datacentre
    if base_url and datacentre:
        raise place.both("BRIGHTPEARL_BASE_URL", "BRIGHTPEARL_DATACENTRE")
    if not base_url and not datacentre:
        base = place.name("BRIGHTPEARL_BASE_URL")
        message = f"{place.missing}; expected a datacentre such as use1, or a base URL in {base}"
        raise place.wrong("BRIGHTPEARL_DATACENTRE", message)
    return Veiled(found | options_of(environment, place))


def options_of(environment: Mapping[str, str], place: _Place | None = None) -> dict[str, Any]:
    """Those of them that belong to no account and stand beside a profile, too."""
    place = place or _Place(None)
    found: dict[str, Any] = Veiled()
    if quota := environment.get("BRIGHTPEARL_SHARED_QUOTA"):
        found["shared_quota"] = quota
    if said := environment.get("BRIGHTPEARL_READ_ONLY"):
        found["read_only"] = _switch("BRIGHTPEARL_READ_ONLY", said, place)
    for variable, argument, number in _NUMBERS:
        if said := environment.get(variable):
            # No member of anything stands for them.
            found[argument] = _checked_number(variable, said, number, _Place(None))
    return found


def beneath(usual: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, and for the rest what is usual. How often to try has two names, of which the one that is given
    stands alone."""
    below = Veiled(usual)
    retry = below.get("retry")
    if given.get("max_retries") is not None and isinstance(retry, Mapping):
        below["retry"] = {name: value for name, value in retry.items() if name != "max_attempts"}
    if given.get("retry") is not None:
        below.pop("max_retries", None)
    return Veiled({**below, **given})


def _checked_number(variable: str, said: str, number: type, place: _Place) -> int | float:
    expected = "a whole number" if number is int else "a number of seconds"
    try:
        value: int | float = number(said)
    except ValueError:
        raise place.wrong(variable, f"{one_line(said)[:100]!r} is not {expected}; expected {expected}") from None
    name = place.name(variable)
    try:
        if number is int:
            checked_retries(value, name)
        else:
            checked_seconds(value, name)
    except ValidationError as error:
        raise place.wrong(variable, error.message) from None
    return value


def needed(environment: Mapping[str, str], name: str, what: str, member: Callable[[str], str] | None) -> str:
    """What the environment gives under the name of an argument; raises where it does not."""
    return _required(environment, _variable(name), what, _Place(member))


def arguments_of_environment(options: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments of a client: `options`, and what the environment gives beside them: a profile where it
    names one, which is read by the client."""
    if "profile" in options or not (name := os.environ.get("BRIGHTPEARL_PROFILE")):
        from brightpearl.grant_owner import GrantOwner
        from brightpearl.profiles import arguments_of

        if options.get("profile"):
            return beneath(options_of(os.environ), options)
        app_ref = None if "credentials" in options else os.environ.get("BRIGHTPEARL_APP_REF")
        owner = GrantOwner(options.get("account") or os.environ.get("BRIGHTPEARL_ACCOUNT"), app_ref)
        return beneath(arguments_of(os.environ, None, owner=owner), options)
    return beneath({"profile": name, **options_of(os.environ)}, options)


def settings_of_surroundings(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a client that was told neither account, credentials nor profile: those that are given, and for
    the rest what the environment says. What it says of being read-only holds whatever is given."""
    found = Veiled({"profile": None, **arguments_of_environment({})})
    if given["base_url"] is not None or given["datacentre"] is not None:
        found = Veiled({name: value for name, value in found.items() if name not in ("base_url", "datacentre")})
    if given["token_file"] is not None:
        found = Veiled({name: value for name, value in found.items() if name not in ("token_file", "token_key")})
    is_guarded = found.pop("read_only", False)
    told = {name: value for name, value in given.items() if value is not None and _value_of(value) is not None}
    settings = Veiled({**given, **beneath(found, told)})
    # Anything but False is what the caller says, or a mistake that is told later.
    settings["read_only"] = is_guarded if given["read_only"] is False else given["read_only"]
    settings.setdefault("credentials", None)
    return settings


def _value_of(value: object) -> object:
    return value.value if isinstance(value, Hidden) else value


def _switch(name: str, said: str, place: _Place) -> bool:
    """What is neither yes nor no is refused: a guard that is misspelt must not be off."""
    try:
        return _SWITCH[said.strip().lower()]
    except KeyError:
        message = f"{said!r} is neither yes nor no; expected one of {', '.join(_SWITCH)}"
        raise place.wrong(name, message) from None


def secret_variables() -> list[str]:
    """The variables by which a scheme of credentials is told, each once."""
    return list(dict.fromkeys(_variable(scheme["told_by"][0]) for scheme in _schemes()))


def _credentials(environment: Mapping[str, str], place: _Place) -> Credentials:
    """The scheme that is named, or whose secret is set. Of those that share it, the one that most other variables
    tell."""
    scheme = _named_scheme(environment, place) or _told_scheme(environment, place)
    given = Veiled()
    for text in scheme["texts"]:
        name = _variable(text["name"])
        given[text["name"]] = (
            _required(environment, name, text["what"], place) if text["is_required"] else environment.get(name) or None
        )
    made: Credentials = getattr(credentials, scheme["type_name"])(**given)
    return made


def _named_scheme(environment: Mapping[str, str], place: _Place) -> dict[str, Any] | None:
    name = environment.get(_SCHEME)
    if not name:
        return None
    found = next((scheme for scheme in _schemes() if scheme["type"] == name), None)
    if found is None:
        known = [scheme["type"] for scheme in _schemes()]
        nearest = did_you_mean(name, known)
        hint = f"did you mean {nearest}?" if nearest else f"expected one of {', '.join(known)}"
        raise place.wrong(_SCHEME, f"the scheme {one_line(name)[:100]!r} is unknown; {hint}")
    texts = [text["name"] for text in found["texts"]]
    others = [name for name in secret_variables() if environment.get(name)]
    for other in others:
        if place.name(other).removeprefix("BRIGHTPEARL_").lower() not in texts:
            raise place.wrong(other, f"it belongs to another scheme than {name}; expected what that takes")
    return found


def _told_scheme(environment: Mapping[str, str], place: _Place) -> dict[str, Any]:
    known = secret_variables()
    found = [name for name in known if environment.get(name)]
    if len(found) > 1:
        raise place.both(found[1], found[0])
    if not found:
        message = f"{place.missing}; expected a credential in one of {', '.join(map(place.name, known))}"
        raise place.wrong(known[0], message)
    sharing = [scheme for scheme in _schemes() if _variable(scheme["told_by"][0]) == found[0]]
    sharing.sort(key=lambda scheme: len(scheme["told_by"]), reverse=True)
    told = (s for s in sharing if all(environment.get(_variable(name)) for name in s["told_by"]))
    # Where none is told in full, the one that takes the least says what is missing.
    return next(told, sharing[-1])


def _schemes() -> list[dict[str, Any]]:
    import json

    schemes: list[dict[str, Any]] = json.loads(_native.schemes())
    return schemes


def _variable(name: str) -> str:
    return f"BRIGHTPEARL_{name.upper()}"


_SCHEME = "BRIGHTPEARL_SCHEME"
_NUMBERS: tuple[tuple[str, str, type], ...] = (
    ("BRIGHTPEARL_TIMEOUT", "timeout", float),
    ("BRIGHTPEARL_DEADLINE", "deadline", float),
    ("BRIGHTPEARL_MAX_RETRIES", "max_retries", int),
)
_SWITCH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def _required(environment: Mapping[str, str], name: str, what: str, place: _Place) -> str:
    if not environment.get(name):
        raise place.wrong(name, f"{place.missing}; expected {what}")
    return environment[name]
