"""A search page and an answer with resources through the component, in wasmtime for Python, beside json.loads.

    pages.py COMPONENT PAGE.json RESOURCES.json IDS

Every way starts from the same bytes. What a host gets are the flat lists of a page, and the body with where each
resource stands in it; times are the best of several rounds, of ways that took turns in one process.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wasmtime import Config, Engine
from wasmtime.component import Component

sys.path.insert(0, str(Path(__file__).parents[2] / "hosts" / "wasmtime"))

from component import Instance, record

ROUNDS = 12
NOW = 1_782_864_000_000


class Optimised:
    """The component, compiled as a host that keeps it does."""

    def __init__(self, path: Path) -> None:
        self.engine = Engine(Config())
        self.component = Component.from_file(self.engine, path)


def answered(instance: Instance, client: Any, operation: dict[str, Any], body: bytes) -> tuple[float, Any]:
    """The microseconds from an answer to what is in it, and that. The request was built before."""
    call = instance.call("engine/client.start-json", client, json.dumps(operation))
    send = instance.call("engine/call.poll", call, NOW)
    response = record(status=200, headers=[], body=body)
    begin = time.perf_counter()
    instance.call("engine/call.answer", call, send.payload.id, response, NOW)
    step = instance.call("engine/call.poll", call, NOW)
    return (time.perf_counter() - begin) * 1e6, step


def loaded(body: bytes) -> tuple[float, Any]:
    """The same of json.loads."""
    begin = time.perf_counter()
    value = json.loads(body)
    return (time.perf_counter() - begin) * 1e6, value


def main(arguments: list[str]) -> int:
    path, page, resources = (Path(argument) for argument in arguments[:3])
    instance = Instance(Optimised(path))  # type: ignore[arg-type]
    credentials = {"type": "private-app", "app_ref": "acme_sync", "account_token": "token"}
    config = {"account": "acme", "datacentre": "use1", "credentials": credentials, "pool": {"quota": 1_000_000}}
    client = instance.call("engine/client.open-json", json.dumps(config), None)
    search = {"search": {"resource": "order-service/order-search"}}
    fetch = {"fetch": {"resource": "order-service/order", "ids": arguments[3], "plan": "never"}}
    bodies = page.read_bytes(), resources.read_bytes()
    ways: dict[str, Callable[[], tuple[float, Any]]] = {
        "a page": lambda: answered(instance, client, search, bodies[0]),
        "json.loads of the page": lambda: loaded(bodies[0]),
        "resources": lambda: answered(instance, client, fetch, bodies[1]),
        "json.loads of resources": lambda: loaded(bodies[1]),
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            best[name] = min(best[name], way()[0])
    print(
        f"a page of {len(bodies[0]):,} bytes, resources of {len(bodies[1]):,} bytes; microseconds, best of {ROUNDS}\n"
    )
    print(f"{'way':<32}{'µs':>8}  {'beside':<28}{'µs':>8}{'ratio':>8}{'target':>10}")
    for name, beside, target in [
        ("a page", "json.loads of the page", "5 000 µs"),
        ("resources", "json.loads of resources", ""),
    ]:
        ratio = best[beside] / best[name]
        print(f"{name:<32}{best[name]:>8.0f}  {beside:<28}{best[beside]:>8.0f}{ratio:>8.3f}{target:>10}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
