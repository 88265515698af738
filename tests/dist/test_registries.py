"""The components and their contract in registries, as wkg puts them there and takes them from there."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from conftest import run, tool
from dependencies import ROOT

VERSION = "0.1.0"
DESCRIPTION = re.search(r'^description = "(.*)"', (ROOT / "wasm/wkg.toml").read_text(), re.MULTILINE)


@pytest.fixture(scope="module")
def wkg() -> Path:
    return tool("wkg", "0.16.1") / "wkg"


class Registry(ThreadingHTTPServer):
    """As much of an OCI registry as a push and a pull ask for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.begun: dict[str, bytes] = {}
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, bytes] = {}

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Registry

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _exchange(self) -> None:
        registry, path = self.server, self.path.partition("?")[0]
        given = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = path.rpartition("/")[0].rpartition("/")[2]
        if path == "/v2/":
            self._answer(200)
        elif path.endswith("/blobs/uploads/"):
            upload = f"{path}{len(registry.begun)}"
            registry.begun[upload] = b""
            self._answer(202, Location=upload)
        elif kind == "uploads":
            registry.begun[path] += given
            if self.command == "PUT":
                registry.blobs[digest(registry.begun[path])] = registry.begun[path]
            length = len(registry.begun[path])
            self._answer(201 if self.command == "PUT" else 202, Location=path, Range=f"0-{length - 1}")
        elif self.command == "PUT":
            registry.manifests[path] = given
            self._answer(201, Location=path)
        elif kind == "manifests" and path in registry.manifests:
            found = registry.manifests[path]
            told = "application/vnd.oci.image.manifest.v1+json"
            self._answer(200, found, Content_Type=told, Docker_Content_Digest=digest(found))
        elif kind == "blobs" and path.rpartition("/")[2] in registry.blobs:
            self._answer(200, registry.blobs[path.rpartition("/")[2]])
        else:
            self._answer(404, b'{"errors":[{"code":"NAME_UNKNOWN","message":"unknown blob or manifest"}]}')

    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = _exchange  # noqa: N815 - the names that the base class asks for


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("name", ["brightpearl", "brightpearl-engine", "brightpearl-http", "brightpearl-webhook"])
def test_a_component_is_pushed_and_pulled(dist: Path, tmp_path: Path, wkg: Path, registry: Registry, name: str) -> None:
    component, reference = dist / "component" / f"{name}.wasm", f"{registry.place}/{name}:{VERSION}"
    run(wkg, "oci", "push", "--insecure", registry.place, reference, component, cwd=tmp_path)
    run(wkg, "oci", "pull", "--insecure", registry.place, reference, "-o", tmp_path / "pulled.wasm", cwd=tmp_path)
    assert (tmp_path / "pulled.wasm").read_bytes() == component.read_bytes()
    # What is inside tells platforms what it needs.
    manifest = json.loads(registry.manifests[f"/v2/{name}/manifests/{VERSION}"])
    config = json.loads(registry.blobs[manifest["config"]["digest"]])
    assert (config["architecture"], config["os"]) == ("wasm", "wasip2")
    imports = config["component"]["imports"]
    if name in ("brightpearl", "brightpearl-engine"):
        assert imports == []
    else:
        assert any(it.startswith("wasi:http/types@") for it in imports)


def test_the_contract_is_published_and_fetched(dist: Path, tmp_path: Path, wkg: Path, registry: Registry) -> None:
    config, package = tmp_path / "config.toml", dist / "component/brightpearl-connector.wit.wasm"
    config.write_text(
        f'default_registry = "{registry.place}"\n[registry."{registry.place}"]\ntype = "oci"\n'
        f'[registry."{registry.place}".oci]\nprotocol = "http"\n'
    )
    variables = {"WKG_CONFIG_FILE": str(config), "WKG_CACHE_DIR": str(tmp_path / "cache")}
    run(wkg, "publish", package, cwd=tmp_path, **variables)
    annotations = json.loads(registry.manifests[f"/v2/brightpearl/connector/manifests/{VERSION}"])["annotations"]
    assert DESCRIPTION
    assert annotations == {
        "org.opencontainers.image.description": DESCRIPTION[1],
        "org.opencontainers.image.licenses": "MIT OR Apache-2.0",
        "org.opencontainers.image.version": VERSION,
    }
    run(wkg, "get", f"brightpearl:connector@{VERSION}", "-o", tmp_path / "got.wasm", cwd=tmp_path, **variables)
    assert (tmp_path / "got.wasm").read_bytes() == package.read_bytes()


def test_wkg_builds_the_same_contract(dist: Path, tmp_path: Path, wkg: Path) -> None:
    built = tmp_path / "built.wasm"
    (tmp_path / "wkg.toml").write_bytes((ROOT / "wasm/wkg.toml").read_bytes())
    run(wkg, "build", "--wit-dir", ROOT / "wit", "-o", built, cwd=tmp_path, WKG_CACHE_DIR=str(tmp_path / "cache"))
    ours = (dist / "component/brightpearl-connector.wit.wasm").read_bytes()
    # All but the names of the tools that made it.
    tools = re.compile(rb"\x00.\x09producers.*?(?=\x00.\x0ecomponent-name)", re.DOTALL)
    assert tools.sub(b"", built.read_bytes()) == tools.sub(b"", ours)
