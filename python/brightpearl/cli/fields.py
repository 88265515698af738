"""One member of each record, such as `totalValue.net` or `orderRows[].productId`, a line for each value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from brightpearl._native import dump_json
from brightpearl.arguments import did_you_mean
from brightpearl.cli.failure import UsageError

_STEP = re.compile(r"([^.\[\]]+)((?:\[\d*\])*)")


class Field:
    """A way into a record: names with points between them, `[]` for every element of a list or of a map that is keyed
    by ids, and `[0]` for one."""

    def __init__(self, text: str) -> None:
        self._steps: list[str | int | None] = []
        self.text = text
        for part in text.removeprefix(".").split("."):
            found = _STEP.fullmatch(part)
            if found is None:
                raise UsageError(
                    f"invalid field {text!r}; expected names such as totalValue.net or orderRows[].productId",
                    where="--field",
                )
            self._steps.append(found[1])
            self._steps += [int(place) if place else None for place in re.findall(r"\[(\d*)\]", found[2])]

    def require_among(self, columns: Iterable[str]) -> None:
        """Refuses a column that rows do not have."""
        known = list(columns)
        if known and self._steps[0] not in known:
            nearest = did_you_mean(str(self._steps[0]), known)
            hint = f"did you mean {nearest}?" if nearest else f"expected one of {', '.join(known)}"
            raise UsageError(f"the rows have no column {self._steps[0]!r}; {hint}", where="--field")

    def lines(self, record: Any) -> Iterator[str]:
        """What a record has there: texts as they are, anything else as JSON, and null for nothing."""
        for value in _values(record, self._steps):
            yield value.replace("\r", "\\r").replace("\n", "\\n") if isinstance(value, str) else dump_json(value)


def _values(value: Any, steps: list[str | int | None]) -> Iterator[Any]:
    if not steps:
        yield value
        return
    step, *rest = steps
    if step is None:
        elements = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for element in elements:
            yield from _values(element, rest)
    elif isinstance(step, int):
        is_there = isinstance(value, list) and step < len(value)
        yield from _values(value[step] if is_there else None, rest)
    else:
        yield from _values(value.get(step) if isinstance(value, dict) else None, rest)
