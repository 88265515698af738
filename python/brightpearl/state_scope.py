"""What a state belongs to: with other resources or filters it would stand for records that were never pulled."""

from __future__ import annotations

from brightpearl._native import find_resource, load_json
from brightpearl.exceptions import BrightpearlError, ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def require_same_pull(state: str, resources: Iterable[dict[str, Any]]) -> None:
    """Raises `ValidationError` at `state` when none of its resources is pulled, or one of them with other filters. What
    is new is pulled from its beginning. A state that cannot be read is left to the engine."""
    before = pulled_resources(state)
    now = {_name(one): one for one in resources}
    if not before or not now:
        return
    same = before.keys() & now.keys()
    if not same:
        raise _refusal(f"the state is of {_listed(before)}, and this pull of {_listed(now)}")
    for name in sorted(same):
        if _path(before[name]) != _path(now[name]):
            raise _refusal(f"the state is of {_path(before[name])} as {name!r}, and this pull of {_path(now[name])}")
        if _filters(before[name]) != _filters(now[name]):
            raise _refusal(
                f"the state of {name!r} has {_said(_filters(before[name]))}, and this pull {_said(_filters(now[name]))}"
            )


def pulled_resources(state: str) -> dict[str, dict[str, Any]]:
    """The resources of the pull that a state or a checkpoint is of, by what the pull calls them; none where
    it cannot be read."""
    try:
        read = load_json(state.encode())
        return {_name(one): one for one in read["operation"]["pull"]["resources"]}
    except (BrightpearlError, KeyError, TypeError, AttributeError):
        return {}


def _name(one: dict[str, Any]) -> str:
    return str(one.get("name") or one["resource"])


def _path(one: dict[str, Any]) -> str:
    """A resource by its path, whichever way it is named."""
    listed = find_resource(one["resource"])
    return one["resource"] if listed is None else listed.path


def _filters(one: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in one.get("filters", ()))


def _said(filters: list[tuple[str, str]]) -> str:
    return "the filters " + ", ".join(f"{name}={value}" for name, value in filters) if filters else "no filters"


def _listed(resources: Iterable[str]) -> str:
    return ", ".join(sorted(resources))


def _refusal(why: str) -> ValidationError:
    return ValidationError(
        f"{why}; expected the state of such a pull",
        location="state",
        advice="Give each pull a state of its own, or `renew` to begin anew and replace this one.",
    )
