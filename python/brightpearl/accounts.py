"""The flows of many accounts, on an engine that has workers already: Dask, Ray, or whatever calls a function elsewhere.

`run_account` is a plain function of two texts: the same configuration, run once for the account of a profile. State and
what is left to do are in the ledger that all workers share, so that a worker that is killed loses and doubles nothing.
"""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass

from brightpearl.exceptions import BrightpearlError, ValidationError
from brightpearl.text import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator
    from typing import Literal

    from distributed import Client as DaskClient

    from brightpearl.ledger import Ledger
    from brightpearl.service.stopping import Stopping
    from brightpearl.service.workers import FlowRunner

    FlowOutcome = Literal["done", "failed", "busy"]

PATIENCE = 150.0
"""Seconds to wait for a process that has a flow. One that was killed on another machine has it for two minutes."""

_SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True)
class FlowRun:
    """What became of a flow."""

    name: str
    outcome: FlowOutcome
    """`busy`, where another process has it and goes on."""
    reason: str = ""
    """Why it failed."""


@dataclass(frozen=True)
class AccountRun:
    """What became of the flows of an account."""

    profile: str
    flows: tuple[FlowRun, ...] = ()
    reason: str = ""
    """Why nothing could be run at all."""

    @property
    def is_done(self) -> bool:
        """Whether all of its flows were run, and none failed."""
        return not self.reason and all(flow.outcome == "done" for flow in self.flows)


def run_account(configuration: str | os.PathLike[str], profile: str, *, patience: float = PATIENCE) -> AccountRun:
    """Runs each flow of a configuration once, for the account of a profile. A flow that fails keeps the others from
    nothing.

    `configuration`: a file such as `brightpearl.toml`, in whose texts `{profile}` stands for the profile: the names of
    flows must have it. `patience`: seconds to wait for a process that has one of the flows.

    Raises `ConfigurationError` with everything that is wrong with it, `LedgerError` where the ledger cannot be used,
    and `ValidationError` where packages are missing.
    """
    from brightpearl.service import require_packages

    require_packages()
    from brightpearl.ledger import open_ledger
    from brightpearl.service.accounts import account_of, service_client
    from brightpearl.service.configuration import read_configuration
    from brightpearl.service.runners import runners_of
    from brightpearl.service.running import now_milliseconds
    from brightpearl.service.stopping import Stopping

    told = read_configuration(configuration, profile)
    stopping = Stopping()
    with (
        open_ledger(told.ledger) as ledger,
        service_client(told.profile, stopping.sleep, told.shared_quota) as client,
        _living(ledger),
    ):
        ledger.runs.settle_interrupted()
        runners = runners_of(told, client, ledger, stopping, now_milliseconds)
        account = account_of(client)
        flows = [_run_flow(runner, account, ledger, stopping, patience) for runner in runners.in_order()]
        runners.keep_head()
    return AccountRun(profile, tuple(flows))


def run_accounts(
    configuration: str | os.PathLike[str],
    profiles: Iterable[str],
    *,
    client: DaskClient,
    patience: float = PATIENCE,
) -> Iterator[AccountRun]:
    """Has the workers of a Dask cluster run the flows of many accounts; each as it ends. What a worker that dies was at
    is gone on with by another one.

    `client`: a `distributed.Client`. The workers need this package, the file, and what it names: profiles, secrets, and
    folders that they share.
    """
    try:
        from distributed import as_completed
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "distributed":
            raise
        raise ValidationError(
            "flows on Dask need the package distributed, which is not installed",
            advice="Install it: pip install 'brightpearl[dask]'.",
        ) from None
    named = list(dict.fromkeys(profiles))
    # Their results are not those of an earlier call, whatever Dask remembers.
    futures = client.map(_settled, named, configuration=str(configuration), patience=patience, pure=False)
    of = dict(zip((future.key for future in futures), named, strict=True))
    for future in as_completed(futures):
        try:
            run: AccountRun = future.result()
        except Exception as failure:
            # Such as one whose workers died again and again.
            run = AccountRun(of[future.key], reason=one_line(f"{type(failure).__name__}: {failure}")[:300])
        # What a worker keeps of it would be made once more when that worker dies.
        future.release()
        yield run


def _settled(profile: str, configuration: str, patience: float) -> AccountRun:
    """One account among many: what is wrong with it ends nothing else."""
    from brightpearl.ledger.noting import reason_of

    try:
        return run_account(configuration, profile, patience=patience)
    except (BrightpearlError, OSError) as error:
        return AccountRun(profile, reason=reason_of(error))


def _run_flow(runner: FlowRunner, account: str, ledger: Ledger, stopping: Stopping, patience: float) -> FlowRun:
    from brightpearl.ledger import LedgerError
    from brightpearl.ledger.noting import reason_of
    from brightpearl.service.workers import at_work

    name = runner.flow.name
    deadline = time.monotonic() + patience
    while not ledger.standings.take_flow(name, account):
        if time.monotonic() >= deadline:
            return FlowRun(name, "busy")
        stopping.sleep(_SECONDS_BETWEEN_LOOKS)
    try:
        with at_work(name):
            runner.run(is_scheduled=True)
    except LedgerError:
        ledger.standings.forget_flow(name, account)
        raise
    except Exception as error:
        reason = reason_of(error)
        ledger.standings.leave_flow(name, account, reason=reason, next_ms=None, is_scheduled=False)
        return FlowRun(name, "failed", reason)
    except BaseException:
        ledger.standings.release_flow(name, account)
        raise
    ledger.standings.leave_flow(name, account, reason=None, next_ms=None, is_scheduled=True)
    return FlowRun(name, "done")


@contextlib.contextmanager
def _living(ledger: Ledger) -> Iterator[None]:
    """Gives signs of life meanwhile, so that other machines take over what this process has when it dies, and no
    sooner."""
    from brightpearl.ledger.heartbeats import SECONDS_BETWEEN

    has_ended = threading.Event()

    def beat() -> None:
        while not has_ended.wait(SECONDS_BETWEEN):
            # The flow itself meets what is wrong with the ledger.
            with contextlib.suppress(BrightpearlError):
                ledger.heartbeats.beat()

    ledger.heartbeats.beat()
    thread = threading.Thread(target=beat, name="brightpearl-living", daemon=True)
    thread.start()
    try:
        yield
    finally:
        has_ended.set()
        thread.join()
