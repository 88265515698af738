"""What OAuth tokens become from one command to the next."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from brightpearl.testing import EmulatorServer
from command_line import Ended, server, settings

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
