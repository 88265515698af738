"""A real Prometheus beside a test."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from served import until


class Prometheus:
    """Debian's Prometheus, which scrapes one address five times a second; a context manager."""

    def __init__(self, folder: Path, url: str) -> None:
        scrape = {"job_name": "brightpearl", "static_configs": [{"targets": [urlsplit(url).netloc]}]}
        settings = {"global": {"scrape_interval": "200ms", "scrape_timeout": "200ms"}, "scrape_configs": [scrape]}
        # JSON is YAML, too.
        (folder / "prometheus.yml").write_text(json.dumps(settings))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False)
        self._process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'prometheus'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def query(self, expression: str) -> list[float]:
        """The values of an instant query."""
        try:
            answer = self._client.get("/api/v1/query", params={"query": expression})
        except httpx.TransportError:
            # It starts.
            return []
        if answer.status_code != 200:
            return []
        told: dict[str, Any] = answer.json()
        return [float(one["value"][1]) for one in told["data"]["result"]]

    def expect(self, expression: str, *values: float) -> None:
        """Waits until a query gives these values."""
        until(lambda: self.query(expression) == list(values))

    def __enter__(self) -> Prometheus:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._process.terminate()
        self._process.wait(10)
