"""References to secrets on the command line and in its environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from brightpearl.cli.emulator import environment
from brightpearl.testing import EmulatorServer
from command_line import Ended, server, settings, start

__all__ = ["server", "settings"]

TYPES = ("get", "order-type")
SECRET = "Zq7-Wx9_Kv3/p4Tb+Lm5N=="


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch, server: EmulatorServer) -> str:
    """The account's token, of which the environment knows nothing any more."""
    monkeypatch.delenv("BRIGHTPEARL_ACCOUNT_TOKEN")
    return environment(server)["BRIGHTPEARL_ACCOUNT_TOKEN"]


def test_a_variable_may_say_where_the_secret_is(token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text(token)
    monkeypatch.setenv("BRIGHTPEARL_ACCOUNT_TOKEN", f"file:{tmp_path}/token")
    ended = Ended(*TYPES)
    assert ended.code == 0, ended.err


def test_an_option_says_where_a_secret_is(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_SHOP", token)
    for name in ("account_token", "account-token", "BRIGHTPEARL_ACCOUNT_TOKEN"):
        ended = Ended("--secret", f"{name}=env:OF_THE_SHOP", *TYPES)
        assert ended.code == 0, ended.err


def test_a_reference_that_leads_nowhere_is_told_before_anything_is_sent(token: str, server: EmulatorServer) -> None:
    before = server.emulator.statistics()["requests"]
    ended = Ended("--secret", "account_token=env:OF_THE_SHOP", *TYPES)
    assert ended.code == 2
    assert "env:OF_THE_SHOP: the variable OF_THE_SHOP is not set" in ended.err
    assert "credentials.account_token" in ended.err
    assert server.emulator.statistics()["requests"] == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--secret", f"account_token={SECRET}"), "a secret itself stands on the command line"),
        (("--secret", f"account_token=literal:{SECRET}"), "a secret itself stands on the command line"),
        (("--secret", f"acount_token=env:{SECRET}"), "did you mean account_token?"),
        (("--secret", SECRET), "expected one of"),
        (("--secret", SECRET.replace("=", "")), "expected NAME=REFERENCE"),
        (("--secret", f"account_token=env:{SECRET}"), "names no variable"),
        (("--account-token", SECRET), "No such option"),
        ((f"--account-token={SECRET}",), "No such option"),
        (("--password", SECRET), "No such option"),
    ],
)
def test_a_secret_itself_is_refused_and_not_shown(token: str, arguments: tuple[str, ...], said: str) -> None:
    ended = Ended(*arguments, *TYPES)
    assert ended.code == 2
    assert said in " ".join(ended.err.split())
    assert SECRET.replace("=", "") not in ended.err + ended.out


@pytest.mark.parametrize("arguments", [("--account-token", SECRET), (f"--account-token={SECRET}",)])
def test_an_option_for_a_secret_says_what_to_do_instead(token: str, arguments: tuple[str, ...]) -> None:
    with start(*arguments, *TYPES) as run:
        out, err = run.communicate(timeout=60)
    assert run.returncode == 2
    assert "what to do:  Put the secret into BRIGHTPEARL_ACCOUNT_TOKEN, or say where it is" in err
    assert SECRET not in out + err


def test_a_secret_that_is_gone_when_it_is_refused_is_told(tmp_path: Path, token: str) -> None:
    place = tmp_path / "token"
    place.write_text(SECRET)
    # It is there once.
    command = f"command:sh -c 'cat {place} && rm {place}'"
    ended = Ended("--secret", f"account_token={command}", *TYPES)
    assert ended.code == 3
    assert "secret:      command:sh ...: the command ended with exit code 1" in ended.err
    assert SECRET not in ended.err
