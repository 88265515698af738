"""A process that asks as much as it may: quota_worker.py BASE_URL QUOTA_URL QUOTA PERIOD_MS."""

from __future__ import annotations

import sys

from brightpearl import Client
from brightpearl.testing import Emulator


def main(base_url: str, quota_url: str, quota: str, period_ms: str) -> None:
    """Until it is killed."""
    client = Client(
        account="demo",
        base_url=base_url,
        credentials=Emulator().credentials,
        pool={"quota": int(quota), "period_ms": int(period_ms)},
        shared_quota=quota_url,
    )
    while True:
        for _ in client.get("order-service/order", range(1, 101), id_limit=1, plan="never"):
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
