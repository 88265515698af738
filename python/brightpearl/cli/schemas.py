"""Records held against the JSON Schemas of their streams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brightpearl.cli.failure import UsageError

SchemaCheck = Callable[[dict[str, Any]], str | None]
"""Says what is wrong with a record, with its place; None where it fits."""


def schema_check(schema: dict[str, Any]) -> SchemaCheck:
    """The check of a schema. Numbers are compared as the decimals that they are.

    Raises `ValueError` where it is not a schema, and `UsageError` where the library is not installed.
    """
    try:
        import jsonschema_rs
    except ImportError:
        raise UsageError(
            "holding records against their schemas needs the package jsonschema-rs, which is not installed",
            where="--config validate_records",
            advice="pip install 'brightpearl[singer]', or set validate_records to false.",
        ) from None
    try:
        validator = jsonschema_rs.Draft7Validator(schema, retriever=_refuse)
    except jsonschema_rs.ValidationError as error:
        raise ValueError(_described(error)) from None

    def check(record: dict[str, Any]) -> str | None:
        return None if validator.is_valid(record) else _described(next(validator.iter_errors(record)))

    return check


def _refuse(address: str) -> Any:
    """Nothing is fetched because a tap says so."""
    raise ValueError(f"it refers to {address}; expected a schema that stands by itself")


def _described(error: Any) -> str:
    place = "".join(f"/{step}" for step in error.instance_path)
    return f"{place}: {error.message}" if place else str(error.message)
