"""What an assistant is answered: no more than it can take in, and without personal data where that is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from brightpearl._native import dump_json
from brightpearl.discovery import ask

MASK = "[masked]"

_EMAIL = re.compile(r"[^\s@\"'<>(),;:]+@[^\s@\"'<>(),;:]+\.[^\s@\"'<>(),;:]+")
_PLACES = ("pointer", "path", "op", "method", "to", "source", "rule", "record", "mapping")
_MADE_OF_IDS = re.compile(r"ids?$", re.IGNORECASE)
"""Ids tell nobody who somebody is."""


def masked(value: Any) -> Any:
    """A value without personal data: members that have it by their names, as the engine says, and addresses of e-mail
    anywhere."""
    names = set(_names_in(value))
    return _masked(value, "", frozenset(ask({"personal_members": {"names": sorted(names)}})))


def _names_in(value: Any) -> Iterator[str]:
    """The names of all members, and the steps of the places that are told."""
    if isinstance(value, dict):
        yield from map(str, value)
        yield from _place_of(value)
        for inner in value.values():
            yield from _names_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names_in(inner)


def _place_of(value: dict[str, Any]) -> list[str]:
    place = value.get("pointer", value.get("path", value.get("to")))
    return place.split("/") if isinstance(place, str) else []


def _masked(value: Any, name: str, personal: frozenset[str]) -> Any:
    if name in personal:
        return _all_masked(value)
    if isinstance(value, dict):
        if not personal.isdisjoint(_place_of(value)):
            # What is told of a place: what is there, and what shall be.
            return {member: inner if member in _PLACES else _all_masked(inner) for member, inner in value.items()}
        return {member: _masked(inner, str(member), personal) for member, inner in value.items()}
    if isinstance(value, list):
        return [_masked(element, "", personal) for element in value]
    return _EMAIL.sub(MASK, value) if isinstance(value, str) else value


def _all_masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            member: inner if _MADE_OF_IDS.search(str(member)) else _all_masked(inner) for member, inner in value.items()
        }
    if isinstance(value, list):
        return [_all_masked(element) for element in value]
    return value if value is None or isinstance(value, bool) or value == "" else MASK


def as_many_as_fit(values: Iterable[Any], characters: int) -> tuple[list[Any], bool]:
    """The first of several values, as many as fit into so many characters, at least one; whether others are left."""
    taken: list[Any] = []
    left = characters
    for value in values:
        left -= len(dump_json(value)) + 1
        if taken and left < 0:
            return taken, True
        taken.append(value)
    return taken, False


def part_of(value: Any, pointer: str) -> Any:
    """What a JSON Pointer leads to. Raises `LookupError` where it leads nowhere."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, dict) and name in value:
            value = value[name]
        else:
            raise LookupError(name)
    return value


def cut(value: Any, characters: int, pointer: str = "") -> Any:
    """A value whose JSON has about so many characters at most: what is largest in it is left out, and the pointer by
    which it can be asked for stands in its place."""
    size = len(dump_json(value))
    if size <= characters:
        return value
    if isinstance(value, dict):
        return dict(_cut_members(list(value.items()), characters, pointer))
    if isinstance(value, list):
        return _cut_elements(value, characters, pointer)
    if isinstance(value, str):
        return f"{value[: max(characters, 40)]}… ({size:,} characters in all)"
    return value


def _cut_members(members: list[tuple[str, Any]], characters: int, pointer: str) -> Iterator[tuple[str, Any]]:
    """Small members stay as they are, and the others share what is left."""
    sizes = {name: len(dump_json({name: member})) for name, member in members}
    left = characters
    share = 0
    for place, name in enumerate(sorted(sizes, key=lambda name: sizes[name])):
        share = max(left, 0) // (len(sizes) - place)
        if sizes[name] > share:
            break
        left -= sizes[name]
    left = characters
    for place, (name, member) in enumerate(members):
        where = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        shown = member
        if sizes[name] > share:
            is_long = share < _LEAST and isinstance(member, (dict, list, str))
            shown = _left_out(sizes[name], where) if is_long else cut(member, share, where)
        left -= len(dump_json({name: shown}))
        if left < 0 and place:
            rest = [other for other, _ in members[place:]]
            listed = ", ".join(rest[:10])[:_LEAST]
            yield "…", f"{len(rest):,} more members, such as {listed}; ask with pointer {pointer}/NAME"
            return
        yield name, shown


def _cut_elements(elements: list[Any], characters: int, pointer: str) -> list[Any]:
    taken, _ = as_many_as_fit(elements, characters)
    if len(taken) == 1 and len(dump_json(taken[0])) > characters:
        taken = [cut(taken[0], characters - _LEAST, f"{pointer}/0")]
    rest = len(elements) - len(taken)
    return taken if not rest else [*taken, f"{rest:,} more elements; ask with pointer {pointer}/{len(taken)} and so on"]


def _left_out(size: int, pointer: str) -> str:
    return f"left out: {size:,} characters; ask with pointer {pointer}"


_LEAST = 200
"""Below so many characters, nothing of an object is worth showing."""


def exact(value: Any) -> Any:
    """A value that came as JSON with binary numbers, which are the decimals that were written."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {name: exact(member) for name, member in value.items()}
    return [exact(element) for element in value] if isinstance(value, list) else value
