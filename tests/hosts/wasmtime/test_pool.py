"""A pool of the component: one budget for several clients, and how long requests will take by it."""

from __future__ import annotations

from component import Instance, Loaded, record
from typed import text_of

NOW = 1_782_864_000_000
CONFIG = {
    "account": "acme",
    "datacentre": "use1",
    "credentials": {"type": "private-app", "app_ref": "acme_sync", "account_token": "token-of-acme"},
}


def pool_of(instance: Instance, quota: int) -> object:
    """A pool of so many requests a minute."""
    settings = record(quota=quota, period=60_000, pacing="burst", reserve=0, private_share=None)
    return instance.call("engine/pool.open", settings)


def test_clients_that_share_a_pool_share_its_budget(loaded: Loaded) -> None:
    instance = loaded.instantiate()
    pool = pool_of(instance, 2)
    clients = [instance.call("engine/client.open-json", text_of(CONFIG), pool) for _ in range(2)]
    request = text_of({"request": {"method": "GET", "path": "order-service/order-type"}})
    steps = []
    for client in [*clients, clients[0]]:
        call = instance.call("engine/client.start-json", client, request)
        steps.append(instance.call("engine/call.poll", call, NOW).tag)
    assert steps == ["send", "send", "wait"]
    budgets = [instance.call("engine/client.budget", client, NOW) for client in clients]
    assert [budget.available for budget in [*budgets, instance.call("engine/pool.budget", pool, NOW)]] == [0, 0, 0]


def test_a_pool_says_how_long_requests_will_take(loaded: Loaded) -> None:
    instance = loaded.instantiate()
    pool = pool_of(instance, 2)
    assert [instance.call("engine/pool.forecast", pool, requests, NOW) for requests in (2, 3, 5)] == [
        0,
        60_000,
        120_000,
    ]
