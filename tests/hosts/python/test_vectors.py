"""The golden vectors, through the extension's own classes: every host says the same, byte for byte."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from brightpearl import BrightpearlError
from brightpearl._native import Call, Client, Done, Page, Pending, RawReply, ResourceBatch, Send, Uris, Wait

VECTORS = sorted((Path(__file__).parents[2] / "vectors").glob("*.json"))


def test_there_are_vectors() -> None:
    assert len(VECTORS) >= 40


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_vector(path: Path) -> None:
    vector = json.loads(path.read_text())
    try:
        client = Client(text_of(vector["config"]))
    except BrightpearlError as error:
        assert error_of(error) == vector["client_error"]
        return
    assert "client_error" not in vector
    try:
        call = client.start(text_of(vector["operation"]))
    except BrightpearlError as error:
        assert error_of(error) == vector["start_error"]
        return
    assert "start_error" not in vector
    player = Player(client, call)
    for place, entry in enumerate(vector["script"]):
        expected = entry["expect"]
        assert player.play(entry) == expected, f"entry {place} of {path.name}"


def text_of(value: object) -> str:
    """JSON as the other hosts write it, so that errors name the same column of it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


class Player:
    """Plays entries on a call."""

    def __init__(self, client: Client, call: Call) -> None:
        self.client = client
        self.call = call
        self.remembered = ""

    def play(self, entry: dict[str, Any]) -> Any:
        """What an entry's action says."""
        try:
            return self._act(entry, entry["now"])
        except BrightpearlError as error:
            return {"error": error_of(error)}

    def _act(self, entry: dict[str, Any], now: int) -> Any:
        match entry:
            case {"poll": True}:
                return step_of(self.call.poll(now))
            case {"answer": answer}:
                body = (
                    base64.b64decode(answer["body_base64"]) if "body_base64" in answer else answer["body"].encode()
                )
                headers = [(name, value) for name, value in answer["headers"]]
                self.call.answer(answer["exchange"], answer["status"], headers, body, now)
            case {"fail": failure}:
                self.call.fail(failure["exchange"], failure["sent"] == "maybe-sent", failure["text"], now)
            case {"acknowledge": items}:
                self.call.acknowledge(items)
            case {"cancel": True}:
                self.call.cancel(now)
            case {"checkpoint": True}:
                self.remembered = self.call.checkpoint()
                return {"checkpoint": self.remembered}
            case {"resume": resume}:
                self.call = self.client.resume(self.remembered if resume is True else resume)
            case {"explain": True}:
                explanation = self.call.explain(now)
                return {
                    "explanation": {
                        "requests_sent": explanation.requests_sent,
                        "requests_needed": explanation.requests_needed,
                        "exact": explanation.exact,
                        "items": explanation.items,
                        "milliseconds": round(explanation.seconds * 1000),
                    }
                }
            case _:
                raise AssertionError(f"unknown action: {sorted(entry)}")
        return "ok"


def step_of(step: object) -> Any:
    """A step in the vectors' form."""
    match step:
        case Send():
            return {
                "send": {
                    "exchange": step.exchange,
                    "attempt": step.attempt,
                    "method": step.method,
                    "url": step.url,
                    "headers": [list(line) for line in step.headers],
                    "body": step.body.decode(),
                }
            }
        case Wait():
            return {"wait": {"until": step.until, "reason": step.reason}}
        case Pending():
            return "pending"
        case Done():
            return "done"
        case Page():
            return {"page": page_of(step)}
        case ResourceBatch():
            return {"resources": resources_of(step)}
        case RawReply():
            headers = [list(line) for line in step.headers]
            return {"reply": {"status": step.status, "headers": headers, "body": step.body.decode()}}
        case Uris():
            return {"uris": step.uris}
    raise AssertionError(f"unknown step: {step}")


def page_of(page: Page) -> Any:
    labels = []
    for row in page:
        texts = {name: row.label(name) for name in page.columns}
        labels.append({name: text for name, text in texts.items() if isinstance(text, str)})
    return {
        "first_result": page.first_result,
        "duplicates": page.duplicates,
        "columns": list(page.columns),
        "rows": [[cell_of(row, name) for name in page.columns] for row in page],
        "labels": labels,
        "more_pages_available": page.metadata.more_pages_available,
        "results_available": page.metadata.results_available,
    }


def cell_of(row: Any, name: str) -> Any:
    cell = row.to_dict(dates="text")[name]
    if isinstance(cell, Decimal):
        return {"decimal": spelling_of(row, name)}
    if isinstance(cell, (dict, list)):
        return {"json": spelling_of(row, name)}
    return cell


def spelling_of(row: Any, name: str) -> str:
    """What stands in the row's JSON, which keeps every number and every nested value as the server spelt it."""
    text = row.to_json()
    start = text.index(f"{json.dumps(name)}:") + len(json.dumps(name)) + 1
    _, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end]


def resources_of(batch: ResourceBatch) -> Any:
    items = [batch.resource(index) for index in range(len(batch))]
    return {
        "items": [{"id": item.resource_id, "json": item.raw.decode()} for item in items],
        "requested": str(batch.requested),
        "missing": str(batch.missing),
        "refused": [{"id": id, "error": error_of(error)} for id, error in batch.refused],
    }


def error_of(error: BrightpearlError) -> Any:
    request = error.request
    return {
        "kind": error.kind,
        "message": error.message,
        "location": error.location,
        "delivery": error.delivery,
        "status": error.status,
        "errors": [{"code": code, "message": message} for code, message in error.errors],
        "retry_after": None if error.retry_after is None else round(error.retry_after * 1000),
        "request": None if request is None else {"method": request.method, "url": request.url},
    }
