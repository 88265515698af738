"""The golden vectors, through the extension's own classes: every host says the same, byte for byte."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from brightpearl import BrightpearlError, ReadVerification, SearchVerification, Violation, _native
from brightpearl._native import (
    Call,
    Client,
    Done,
    Feed,
    Page,
    Pending,
    RawData,
    RawJournal,
    RawReply,
    ResourceBatch,
    Send,
    Wait,
    dump_json,
)

FOLDER = Path(__file__).parents[2] / "vectors"
VECTORS = sorted(FOLDER.glob("*.json"))
FUNCTIONS = sorted((FOLDER / "functions").glob("*.json"))


def test_there_are_vectors() -> None:
    assert len(VECTORS) >= 40
    assert len(FUNCTIONS) >= 6


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


@pytest.mark.parametrize("path", FUNCTIONS, ids=lambda path: path.stem)
def test_function_vector(path: Path) -> None:
    vector = json.loads(path.read_text())
    for place, call in enumerate(vector["calls"]):
        expected = call.pop("expect")
        assert value_of(call) == expected, f"call {place} of {path.name}"


def value_of(call: dict[str, Any]) -> Any:
    """What a function says."""
    try:
        value = called(call)
    except BrightpearlError as error:
        return {"error": error_of(error)}
    return {"value": [at(value, pointer) for pointer in call["pick"]] if "pick" in call else value}


def called(call: dict[str, Any]) -> Any:
    match call:
        case {"catalog": {}}:
            return json.loads(_native.catalog())
        case {"describe": {"resource": resource}}:
            return json.loads(_native.describe(resource))
        case {"tasks": {}}:
            return json.loads(_native.tasks())
        case {"errors": {}}:
            return json.loads(_native.errors())
        case {"validate": {"path": path, "verb": verb, "body": body, "unknown_members": unknown}}:
            return json.loads(_native.validate(path, verb, body.encode(), unknown))
        case {"verify_callback": {"parameters": parameters, "dev_secret": dev_secret} as given}:
            pairs = [(name, value) for name, value in parameters]
            _native.verify_callback(pairs, dev_secret, given.get("max_age_ms"), given.get("now", 0))
            return None
        case {"check_mapping": {"document": document}}:
            return json.loads(_native.check_mapping(document))
        case {"run_mapping": {"document": document, "record": record, "resolved": resolved}}:
            return mapped(document, record.encode(), resolved)
        case {"explain_mapping": {"document": document}}:
            return json.loads(_native.explain_mapping(document))
        case {"ready_mappings": {}}:
            return json.loads(_native.ready_mappings())
        case {"ask": {"question": question}}:
            return json.loads(_native.ask(question))
        case {"mapping_schema": {}}:
            return json.loads(_native.mapping_schema())
    raise AssertionError(f"unknown function: {sorted(call)}")


def mapped(document: str, record: bytes, resolved: str) -> Any:
    """What a mapping makes of a record: the same whether the document is compiled for it or for many."""
    value = json.loads(_native.run_mapping(document, record, resolved))
    compiled = _native.CompiledMapping(document)
    for found in (compiled.map(record, resolved), *compiled.map_many([record], resolved)):
        assert (None if found.raw is None else json.loads(found.raw)) == value.get("body")
        assert found.path == value.get("path")
        assert found.key == value.get("key")
        assert found.skipped == value.get("skipped")
        assert [reference.text for reference in found.references] == [one["text"] for one in value["references"]]
        assert [failure.reason for failure in found.failures] == [one["reason"] for one in value.get("failures", [])]
    return value


def at(value: Any, pointer: str) -> Any:
    """What stands at a JSON Pointer; None for nothing."""
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (LookupError, TypeError, ValueError):
            return None
    return value


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
                body = base64.b64decode(answer["body_base64"]) if "body_base64" in answer else answer["body"].encode()
                headers = [(name, value) for name, value in answer["headers"]]
                self.call.answer(answer["exchange"], answer["status"], headers, body, now)
            case {"fail": failure}:
                self.call.fail(failure["exchange"], failure["sent"], failure["text"], now)
            case {"feed": record}:
                self.call.feed(record.encode())
            case {"finish": True}:
                self.call.finish()
            case {"demand": True}:
                return {"demand": self.client.demand(now)}
            case {"lease": lease}:
                self.client.lease(lease, now)
            case {"acknowledge": items}:
                self.call.acknowledge(items)
            case {"cancel": True}:
                self.call.cancel(now)
            case {"checkpoint": True}:
                self.remembered = self.call.checkpoint()
                return {"checkpoint": self.remembered}
            case {"resume": resume}:
                self.call = self.client.resume(
                    self.remembered if resume is True else resume, entry.get("allow_writes", True)
                )
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
            sent = {
                "exchange": step.exchange,
                "attempt": step.attempt,
                "method": step.method,
                "url": step.url,
                "headers": [list(line) for line in step.headers],
                "body": step.body.decode(),
            }
            return {"send": sent | {"is_login": True} if step.is_login else sent}
        case Wait():
            return {"wait": {"until": step.until, "reason": step.reason}}
        case Pending():
            return "pending"
        case Feed():
            return {"feed": {"room": step.room}}
        case Done():
            return "done"
        case Page():
            return {"page": page_of(step)}
        case ResourceBatch():
            return {"resources": resources_of(step)}
        case RawReply():
            return {"reply": reply_of(step)}
        case RawJournal():
            return {"journal": step.text}
        case RawData():
            return {step.kind: data_of(step)}
    raise AssertionError(f"unknown step: {step}")


def reply_of(reply: RawReply) -> Any:
    headers = [list(line) for line in reply.headers]
    return {"status": reply.status, "headers": headers, "body": reply.body.decode()}


def data_of(data: RawData) -> Any:
    """Data has the form of the vectors already, but for what its name is the name of."""
    items = [item_of(data, place) for place in range(len(data))]
    if data.kind == "task":
        return {"name": data.name, "result": items.pop()}
    return items if data.name is None else {"resource": data.name, "records": items}


def item_of(data: RawData, place: int) -> Any:
    """An item, whose error and record are those of its JSON."""
    item = json.loads(data.json(place))
    error, record = data.error(place), data.record(place)
    if error is not None:
        assert error_of(error) == item["error"]
    if record is not None:
        assert json.loads(record) == item["record"]
    known = item if record is None else {**item, "record": None}
    assert json.loads(dump_json(data.value(place))) == known
    return item


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
    told = {
        "kind": error.kind,
        "message": error.message,
        "location": error.location,
        "delivery": error.delivery,
        "status": error.status,
        "errors": [{"code": code, "message": message} for code, message in error.errors],
        "retry_after": None if error.retry_after is None else round(error.retry_after * 1000),
        "request": None if request is None else {"method": request.method, "url": request.url},
        "advice": error.advice,
        "retryable": error.retryable,
        "violations": [violation_of(violation) for violation in error.violations],
        "verifications": [verification_of(verification) for verification in error.verifications],
        "progress": error.progress,
    }
    return present(told)


def present(members: dict[str, Any]) -> dict[str, Any]:
    """Those members that say something: the engine leaves out the others."""
    return {name: value for name, value in members.items() if value is not None and value is not False and value != []}


def violation_of(violation: Violation) -> Any:
    return {name: getattr(violation, name) for name in ("pointer", "severity", "fault", "found", "expected")}


def verification_of(verification: SearchVerification | ReadVerification) -> Any:
    if isinstance(verification, ReadVerification):
        return {"type": "read", "path": verification.path, "compare": verification.compare}
    return {
        "type": "search",
        "search": verification.search,
        "filters": [list(pair) for pair in verification.filters],
        "unique": verification.unique,
    }
