"""What the API has, and whether a body fits it: nothing is sent."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from brightpearl import _native, describe, validate
from brightpearl.cli.failure import UsageError
from brightpearl.cli.session import read_input
from brightpearl.cli.visible import say, visible, visible_json
from brightpearl.cli.wrapped import print_wrapped

if TYPE_CHECKING:
    from brightpearl.descriptions import Field, Operation, ResourceDescription, Search


def show_catalog(as_json: bool) -> None:
    """Every resource in short."""
    resources = json.loads(_native.catalog())
    if as_json:
        _print_json(resources)
        return
    records = [
        {
            "name": resource["name"] + (" (deprecated)" if resource["deprecated"] else ""),
            "section": resource["section"],
            "verbs": " ".join(dict.fromkeys(verb for path in resource["paths"] for verb in path["verbs"])),
            "path": next(iter(path["path"] for path in resource["paths"]), ""),
            "search": " ".join(resource["searches"]),
        }
        for resource in resources
    ]
    print_wrapped(list(records[0]), records)
    say(f"{len(records)} resources; all about one: brightpearl catalog NAME")


def show_resource(name: str, as_json: bool) -> None:
    """All about one resource."""
    if as_json:
        _print_json(json.loads(_native.describe(name)))
        return
    description = describe(name)
    _show_head(description)
    for operation in description.operations:
        _show_operation(operation)
    for search in description.searches:
        _show_search(search)


def _print_json(value: Any) -> None:
    is_shown = sys.stdout.isatty()
    text = json.dumps(value, indent=2 if is_shown else None, ensure_ascii=False)
    print(visible_json(text) if is_shown else text)


def _show_head(description: ResourceDescription) -> None:
    print(f"{description.title} ({description.name}), section {description.section}")
    if description.detail != "full":
        known = "some of its bodies" if description.detail == "partial" else "its name and path only"
        print(f"  known: {known}; requests work, what is not known is not checked")
    if description.deprecation is not None:
        replacement = description.deprecation.replacement
        instead = f" Use {replacement}." if replacement else ""
        print(f"  deprecated: {description.deprecation.reason}{instead}")
    if description.note:
        print(f"  note: {description.note}")


def _show_operation(operation: Operation) -> None:
    print(f"\n{operation.method} {operation.path}{'' if operation.verified else '  (unverified)'}")
    facts = [
        ("ids a request", str(operation.id_limit) if operation.id_limit else ""),
        ("includeOptional", ", ".join(operation.optional_sections)),
        ("query", ", ".join(operation.query)),
        ("If-Match", operation.if_match or ""),
        ("deprecated", operation.deprecation.reason if operation.deprecation else ""),
        ("note", operation.note),
    ]
    for name, fact in facts:
        if fact:
            print(f"  {name}: {fact}")
    if operation.fields:
        print_wrapped(["field", "type", "", "refers to", "note"], [_field_record(field) for field in operation.fields])


def _field_record(field: Field) -> dict[str, Any]:
    return {
        "field": field.pointer,
        "type": field.type,
        "": "mandatory" if field.mandatory else ", ".join(field.patch),
        "refers to": field.refers_to,
        "note": field.note,
    }


def _show_search(search: Search) -> None:
    print(f"\nsearch {search.path}{f', found by {search.key}' if search.key else ''}")
    if search.note:
        print(f"  note: {search.note}")
    records = [
        {
            "column": column.name,
            "type": column.type,
            "filter": "yes" if column.filterable else "",
            "sort": "yes" if column.sortable else "",
            "row": "yes" if column.in_rows else "",
            "labels": column.reference,
        }
        for column in search.columns
    ]
    if records:
        print_wrapped(list(records[0]), records)
    if not (search.columns_complete and search.filters_complete):
        print("  there may be more columns than these; --json has what is known")


def check_body(resource: str, verb: str, file: str, unknown_members: Any, as_json: bool) -> bool:
    """Says everything that is wrong with a body; whether Brightpearl would take it."""
    # Of a path that the catalog lacks nothing is wrong, since nothing is known: a slip in it must not look so.
    describe(resource)
    if verb.upper() not in _WITH_BODIES:
        raise UsageError(f"{verb!r} has no body; expected post, put, patch or delete", where="VERB")
    violations = validate(resource, verb, read_input(file), unknown_members=unknown_members)
    if as_json:
        names = ("pointer", "severity", "fault", "found", "expected")
        _print_json([{name: getattr(violation, name) for name in names} for violation in violations])
    else:
        for violation in violations:
            print(visible(str(violation)))
    errors = sum(violation.severity == "error" for violation in violations)
    if not as_json:
        warnings = len(violations) - errors
        counted = f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}"
        say(counted if violations else "nothing is wrong with it")
    return not errors


_WITH_BODIES = ("POST", "PUT", "PATCH", "DELETE")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
