"""What the component says, in the JSON form of the vectors (`tests/vectors/README.md`)."""

from __future__ import annotations

import json
from typing import Any

from wasmtime.component import Record, Variant

from component import members
from page import cell, labels, resources


def step_of(step: Variant) -> Any:
    """What a poll gives."""
    match step.tag:
        case "send":
            return {"send": exchange_of(step.payload)}
        case "wait":
            return {"wait": members(step.payload)}
        case "feed":
            return {"feed": {"room": step.payload}}
        case "output":
            return output_of(step.payload)
        case "pending" | "done":
            return step.tag
    raise ValueError(f"an unknown step: {step.tag}")


def exchange_of(exchange: Record) -> Any:
    request = exchange.request
    sent = {
        "exchange": exchange.id,
        "attempt": exchange.attempt,
        "method": request.method.upper(),
        "url": request.url,
        "headers": headers_of(request.headers),
        "body": request.body or "",
    }
    return {**sent, "is_login": True} if getattr(exchange, "is-login") else sent


def headers_of(headers: list[tuple[str, str]]) -> Any:
    return [list(header) for header in headers]


def output_of(output: Variant) -> Any:
    match output.tag:
        case "page":
            return {"page": page_of(output.payload)}
        case "resources":
            return {"resources": resources_of(output.payload)}
        case "reply":
            reply = output.payload
            body = reply.body.decode(errors="replace")
            return {"reply": {"status": reply.status, "headers": headers_of(reply.headers), "body": body}}
        case "journal":
            return {"journal": output.payload}
        case "data":
            return data_of(output.payload)
    raise ValueError(f"an unknown output: {output.tag}")


def data_of(data: Record) -> Any:
    """Data has the form of the vectors already, but for what its name is the name of."""
    return result_of_data(data.kind, data.name, [json.loads(item) for item in data.items])


def result_of_data(kind: str, name: str | None, items: list[Any]) -> Any:
    if kind == "task":
        return {kind: {"name": name, "result": items.pop()}}
    return {kind: items if name is None else {"resource": name, "records": items}}


def page_of(page: Record) -> Any:
    return {
        "first_result": getattr(page, "first-result"),
        "duplicates": page.duplicates,
        "columns": [column.name for column in page.columns],
        "rows": [[cell_of(cell(column, row)) for column in page.columns] for row in range(page.rows)],
        "labels": labels(page),
        "more_pages_available": getattr(page.metadata, "more-pages-available"),
        "results_available": getattr(page.metadata, "results-available"),
    }


def cell_of(value: Any) -> Any:
    if not isinstance(value, Variant):
        return value
    return value.payload if value.tag == "date-time" else {value.tag: value.payload}


def resources_of(batch: Record) -> Any:
    return {
        "items": [{"id": number, "json": text.decode()} for number, text in resources(batch)],
        "requested": batch.requested,
        "missing": batch.missing,
        "refused": [{"id": refusal.id, "error": error_of(refusal.error)} for refusal in batch.refused],
    }


def explanation_of(explanation: Record) -> Any:
    told = members(explanation)
    told["milliseconds"] = told.pop("duration")
    return {"explanation": told}


def error_of(error: Record) -> Any:
    """An error, without the members that say nothing."""
    told = members(error) | {
        "errors": [members(entry) for entry in error.errors],
        "request": error.request and members(error.request) | {"method": error.request.method.upper()},
        "violations": [members(violation) for violation in error.violations],
        "verifications": [verification_of(verification) for verification in error.verifications],
        "progress": None if error.progress is None else json.loads(error.progress),
    }
    # What follows from the kind, the vectors do not say again.
    del told["is_of_record"]
    return {name: value for name, value in told.items() if value is not None and value is not False and value != []}


def verification_of(verification: Any) -> Any:
    """The search or the read, which the bindings tell apart by their case."""
    told = members(verification.payload)
    if verification.tag == "search":
        told["filters"] = [list(pair) for pair in told["filters"]]
    return {"type": verification.tag, **told}
