"""Pulls orders through the component: a search for their ids, then all of them in detail, in the fewest requests.

python pull.py COMPONENT BASE_URL ACCOUNT, with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN in the environment.
Prints a line per order: its id, a tab, its JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from wasmtime.component import Variant

from component import Instance, Loaded, Refused, record
from drive import drive
from encode import error_of
from page import resource_texts


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
    search = json.dumps({"search": {"resource": "order-service/order-search", "columns": ["orderId"]}})
    ids: list[int] = []
    for text in drive(instance, instance.call("engine/client.start-json", client, search)):
        ids += (number for (number,) in json.loads(text)["page"]["rows"])

    listed = ",".join(map(str, ids))
    # The search has just said that they exist.
    fetch = json.dumps({"fetch": {"resource": "order-service/order", "ids": listed, "plan": "never"}})
    count = 0
    for text in drive(instance, instance.call("engine/client.start-json", client, fetch)):
        for number, order in resource_texts(text):
            sys.stdout.buffer.write(f"{number}\t{order}\n".encode())
            count += 1
    requests = instance.call("engine/client.statistics", client).requests
    print(f"{count} orders in {requests} requests", file=sys.stderr)


sys.exit(main())
