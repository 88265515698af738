"""A search page to rows, dicts and data frames, beside what one would use instead.

Every way starts from the same bytes, the body of a page of 500 orders with 19 columns from the emulated account,
and ends with every row in the hands of Python. Times are the best of several rounds; ratios are of times that
were measured in turn, in one process.
"""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Callable
from typing import Any

import orjson
import pandas
import pyarrow

from brightpearl import Request
from brightpearl._native import Client, Page
from brightpearl.testing import Emulator

ROUNDS = 60
DATES = ("createdOn", "updatedOn", "taxDate", "deliveryDate")


def body_of_a_page() -> bytes:
    """A full page of an order search."""
    emulator = Emulator(orders=5000, seed=1)
    headers = emulator._native.credentials[0]
    url = "http://127.0.0.1/public-api/demo/order-service/order-search?firstResult=1&pageSize=500"
    response, _ = emulator.respond(Request("GET", url, headers), 1_782_864_000_000)
    assert response is not None
    return response.body


class Engine:
    """The engine, answered with the same page again and again."""

    def __init__(self, body: bytes) -> None:
        credentials = {"type": "private-app", "app_ref": "a", "account_token": "b"}
        pool = {"quota": 1_000_000}
        self._client = Client(
            json.dumps({"account": "acme", "datacentre": "use1", "credentials": credentials, "pool": pool})
        )
        self._operation = json.dumps({"search": {"resource": "order-service/order-search"}})
        self._body = body

    def page(self) -> Page:
        """The page, through a call's own steps: the request is built, the answer is classified and decoded."""
        call = self._client.start(self._operation)
        now = 1_782_864_000_000
        send: Any = call.poll(now)
        call.answer(send.exchange, 200, [], self._body, now)
        page: Any = call.poll(now)
        return page


def orjson_dicts(body: bytes) -> list[dict[str, Any]]:
    """What most programs do."""
    response = orjson.loads(body)["response"]
    names = [column["name"] for column in response["metaData"]["columns"]]
    return [dict(zip(names, row, strict=False)) for row in response["results"]]


def orjson_dicts_with_dates(body: bytes) -> list[dict[str, Any]]:
    """The same, with date-times as our rows have them."""
    rows = orjson_dicts(body)
    parse = datetime.datetime.fromisoformat
    for row in rows:
        for name in DATES:
            text = row[name]
            if text is not None:
                row[name] = parse(text)
    return rows


def orjson_frame(body: bytes) -> pandas.DataFrame:
    """A data frame whose dates are texts."""
    response = orjson.loads(body)["response"]
    return pandas.DataFrame(response["results"], columns=[column["name"] for column in response["metaData"]["columns"]])


def orjson_frame_with_dates(body: bytes) -> pandas.DataFrame:
    """A data frame with the types that our Arrow tables have."""
    frame = orjson_frame(body)
    for name in DATES:
        frame[name] = pandas.to_datetime(frame[name], utc=True, format="ISO8601")
    return frame


def main() -> None:
    body = body_of_a_page()
    engine = Engine(body)
    ways: dict[str, Callable[[], object]] = {
        "orjson + dict(zip)": lambda: orjson_dicts(body),
        "orjson + dict(zip) + fromisoformat": lambda: orjson_dicts_with_dates(body),
        "orjson + pandas": lambda: orjson_frame(body),
        "orjson + pandas + to_datetime": lambda: orjson_frame_with_dates(body),
        "lazy rows": lambda: list(engine.page()),
        "lazy rows, two cells of each": lambda: [(row["orderId"], row["customerRef"]) for row in engine.page()],
        "dicts, dates as texts": lambda: engine.page().to_dicts(dates="text"),
        "dicts": lambda: engine.page().to_dicts(),
        "Arrow table": lambda: engine.page().to_arrow().__arrow_c_stream__(),
        "Arrow table in pyarrow": lambda: pyarrow.table(engine.page().to_arrow()),
        "Arrow table in pandas": lambda: pyarrow.table(engine.page().to_arrow()).to_pandas(),
    }
    check(body, engine)
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            best[name] = min(best[name], timed(way))
    rows = len(orjson_dicts(body))
    print(f"a search page of {rows} rows, {len(body):,} bytes; microseconds, best of {ROUNDS} rounds\n")
    print(f"{'way':<32}{'µs':>8}  {'beside':<36}{'µs':>8}{'ratio':>8}{'target':>8}")
    for name, beside, target in [
        ("lazy rows", "orjson + dict(zip)", "4"),
        ("lazy rows, two cells of each", "orjson + dict(zip)", ""),
        ("dicts, dates as texts", "orjson + dict(zip)", "1.5"),
        ("dicts", "orjson + dict(zip) + fromisoformat", "1.5"),
        ("Arrow table", "orjson + pandas", "10"),
        ("Arrow table in pyarrow", "orjson + pandas", ""),
        ("Arrow table in pyarrow", "orjson + pandas + to_datetime", ""),
        ("Arrow table in pandas", "orjson + pandas + to_datetime", ""),
    ]:
        ratio = best[beside] / best[name]
        print(f"{name:<32}{best[name]:>8.0f}  {beside:<36}{best[beside]:>8.0f}{ratio:>8.1f}{target:>8}")


def check(body: bytes, engine: Engine) -> None:
    """All ways say the same."""
    assert engine.page().to_dicts(dates="text") == orjson_dicts(body)
    assert engine.page().to_dicts() == orjson_dicts_with_dates(body)
    assert [dict(row) for row in engine.page()] == orjson_dicts_with_dates(body)
    assert pyarrow.table(engine.page().to_arrow()).to_pylist() == orjson_dicts_with_dates(body)


def timed(way: Callable[[], object]) -> float:
    """Microseconds, the best of a few."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        way()
        best = min(best, time.perf_counter() - start)
    return best * 1e6


if __name__ == "__main__":
    main()
