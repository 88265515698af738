"""The flows of many accounts, on the workers of a real Dask cluster, one of which is killed."""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client, LocalCluster
from sqlalchemy import select

from brightpearl import ValidationError
from brightpearl.accounts import AccountRun, FlowRun, run_account, run_accounts
from brightpearl.ledger import Ledger, open_ledger
from brightpearl.ledger.tables import FLOWS as FLOWS_TABLE
from brightpearl.service.configuration import read_configuration
from brightpearl.service.destinations import DeliveryFailed
from brightpearl.service.outbound import OutboundRunner
from brightpearl.service.problems import ConfigurationError
from command_line import Ended
from many_accounts import FLOWS, ManyAccounts, many_accounts
from served import until
from test_ledger_postgres import opened, url
from test_readme import blocks

__all__ = ["url"]


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[ManyAccounts]:
    with many_accounts(tmp_path, 3, latency=0.03) as accounts:
        yield accounts


def refuse(*_: object, **__: object) -> None:
    raise DeliveryFailed("the shop is closed")


def test_one_account_is_run_by_a_plain_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with many_accounts(tmp_path, 1, pushed=2) as accounts:
        path = accounts.configuration("ledger")
        run = pickle.loads(pickle.dumps(run_account))(path, "shop-0")
        assert run == AccountRun("shop-0", (FlowRun("out of shop-0", "done"), FlowRun("into shop-0", "done")))
        assert run.is_done
        accounts.check()
        # What fails keeps the other flow from nothing.
        with monkeypatch.context() as failing:
            failing.setattr(OutboundRunner, "run", refuse)
            run = run_account(path, "shop-0")
        assert not run.is_done
        assert run.flows == (
            FlowRun("out of shop-0", "failed", "the shop is closed"),
            FlowRun("into shop-0", "done"),
        )
        with open_ledger(tmp_path / "ledger") as ledger:
            assert [(state.name, state.failures) for state in ledger.standings.flows()] == [
                ("into shop-0", 0),
                ("out of shop-0", 1),
            ]
            # One that another process has is left to it.
            assert ledger.standings.take_flow("out of shop-0", "shop0")
            assert run_account(path, "shop-0", patience=0).flows[0].outcome == "busy"


@pytest.mark.filterwarnings("ignore")
def test_a_worker_that_is_killed_loses_and_doubles_nothing(accounts: ManyAccounts, url: str, tmp_path: Path) -> None:
    place = opened(url)
    path = accounts.configuration(place)
    with (
        LocalCluster(n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
        open_ledger(place) as ledger,
    ):
        runs = run_accounts(path, [*accounts.profiles, "no-such-profile"], client=client)
        first = next(runs)
        assert (first.profile, "no-such-profile" in first.reason) == ("no-such-profile", True)

        def writing() -> str | None:
            for journal in (tmp_path / "in").glob("*/.journals/*.journal"):
                if '"write"' in journal.read_text():
                    name = f"into {journal.parent.parent.name}"
                    return _holder(ledger, name)
            return None

        until(writing)
        holder = writing()
        if holder is not None:
            os.kill(json.loads(holder)["pid"], signal.SIGKILL)
        ended = {run.profile: run for run in runs}
    assert {profile for profile, run in ended.items() if run.is_done} == set(accounts.profiles), ended
    accounts.check()
    with open_ledger(place) as ledger:
        assert "interrupted" in {run.outcome for run in ledger.runs.list()}
        assert ledger.dead_letters.count() == 0


def _holder(ledger: Ledger, flow: str) -> str | None:
    """The process that has a flow."""
    with ledger._database.reading() as connection:
        return connection.execute(select(FLOWS_TABLE.c.process).where(FLOWS_TABLE.c.name == flow)).scalar()


def test_what_would_have_accounts_in_each_others_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    path = tmp_path / "brightpearl.toml"
    path.write_text(
        'profile = "one"\n[[flow]]\nname = "in"\npush = "shopify-order"\nfrom = "directory: in"\nevery = "1h"\n'
    )
    with pytest.raises(ConfigurationError) as caught:
        run_account(path, "other")
    problems = {problem.place: problem.message for problem in caught.value.problems}
    assert "names one account" in str(caught.value.problems)
    assert "{profile} is missing" in problems["flow 'in': name"]
    assert "take each other's files" in problems["flow 'in': from"]
    for profile in ("../x", "", "a/b", ".."):
        with pytest.raises(ConfigurationError, match="expected up to 64 letters"):
            read_configuration(path, profile)
    path.write_text(FLOWS)
    (tmp_path / "orders.json").write_text("{}")
    with pytest.raises(ConfigurationError, match="no directory"):
        read_configuration(path, "shop-1")


def test_what_is_missing_is_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises((ValidationError, ModuleNotFoundError)) as caught:
        next(run_accounts(tmp_path, ["a"], client=object()))  # type: ignore[arg-type]
    assert "brightpearl[dask]" in str(getattr(caught.value, "advice", caught.value))


@pytest.mark.filterwarnings("ignore")
def test_the_page_of_many_accounts_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Path(__file__).parents[3] / "docs" / "many-accounts.md"
    [toml] = blocks("toml", page.read_text())
    [example] = blocks("python", page.read_text())
    monkeypatch.setenv("LEDGER_URL", str(tmp_path / "ledger"))
    with many_accounts(tmp_path, 1, pushed=0) as accounts:
        (tmp_path / "brightpearl.toml").write_text(toml.replace("/shared/", f"{tmp_path}/"))
        ended = Ended("check", str(tmp_path / "brightpearl.toml"), "--profile", *accounts.profiles)
        assert ended.code == 0, ended.out
        (tmp_path / "in" / "shop-0" / "orders.jsonl").unlink()
        monkeypatch.chdir(tmp_path)
        told: list[AccountRun] = []
        names = {"__name__": "page", "print": lambda *words: told.append(words)}
        exec(compile(example.replace('["acme", "globex"]', '["shop-0", "globex"]'), "page", "exec"), names)
    outcomes = {str(words[0]): words[1] for words in told}  # type: ignore[index]
    assert outcomes.keys() == {"shop-0", "globex"}
    assert outcomes["shop-0"] == "done", outcomes
    assert "globex" in outcomes["globex"].reason
