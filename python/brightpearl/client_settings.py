"""What a client is set to: what its caller gives, then what the environment says, then what a profile does."""

from __future__ import annotations

from collections.abc import Mapping

from brightpearl.arguments import (
    LARGEST_COUNT,
    checked_choice,
    checked_count,
    checked_flag,
    checked_seconds,
    checked_size,
    checked_text,
    did_you_mean,
    told_at,
    wrong_type,
)
from brightpearl.call_options import USUAL_TIMEOUT, checked_timeout, headers_of, policy_of
from brightpearl.discovery import UNKNOWN_MEMBERS
from brightpearl.environment import settings_of_surroundings
from brightpearl.exceptions import ArgumentTypeError, ValidationError
from brightpearl.operations import LARGEST_U32, PAGINGS
from brightpearl.text import Veiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from brightpearl.profiles import Profile


USUAL_DEADLINE = 300.0
"""Seconds; told apart by its identity from what a caller gives."""

LARGEST_BODY = 64 << 20
"""Bytes of an answer that are read unless a client is told otherwise."""

LANES = ("normal", "high")
PACINGS = ("burst", "spread")
_RETRY = ("max_attempts", "base_ms", "cap_ms", "max_throttled")
_POOL = ("quota", "period_ms", "pacing", "reserve", "private_share")


def waits_given(timeout: object, deadline: object) -> dict[str, Any]:
    """How long a caller has requests wait; None for what is as usual. Raises at what cannot be."""
    return {
        "timeout": None if timeout is USUAL_TIMEOUT else checked_timeout(timeout, "timeout"),
        "deadline": None if deadline is USUAL_DEADLINE else checked_seconds(deadline, "deadline"),
    }


def settled(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a client: those that are given, and for the rest what the environment or a profile says."""
    settings: dict[str, Any] = Veiled(given)
    if all(settings[name] is None for name in ("account", "credentials", "profile")):
        settings = settings_of_surroundings(settings)
    if settings["profile"] is not None:
        from brightpearl.profiles import settings_of

        settings = settings_of(settings["profile"], settings)
    return settings


def place_in_profile(error: ValidationError, profile: Profile, given: Mapping[str, Any]) -> None:
    """Gives the error of an option that nobody but the profile says its place in the file."""
    name = (error.location or "").partition(".")[0]
    if name in profile.options and given.get(name) is None:
        told_at(error, name, profile.where(f"options.{name}"))


def checked_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings whose types are right; the engine looks at what they say."""
    checked_text(settings["account"], "account", "the account code as a text")
    for name in ("datacentre", "base_url"):
        if settings[name] is not None:
            checked_text(settings[name], name)
    checked_flag(settings["read_only"], "read_only")
    return checked_options(settings)


def checked_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a client's settings that belong to no account, as far as they are there. `default_headers` become header
    lines, and `max_retries` a part of `retry`."""
    checked_choice(options.get("lane"), "lane", LANES)
    checked_choice(options.get("paging"), "paging", PAGINGS)
    checked_choice(options.get("unknown_members"), "unknown_members", UNKNOWN_MEMBERS)
    if (timeout := options.get("timeout")) is not None:
        checked_timeout(timeout, "timeout")
    if (deadline := options.get("deadline")) is not None:
        checked_seconds(deadline, "deadline")
    return {
        **options,
        "default_headers": headers_of(options.get("default_headers"), "default_headers"),
        "max_body_bytes": checked_size(options.get("max_body_bytes"), "max_body_bytes"),
        "max_in_flight": checked_count(options.get("max_in_flight"), "max_in_flight", least=1),
        "max_retries": None,
        "page_size": checked_count(options.get("page_size"), "page_size", least=1, most=LARGEST_U32),
        "seed": checked_count(options.get("seed"), "seed", most=(1 << 64) - 1),
        "retry": _checked_group(policy_of(options.get("retry"), options.get("max_retries")), "retry", _RETRY),
        "pool": _checked_group(options.get("pool"), "pool", _POOL),
    }


def _checked_group(group: object, name: str, members: tuple[str, ...]) -> dict[str, Any] | None:
    if group is None:
        return None
    expected = f"a mapping with some of {', '.join(members)}"
    if not isinstance(group, Mapping):
        raise wrong_type(name, group, expected)
    checked: dict[str, Any] = {}
    for member, value in group.items():
        if member not in members:
            nearest = did_you_mean(str(member), members)
            message = f"`{name}` has no member {member!r}; " + (f"did you mean {nearest}?" if nearest else expected)
            raise ArgumentTypeError(message, location=f"{name}.{member}")
        if member == "pacing":
            checked[member] = checked_choice(value, "pool.pacing", PACINGS)
        else:
            most = LARGEST_COUNT if member.endswith("_ms") else LARGEST_U32
            checked[member] = checked_count(value, f"{name}.{member}", most=most)
    return checked
