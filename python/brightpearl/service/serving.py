"""The service as a process: its socket, its signals, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace

import uvicorn

from brightpearl.exceptions import ValidationError
from brightpearl.logs import VARIABLE
from brightpearl.service.asgi import application_of
from brightpearl.service.configuration import ServiceConfiguration, host_and_port
from brightpearl.service.running import Service

LOG = logging.getLogger("brightpearl.service")


class AddressError(ValidationError):
    """The address of the service cannot be had."""


class _Server(uvicorn.Server):
    """Ends on the first signal, and at once on the second."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        numbers = [signal.SIGTERM, signal.SIGINT]
        # One that `nohup` has ignored stays so.
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            numbers.append(signal.SIGHUP)
        for number in numbers:
            loop.add_signal_handler(number, self._stop, number)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    def _stop(self, number: int) -> None:
        if self.should_exit:
            os._exit(128 + number)
        LOG.info("stopping: %s", signal.Signals(number).name)
        self.should_exit = True


def listening_on(configuration: ServiceConfiguration, address: str) -> ServiceConfiguration:
    """The same configuration with another address."""
    found = host_and_port(address)
    if found is None:
        raise AddressError(f"the address is {address!r}; expected a host and a port such as 127.0.0.1:8080")
    return replace(configuration, listening=replace(configuration.listening, host=found[0], port=found[1]))


def serve(configuration: ServiceConfiguration) -> int:
    """Serves until a signal ends it; the exit code. What flows have not ended within their time goes on after the next
    start."""
    listening = configuration.listening
    with _bound(listening.host, listening.port) as bound:
        # Made here, where what is wrong with the ledger or the account ends the command.
        service = Service(configuration)
        _log_to_standard_error()
        # Addresses have secrets in them, so that no request is logged.
        config = uvicorn.Config(
            application_of(configuration, lambda: service),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="on",
            timeout_graceful_shutdown=max(1, configuration.stop_within_ms // 1000),
            timeout_keep_alive=30,
            h11_max_incomplete_event_size=64 << 10,
        )
        server = _Server(config)
        host, port = bound.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        print(f"listening on http://{shown}:{port}", flush=True)
        asyncio.run(server.serve(sockets=[bound]))
    return 0 if server.started else FAILED_START


FAILED_START = 6
"""The exit code where the server could not begin although all that it needs is there."""


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(1024)
    except (OSError, TypeError, ValueError) as error:
        bound.close()
        # What is no name of a host at all is refused before anybody is asked for it.
        what = "it is not a name of a host" if not isinstance(error, OSError) else error.strerror or "it cannot be had"
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            what = "another program has it"
        raise AddressError(
            f"the address {host}:{port} cannot be listened on: {what}",
            location="[listen]: address",
            advice="End the other program, or name another address. Nothing was started.",
        ) from None
    return bound


def _log_to_standard_error() -> None:
    """What the service has to say, unless the program or BRIGHTPEARL_LOG says where logs go."""
    if os.environ.get(VARIABLE) or LOG.handlers:
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
