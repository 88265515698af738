"""The whole of a simple host: poll, transmit, answer, wait."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from wasmtime.component import ResourceAny, Variant

from component import Instance, record

OUTPUTS = ('{"page":', '{"resources":', '{"reply":', '{"journal":', '{"data":')
"""How the texts of outputs begin."""


def drive(instance: Instance, call: ResourceAny) -> Iterator[str]:
    """Drives a call to its end, hands over what it puts out as JSON, and drops it.

    Steps and answers cross as texts: these bindings make an object of each element of a list, and copy a text at once.
    """
    while True:
        text = instance.call("engine/call.poll-json", call, now())
        if text.startswith(OUTPUTS):
            yield text
            continue
        match json.loads(text):
            case {"send": exchange}:
                answer(instance, call, exchange)
            case {"wait": wait}:
                time.sleep(max(0, wait["until"] - now()) / 1000)
            case "done":
                instance.release(call)
                return
            case step:
                # This host transmits one request after the other, and pushes nothing.
                raise ValueError(f"an unexpected step: {step}")


def answer(instance: Instance, call: ResourceAny, exchange: dict[str, Any]) -> None:
    """Transmits a request, and says what came of it."""
    answered = transmit(exchange)
    if isinstance(answered, Variant):
        instance.call("engine/call.fail", call, exchange["exchange"], answered, now())
        return
    status, headers, body = answered
    try:
        text = body.decode()
    except UnicodeDecodeError:
        response = record(status=status, headers=headers, body=body)
        instance.call("engine/call.answer", call, exchange["exchange"], response, now())
    else:
        instance.call("engine/call.answer-text", call, exchange["exchange"], status, headers, text, now())


def transmit(exchange: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes] | Variant:
    """The answer to a request, or why there is none."""
    address = urlsplit(exchange["url"])
    kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
    connection = kind(address.netloc, timeout=60)
    try:
        connection.connect()
    except OSError as error:
        return Variant("not-sent", str(error))
    try:
        path = f"{address.path}?{address.query}" if address.query else address.path
        body = exchange["body"].encode() or None
        connection.request(exchange["method"], path, body, dict(exchange["headers"]))
        answer = connection.getresponse()
        received = answer.read()
        if not received and answer.length is None and not answer.chunked:
            # To http.client, a head that is cut off ends where the connection does.
            return Variant("maybe-sent", "the answer was cut off before its body")
        return answer.status, answer.getheaders(), received
    except (OSError, HTTPException) as error:
        return Variant("maybe-sent", f"{type(error).__name__}: {error}")
    finally:
        connection.close()


def now() -> int:
    return time.time_ns() // 1_000_000
