"""Pulls orders through the component: a search for their ids, then all of them in detail, in the fewest requests.

python pull.py COMPONENT BASE_URL ACCOUNT, with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN in the environment.
Prints a line per order: its id, a tab, its JSON.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from wasmtime.component import Variant

from component import Instance, Loaded, Refused, record
from drive import drive
from encode import error_of
from page import resources


def main() -> int:
    try:
        component, base_url, account = sys.argv[1:]
        app_ref, account_token = os.environ["BRIGHTPEARL_APP_REF"], os.environ["BRIGHTPEARL_ACCOUNT_TOKEN"]
    except (ValueError, KeyError):
        needed = "with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN set"
        print(f"usage: pull.py COMPONENT BASE_URL ACCOUNT, {needed}", file=sys.stderr)
        return 2
    unset = (
        *("retry", "pool", "lane", "max_in_flight", "max_body_bytes"),
        *("paging", "page_size", "read_only", "unknown_members", "seed"),
    )
    config = record(
        account=account,
        location=Variant("base-url", base_url),
        credentials=Variant("private-app", record(app_ref=app_ref, account_token=account_token)),
        **dict.fromkeys(unset),
    )
    try:
        pull(Loaded(Path(component)).instantiate(), config)
    except Refused as refused:
        print(error_of(refused.error), file=sys.stderr)
        return 1
    return 0


def pull(instance: Instance, config: object) -> None:
    client = instance.call("engine/client.open", config, None)
    search = record(
        resource="order-service/order-search",
        columns=["orderId"],
        filters=[],
        sort=[],
        page_size=None,
        paging=None,
        limit=None,
        key=None,
        unchecked=False,
    )
    ids: list[int] = []
    for output in drive(instance, instance.call("engine/client.search", client, search)):
        ids += output.payload.columns[0].data.payload or []

    listed = ",".join(map(str, ids))
    # The search has just said that they exist.
    fetch = record(resource="order-service/order", ids=listed, query=[], plan="never", id_limit=None)
    count = 0
    for output in drive(instance, instance.call("engine/client.fetch", client, fetch)):
        for number, order in resources(output.payload):
            sys.stdout.buffer.write(b"%d\t%s\n" % (number, order))
            count += 1
    requests = instance.call("engine/client.statistics", client).requests
    print(f"{count} orders in {requests} requests", file=sys.stderr)


sys.exit(main())
