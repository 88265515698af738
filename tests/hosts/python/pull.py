"""Pulls every order of an account: searches for the ids, reads all of them in detail, and prints the JSON of
each order on a line: python pull.py BASE_URL ACCOUNT >orders.jsonl, with BRIGHTPEARL_APP_REF and
BRIGHTPEARL_ACCOUNT_TOKEN in the environment."""

import os
import sys

from brightpearl import BrightpearlError, Client, PrivateApp


def main() -> int:
    try:
        base_url, account = sys.argv[1:]
        credentials = PrivateApp(
            app_ref=os.environ["BRIGHTPEARL_APP_REF"],
            account_token=os.environ["BRIGHTPEARL_ACCOUNT_TOKEN"],
        )
    except (ValueError, KeyError):
        print(
            "usage: pull.py BASE_URL ACCOUNT, with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN set",
            file=sys.stderr,
        )
        return 2
    try:
        with Client(account=account, base_url=base_url, credentials=credentials) as client:
            found = client.search("order-service/order-search", columns=["orderId"])
            ids = [row["orderId"] for row in found]
            for order in client.get("order-service/order", ids, plan="never"):
                sys.stdout.buffer.write(order.raw + b"\n")
    except BrightpearlError as error:
        print(error, error.advice, sep="\n", file=sys.stderr)
        return 1
    return 0


sys.exit(main())
