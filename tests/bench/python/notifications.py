"""Notifications a second that are on disk before they are answered, and how long an answer takes, beside a bare
Starlette application that inserts the same into the same kind of SQLite file.

Both are processes of their own with one worker of uvicorn, asked over real sockets by the same connections. The
service also checks the secret, reads the notification, and handles it by a flow meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from brightpearl import ask
from brightpearl.cli.emulator import environment
from brightpearl.testing import Emulator

CONNECTIONS = 32
REQUESTS = 3_000
SECRET = "an-invented-secret-0123456789"

BARE = """
import sqlite3, sys, threading
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

lock = threading.Lock()
database = sqlite3.connect("bare.sqlite", check_same_thread=False, isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA synchronous = FULL")
database.execute("CREATE TABLE notifications (id INTEGER PRIMARY KEY, key TEXT UNIQUE, content TEXT, received REAL)")

def store(body):
    with lock:
        database.execute(
            "INSERT OR IGNORE INTO notifications (key, content, received) VALUES (?, ?, 0)", (body[:200], body)
        )

async def receive(request):
    await run_in_threadpool(store, (await request.body()).decode())
    return Response(status_code=200)

app = Starlette(routes=[Route("/{path:path}", receive, methods=["POST"])])
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
"""

CONFIGURATION = """
[listen]
address = "127.0.0.1:{port}"
public_url = "http://127.0.0.1:{port}/brightpearl"
secrets = ["env:HOOK_SECRET"]

[[flow]]
name = "orders"
pull = ["order"]
on = ["order"]
to = "file: out.jsonl"
"""


def main() -> None:
    """Measures both and prints the ratio."""
    with tempfile.TemporaryDirectory() as name, Emulator(orders=200, uncapped=True).serve() as server:
        folder = Path(name)
        port = free_port()
        bare = [sys.executable, "-c", BARE, str(port)]
        bare_rate, bare_p99 = measured(bare, folder, port, "/brightpearl", {})
        port = free_port()
        (folder / "brightpearl.toml").write_text(CONFIGURATION.format(port=port))
        service = [sys.executable, "-m", "brightpearl", "serve", "brightpearl.toml"]
        variables = environment(server) | {"HOOK_SECRET": SECRET}
        rate, p99 = measured(service, folder, port, address_of(port), variables)
    print(f"{'':<28}{'a second':>10}{'p99':>10}")
    print(f"{'bare Starlette, same insert':<28}{bare_rate:>10,.0f}{bare_p99 * 1000:>7.1f} ms")
    print(f"{'brightpearl serve':<28}{rate:>10,.0f}{p99 * 1000:>7.1f} ms")
    print(f"notifications a second, durable: {rate / bare_rate:.2f} times a bare application")


def measured(command: list[str], folder: Path, port: int, path: str, variables: dict[str, str]) -> tuple[float, float]:
    """Requests a second, and the time that 99 of 100 answers take at most, in seconds."""
    process = subprocess.Popen(
        command, cwd=folder, env=os.environ | variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        # It may listen before it answers.
        asyncio.run(load(port, path, range(1)))
        times, seconds = asyncio.run(load(port, path, range(1, REQUESTS + 1)))
    finally:
        process.kill()
        process.wait()
    return len(times) / seconds, sorted(times)[len(times) * 99 // 100]


async def load(port: int, path: str, sent: range) -> tuple[list[float], float]:
    """How long each answer took, and all of them together."""
    numbers = iter(sent)
    times: list[float] = []

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            body = notification(number)
            begun = time.perf_counter()
            writer.write(
                f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"an answer is not 200: {head.splitlines()[0].decode()}")
            times.append(time.perf_counter() - begun)
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return times, time.perf_counter() - begun


def notification(number: int) -> bytes:
    """One notification, each about another time."""
    told = {
        "accountCode": "demo",
        "resourceType": "order",
        "id": str(number % 200 + 1),
        "lifecycleEvent": "modified",
        "fullEvent": "order.modified.order-status",
        "raisedOn": f"2026-06-01T10:{number // 60 % 60:02}:{number % 60:02}.{number % 1000:03}+00:00",
        "brightpearlVersion": "4.95",
    }
    return json.dumps(told).encode()


def address_of(port: int) -> str:
    """The path that Brightpearl would call."""
    public_url = f"http://127.0.0.1:{port}/brightpearl"
    accounts = [{"account": "demo", "secrets": [SECRET]}]
    receiver = json.dumps({"accounts": accounts, "public_url": public_url, "subscriptions": ["order"]})
    told = {"receiver": receiver, "account": "demo", "registered": "[]"}
    (creation,) = ask({"plan_webhooks": told})["create"]
    url: str = json.loads(creation["body"])["uriTemplate"]
    return url.removeprefix(f"http://127.0.0.1:{port}")


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """Waits until somebody listens there."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("nobody listens")


if __name__ == "__main__":
    main()
