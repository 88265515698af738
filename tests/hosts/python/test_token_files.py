"""Token files of clients: one refresh for all processes, and what another process brought."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brightpearl import AsyncClient, Client, OAuth, PrivateApp, Request, Response, TransportError, ValidationError
from brightpearl.locking import NameLock
from brightpearl.testing import Emulator
from test_planted_secrets import told

TYPES = ("GET", "order-service/order-type")
LIST = b'{"response": []}'
SECRET = "Zq7-Wx9_Kv3/p4Tb+Lm5N=="


class Server:
    """Grants refreshes, of which each ends the token that it is for; and ends access tokens when it is told to."""

    def __init__(self, *, rotates: bool = True) -> None:
        self.rotates = rotates
        self.logins: list[str] = []
        self.requests = 0
        self.good_refresh = "refresh-0"
        self.good_access = "access-0"
        self.lock = threading.Lock()

    def __call__(self, request: Request) -> Response:
        with self.lock:
            body = request.body.decode()
            if "grant_type" not in body:
                self.requests += 1
                is_good = request.headers["authorization"] == f"Bearer {self.good_access}"
                return Response(200, {}, LIST) if is_good else Response(401, {}, b'{"response": "token expired"}')
            self.logins.append(body)
            if f"refresh_token={self.good_refresh}&" not in f"{body}&":
                return Response(400, {}, b'{"error": "invalid_grant"}')
            number = len(self.logins)
            self.good_access = f"access-{number}"
            if self.rotates:
                self.good_refresh = f"refresh-{number}"
            answer = {"access_token": self.good_access, "refresh_token": self.good_refresh, "expires_in": 604800}
            return Response(200, {}, json.dumps(answer))


def asked(kind: str, server: Callable[[Request], Response], file: Path, times: int = 1, **options: Any) -> None:
    settings = {
        "account": "acme",
        "datacentre": "use1",
        "credentials": OAuth("app", "dev", refresh_token="refresh-0"),
        "token_file": file,
        **options,
    }
    if kind == "sync":
        with Client(transport=server, **settings) as client:
            for _ in range(times):
                client.request(*TYPES)
        return

    async def transport(request: Request) -> Response:
        return server(request)

    async def act() -> None:
        async with AsyncClient(transport=transport, **settings) as client:
            await asyncio.gather(*(client.request(*TYPES) for _ in range(times)))

    asyncio.run(act())


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_login_is_for_all_that_follow(kind: str, tmp_path: Path) -> None:
    server, file = Server(), tmp_path / "tokens"
    for _ in range(3):
        asked(kind, server, file, times=2)
    assert len(server.logins) == 1
    assert json.loads(file.read_text())["refresh_token"] == "refresh-1"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["tokens"]


@pytest.mark.parametrize("name", ["a directory", "a FIFO", "a loop", "a name that is too long"])
def test_what_is_no_file_is_refused_by_its_name(
    kind: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "tokens"
    if name == "a directory":
        file.mkdir()
    elif name == "a FIFO":
        os.mkfifo(file)
    elif name == "a loop":
        file.symlink_to(file)
    else:
        file = tmp_path / ("t" * 300)
    with pytest.raises(ValidationError) as raised:
        asked(kind, Server(), file)
    assert str(file)[:80] in str(raised.value)
    assert str(raised.value.location).startswith("token_file")
    monkeypatch.setenv("BRIGHTPEARL_TOKEN_FILE", str(file))
    for variable, value in {"ACCOUNT": "acme", "DATACENTRE": "use1", "APP_REF": "app", "DEV_REF": "dev"}.items():
        monkeypatch.setenv(f"BRIGHTPEARL_{variable}", value)
    monkeypatch.setenv("BRIGHTPEARL_REFRESH_TOKEN", "refresh-0")
    with pytest.raises(ValidationError) as raised:
        Client()
    assert str(file)[:80] in str(raised.value)


def test_a_token_that_another_process_rotated_is_taken_from_the_file(kind: str, tmp_path: Path) -> None:
    server, file = Server(), tmp_path / "tokens"
    turns = 0

    def meanwhile(request: Request) -> Response:
        nonlocal turns
        turns += 1
        if turns == 3:
            # Another process refreshes, which ends what this one has.
            other = json.loads(file.read_text())
            answer = server(
                Request("POST", "x", {}, f"grant_type=refresh_token&refresh_token={other['refresh_token']}".encode())
            )
            tokens = json.loads(answer.body)
            kept = {
                "token": tokens["access_token"],
                "refresh_token": tokens["refresh_token"],
                "expires_at": 9_000_000_000_000,
            }
            file.write_text(json.dumps(kept))
        return server(request)

    if kind == "sync":
        asked(kind, meanwhile, file, times=3)
    else:
        asked(kind, meanwhile, file)
        asked(kind, meanwhile, file)
    # One of this client, and one of the other process.
    assert len(server.logins) == 2
    assert json.loads(file.read_text())["refresh_token"] == "refresh-2"


@pytest.mark.parametrize("rotates", [True, False])
def test_clients_at_once_share_one_refresh(tmp_path: Path, rotates: bool) -> None:
    server, file = Server(rotates=rotates), tmp_path / "tokens"
    failed: list[BaseException] = []

    def run(kind: str) -> None:
        try:
            asked(kind, server, file, times=3)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(kind,)) for kind in ("sync", "async") * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(server.logins) == 1


PROCESS = """
import sys
from brightpearl import Client, OAuth
url, file = sys.argv[1:]
credentials = OAuth(
    "demo_oauth_app", "demo_developer", refresh_token="ZGVtby1yZWZyZXNoLXRva2VuLWZvci10ZXN0cy1vbmw=",
    client_secret="demo-client-secret-for-tests-only", token_url=url + "/token/demo",
)
with Client(account="demo", base_url=url, credentials=credentials, token_file=file) as client:
    assert client.request("GET", "order-service/order-type").status == 200
"""


def test_processes_at_once_share_one_refresh(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    with Emulator(orders=1).serve() as served:
        arguments = [sys.executable, "-W", "error", "-c", PROCESS, served.url, str(file)]
        started = [subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) for _ in range(3)]
        told = [process.communicate(timeout=120)[1] for process in started]
        assert [process.returncode for process in started] == [0, 0, 0], told
        assert served.emulator.statistics()["by_resource"]["POST oauth-token"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["tokens"]


def test_a_refresh_waits_for_one_of_another_process(kind: str, tmp_path: Path) -> None:
    server, file = Server(), tmp_path / "tokens"
    other = NameLock(str(file))
    assert other.take()
    kept = {"token": "access-0", "refresh_token": "refresh-9", "expires_at": 9_000_000_000_000}
    thread = threading.Thread(target=asked, args=(kind, server, file))
    thread.start()
    thread.join(0.3)
    assert thread.is_alive()
    assert server.logins == []
    file.write_text(json.dumps(kept))
    other.give_back()
    thread.join(30)
    # What the other process brought is used, and nothing is refreshed.
    assert server.logins == []
    assert server.requests == 1


def test_an_access_token_that_was_refused_is_not_taken_again(kind: str, tmp_path: Path) -> None:
    server, file = Server(rotates=False), tmp_path / "tokens"
    asked(kind, server, file)
    server.good_access = "ended"
    asked(kind, server, file)
    assert len(server.logins) == 2


def test_a_refused_refresh_lets_others_have_the_file(kind: str, tmp_path: Path) -> None:
    server, file = Server(), tmp_path / "tokens"
    server.good_refresh = "another"
    with pytest.raises(Exception, match="invalid_grant"):
        asked(kind, server, file)
    other = NameLock(str(file))
    assert other.take()
    other.give_back()


def test_the_program_is_told_of_tokens_when_they_are_stored(kind: str, tmp_path: Path) -> None:
    server, file = Server(), tmp_path / "tokens"
    stored: list[bool] = []
    asked(
        kind,
        server,
        file,
        on_tokens=lambda tokens: stored.append(json.loads(file.read_text())["token"] == tokens["token"]),
    )
    assert stored == [True]


def test_what_cannot_be_written_ends_before_the_grant_is_spent(kind: str, tmp_path: Path, monkeypatch: Any) -> None:
    from brightpearl.token_file import TokenFile

    def full(_: TokenFile) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(TokenFile, "require_room", full)
    server, file = Server(), tmp_path / "tokens"
    with pytest.raises(TransportError, match="No space left"):
        asked(kind, server, file)
    assert server.logins == []


def test_a_token_file_is_for_oauth(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="expected OAuth credentials, not PrivateApp"):
        Client(account="acme", datacentre="use1", credentials=PrivateApp("a", SECRET), token_file=tmp_path / "tokens")
    with pytest.raises(TypeError, match="`token_file` is an int"):
        Client(account="acme", datacentre="use1", credentials=OAuth("a", "b"), token_file=3)  # type: ignore[arg-type]


def test_a_file_is_encrypted_by_a_key_that_is_elsewhere(kind: str, tmp_path: Path, monkeypatch: Any) -> None:
    from cryptography import fernet

    monkeypatch.setenv("KEY", fernet.Fernet.generate_key().decode())
    server, file = Server(), tmp_path / "tokens"
    asked(kind, server, file, token_key="env:KEY")
    assert list(json.loads(file.read_text())) == ["encrypted"]
    assert "refresh-1" not in file.read_text()
    asked(kind, server, file, token_key="env:KEY")
    assert len(server.logins) == 1
    with pytest.raises(ValidationError, match="the file is encrypted; expected where its key is"):
        asked(kind, server, file)
    monkeypatch.setenv("KEY", fernet.Fernet.generate_key().decode())
    with pytest.raises(ValidationError, match="the key does not open the file: InvalidToken"):
        asked(kind, server, file, token_key="env:KEY")
    monkeypatch.setenv("KEY", SECRET)
    with pytest.raises(ValidationError, match="env:KEY: it is not a key; expected 32 bytes") as caught:
        asked(kind, server, file, token_key="env:KEY")
    assert all(SECRET not in text for text in told(caught.value))


def test_the_environment_names_a_file_and_its_key(kind: str, tmp_path: Path, monkeypatch: Any) -> None:
    from cryptography import fernet

    file = tmp_path / "tokens"
    for name, value in {
        "ACCOUNT": "acme",
        "DATACENTRE": "use1",
        "APP_REF": "app",
        "DEV_REF": "dev",
        "REFRESH_TOKEN": "refresh-0",
        "TOKEN_FILE": str(file),
    }.items():
        monkeypatch.setenv(f"BRIGHTPEARL_{name}", value)
    make: Any = Client if kind == "sync" else AsyncClient
    for client in (make(), make.from_env()):
        assert client._grant is not None
    monkeypatch.setenv("KEY", fernet.Fernet.generate_key().decode())
    asked(kind, Server(), file, token_key="env:KEY")
    with pytest.raises(ValidationError, match="the file is encrypted"):
        make.from_env()
    monkeypatch.setenv("BRIGHTPEARL_TOKEN_KEY", "env:KEY")
    assert make.from_env().tokens()["refresh_token"] == make().tokens()["refresh_token"] == "refresh-1"


def test_a_file_that_was_not_encrypted_is_from_now_on(kind: str, tmp_path: Path, monkeypatch: Any) -> None:
    from cryptography import fernet

    monkeypatch.setenv("KEY", fernet.Fernet.generate_key().decode())
    server, file = Server(), tmp_path / "tokens"
    asked(kind, server, file)
    server.good_access = "ended"
    asked(kind, server, file, token_key="env:KEY")
    assert list(json.loads(file.read_text())) == ["encrypted"]


def test_a_key_itself_is_refused_and_not_shown(kind: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="stands there itself") as caught:
        asked(kind, Server(), tmp_path / "tokens", token_key=SECRET)
    for text in told(caught.value):
        assert SECRET not in "\n".join(line for line in text.split("\n") if not line.startswith("asked:"))
