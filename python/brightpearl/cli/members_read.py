"""What is read of records: the members that expressions reach, by their places."""

from __future__ import annotations

from collections.abc import Iterable


class Reached:
    """A place in records that something reads, with the places within it."""

    __slots__ = ("_any", "_element", "_members", "is_whole")

    def __init__(self) -> None:
        self._members: dict[str, Reached] = {}
        self._any: Reached | None = None
        self._element: Reached | None = None
        self.is_whole = False
        """Whether all that is within is read, too."""

    def member(self, name: str) -> Reached:
        """The member of that name, which is reached now."""
        return self._members.setdefault(name, Reached())

    def any_member(self) -> Reached:
        """Whichever member, likewise."""
        self._any = self._any or Reached()
        return self._any

    def element(self) -> Reached:
        """Whichever element, likewise."""
        self._element = self._element or Reached()
        return self._element

    def is_named(self, name: str) -> bool:
        """Whether the member of that name was reached by it."""
        return name in self._members

    def found(self, name: str) -> list[Reached]:
        """What was reached under a name."""
        named = self._members.get(name)
        return [one for one in (named, self._any) if one is not None]

    def elements_found(self) -> list[Reached]:
        """What was reached of elements."""
        return [] if self._element is None else [self._element]


class Made:
    """What an expression made: an array or an object whose parts are places in records, or were made themselves."""

    __slots__ = ("any_member", "element", "members")

    def __init__(
        self,
        members: dict[str, Value] | None = None,
        any_member: Value | None = None,
        element: Value | None = None,
    ) -> None:
        self.members = members or {}
        self.any_member = any_member or []
        self.element = element or []


Value = list[Reached | Made]
"""All that a value may be; a constant is nothing of a record."""


def member_of(value: Value, name: str) -> Value:
    """What the member of that name may be."""
    found: Value = []
    for one in value:
        found += [one.member(name)] if isinstance(one, Reached) else [*one.members.get(name, []), *one.any_member]
    return found


def members_of(value: Value) -> Value:
    """What any member may be."""
    found: Value = []
    for one in value:
        if isinstance(one, Reached):
            found.append(one.any_member())
        else:
            found += [*one.any_member, *together(one.members.values())]
    return found


def elements_of(value: Value) -> Value:
    """What any element may be."""
    found: Value = []
    for one in value:
        found += [one.element()] if isinstance(one, Reached) else one.element
    return found


def together(values: Iterable[Value]) -> Value:
    """What any of them may be."""
    return [one for value in values for one in value]


def take_whole(value: Value) -> None:
    """Notes that all of a value is read."""
    for one in value:
        if isinstance(one, Reached):
            one.is_whole = True
        else:
            take_whole([*together(one.members.values()), *one.any_member, *one.element])
