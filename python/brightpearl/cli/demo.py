"""The demonstration: in an emulated account the job of every night, in a real one everything in detail."""

from __future__ import annotations

import itertools
import tempfile
import time
from pathlib import Path
from typing import Any

from brightpearl import Client
from brightpearl._native import load_json
from brightpearl.cli.chosen import chosen
from brightpearl.cli.demo_service import show_service
from brightpearl.cli.listing import print_table
from brightpearl.cli.progress import Progress, progress
from brightpearl.cli.pull import Pulled, pull, searchable
from brightpearl.cli.session import account_client
from brightpearl.cli.shop_job import run_job
from brightpearl.cli.visible import say
from brightpearl.testing import Emulator

_ROWS_SHOWN = 8


def demo(orders: int, seed: int, out: Path | None, seconds: float) -> bool:
    """Does the job of every night in an emulated account and shows the service for so many seconds, or pulls the orders
    of the account that the environment names, which is only read from; whether all came out right."""
    shown = progress()
    try:
        if account := chosen({})[0].get("BRIGHTPEARL_ACCOUNT"):
            _pull_account(account, out, shown)
            return True
        emulator = Emulator(orders=orders, seed=seed)
        folder = Path(tempfile.mkdtemp(prefix="brightpearl-demo-"))
        with emulator.serve() as server, server.client(sleep=shown.sleep) as client:
            say(f"an emulated account with {orders:,} orders on {server.url}")
            is_right = run_job(server, client, folder, seed)
            if seconds:
                show_service(server, folder, seconds)
            return is_right
    finally:
        shown.close()


def _pull_account(account: str, out: Path | None, shown: Progress) -> None:
    target = out or Path(tempfile.mkdtemp(prefix="brightpearl-demo-")) / "orders.jsonl"
    with account_client(sleep=shown.sleep) as client:
        say(f"account {account}")
        start = time.monotonic()
        pulled = pull(client, searchable("order"), [], target, None, [], shown)
        seconds = time.monotonic() - start
        shown.close()
        _show_summary(client, pulled, seconds, target)
        _show_first(target)


def _show_summary(client: Client, pulled: Pulled, seconds: float, target: Path) -> None:
    statistics, budget = client.statistics(), client.budget()
    lines = [
        ("records", f"{pulled.records:,}"),
        ("requests", f"{statistics.requests:,}"),
        ("with one GET per order", f"{pulled.pages + pulled.records:,}"),
        ("budget left", f"{budget.available} of {budget.quota} requests in this period"),
        ("waits for the request cap", f"{statistics.budget_waits}"),
        ("refused by the request cap", f"{statistics.throttled}"),
        ("retries", f"{statistics.retries}"),
        ("received", f"{statistics.bytes_received / 1e6:,.1f} MB"),
        ("time", f"{seconds:.1f} s"),
        ("file", f"{target} ({target.stat().st_size / 1e6:,.1f} MB)"),
    ]
    print("\n".join(f"{name:<27}{value}" for name, value in lines))


def _show_first(target: Path) -> None:
    if target.suffix != ".jsonl":
        return
    with target.open("rb") as file:
        records = [_summary(load_json(line)) for line in itertools.islice(file, _ROWS_SHOWN)]
    if records:
        print_table(list(records[0]), records)


def _summary(order: dict[str, Any]) -> dict[str, Any]:
    parties = order.get("parties", {})
    party = parties.get("customer") or parties.get("supplier") or {}
    return {
        "id": order.get("id"),
        "type": order.get("orderTypeCode"),
        "placed on": (order.get("placedOn") or "")[:10],
        "with": party.get("addressFullName"),
        "total": f"{order.get('totalValue', {}).get('total')} {order.get('currency', {}).get('orderCurrencyCode')}",
        "status": order.get("orderStatus", {}).get("name"),
        "lines": len(order.get("orderRows", {})),
    }
