"""A service at work on an emulated account: its configuration, and waiting for what it does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from brightpearl import Client
from brightpearl.cli.emulator import environment
from brightpearl.service import application
from brightpearl.service.running import Service
from brightpearl.testing import EmulatorServer

SECRET = "an-invented-secret-0123456789"
OLD_SECRET = "an-invented-secret-9876543210"
TOKEN = "an-invented-token-0123456789"
PUBLIC = "https://hooks.example.com/brightpearl"


def notification(number: int, event: str = "order.modified.order-status", **members: Any) -> dict[str, Any]:
    """What Brightpearl posts for a webhook that is declared by its event."""
    resource, _, happening = event.partition(".")
    return {
        "accountCode": "demo",
        "resourceType": resource,
        "id": str(number),
        "lifecycleEvent": happening.partition(".")[0],
        "fullEvent": event,
        "raisedOn": "2026-06-01T10:00:00.000+00:00",
        "brightpearlVersion": "4.95",
    } | members


def address(secret: str = SECRET) -> str:
    """The path that Brightpearl calls."""
    from brightpearl import ask

    receiver = {
        "accounts": [{"account": "demo", "secrets": [secret]}],
        "public_url": PUBLIC,
        "subscriptions": ["order"],
    }
    told = {"receiver": json.dumps(receiver), "account": "demo", "registered": "[]"}
    (creation,) = ask({"plan_webhooks": told})["create"]
    url: str = json.loads(creation["body"])["uriTemplate"]
    return url.removeprefix("https://hooks.example.com")


def configured(folder: Path, flows: str, **settings: str) -> Path:
    """A configuration in a folder, with these flows."""
    top = "".join(f'{name} = "{value}"\n' for name, value in settings.items() if name != "address")
    listen = f'address = "{settings.get("address", "127.0.0.1:0")}"\npublic_url = "{PUBLIC}"\n'
    text = f'{top}\n[listen]\n{listen}secrets = ["env:HOOK_SECRET", "env:HOOK_SECRET_OLD"]\n\n{flows}'
    path = folder / "brightpearl.toml"
    path.write_text(text)
    return path


def variables(server: EmulatorServer) -> dict[str, str]:
    """The environment of a service for that account."""
    return environment(server) | {"HOOK_SECRET": SECRET, "HOOK_SECRET_OLD": OLD_SECRET, "PUSH_TOKEN": TOKEN}


def until(holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def lines(path: Path) -> list[dict[str, Any]]:
    """The messages of a file."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


class Serving:
    """`brightpearl serve` as a process of its own."""

    def __init__(self, configuration: Path, server: EmulatorServer) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("BRIGHTPEARL_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "brightpearl", "serve", str(configuration)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean | variables(server),
            cwd=configuration.parent,
        )
        assert self.process.stdout is not None
        told = self.process.stdout.readline()
        assert told.startswith("listening on "), told + self._errors()
        self.url = told.split()[-1]

    def _errors(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read()

    def kill(self) -> None:
        """As the machine would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self._close()

    def stop(self) -> tuple[int, str]:
        """Asks it to end; the exit code, and what it said."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        said = self._errors()
        self._close()
        return code, said

    def _close(self) -> None:
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


class Beside:
    """A service in a thread of this process, on a socket; a context manager."""

    def __init__(self, configuration: Path) -> None:
        self.app = application(configuration)
        options = {"log_config": None, "access_log": False, "lifespan": "on"}
        self._server = uvicorn.Server(uvicorn.Config(self.app, host="127.0.0.1", port=0, **options))
        self._thread = threading.Thread(target=self._server.run)

    @property
    def service(self) -> Service:
        """What runs."""
        service: Service = self.app.state.service
        return service

    def request(self, method: str, path: str, content: bytes = b"", **options: Any) -> httpx.Response:
        """Sends a request to it."""
        return self._client.request(method, f"{self.url}{path}", content=content, **options)

    def __enter__(self) -> Beside:
        self._thread.start()
        until(lambda: self._server.started or not self._thread.is_alive())
        assert self._server.started
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._client = httpx.Client(timeout=30, trust_env=False)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._server.should_exit = True
        self._thread.join()


def change(client: Client, count: int = 1) -> list[int]:
    """Changes the status of so many sales orders; their ids."""
    ids = []
    for row in client.search("order-service/order-search", {"orderTypeId": 1}, sort="orderId", limit=count):
        status = 3 if row["orderStatusId"] != 3 else 2
        client.update_order_status(orderId=row["orderId"], orderStatusId=status)
        ids.append(row["orderId"])
    return ids
