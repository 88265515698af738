"""One quota for several clients and processes, by leases over a real Redis or Valkey server."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import redis

from brightpearl import AsyncClient, Client, ValidationError
from brightpearl.cli.emulator import environment
from brightpearl.exceptions import ArgumentTypeError
from brightpearl.shared_quota import SharedQuota
from brightpearl.testing import Emulator
from quota_server import QuotaServer

WORKER = Path(__file__).with_name("quota_worker.py")


@pytest.fixture(scope="module")
def quota_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuotaServer]:
    server = QuotaServer(tmp_path_factory.mktemp("quota"))
    try:
        yield server
    finally:
        server.close()


class Workers:
    """Processes that ask as much as they may."""

    def __init__(self, *arguments: object) -> None:
        self._command = [sys.executable, str(WORKER), *map(str, arguments)]
        self._all: list[subprocess.Popen[bytes]] = []

    def begin(self, number: int) -> None:
        self._all += [subprocess.Popen(self._command) for _ in range(number)]

    def kill(self, number: int) -> None:
        for _ in range(number):
            worker = self._all.pop(0)
            worker.kill()
            worker.wait()


def lines_of(log: Path) -> list[str]:
    """What the emulator has logged; the last line may be under way."""
    return log.read_text().split("\n")[:-1] if log.exists() else []


def wait_for(has_come: Callable[[], object]) -> None:
    """Until something holds, which it does before long."""
    for _ in range(600):
        if has_come():
            return
        time.sleep(0.05)
    raise AssertionError("it has not come about in 30 s")


def most(times: list[float], length: float) -> int:
    """The most that any stretch of a length saw."""
    first = best = 0
    for last, moment in enumerate(times):
        while moment - times[first] >= length:
            first += 1
        best = max(best, last - first + 1)
    return best


def test_processes_use_the_quota_up_and_never_trip_the_cap_whoever_is_killed_or_cut_off(
    quota_server: QuotaServer, tmp_path: Path
) -> None:
    quota, period, processes = 90, 2.0, 8
    log = tmp_path / "log.jsonl"
    emulator = Emulator(quota=quota, period_ms=int(period * 1000), window="rolling")
    with emulator.serve(log=log) as server:
        address = f"{quota_server.url}?clients={processes}"
        workers = Workers(server.url, address, quota, int(period * 1000))
        workers.begin(processes)
        try:
            wait_for(lambda: lines_of(log))
            # The share of those that are not known for a period is held back meanwhile.
            time.sleep(3.3 * period)
            undisturbed = len(lines_of(log))
            workers.kill(3)
            workers.begin(3)
            time.sleep(period / 2)
            quota_server.stop()
            # What was granted has been spent or has ended.
            time.sleep(period / 2)
            granted = len(lines_of(log))
            time.sleep(2.2 * period)
            cut_off = len(lines_of(log))
            quota_server.go_on()
            wait_for(lambda: len(lines_of(log)) > cut_off + processes)
        finally:
            quota_server.go_on()
            workers.kill(processes)
        counted = emulator.statistics()
    times = [datetime.fromisoformat(json.loads(line)["at"].replace("Z", "+00:00")) for line in lines_of(log)]
    seconds = [moment.timestamp() for moment in times]
    assert counted["throttled"] == 0, counted
    assert most(seconds, period) <= quota
    assert most(seconds[:undisturbed], 2 * period) >= 0.97 * 2 * quota
    assert 1 <= cut_off - granted <= processes, "cut off, each has one request in a period of its own"


class Account:
    """One account's hash on the server, asked as clients ask."""

    def __init__(self, server: QuotaServer, key: str, share: int = 0, clients: int = 2) -> None:
        self._redis = redis.Redis.from_url(server.url)
        self._key = key
        self._share = share
        self._clients = clients
        self._number = 0

    def ask(self, name: str, grace: int = 0, deadline: int = 0, number: int | None = None, **demand: Any) -> Any:
        self._number += 1
        known = {"sent": 0, "out": 0, "left": 0, "private": 0, "counts_for": [], "normal": 0, "high": 0}
        told = json.dumps(known | {"frozen_ms": 0, "quota": 100, "period_ms": 60_000, "reserve": 0} | demand)
        given = (name, number or self._number, deadline, 7_500, self._clients, self._share, grace, told)
        script = files("brightpearl").joinpath("shared_quota.lua").read_text()
        return json.loads(self._redis.eval(script, 1, self._key, *given))

    def granted(self, name: str, **demand: Any) -> tuple[int, int]:
        answer = self.ask(name, **demand)
        return answer["requests"], answer["high"]


def test_each_has_a_fair_part_and_who_wants_less_leaves_the_rest(quota_server: QuotaServer) -> None:
    account = Account(quota_server, "fair")
    assert account.granted("small", normal=10) == (10, 0)
    assert account.granted("large", normal=500) == (90, 0)
    account = Account(quota_server, "fairer")
    account.ask("one", normal=500, grace=60_000)
    account.ask("two", normal=500, grace=60_000)
    assert account.ask("one", normal=500)["requests"] == 50, "the other half is for the other"
    assert account.ask("two", normal=500)["requests"] == 50
    assert account.ask("three", normal=500)["requests"] == 0


def test_the_high_lane_goes_before_and_has_the_reserve(quota_server: QuotaServer) -> None:
    account = Account(quota_server, "lanes")
    account.ask("urgent", high=30, grace=60_000)
    assert account.granted("usual", normal=500, reserve=20) == (50, 0), "without the reserve, and what is urgent"
    assert account.granted("urgent", high=40, reserve=20) == (0, 40)


def test_what_is_out_or_counts_is_taken_off_and_what_was_not_told_goes_on_being_held(quota_server: QuotaServer) -> None:
    account = Account(quota_server, "sums")
    assert account.granted("one", normal=500, out=5, counts_for=[50_000] * 15) == (80, 0)
    assert account.granted("two", normal=500) == (0, 0)
    assert account.granted("one", left=10, counts_for=[50_000] * 30) == (10, 0), "it keeps what is left"
    assert account.granted("two", normal=500) == (60, 0)
    assert account.granted("two", normal=500) == (60, 0), "an answer that was lost is given again, and no more"


def test_a_tripped_cap_stops_all_and_a_share_is_held_back_for_the_silent(quota_server: QuotaServer) -> None:
    account = Account(quota_server, "silent", share=3, clients=5)
    assert account.granted("one", normal=500) == (85, 0), "nobody has been there for a period"
    account = Account(quota_server, "tripped")
    account.ask("one", frozen_ms=20_000)
    answer = account.ask("two", normal=10)
    assert (answer["requests"], answer["high"]) == (0, 0)
    assert answer["next_ms"] <= 20_000


def test_a_server_that_knows_nothing_waits_for_those_that_know_more(quota_server: QuotaServer) -> None:
    account = Account(quota_server, "anew")
    answer = account.ask("one", normal=500, grace=60_000)
    assert answer["requests"] == 0
    account.ask("two", counts_for=[50_000] * 70, grace=60_000)
    assert account.granted("one", normal=500) == (30, 0)


def test_a_message_that_comes_late_or_twice_changes_nothing(quota_server: QuotaServer) -> None:
    account = Account(quota_server, "late")
    first = account.ask("one", normal=10, number=5)
    assert account.ask("one", normal=90, number=5).get("stale")
    assert account.ask("one", normal=90, deadline=first["now"] - 1).get("stale")
    assert account.granted("two", normal=500) == (90, 0)


def test_an_event_loop_shares_it_too(quota_server: QuotaServer) -> None:
    emulator = Emulator(quota=10, period_ms=2000, window="rolling")

    async def read(client: AsyncClient) -> int:
        async with client:
            return len([order async for order in client.get("order-service/order", range(1, 5), id_limit=1)])

    async def both() -> list[int]:
        shared = {
            "pool": {"quota": 10, "period_ms": 2000},
            "shared_quota": SharedQuota(quota_server.url, prefix="loop"),
        }
        return await asyncio.gather(*(read(server.async_client(**shared)) for _ in range(2)))

    with emulator.serve() as server:
        assert asyncio.run(both()) == [4, 4]
    assert emulator.statistics()["throttled"] == 0


def test_what_is_wrong_with_it_is_said_at_once_and_without_its_password() -> None:
    with pytest.raises(ValidationError, match="expected one such as redis://") as caught:
        SharedQuota("mail://me:s3cret-word@127.0.0.1")
    assert caught.value.location == "shared_quota.url"
    assert "s3cret-word" not in str(caught.value)
    with pytest.raises(ValidationError, match="expected a number from 1 to 10000"):
        SharedQuota("redis://127.0.0.1/0?clients=many")
    with pytest.raises(ArgumentTypeError, match="a SharedQuota, or the URL"):
        Emulator().client(shared_quota=7)
    assert "s3cret-word" not in repr(SharedQuota("redis://me:s3cret-word@127.0.0.1/0"))


def test_a_missing_package_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ValidationError, match="needs the package redis") as caught:
        SharedQuota("redis://127.0.0.1/0")
    assert "pip install 'brightpearl[redis]'" in caught.value.advice


def test_all_private_shares_together_are_a_small_part_of_the_quota() -> None:
    for quota in (1, 3, 20, 200, 1000):
        for clients in (1, 3, 8, 50, 200):
            share = SharedQuota("redis://127.0.0.1", clients=clients).private_share(quota)
            assert share * clients <= max(quota / 20, quota / 4)


def test_a_server_that_is_away_is_told_in_the_log_once(caplog: pytest.LogCaptureFixture) -> None:
    emulator = Emulator(quota=200, period_ms=200)
    with caplog.at_level(logging.WARNING, "brightpearl.quota"), emulator.serve() as server:
        options: dict[str, Any] = {"pool": {"quota": 200, "period_ms": 200}}
        with server.client(shared_quota="redis://127.0.0.1:1/0", **options) as client:
            assert len(list(client.get("order-service/order", [1]))) == 1, "by its private share"
    (told,) = [record.getMessage() for record in caplog.records]
    assert "cannot be asked for" in told
    assert "sends 1 requests in 0.2 s by itself" in told


def test_the_environment_names_the_server_for_the_command_line_too(
    quota_server: QuotaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator = Emulator(quota=20)
    with emulator.serve() as server:
        for name, value in environment(server).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("BRIGHTPEARL_SHARED_QUOTA", f"{quota_server.url}?clients=4")
        with Client.from_env(pool={"quota": 20, "period_ms": 2000}) as client:
            assert len(list(client.get("order-service/order", [1, 2]))) == 2
    keys = redis.Redis.from_url(quota_server.url).keys("brightpearl:quota:{demo}")
    assert len(keys) == 1


def test_the_page_of_the_quota_runs(quota_server: QuotaServer) -> None:
    page = (Path(__file__).parents[3] / "docs" / "quota.md").read_text()
    (example,) = re.findall(r"^```python\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {"__name__": "quota"}
    exec(compile(example.replace("redis://127.0.0.1:6379/0", quota_server.url), "quota.md", "exec"), names)
    names["server"].close()
