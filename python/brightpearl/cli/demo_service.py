"""The service, on the demonstration's account for a moment: its dashboard, with what the account had to say."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

from brightpearl.cli.emulator import environment
from brightpearl.cli.visible import say
from brightpearl.exceptions import ValidationError
from brightpearl.testing.server import EmulatorServer

_CONFIGURATION = """\
ledger = "ledger.sqlite"

[listen]
address = "127.0.0.1:0"
public_url = "https://hooks.example.com/brightpearl"
secrets = ["env:HOOK_SECRET"]

[dashboard]
token = "env:DASHBOARD_TOKEN"

[[flow]]
name = "orders out"
pull = ["order"]
on = ["order.modified", "sales-order.created"]
every = "15m"
to = "file: orders-out.jsonl"
"""


def show_service(server: EmulatorServer, folder: Path, seconds: float) -> None:
    """Serves the account and says where the dashboard is; says what is missing where the packages for it are."""
    from brightpearl.service import require_packages

    print("\nthe service: the same in one process that receives webhooks, with a ledger and a dashboard")
    try:
        require_packages()
    except ValidationError as missing:
        say(f"{missing.message}. {missing.advice}")
        return
    configuration = folder / "brightpearl.toml"
    configuration.write_text(_CONFIGURATION)
    token = secrets.token_urlsafe(16)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BRIGHTPEARL_")}
    own = {"HOOK_SECRET": secrets.token_urlsafe(32), "DASHBOARD_TOKEN": token}
    process = subprocess.Popen(
        [sys.executable, "-m", "brightpearl", "serve", str(configuration)],
        env=clean | environment(server) | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        with process:
            assert process.stdout is not None
            told = process.stdout.readline().split()
            if not told:
                say(f"it ended with exit code {process.wait()}; brightpearl serve {configuration} says why")
                return
            print(f"{'dashboard':<27}{told[-1]}/ for {seconds:g} s, with the token {token}")
            print(f"{'configuration':<27}{configuration}")
            time.sleep(seconds)
            process.terminate()
    finally:
        process.kill()
