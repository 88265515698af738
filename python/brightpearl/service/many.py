"""One configuration for the accounts of many profiles."""

from __future__ import annotations

import re

from brightpearl.service.problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PLACE = "{profile}"
"""What stands in texts of a configuration for the profile that it is run for."""

# It becomes a part of paths.
_PROFILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def for_profile(table: dict[str, Any], profile: str, problems: list[Problem]) -> dict[str, Any]:
    """A configuration with a profile where it is to stand. Notes by what accounts would get into each other's way."""
    if not _PROFILE.fullmatch(profile):
        problems.append(
            Problem(
                "profile", f"it is {profile[:100]!r}; expected up to 64 letters, digits, dots, underscores and dashes"
            )
        )
        return table
    if table.get("profile", PLACE) not in (PLACE, profile):
        problems.append(Problem("profile", f"it names one account, and the configuration is to be run for {profile!r}"))
    flows = table.get("flow")
    for place, flow in enumerate(flows if isinstance(flows, list) else []):
        if isinstance(flow, dict):
            _check(flow, f"flow {flow.get('name', place + 1)!r}", problems)
    return {**_with(table, profile), "profile": profile}


def _check(flow: dict[str, Any], place: str, problems: list[Problem]) -> None:
    if PLACE not in str(flow.get("name", PLACE)):
        why = "flows are known by it in the ledger, which the accounts share"
        problems.append(Problem(f"{place}: name", f"{PLACE} is missing; {why}"))
    source = str(flow.get("from", ""))
    if source.startswith("directory:") and PLACE not in source:
        why = "accounts would take each other's files"
        problems.append(Problem(f"{place}: from", f"{PLACE} is missing; {why}"))


def _with(value: Any, profile: str) -> Any:
    if isinstance(value, str):
        return value.replace(PLACE, profile)
    if isinstance(value, dict):
        return {name: _with(member, profile) for name, member in value.items()}
    if isinstance(value, list):
        return [_with(element, profile) for element in value]
    return value
