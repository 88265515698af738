"""Plays vectors through the component's exports."""

from __future__ import annotations

import base64
import json
from typing import Any, Literal

from wasmtime.component import ResourceAny, Variant

from component import Instance, Loaded, Refused, record
from difference import differences
from encode import error_of, explanation_of, step_of
from encode_text import as_read, step_of_text
from typed import Untyped, start, text_of

Way = Literal["json", "typed", "text"]
"""How a vector goes through the component.

Its operation as the JSON text that every host has, or by the function that is made for it; its steps and answers as
typed values, or as text.
"""


def play(loaded: Loaded, vector: dict[str, Any], way: Way) -> list[str]:
    """Every difference between what the vector expects and what the component says."""
    instance = loaded.instantiate()
    try:
        client = instance.call("engine/client.open-json", text_of(vector["config"]), None)
    except Refused as refused:
        return told("client_error", vector.get("client_error"), error_of(refused.error))
    if "client_error" in vector:
        return ["client_error: the client opened"]
    try:
        call = started(instance, client, vector, is_typed=way == "typed")
    except Refused as refused:
        return told("start_error", vector.get("start_error"), error_of(refused.error))
    if "start_error" in vector:
        return ["start_error: the call started"]

    player = TextPlayer(instance, client, call) if way == "text" else Player(instance, client, call)
    found = []
    for place, entry in enumerate(vector["script"]):
        expected = as_read(entry["expect"]) if way == "text" else entry["expect"]
        found += told(f"entry {place}", expected, player.play(entry))
    events = [json.loads(event.json) for event in instance.call("engine/client.drain-events", client)]
    return found + told("events", vector["events"], events)


def started(instance: Instance, client: ResourceAny, vector: dict[str, Any], *, is_typed: bool) -> ResourceAny:
    operation = vector["operation"]
    if is_typed:
        try:
            return start(instance, client, operation)
        except Untyped:
            # What has no typed form is what the engine refuses as JSON.
            if "start_error" not in vector:
                raise
    return instance.call("engine/client.start-json", client, text_of(operation))


def told(place: str, expected: Any, found: Any) -> list[str]:
    return [f"{place}: {difference}" for difference in differences(expected, found)]


class Player:
    """Plays entries on a call."""

    def __init__(self, instance: Instance, client: ResourceAny, call: ResourceAny) -> None:
        self.instance = instance
        self.client = client
        self.call = call
        self.remembered = ""
        self.pool: ResourceAny | None = None

    def play(self, entry: dict[str, Any]) -> Any:
        """What an entry's action says."""
        try:
            return self._act(entry, entry["now"])
        except Refused as refused:
            return {"error": error_of(refused.error)}

    def _act(self, entry: dict[str, Any], now: int) -> Any:
        match entry:
            case {"poll": True}:
                return self._poll(now)
            case {"answer": answer}:
                self._answer(answer, now)
            case {"fail": failure}:
                self._call("fail", failure["exchange"], Variant(failure["sent"], failure["text"]), now)
            case {"feed": text}:
                self._call("feed", text)
            case {"finish": True}:
                self._call("finish")
            case {"demand": True}:
                return {"demand": demand_of(self.instance.call("engine/pool.demand", self._pool(), now))}
            case {"lease": lease}:
                self.instance.call("engine/pool.lease", self._pool(), record(**{"high": 0, **lease}), now)
            case {"acknowledge": items}:
                self._call("acknowledge", items)
            case {"cancel": True}:
                self._call("cancel", now)
            case {"checkpoint": True}:
                self.remembered = self._call("checkpoint")
                return {"checkpoint": self.remembered}
            case {"resume": resume}:
                self.instance.release(self.call)
                text = self.remembered if resume is True else resume
                allows_writes = entry.get("allow_writes", True)
                self.call = self.instance.call("engine/client.resume", self.client, text, allows_writes)
            case {"explain": True}:
                return explanation_of(self._call("explain", now))
            case _:
                raise AssertionError(f"an unknown action: {sorted(entry)}")
        return "ok"

    def _poll(self, now: int) -> Any:
        return step_of(self._call("poll", now))

    def _answer(self, answer: dict[str, Any], now: int) -> None:
        self._call("answer", answer["exchange"], response_of(answer), now)

    def _pool(self) -> ResourceAny:
        if self.pool is None:
            self.pool = self.instance.call("engine/client.pool", self.client)
        return self.pool

    def _call(self, name: str, *arguments: object) -> Any:
        return self.instance.call(f"engine/call.{name}", self.call, *arguments)


class TextPlayer(Player):
    """Takes steps and gives answers as text."""

    def _poll(self, now: int) -> Any:
        return step_of_text(self._call("poll-json", now))

    def _answer(self, answer: dict[str, Any], now: int) -> None:
        if "body_base64" in answer:
            super()._answer(answer, now)
        else:
            headers = [(name, value) for name, value in answer.get("headers", [])]
            body = answer.get("body", "")
            self._call("answer-text", answer["exchange"], answer["status"], headers, body, now)


def demand_of(demand: Any) -> Any:
    """A demand in the vectors' form."""
    names = ("sent", "out", "left", "private", "counts-for", "normal", "high", "frozen", "quota", "period", "reserve")
    renamed = {"counts-for": "counts_for", "frozen": "frozen_ms", "period": "period_ms"}
    return {renamed.get(name, name): getattr(demand, name) for name in names}


def response_of(answer: dict[str, Any]) -> Any:
    body = base64.b64decode(answer["body_base64"]) if "body_base64" in answer else answer.get("body", "").encode()
    headers = [(name, value) for name, value in answer.get("headers", [])]
    return record(status=answer["status"], headers=headers, body=body)
