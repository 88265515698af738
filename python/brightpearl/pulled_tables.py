"""What the tables of a pull have to tell: of which resources it is, and whether it looks for what is gone."""

from __future__ import annotations

from collections import Counter

from brightpearl.exceptions import MisuseError, ValidationError
from brightpearl.frames import Tabled
from brightpearl.state_scope import pulled_resources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.pulled import PulledRecord


class PullTables:
    """Makes entries of tables of the records of a pull."""

    def __init__(self, checkpoint: str) -> None:
        listed = pulled_resources(checkpoint)
        ends = Counter(map(_end, listed))
        # Two resources whose names end alike have their whole names.
        self._names = {name: _end(name) if ends[_end(name)] == 1 else name for name in listed}
        self._tells_deleted = {name for name, one in listed.items() if "deletes" in one or one.get("reconcile")}

    def name(self) -> str:
        """What the table of the only resource is called. Raises `MisuseError` where there are several."""
        if len(self._names) == 1:
            return next(iter(self._names.values()))
        raise MisuseError(
            f"the pull is of {', '.join(sorted(self._names)) or 'nothing that is known'}; expected one resource",
            advice="Call `tables()`, which has a table for each.",
        )

    def entry(self, pulled: PulledRecord) -> Tabled | None:
        """A record for its table; None for one that the mapping leaves out. Raises `ValidationError` for one that could
        not be mapped, without which a table would look whole."""
        if pulled.failures:
            message = f"{pulled.resource} {pulled.id} could not be mapped: {pulled.failures[0]}"
            raise ValidationError(message, location="mapping")
        if pulled.skipped is not None:
            return None
        name = self._names.get(pulled.resource) or _end(pulled.resource)
        is_told = pulled.deleted or pulled.resource in self._tells_deleted
        return Tabled(name, pulled.id, pulled.record, pulled.deleted if is_told else None)


def _end(name: str) -> str:
    return name.rpartition("/")[2]
