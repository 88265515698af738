"""The emulated account on a port."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator
from pathlib import Path

from brightpearl.cli.failure import UsageError
from brightpearl.cli.files import appearing, require_file
from brightpearl.cli.visible import visible
from brightpearl.exceptions import ValidationError
from brightpearl.locking import NameLock
from brightpearl.testing import Emulator, EmulatorServer


def environment(server: EmulatorServer) -> dict[str, str]:
    """The variables that point a client at the emulated account."""
    credentials = server.emulator.credentials._configuration()
    token = credentials.get("account_token")
    return {
        "BRIGHTPEARL_ACCOUNT": server.emulator.account,
        "BRIGHTPEARL_BASE_URL": server.url,
        "BRIGHTPEARL_APP_REF": credentials["app_ref"],
        **({"BRIGHTPEARL_ACCOUNT_TOKEN": token} if token else {"BRIGHTPEARL_STAFF_TOKEN": credentials["staff_token"]}),
    }


def serve(port: int, seed: int, orders: int, state: Path | None) -> None:
    """Serves until the process is interrupted. With a file for its state, it goes on where that one was left, and
    leaves its own there."""
    if state is not None and not state.parent.is_dir():
        raise UsageError(f"there is no directory {str(state.parent)!r}", where=f"--state {state}")
    if state is not None:
        require_file("--state", state)
    with _alone(state):
        emulator = _kept(state) or Emulator(orders=orders, seed=seed)
        try:
            with emulator.serve(port) as server:
                for name, value in environment(server).items():
                    print(f"export {name}={shlex.quote(value)}")
                print(f"# {_contents(orders, state)} on {server.url} until Ctrl-C", flush=True)
                server.wait()
        finally:
            if state is not None:
                with appearing(state) as file:
                    file.write(emulator.save().encode())


def _kept(state: Path | None) -> Emulator | None:
    """The account of a file, where there is one yet."""
    if state is None or not state.exists():
        return None
    try:
        return Emulator.load(state.read_bytes().decode())
    except (UnicodeDecodeError, ValidationError) as error:
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.message
        raise UsageError(
            f"the file is not the state of an account: {why}",
            where=f"--state {state}",
            advice="Name a file that this command left, or one that is not there yet.",
        ) from None


@contextlib.contextmanager
def _alone(state: Path | None) -> Iterator[None]:
    """Keeps other emulators from the file: each would undo what the other leaves there."""
    taken = None if state is None else NameLock(str(state))
    if taken is not None and not taken.take():
        raise UsageError("another emulator has the file; expected one of its own", where=f"--state {state}")
    try:
        yield
    finally:
        if taken is not None:
            taken.give_back()


def _contents(orders: int, state: Path | None) -> str:
    return f"{orders:,} orders" if state is None else f"the account of {visible(str(state))}"
