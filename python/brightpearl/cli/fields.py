"""One member of each record, such as `totalValue.net` or `orderRows[].productId`, a line for each value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from brightpearl._native import dump_json
from brightpearl.arguments import did_you_mean
from brightpearl.cli.failure import Done, UsageError, note_done
from brightpearl.cli.visible import visible

# Letters and digits of any script, and the signs that names have. Anything else is a language of its own.
_STEP = re.compile(r"([\w$:@/-]+)((?:\[\d*\])*)")
_LONGEST_SHOWN = 100


class Field:
    """A way into a record: names with points between them, `[]` for every element of a list or of a map that is keyed
    by ids, and `[0]` for one. A point may stand before it, as in jq."""

    def __init__(self, text: str) -> None:
        self._steps: list[str | int | None] = []
        self.text = text
        # How many steps led somewhere in a record, and which names stood where the next one led nowhere.
        self._reached = -1
        self._seen: dict[str, None] = {}
        self._is_known = False
        for part in text.removeprefix(".").split("."):
            found = _STEP.fullmatch(part)
            if found is None:
                raise UsageError(
                    f"invalid field {visible(text)[:_LONGEST_SHOWN]!r}; expected names such as totalValue.net or "
                    "orderRows[].productId",
                    where="--field",
                )
            self._steps.append(found[1])
            self._steps += [int(place) if place else None for place in re.findall(r"\[(\d*)\]", found[2])]

    def require_among(self, columns: Iterable[str]) -> None:
        """Refuses a column that rows do not have."""
        known = list(columns)
        if known and self._steps[0] not in known:
            raise self._unknown("the rows have no column", 0, known)

    def expect(self, schema: dict[str, Any]) -> None:
        """Takes note of what is known of the records, whose members may be missing in all that are read."""
        self._is_known = _is_known(schema, self._steps)

    @property
    def may_be_mistaken(self) -> bool:
        """Whether there is no such member, as far as was read."""
        return not self._is_known and self._reached < len(self._steps)

    def require_found(self) -> None:
        """Refuses a member that none of the records had that were read, and that no record is known to have."""
        if self.may_be_mistaken and self._reached >= 0:
            raise self._unknown("no record has a member", self._reached, list(self._seen))

    def _unknown(self, what: str, place: int, known: list[str]) -> UsageError:
        step = self._steps[place]
        shown = f"[{'' if step is None else step}]" if not isinstance(step, str) else step
        nearest = did_you_mean(shown, known)
        some = f"expected one of {', '.join(known)[:1000]}" if known else "expected a member that is there"
        hint = f"did you mean {nearest}?" if nearest else some
        advice = "Correct the field. Records were read to know of it; nothing was changed in Brightpearl."
        error = UsageError(f"{what} {shown!r}; {hint}", where="--field", advice=advice)
        note_done(error, Done({}, "applied"))
        return error

    def values(self, record: Any) -> Iterator[Any]:
        """What a record has there; None for nothing."""
        self._reached = max(self._reached, 0)
        return self._values(record, 0)

    def lines(self, record: Any) -> Iterator[str]:
        """The same as lines: texts as they are but for line ends, which are `\\n`, anything else as JSON, and null for
        nothing."""
        for value in self.values(record):
            yield value.replace("\r", "\\r").replace("\n", "\\n") if isinstance(value, str) else dump_json(value)

    def _values(self, value: Any, place: int) -> Iterator[Any]:
        self._reached = max(self._reached, place)
        if place == len(self._steps):
            yield value
            return
        step = self._steps[place]
        if isinstance(step, str):
            if isinstance(value, dict) and step in value:
                yield from self._values(value[step], place + 1)
                return
            if isinstance(value, dict) and place == self._reached:
                self._seen.update(dict.fromkeys(map(str, value)))
            yield None
            return
        elements = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        if step is None:
            if isinstance(value, (dict, list)) and not elements:
                # An empty list has nothing that could be missed.
                self._reached = len(self._steps)
            for element in elements:
                yield from self._values(element, place + 1)
        elif step < len(elements):
            yield from self._values(elements[step], place + 1)
        else:
            if isinstance(value, (dict, list)):
                self._reached = len(self._steps)
            yield None


def _is_known(schema: dict[str, Any], steps: list[str | int | None]) -> bool:
    """Whether a schema has what the steps lead to."""
    for step in steps:
        properties = schema.get("properties", {})
        if isinstance(step, str):
            found = properties.get(step)
        else:
            found = schema.get("items") or schema.get("additionalProperties")
        if not isinstance(found, dict):
            return False
        schema = found
    return True
