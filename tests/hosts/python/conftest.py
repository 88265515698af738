"""A scripted account: answers in order, and what was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from brightpearl import Client, PrivateApp, Request, Response
from brightpearl.testing import VirtualClock

TOKEN = "s3cret-token-of-acme"
SEARCH = "order-service/order-search"

NEW_ORDER = {"orderTypeCode": "SO", "reference": "INV-7", "parties": {"customer": {"contactId": 208}}}
"""A body that the catalog finds right."""

COLUMNS = [
    ("orderId", "IDSET", []),
    ("orderStatusId", "INTEGER", ["orderStatusNames"]),
    ("createdOn", "PERIOD", []),
    ("customerRef", "STRING", []),
]


def page(ids: list[int], *, available: int | None = None, first: int = 1, more: bool = False) -> bytes:
    """The body of a search page."""
    columns = [
        {
            "name": name,
            "reportDataType": kind,
            "sortable": True,
            "filterable": True,
            "required": False,
            "referenceData": labels,
        }
        for name, kind, labels in COLUMNS
    ]
    rows = [[id, 4, "2026-01-31T12:00:00.000-06:00", None if id % 2 else f"Ref {id}"] for id in ids]
    response = {
        "results": rows,
        "metaData": {
            "morePagesAvailable": more,
            "resultsAvailable": len(ids) if available is None else available,
            "resultsReturned": len(ids),
            "firstResult": first,
            "lastResult": first + len(ids) - 1,
            "columns": columns,
            "sorting": [{"filterable": {"name": "orderId"}, "direction": "ASC"}],
        },
    }
    return json.dumps({"response": response, "reference": {"orderStatusNames": {"4": "Invoiced"}}}).encode()


def resources(*records: object) -> bytes:
    """The body of an answer with records."""
    return json.dumps({"response": list(records)}).encode()


Answer = Response | BaseException | Callable[[Request], Response]


class Account:
    """A transport that plays a script, and remembers what it was asked."""

    def __init__(self) -> None:
        self.script: list[Answer] = []
        self.requests: list[Request] = []
        self.clock = VirtualClock()

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        assert self.script, f"nobody expected {request}"
        answer = self.script.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer if isinstance(answer, Response) else answer(request)

    def answers(self, *answers: bytes | Answer) -> None:
        """Adds to the script. Bytes are the body of a good answer."""
        self.script.extend(Response(200, {}, answer) if isinstance(answer, bytes) else answer for answer in answers)

    def client(self, **options: Any) -> Client:
        """A client of the account, on virtual time."""
        settings = {
            "account": "acme",
            "datacentre": "use1",
            "credentials": PrivateApp("acme_sync", TOKEN),
            "transport": self,
            "clock": self.clock,
            "sleep": self.clock.sleep,
            "seed": 7,
        }
        return Client(**(settings | options))


@pytest.fixture
def account() -> Iterator[Account]:
    """An account whose script must be played to its end."""
    account = Account()
    yield account
    assert not account.script, "the script was not played to its end"


@pytest.fixture
def client(account: Account) -> Client:
    """A client of the scripted account."""
    return account.client()
