"""Many emulated accounts, each with a profile, and one configuration for all of them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from brightpearl import Client
from brightpearl.cli.emulator import environment
from brightpearl.testing import Emulator, EmulatorServer
from pushed import ORDERS, found, order, orders

FLOWS = """
[[flow]]
name = "out of {profile}"
pull = ["order"]
to = "directory: out/{profile}"
every = "1h"

[[flow]]
name = "into {profile}"
push = "orders.json"
from = "directory: in/{profile}"
every = "1h"
looks = [1, 5]
"""


class ManyAccounts:
    """The accounts, and the folder of their configuration."""

    def __init__(self, folder: Path, servers: dict[str, EmulatorServer], pushed: int) -> None:
        self.folder = folder
        self.servers = servers
        self._pushed = pushed

    @property
    def profiles(self) -> list[str]:
        """The names of their profiles."""
        return list(self.servers)

    def configuration(self, ledger: str) -> Path:
        """The configuration, with that ledger."""
        path = self.folder / "brightpearl.toml"
        path.write_text(f'ledger = "{ledger}"\n{FLOWS}')
        return path

    def check(self) -> None:
        """Whether each record is where it should be, once."""
        for profile, server in self.servers.items():
            with server.client() as client:
                assert [found(client, f"W-{number}") for number in range(self._pushed)] == [1] * self._pushed, profile
                # What was there when it was pulled; what was pushed may have come before or after.
                there = {row["orderId"] for row in client.search("order")}
            files = list((self.folder / "out" / profile).glob("*.json"))
            told = [json.loads(file.read_text())["data"]["id"] for file in files]
            assert len(told) == len(set(told)), profile
            assert len(told) >= 5, profile
            assert set(told) <= there, profile
            left = [file for file in (self.folder / "in" / profile).iterdir() if file.is_file()]
            assert left == [], profile


@contextmanager
def many_accounts(folder: Path, count: int, *, pushed: int = 4, latency: float = 0.0) -> Iterator[ManyAccounts]:
    """So many accounts with five orders each, and some more to push. The file of profiles is in the environment."""
    (folder / "orders.json").write_text(json.dumps(ORDERS))
    profiles, servers = [], {}
    with ExitStack() as stack:
        for number in range(count):
            name = f"shop-{number}"
            emulator = Emulator(account=f"shop{number}", orders=5, contacts=10, products=10, uncapped=True)
            servers[name] = server = stack.enter_context(emulator.serve(latency=latency))
            with server.client() as client:
                _put(folder, name, client, pushed)
            members = environment(server)
            text = "".join(
                f"{variable.removeprefix('BRIGHTPEARL_').lower()} = {json.dumps(value)}\n"
                for variable, value in members.items()
            )
            profiles.append(f"[profiles.{name}]\n{text}")
        path = folder / "profiles.toml"
        path.write_text("\n".join(profiles))
        path.chmod(0o600)
        os.environ["BRIGHTPEARL_CONFIG"] = str(path)
        try:
            yield ManyAccounts(folder, servers, pushed)
        finally:
            del os.environ["BRIGHTPEARL_CONFIG"]


def _put(folder: Path, name: str, client: Client, pushed: int) -> None:
    for place in ("in", "out"):
        (folder / place / name).mkdir(parents=True)
    records = orders(client, 1)
    sku = records[0]["lines"][0]["sku"]
    file = folder / "in" / name / "orders.jsonl"
    file.write_text("".join(json.dumps(order(number, sku)) + "\n" for number in range(pushed)))
    os.utime(file, (1, 1))
