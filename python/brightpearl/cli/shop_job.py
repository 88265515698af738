"""The job of every night, in an emulated account: a shop's orders go in once, whatever happens, and come out again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from brightpearl import Client, Mapping
from brightpearl._native import dump_json
from brightpearl.cli.listing import print_table
from brightpearl.cli.shop_orders import shop_orders
from brightpearl.testing.server import EmulatorServer

_MAPPING = "shopify-order"
_ORDERS = 300
# Some went in yesterday, and of those some have another number in the shop since.
_OF_YESTERDAY = 40
_RENUMBERED = 3
# Every so many-th answer to a write is lost on the way.
_LOST = {
    "rates": [
        {"rate": 0.12, "methods": ["POST"], "path": "multi-message", "fault": {"kind": "lost-response"}},
    ]
}
# The emulated account carries everything out at once, so that a short while is long enough.
_PUSH = ("push", _MAPPING, "--write", "--looks", "1,2,4")
_SHOWN = 5


def run_job(server: EmulatorServer, client: Client, folder: Path, seed: int) -> bool:
    """Does the job, shows what comes of it, and says whether every order is there as often as it should be."""
    mapping = Mapping.ready(_MAPPING)
    orders = shop_orders(_ORDERS, _skus(client), seed)
    yesterdays = _push_yesterdays(client, mapping, orders)
    file, journal = folder / "orders.jsonl", folder / "orders.journal"
    file.write_text("".join(dump_json(order) + "\n" for order in orders))
    _say("file", f"{file}: {_ORDERS} orders as Shopify sends them")
    _say("yesterday", f"{yesterdays} of them went in; the shop has renumbered {_RENUMBERED} of those since")
    _show_dry_run(client, mapping, orders)
    began = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    server.emulator.set_faults(_LOST)
    try:
        _push_and_kill(server, file, journal)
        print("\nonce more, with the journal")
        code = _command(server, *_PUSH, str(file), "--journal", str(journal)).wait()
    finally:
        server.emulator.set_faults(None)
    if code not in (0, 4):
        return False
    lost = server.emulator.statistics()["faults"].get("lost-response", 0)
    _say("lost on the way", f"{lost} answers to writes that had been carried out")
    return _pull_and_compare(client, orders, began)


def _skus(client: Client) -> list[str]:
    rows = client.search("product-service/product-search", columns=["productId", "SKU"])
    return sorted(row["SKU"] for row in rows if row["SKU"])


def _push_yesterdays(client: Client, mapping: Mapping, orders: list[dict[str, Any]]) -> int:
    with client.push(mapping, orders[:_OF_YESTERDAY], write=True) as outcomes:
        went_in = sum(outcome.state == "created" for outcome in outcomes)
    for order in orders[:_RENUMBERED]:
        order["name"] += "-R1"
    return went_in


def _show_dry_run(client: Client, mapping: Mapping, orders: list[dict[str, Any]]) -> None:
    print("\na dry run sends only reads")
    before = client.statistics().requests
    with client.push(mapping, orders, dry_run=True) as outcomes:
        told = list(outcomes)
    counts = Counter(outcome.state for outcome in told)
    _say("it would be", ", ".join(f"{count} {state}" for state, count in counts.items()))
    changed = next((outcome for outcome in told if outcome.state == "updated"), None)
    if changed is not None:
        for difference in changed.differences:
            _say(f"order {changed.key}", str(difference))
    _say("requests", f"{client.statistics().requests - before} for {len(told)} orders")


def _push_and_kill(server: EmulatorServer, file: Path, journal: Path) -> None:
    print("\nthe push, while every eighth answer is lost; killed half-way")
    process = _command(server, *_PUSH, str(file), "--journal", str(journal), quiet=True)
    while process.poll() is None and _created(journal) < _ORDERS // 2:
        time.sleep(0.01)
    process.kill()
    process.wait()
    _say("killed", f"the journal has {_created(journal)} orders as created; some more may be under way")


def _created(journal: Path) -> int:
    if not journal.exists():
        return 0
    # What is created for orders is named by what it is for, and orders by a digest.
    lines = journal.read_text().splitlines()
    return sum('"state":"created"' in line and '"what":"reference' not in line for line in lines)


def _command(server: EmulatorServer, *arguments: str, quiet: bool = False) -> subprocess.Popen[bytes]:
    """The command itself, in a process of its own, on the emulated account."""
    emulator = server.emulator
    settings: dict[str, str] = emulator.credentials._configuration()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BRIGHTPEARL_")}
    environment |= {"BRIGHTPEARL_ACCOUNT": emulator.account, "BRIGHTPEARL_BASE_URL": server.url}
    environment |= {f"BRIGHTPEARL_{name.upper()}": settings[name] for name in ("app_ref", "account_token")}
    sys.stdout.flush()
    output = subprocess.DEVNULL if quiet else None
    return subprocess.Popen(
        [sys.executable, "-m", "brightpearl", *arguments], env=environment, stdout=output, stderr=output
    )


def _pull_and_compare(client: Client, orders: list[dict[str, Any]], began: str) -> bool:
    print("\nwhat is in Brightpearl now, pulled out again")
    before = client.statistics().requests
    with client.pull("order", since=began) as records:
        pulled = [record.record for record in records if record.record is not None]
    _say("pulled", f"{len(pulled)} orders with {client.statistics().requests - before} requests")
    wanted = {str(order["id"]) for order in orders}
    there = Counter(order.get("externalRef") for order in _all_of_shop(client))
    once = sum(there[reference] == 1 for reference in wanted)
    doubled = [reference for reference in wanted if there[reference] > 1]
    _say("once", f"{once} of the {len(wanted)} orders of the file")
    _say("not at all", f"{sum(there[reference] == 0 for reference in wanted)}: those that are explained above")
    _say("twice or more", f"{len(doubled)}")
    print_table(["id", "reference", "placed on", "total", "lines"], [_summary(order) for order in pulled[:_SHOWN]])
    return not doubled and once > 0


def _all_of_shop(client: Client) -> list[dict[str, Any]]:
    """Every order, by the search: also what a pull should have missed."""
    rows = client.search("order-service/order-search", columns=["orderId", "externalRef"])
    return [row.to_dict() for row in rows]


def _summary(order: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": order["id"],
        "reference": order["reference"],
        "placed on": order["placedOn"][:10],
        "total": f"{order['totalValue']['total']} {order['currency']['orderCurrencyCode']}",
        "lines": len(order.get("orderRows", {})),
    }


def _say(what: str, detail: str) -> None:
    print(f"{what:<27}{detail}")
