"""The arguments of a task, checked as those of any other method: by their names, and ids by their types."""

from __future__ import annotations

from functools import lru_cache

from brightpearl._native import dump_json
from brightpearl.arguments import checked_text, did_you_mean, each_of, wrong_type
from brightpearl.exceptions import ArgumentTypeError, ValidationError
from brightpearl.foreign import is_missing, whole_number
from brightpearl.wire import ids_text, json_of, plain_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal

    Kind = Literal["id", "list of ids", "set of ids", ""]
    """What an argument holds, where that is ids."""


def arguments_text(name: str, arguments: Mapping[str, object], takes_unknown: bool) -> str:
    """The JSON of a task's arguments.

    `takes_unknown`: lets arguments through that the engine does not know.

    Raises `TypeError` at a name that is not known, and at what has no type of an id where one is meant.
    """
    known = _kinds_of(name)
    members = []
    for argument, value in arguments.items():
        if known and argument not in known and not takes_unknown:
            raise _unknown(name, argument, known)
        members.append(f"{dump_json(argument, 'arguments')}:{_json_of(value, argument, known.get(argument, ''))}")
    return "{" + ",".join(members) + "}"


def _unknown(name: str, argument: str, known: Mapping[str, Kind]) -> ArgumentTypeError:
    nearest = did_you_mean(argument, known)
    expected = f"did you mean {nearest}?" if nearest else f"expected some of {', '.join(known)}"
    return ArgumentTypeError(
        f"{name} takes no argument {argument!r}; {expected}",
        location=argument,
        advice="Correct the name; `unknown_members`, set to `allow`, sends what is newer than this version.",
    )


def _json_of(value: Any, argument: str, kind: Kind) -> str:
    if value is not None and kind:
        if kind == "set of ids":
            value = ids_text(value, argument)
            if not value:
                raise ValidationError(f"`{argument}` has no ids; expected at least one", location=argument)
        elif kind == "id":
            value = _id_of(value, argument)
        else:
            several = each_of(plain_at(value, argument), argument, "several ids")
            value = [_id_of(one, f"{argument}[{place}]") for place, one in enumerate(several)]
    return json_of(value, argument)


def _id_of(value: Any, argument: str) -> int | str:
    """An id, whose value the engine looks at."""
    if isinstance(value, str):
        return checked_text(value, argument)
    if (number := whole_number(found := plain_at(value, argument))) is not None:
        return number
    expected = "an id: a whole number, or its digits as a text"
    if is_missing(found):
        raise ArgumentTypeError(f"`{argument}` is {found}, which is missing; expected {expected}", location=argument)
    raise wrong_type(argument, value, expected)


@lru_cache(maxsize=128)
def _kinds_of(task: str) -> dict[str, Kind]:
    """The arguments that a task takes, in whichever of its forms; none for a task that there is not."""
    from brightpearl.discovery import tasks

    schema = next((found.arguments for found in tasks() if found.name == task), {})
    kinds: dict[str, Kind] = {}
    for form in schema.get("anyOf", [schema]):
        for name, member in form.get("properties", {}).items():
            kinds[name] = kinds.get(name) or _kind_of(name, member)
    return kinds


def _kind_of(name: str, schema: Mapping[str, Any]) -> Kind:
    types = schema.get("type", [])
    if "x-refers-to" in schema and isinstance(types, list) and {"integer", "string"} <= set(types):
        return "set of ids"
    if name.endswith("Ids") and _is_id(schema.get("items", {})):
        return "list of ids"
    return "id" if name.endswith("Id") and _is_id(schema) else ""


def _is_id(schema: Mapping[str, Any]) -> bool:
    """Whether it is a whole number from 0 or 1 on, or its digits."""
    forms = schema.get("anyOf", ())
    return any(form.get("type") == "integer" and "minimum" in form for form in forms)
