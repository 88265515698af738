"""What OAuth tokens become from one command to the next."""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import tempfile
import time
from pathlib import Path

import pytest

from brightpearl import Client, Request, Response
from brightpearl.cli.grant import Grant
from brightpearl.environment import settings as environment_settings
from brightpearl.http import HttpxTransport
from brightpearl.testing import Emulator, EmulatorServer
from brightpearl.token_file import TokenFile
from command_line import Ended, server, settings, start

__all__ = ["server", "settings"]

BEGUN_WITH = "ZGVtby1yZWZyZXNoLXRva2VuLWZvci10ZXN0cy1vbmw="
TYPES = ("get", "order-type")


@pytest.fixture(autouse=True)
def oauth(monkeypatch: pytest.MonkeyPatch, settings: None, server: EmulatorServer) -> None:
    """The environment of an OAuth app, whose refresh token ends when it is used."""
    server.emulator.reset()
    monkeypatch.delenv("BRIGHTPEARL_ACCOUNT_TOKEN")
    for name, value in {
        "APP_REF": "demo_oauth_app",
        "DEV_REF": "demo_developer",
        "CLIENT_SECRET": "demo-client-secret-for-tests-only",
        "REFRESH_TOKEN": BEGUN_WITH,
        "TOKEN_URL": f"{server.url}/token/demo",
    }.items():
        monkeypatch.setenv(f"BRIGHTPEARL_{name}", value)


def test_without_a_file_a_replaced_token_is_told() -> None:
    ended = Ended(*TYPES)
    assert ended.code == 0, ended.err
    assert "warning: the refresh token was replaced" in ended.err
    assert "BRIGHTPEARL_TOKEN_FILE" in ended.err
    assert Ended(*TYPES).code == 3


def test_a_token_that_is_referred_to_is_no_replaced_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: EmulatorServer
) -> None:
    monkeypatch.setenv("OF_THE_APP", BEGUN_WITH)
    monkeypatch.setenv("BRIGHTPEARL_REFRESH_TOKEN", "env:OF_THE_APP")
    ended = Ended("map", "list")
    assert "warning" not in ended.err
    file = tmp_path / "tokens.json"
    monkeypatch.setenv("BRIGHTPEARL_TOKEN_FILE", str(file))
    monkeypatch.setenv("BRIGHTPEARL_CLIENT_SECRET", "wrong")
    assert Ended(*TYPES).code == 3
    assert not file.exists()
    monkeypatch.setenv("BRIGHTPEARL_CLIENT_SECRET", "demo-client-secret-for-tests-only")
    for _ in range(2):
        ended = Ended(*TYPES)
        assert ended.code == 0, ended.err
    assert server.emulator.statistics()["by_resource"]["POST oauth-token"] == 2


def test_a_file_keeps_the_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: EmulatorServer) -> None:
    file = tmp_path / "tokens.json"
    monkeypatch.setenv("BRIGHTPEARL_TOKEN_FILE", str(file))
    for _ in range(3):
        ended = Ended(*TYPES)
        assert ended.code == 0, ended.err
        assert "warning" not in ended.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["tokens.json"]
    assert BEGUN_WITH not in file.read_text()
    assert server.emulator.statistics()["by_resource"]["POST oauth-token"] == 1
    # The tokens are kept even when the command fails behind the login.
    file.unlink()
    server.emulator.reset()
    assert Ended("get", "order-service/nothing", "1").code == 4
    assert Ended(*TYPES).code == 0


def test_a_file_that_cannot_be_used_is_told_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: EmulatorServer
) -> None:
    for place, said in ((tmp_path / "none" / "tokens.json", "directory"), (tmp_path / "tokens.json", "no tokens")):
        monkeypatch.setenv("BRIGHTPEARL_TOKEN_FILE", str(place))
        (tmp_path / "tokens.json").write_text('{"token": 7}')
        ended = Ended(*TYPES)
        assert ended.code == 2
        assert said in ended.err
        assert "BRIGHTPEARL_TOKEN_FILE" in ended.err
    assert server.emulator.statistics()["requests"] == 0


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The token file of the environment, not there yet."""
    file = tmp_path / "tokens.json"
    monkeypatch.setenv("BRIGHTPEARL_TOKEN_FILE", str(file))
    return file


def test_a_kill_during_a_pull_costs_no_grant(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The request cap holds the pull up behind its first requests.
    with Emulator(orders=700, seed=5, quota=3, period_ms=3000).serve() as slow:
        monkeypatch.setenv("BRIGHTPEARL_BASE_URL", slow.url)
        monkeypatch.setenv("BRIGHTPEARL_TOKEN_URL", f"{slow.url}/token/demo")
        with start("pull", "order", "--out", str(tmp_path / "orders.jsonl")) as killed:
            for _ in range(1500):
                if file.exists():
                    break
                time.sleep(0.02)
            killed.kill()
            killed.wait()
        assert killed.returncode == -signal.SIGKILL
        ended = Ended(*TYPES)
        assert ended.code == 0, ended.err
        assert slow.emulator.statistics()["by_resource"]["POST oauth-token"] == 1


def test_a_grant_is_on_disk_before_anything_else_is_sent(
    file: Path, monkeypatch: pytest.MonkeyPatch, server: EmulatorServer
) -> None:
    there: list[bool] = []
    transmit = HttpxTransport.__call__

    def watched(self: HttpxTransport, request: Request) -> Response:
        there.append(file.exists())
        return transmit(self, request)

    monkeypatch.setattr(HttpxTransport, "__call__", watched)
    assert Ended(*TYPES).code == 0
    assert there[0] is False
    assert len(there) > 1
    assert all(there[1:])


def test_commands_at_once_share_one_refresh(file: Path, server: EmulatorServer) -> None:
    commands = [start(*TYPES) for _ in range(3)]
    told = [command.communicate(timeout=60) for command in commands]
    assert [command.returncode for command in commands] == [0, 0, 0], told
    assert server.emulator.statistics()["by_resource"]["POST oauth-token"] == 1
    assert [found.name for found in file.parent.iterdir()] == ["tokens.json"]


def test_a_spent_token_is_replaced_by_the_one_that_another_command_left(file: Path, server: EmulatorServer) -> None:
    assert Ended(*TYPES).code == 0
    kept = json.loads(file.read_text())
    grant = Grant(dict(os.environ) | {"BRIGHTPEARL_ACCESS_TOKEN": "", "BRIGHTPEARL_TOKEN_FILE": str(file)})
    # As if it had begun before the other command refreshed, whose access token has ended since.
    stale = grant.environment | {"BRIGHTPEARL_REFRESH_TOKEN": BEGUN_WITH}
    del stale["BRIGHTPEARL_ACCESS_TOKEN"]
    file.write_text(json.dumps(kept | {"expires_at": 1}))
    transport = HttpxTransport()
    with Client(**environment_settings(stale), transport=grant.transport(transport), sleep=time.sleep) as client:
        grant.watch(client)
        assert client.request("GET", "order-service/order-type").status == 200
        grant.keep()
    transport.close()
    assert json.loads(file.read_text())["refresh_token"] != kept["refresh_token"]


def put(file: Path, **members: object) -> bytes:
    """Writes other members into the file."""
    file.write_text(json.dumps(json.loads(file.read_text()) | members))
    return file.read_bytes()


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"account": "beta"}, "the file has the tokens of account 'beta', and this is account 'demo'"),
        ({"app_ref": "other"}, "the file has the tokens of app 'other' on account 'demo', and this is app 'demo_oau"),
    ],
)
def test_a_file_of_another_account_or_app_is_refused_before_anything_is_sent(
    members: dict[str, str], said: str, file: Path, server: EmulatorServer
) -> None:
    assert Ended(*TYPES).code == 0
    kept = json.loads(file.read_text())
    assert (kept["account"], kept["app_ref"]) == ("demo", "demo_oauth_app")
    before = put(file, **members)
    sent = server.emulator.statistics()["requests"]
    ended = Ended("--errors", "json", *TYPES)
    assert ended.code == 2
    told = json.loads(ended.err.splitlines()[-1])["error"]
    assert said in told["message"]
    assert told["location"] == f"BRIGHTPEARL_TOKEN_FILE {file}"
    assert "brightpearl login --replace" in told["advice"]
    assert told["delivery"] == "not-sent"
    assert server.emulator.statistics()["requests"] == sent
    assert file.read_bytes() == before


def test_an_older_file_belongs_to_whoever_writes_it_next(file: Path) -> None:
    assert Ended(*TYPES).code == 0
    kept = json.loads(file.read_text())
    file.write_text(json.dumps({name: kept[name] for name in ("token", "refresh_token")}))
    assert Ended(*TYPES).code == 0
    assert "account" not in json.loads(file.read_text())
    put(file, token="ended")
    assert Ended(*TYPES).code == 0
    assert json.loads(file.read_text())["account"] == "demo"


def test_a_file_that_another_account_took_meanwhile_is_refused_before_the_refresh(
    file: Path, monkeypatch: pytest.MonkeyPatch, server: EmulatorServer
) -> None:
    assert Ended(*TYPES).code == 0
    put(file, token="ended")
    transmit = HttpxTransport.__call__
    theirs: list[bytes] = []

    def meanwhile(self: HttpxTransport, request: Request) -> Response:
        theirs.append(put(file, account="beta"))
        return transmit(self, request)

    monkeypatch.setattr(HttpxTransport, "__call__", meanwhile)
    ended = Ended("--errors", "json", *TYPES)
    assert ended.code == 2, ended.err
    told = json.loads(ended.err.splitlines()[-1])["error"]
    assert "tokens of account 'beta', and this is account 'demo'" in told["message"]
    assert told["location"] == f"BRIGHTPEARL_TOKEN_FILE {file}"
    assert server.emulator.statistics()["by_resource"]["POST oauth-token"] == 1
    assert file.read_bytes() == theirs[-1]
    monkeypatch.undo()
    assert [found.name for found in file.parent.iterdir()] == [file.name]


def test_the_configuration_of_a_tap_is_held_against_the_file(
    file: Path, tmp_path: Path, server: EmulatorServer
) -> None:
    assert Ended(*TYPES).code == 0
    sent = server.emulator.statistics()["requests"]
    config = tmp_path / "tap.json"
    account = {"account": "beta", "base_url": server.url, "token_file": str(file)}
    config.write_text(json.dumps(account | {"streams": ["order"]}))
    ended = Ended("tap", "--config", str(config))
    assert "tokens of account 'demo', and this is account 'beta'" in "".join(ended.err.split("\n"))
    assert ended.code == 2
    assert server.emulator.statistics()["requests"] == sent


def test_a_link_leads_to_the_file_and_the_mode_is_mended(tmp_path: Path, file: Path) -> None:
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "kept.json"
    file.symlink_to(real)
    assert Ended(*TYPES).code == 0
    assert file.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    real.chmod(0o644)
    ended = Ended(*TYPES)
    assert ended.code == 0
    assert "others could read" in ended.err
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_a_file_of_somebody_else_or_of_another_kind_is_refused(file: Path, server: EmulatorServer) -> None:
    os.mkfifo(file)
    assert "FIFO" in Ended(*TYPES).err
    file.unlink()
    file.write_text("{}")
    own = os.geteuid()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "geteuid", lambda: own + 1)
        ended = Ended(*TYPES)
    assert ended.code == 2
    assert "belongs to" in ended.err
    assert server.emulator.statistics()["requests"] == 0


def test_a_full_disk_is_found_before_the_grant_is_spent(file: Path, server: EmulatorServer) -> None:
    def full(_: TokenFile) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TokenFile, "require_room", full)
        ended = Ended(*TYPES)
    assert ended.code == 7
    assert "No space left" in ended.err
    assert "the grant is as it was" in ended.err
    assert server.emulator.statistics()["requests"] == 0
    assert Ended(*TYPES).code == 0


def test_a_grant_that_cannot_be_stored_is_not_lost(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch, server: EmulatorServer
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TokenFile, "write", full)
        ended = Ended(*TYPES)
    assert ended.code == 7
    assert "cannot be stored" in ended.err
    # Nothing was sent behind the refresh.
    assert server.emulator.statistics()["by_resource"] == {"POST oauth-token": 1}
    [rescued] = tmp_path.glob("brightpearl-grant-*/tokens.json")
    assert str(rescued) in "".join(ended.err.split("\n"))
    assert json.loads(rescued.read_text())["refresh_token"] not in ended.err
    rescued.rename(file)
    assert Ended(*TYPES).code == 0
    assert json.loads(file.read_text())["account"] == "demo"
