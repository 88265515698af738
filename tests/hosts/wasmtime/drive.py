"""The whole of a simple host: poll, transmit, answer, wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from wasmtime.component import Record, ResourceAny, Variant

from component import Instance, record


def drive(instance: Instance, call: ResourceAny) -> Iterator[Variant]:
    """Drives a call to its end, hands over what it puts out, and drops it."""
    while True:
        step = instance.call("engine/call.poll", call, now())
        match step.tag:
            case "send":
                exchange = step.payload
                answer = transmit(exchange.request)
                name = "engine/call.fail" if isinstance(answer, Variant) else "engine/call.answer"
                instance.call(name, call, exchange.id, answer, now())
            case "wait":
                time.sleep(max(0, step.payload.until - now()) / 1000)
            case "output":
                yield step.payload
            case "done":
                instance.release(call)
                return
            case _:
                # This host transmits one request after the other, and pushes nothing.
                raise ValueError(f"an unexpected step: {step.tag}")


def transmit(request: Record) -> Record | Variant:
    """The answer to a request, or why there is none."""
    address = urlsplit(request.url)
    kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
    connection = kind(address.netloc, timeout=60)
    try:
        connection.connect()
    except OSError as error:
        return Variant("not-sent", str(error))
    try:
        path = f"{address.path}?{address.query}" if address.query else address.path
        headers: dict[str, Any] = dict(request.headers)
        connection.request(request.method.upper(), path, request.body or None, headers)
        answer = connection.getresponse()
        lines = [(name, value.encode("latin-1")) for name, value in answer.getheaders()]
        return record(status=answer.status, headers=lines, body=answer.read())
    except (OSError, HTTPException) as error:
        return Variant("maybe-sent", f"{type(error).__name__}: {error}")
    finally:
        connection.close()


def now() -> int:
    return time.time_ns() // 1_000_000
