"""What a command would take."""

from __future__ import annotations

from brightpearl import Client
from brightpearl._native import Listed


def explain_search(client: Client, search: str, filters: list[tuple[str, str]], limit: int | None) -> str:
    """The requests of a search, its first one sent."""
    rows = client.search(search, filters, limit=limit)
    available = rows.metadata.results_available
    explanation = rows.explain()
    return _report(
        [
            ("rows", _number(available if limit is None or available is None else min(limit, available))),
            ("requests", _number(explanation.requests_sent + explanation.requests_needed, explanation.exact)),
            ("sent to find out", _number(explanation.requests_sent)),
            ("seconds for the rest", f"{explanation.seconds:.0f}"),
        ]
    )


def explain_get(client: Client, resource: str, ids: str) -> str:
    """The requests of a fetch, none sent."""
    explanation = client.get(resource, ids).explain()
    return _report(
        [
            ("ids", _number(explanation.items)),
            ("requests", _number(explanation.requests_needed, explanation.exact)),
            ("seconds", f"{explanation.seconds:.0f}"),
        ]
    )


def explain_pull(client: Client, resource: Listed, filters: list[tuple[str, str]], limit: int | None) -> str:
    """The requests of a pull, the first of its search sent."""
    rows = client.search(resource.search or "", filters, columns=[resource.key or ""], limit=limit)
    available = rows.metadata.results_available
    search = rows.explain()
    pages = search.requests_sent + search.requests_needed
    records = available if limit is None or available is None else min(limit, available)
    if records is None:
        return _report([("search requests", _number(pages, search.exact))])
    reads = -(-records // resource.id_limit)
    waiting = max(0, pages + reads - search.requests_sent - client.budget().available)
    minutes = -(-waiting // client.budget().quota)
    return _report(
        [
            ("records", _number(records)),
            ("search requests", _number(pages, search.exact)),
            ("read requests", _number(reads)),
            ("requests", _number(pages + reads, search.exact)),
            ("one request per record", _number(pages + records)),
            ("full periods to wait", _number(minutes)),
        ]
    )


def _number(value: int | None, exact: bool = True) -> str:
    if value is None:
        return "unknown"
    return f"{value:,}" if exact else f"at least {value:,}"


def _report(lines: list[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in lines) + 2
    return "\n".join(f"{name + ':':<{width}}{value}" for name, value in lines)
