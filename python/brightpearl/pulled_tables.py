"""What the tables of a pull have to tell: of which resources it is, and whether it looks for what is gone."""

from __future__ import annotations

from collections import Counter

from brightpearl._native import find_resource
from brightpearl.exceptions import MisuseError, ValidationError
from brightpearl.known_columns import tables_of_schema
from brightpearl.record_schemas import record_schema
from brightpearl.state_scope import pulled_resources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from brightpearl.frames import Tabled
    from brightpearl.known_columns import Columns
    from brightpearl.pulled import PulledRecord


class PullTables:
    """Makes entries of tables of the records of a pull."""

    def __init__(self, checkpoint: str) -> None:
        listed = pulled_resources(checkpoint)
        ends = Counter(map(_end, listed))
        # Two resources whose names end alike have their whole names.
        self._names = {name: _end(name) if ends[_end(name)] == 1 else name for name in listed}
        self._tells_deleted = {name for name, one in listed.items() if "deletes" in one or one.get("reconcile")}
        self._listed = listed

    def name(self) -> str:
        """What the table of the only resource is called. Raises `MisuseError` where there are several."""
        if len(self._names) == 1:
            return next(iter(self._names.values()))
        raise MisuseError(
            f"the pull is of {', '.join(sorted(self._names)) or 'nothing that is known'}; expected one resource",
            advice="Call `tables()`, which has a table for each.",
        )

    def known(self) -> dict[str, dict[str, Columns]]:
        """The columns that the tables have where nothing was found."""
        return {self._names[name]: self._columns(name, one) for name, one in self._listed.items()}

    def _columns(self, name: str, one: dict[str, Any]) -> dict[str, Columns]:
        if one.get("rows"):
            tables: dict[str, Columns] = {"": {"id": "integer"}}
        else:
            listed = find_resource(one["resource"])
            path = one["resource"] if listed is None else listed.path
            # What a mapping makes is known to it alone.
            schema = {} if "mapping" in one else record_schema(_end(path))
            tables = tables_of_schema(self._names[name], schema)
        if name in self._tells_deleted:
            tables[""] = {"id": "integer", "deleted": "boolean", **tables[""]}
        return tables

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
        # What tables are made with is not imported with the package.
        from brightpearl.frames import Tabled

        return Tabled(name, pulled.id, pulled.record, pulled.deleted if is_told else None)


def _end(name: str) -> str:
    return name.rpartition("/")[2]
