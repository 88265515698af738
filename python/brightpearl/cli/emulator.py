"""The emulated account on a port."""

from __future__ import annotations

import contextlib
import json
import shlex
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brightpearl._native import Emulator as _Emulator
from brightpearl.cli.failure import UsageError
from brightpearl.cli.files import appearing, require_directory, require_file
from brightpearl.cli.visible import visible
from brightpearl.exceptions import ValidationError
from brightpearl.locking import NameLock
from brightpearl.testing import Emulator, EmulatorServer
from brightpearl.whole_file import LARGEST_RECORDS, read_file

_LARGEST_CAP = 1_000_000


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


@dataclass(frozen=True)
class Asked:
    """What the server is asked to do besides answering."""

    faults: list[str]
    cap: str | None
    latency_ms: int
    clock: str | None
    time_zone: str | None
    log: Path | None
    tls: bool
    certificate: Path | None
    key: Path | None
    admin: bool


def serve(port: int, seed: int, orders: int, state: Path | None, asked: Asked) -> None:
    """Serves until the process is interrupted. With a file for its state, it goes on where that one was left, and
    leaves its own there."""
    for name, path in (("--certificate", asked.certificate), ("--key", asked.key)):
        if path is not None:
            require_file(name, path)
    if state is not None:
        require_directory("--state", state)
        require_file("--state", state)
    with _alone(state):
        emulator = _kept(state) or _made(orders, seed, asked)
        if asked.faults:
            emulator.set_faults(_faults(asked.faults))
        try:
            with _served(emulator, port, asked) as server:
                for name, value in environment(server).items():
                    print(f"export {name}={shlex.quote(value)}")
                if server.authority is not None:
                    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
                        print(f"export {name}={shlex.quote(str(server.authority))}")
                print(f"# a hosts file that leads clients here: 127.0.0.1 {' '.join(_Emulator.hosts())}")
                print(f"# {_contents(orders, state)} on {server.url} until Ctrl-C", flush=True)
                server.wait()
        finally:
            if state is not None:
                with appearing(state) as file:
                    file.write(emulator.save().encode())


def _served(emulator: Emulator, port: int, asked: Asked) -> EmulatorServer:
    try:
        return emulator.serve(
            port,
            tls=asked.tls,
            certificate=asked.certificate,
            key=asked.key,
            latency=asked.latency_ms / 1000,
            clock=asked.clock,
            log=asked.log,
            admin=asked.admin,
        )
    except ssl.SSLError:
        message = "the certificate and its key do not make a pair; expected both in PEM"
        raise UsageError(message, where=f"--certificate {asked.certificate}") from None
    except ValidationError as error:
        raise UsageError(error.message, where=f"--{error.location}") from None


def _made(orders: int, seed: int, asked: Asked) -> Emulator:
    zone: dict[str, Any] = {} if asked.time_zone is None else {"time_zone": asked.time_zone}
    settings = _cap(asked.cap)
    try:
        return Emulator(orders=orders, seed=seed, **settings, **zone)
    except ValidationError as error:
        error.location = f"--time-zone {asked.time_zone}"
        raise


def _cap(text: str | None) -> dict[str, Any]:
    """The settings of a cap that is written as a number or `off`."""
    if text is None:
        return {}
    if text == "off":
        return {"uncapped": True}
    if text.isascii() and text.isdecimal() and 0 < int(text) <= _LARGEST_CAP:
        return {"quota": int(text)}
    message = f"the cap is {text!r}; expected a number of requests up to {_LARGEST_CAP}, or off"
    raise UsageError(message, where=f"--cap {text}")


def _faults(words: list[str]) -> dict[str, object]:
    """A fault plan from faults that are written in short."""
    try:
        plan: dict[str, object] = json.loads(_Emulator.with_faults("{}", words))
    except ValidationError as error:
        raise UsageError(error.message, where="--fault") from None
    return plan


def _kept(state: Path | None) -> Emulator | None:
    """The account of a file, where there is one yet."""
    if state is None or not state.exists():
        return None
    try:
        content = read_file(state, LARGEST_RECORDS, "the state of an account", location=f"--state {state}")
        return Emulator.load(content.decode())
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
