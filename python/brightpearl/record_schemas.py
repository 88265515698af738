"""What records look like that are read, as JSON Schemas, which the engine knows."""

from __future__ import annotations

from functools import cache

from brightpearl.discovery import ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@cache
def record_schema(resource: str) -> dict[str, Any]:
    """The schema of the records of a resource, by the last part of its path; empty where the engine has none."""
    known: dict[str, Any] = record_schemas().get(resource, {})
    return known


@cache
def record_schemas() -> dict[str, Any]:
    """Every schema, by the last part of the path of its resource."""
    schemas: dict[str, Any] = ask({"record_schemas": {}})
    return schemas
