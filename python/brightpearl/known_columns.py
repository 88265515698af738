"""What is known of the columns of a table in which nothing was found."""

from __future__ import annotations

from brightpearl._native import dump_json, load_json, restore_page
from brightpearl.exceptions import BrightpearlError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, Literal

    from brightpearl._native import Page
    from brightpearl.descriptions import SearchColumn

    Kind = Literal["integer", "boolean", "date-time", "text"]
    Columns = dict[str, Kind]


def page_without_rows(checkpoint: str) -> Page | None:
    """A page of a search that has not sent anything, with the columns that the catalogue knows, or those that were
    asked for; None where neither is known."""
    search = load_json(checkpoint.encode())["operation"]["search"]
    known = {column.name: column.type for column in columns_of(search["resource"])}
    names = search.get("columns") or list(known)
    if not names:
        return None
    columns = [
        {
            "name": name,
            "reportDataType": known.get(name, "STRING"),
            "sortable": False,
            "filterable": False,
            "required": False,
            "referenceData": [],
        }
        for name in names
    ]
    response = {"results": [], "metaData": {"columns": columns}}
    return restore_page(dump_json({"response": response}).encode(), 1, 0)


def columns_of(search: str) -> list[SearchColumn]:
    """The columns of a search's rows, as far as the catalogue knows them."""
    from brightpearl.discovery import describe

    try:
        found = describe(search).searches
    except BrightpearlError:
        return []
    return [column for one in found if one.path == search for column in one.columns if column.in_rows]


def known_tables(what: str) -> dict[str, dict[str, Columns]]:
    """The tables of records that are what a resource is called."""
    from brightpearl.record_schemas import record_schema

    return {what: tables_of_schema(what, record_schema(what))}


def tables_of_schema(what: str, schema: Mapping[str, Any]) -> dict[str, Columns]:
    """The columns of the tables of records: by the name of what there are several of, and by none for the records."""
    tables: dict[str, Columns] = {"": {} if "id" in schema.get("properties", {}) else {"id": "integer"}}
    _flatten(schema, (), "", tables, what, {f"{what}.id": "integer"}, "")
    return tables


def _flatten(
    schema: Mapping[str, Any],
    steps: tuple[str, ...],
    table: str,
    tables: dict[str, Columns],
    what: str,
    keys: Columns,
    above: str,
) -> None:
    for name, member in schema.get("properties", {}).items():
        full = f"{above}{'.'.join((*steps, name))}"
        several = _several(member)
        if several is not None:
            named = f"{what}.{full}" if f"{full}.id" in keys else full
            own: Columns = {**keys, f"{named}.{several[0]}": "integer"}
            tables[full] = dict(own)
            part = several[1] if "properties" in several[1] else {"properties": {"value": several[1]}}
            _flatten(part, (), full, tables, what, own, f"{full}.")
        elif "properties" in member:
            _flatten(member, (*steps, name), table, tables, what, keys, above)
        else:
            column = ".".join((*steps, name))
            tables[table][f"{table or what}.{column}" if column in keys and table else column] = _kind(member)


def _several(member: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    """What tells the parts of a member apart that has several, and what they look like."""
    values, items = member.get("additionalProperties"), member.get("items", {})
    if isinstance(values, dict):
        return "id", next(_objects(values.get("items", {})), values)
    found = next(_objects(items), None)
    return None if found is None else ("place", found)


def _objects(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "properties" in schema:
        yield schema


def _kind(member: Mapping[str, Any]) -> Kind:
    types = set(member.get("type", ())) - {"null"}
    if types == {"integer"}:
        return "integer"
    if types == {"boolean"}:
        return "boolean"
    return "date-time" if types == {"string"} and member.get("format") == "date-time" else "text"
