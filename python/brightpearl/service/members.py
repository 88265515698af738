"""A table of a configuration, read member by member; what is wrong is noted, and reading goes on."""

from __future__ import annotations

from brightpearl.arguments import did_you_mean, named
from brightpearl.service.problems import Problem
from brightpearl.text import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class Members:
    """One table. `finish` tells of members that nobody asked for."""

    def __init__(self, table: object, place: str, problems: list[Problem]) -> None:
        self._place = place
        self._problems = problems
        self._asked: list[str] = []
        self._table: dict[str, Any] = {}
        if isinstance(table, dict):
            self._table = table
        else:
            problems.append(Problem(place, f"it is {named(table)}; expected a table"))

    def wrong(self, name: str, message: str, *, is_warning: bool = False) -> None:
        """Notes what is wrong with a member."""
        self._problems.append(Problem(self.place_of(name), message, is_warning))

    def place_of(self, name: str) -> str:
        """The place of a member, as problems say it."""
        return f"{self._place}: {name}" if self._place else name

    def has(self, name: str) -> bool:
        """Whether it has such a member."""
        return name in self._table

    def raw(self, name: str) -> Any:
        """A member as it is; None when it is absent."""
        if name not in self._asked:
            self._asked.append(name)
        return self._table.get(name)

    def text(self, name: str, expected: str = "a text", *, is_required: bool = False) -> str | None:
        """A text that says something."""
        found = self.raw(name)
        if found is None:
            if is_required:
                self.wrong(name, f"it is missing; expected {expected}")
            return None
        if not isinstance(found, str):
            self.wrong(name, f"it is {named(found)}; expected {expected}")
            return None
        if not found.strip():
            self.wrong(name, f"it is empty; expected {expected}")
            return None
        if "\0" in found:
            # Neither a path nor an address has one.
            self.wrong(name, f"it has a NUL character; expected {expected}")
            return None
        return found

    def texts(self, name: str, expected: str) -> tuple[str, ...]:
        """One text or several."""
        found = self.raw(name)
        if found is None:
            return ()
        listed = [found] if isinstance(found, str) else found
        if not isinstance(listed, list) or not all(isinstance(one, str) and one.strip() for one in listed):
            self.wrong(name, f"it is {named(found)}; expected {expected}")
            return ()
        if any("\0" in one for one in listed):
            self.wrong(name, f"it has a NUL character; expected {expected}")
            return ()
        if not listed:
            self.wrong(name, f"the list is empty; expected {expected}")
        return tuple(listed)

    def flag(self, name: str) -> bool:
        """True or false; false when it is absent."""
        found = self.raw(name)
        if found is None or isinstance(found, bool):
            return bool(found)
        self.wrong(name, f"it is {named(found)}; expected true or false")
        return False

    def number(self, name: str, expected: str, *, least: int, most: int) -> int | None:
        """A whole number."""
        found = self.raw(name)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
            shown = found if isinstance(found, (int, float)) and not isinstance(found, bool) else named(found)
            self.wrong(name, f"it is {shown}; expected {expected}")
            return None
        return found

    def choice(self, name: str, choices: Iterable[str]) -> str | None:
        """One of some texts."""
        known = list(choices)
        found = self.text(name, f"one of {', '.join(known)}")
        if found is None or found in known:
            return found
        self.wrong(name, f"it is {one_line(found)[:100]!r}; {meant(found, known)}")
        return None

    def finish(self) -> None:
        """Notes the members that are unknown, each with the nearest name."""
        for name in self._table:
            if name not in self._asked:
                shown = one_line(name)[:100]
                self._problems.append(Problem(self.place_of(shown), f"it is unknown; {meant(name, [*self._asked])}"))


def meant(found: str, known: Iterable[str]) -> str:
    """The nearest name, or all that there are."""
    listed = list(known)
    nearest = did_you_mean(found, listed)
    return f"did you mean {nearest}?" if nearest else f"expected one of {', '.join(listed)}"
