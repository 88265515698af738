"""What `docs/platform-builders.md` says of running the component for others."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from wasmtime import Config, Engine, Store, Trap, WasmtimeError
from wasmtime.component import Component, Linker

from component import Instance, Loaded
from typed import text_of

NOW = 1_782_864_000_000
CONFIG = text_of(
    {
        "account": "acme",
        "datacentre": "use1",
        "credentials": {"type": "private-app", "app_ref": "acme_sync", "account_token": "token-of-acme"},
    }
)
SEARCH = text_of({"search": {"resource": "order-service/order-search", "columns": ["orderId"]}})


class Limited(Loaded):
    """The component in an engine that counts what it runs, and can stop it."""

    def __init__(self) -> None:
        config = Config()
        config.cranelift_opt_level = "none"
        config.consume_fuel = True
        config.epoch_interruption = True
        self.engine = Engine(config)
        self.component = Component.from_file(self.engine, Path(os.environ["BRIGHTPEARL_COMPONENT"]))

    def within(self, *, fuel: int, bytes_of_memory: int = -1, epochs: int = 1_000_000) -> Instance:
        made = Instance.__new__(Instance)
        made._store = Store(self.engine)
        made._store.set_fuel(fuel)
        made._store.set_epoch_deadline(epochs)
        made._store.set_limits(memory_size=bytes_of_memory)
        made._instance = Linker(self.engine).instantiate(made._store, self.component)
        made._functions = {}
        return made


@pytest.fixture(scope="module")
def limited() -> Limited:
    return Limited()


def sent(instance: Instance) -> bool:
    client = instance.call("engine/client.open-json", CONFIG, None)
    call = instance.call("engine/client.start-json", client, SEARCH)
    return "send" in json.loads(instance.call("engine/call.poll-json", call, NOW))


def test_an_instance_runs_within_ten_million_units_of_fuel(limited: Limited) -> None:
    assert sent(limited.within(fuel=10_000_000))


def test_an_instance_without_fuel_is_stopped(limited: Limited) -> None:
    with pytest.raises((Trap, WasmtimeError)):
        sent(limited.within(fuel=10_000))


def test_an_instance_works_in_eight_megabytes(limited: Limited) -> None:
    assert sent(limited.within(fuel=10_000_000, bytes_of_memory=8 << 20))


def test_an_instance_beyond_its_memory_is_refused(limited: Limited) -> None:
    with pytest.raises(WasmtimeError, match="memory"):
        limited.within(fuel=10_000_000, bytes_of_memory=64 << 10)


def test_an_instance_is_stopped_when_its_epoch_ends(limited: Limited) -> None:
    instance = limited.within(fuel=10_000_000, epochs=1)
    limited.engine.increment_epoch()
    with pytest.raises((Trap, WasmtimeError)):
        sent(instance)


def test_another_instance_goes_on_where_one_was_dropped(loaded: Loaded) -> None:
    first = loaded.instantiate()
    client = first.call("engine/client.open-json", CONFIG, None)
    call = first.call("engine/client.start-json", client, SEARCH)
    checkpoint = first.call("engine/call.checkpoint", call)
    before = json.loads(first.call("engine/call.poll-json", call, NOW))
    del first, client, call
    second = loaded.instantiate()
    client = second.call("engine/client.open-json", CONFIG, None)
    call = second.call("engine/client.resume", client, checkpoint, False)
    assert json.loads(second.call("engine/call.poll-json", call, NOW)) == before


def test_a_thousand_instances_share_one_compiled_component(loaded: Loaded) -> None:
    instances = [loaded.instantiate() for _ in range(1000)]
    assert all(sent(instance) for instance in (instances[0], instances[499], instances[999]))
