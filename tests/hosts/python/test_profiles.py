"""Profiles: what belongs to one account, under a name."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from brightpearl import AsyncClient, Client, PrivateApp, ValidationError
from brightpearl.cli.chosen import chosen
from brightpearl.cli.emulator import environment
from brightpearl.profiles import file_of_profiles, profile_of
from brightpearl.testing import EmulatorServer
from command_line import Ended, server, settings
from test_planted_secrets import told

__all__ = ["server", "settings"]

TYPES = ("get", "order-type")
SECRET = "Zq7-Wx9_Kv3/p4Tb+Lm5N=="


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: None) -> Path:
    """The file of profiles, and an environment that says nothing else."""
    for name in list(os.environ):
        if name.startswith("BRIGHTPEARL_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "brightpearl").mkdir()
    return tmp_path / "brightpearl" / "config.toml"


def write(config: Path, text: str, mode: int = 0o600) -> None:
    config.write_text(text)
    config.chmod(mode)


def emulated(server: EmulatorServer, secret: str) -> str:
    told = environment(server)
    return (
        f'[profiles.shop]\naccount = "{told["BRIGHTPEARL_ACCOUNT"]}"\nbase_url = "{server.url}"\n'
        f'app_ref = "{told["BRIGHTPEARL_APP_REF"]}"\naccount_token = "{secret}"\n'
    )


def token(server: EmulatorServer) -> str:
    return environment(server)["BRIGHTPEARL_ACCOUNT_TOKEN"]


def test_commands_and_clients_take_a_profile(
    config: Path, server: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_SHOP", token(server))
    # With references only, others may read it.
    write(config, emulated(server, "env:OF_THE_SHOP"), 0o644)
    ended = Ended("--profile", "shop", *TYPES)
    assert ended.code == 0, ended.err
    with Client(profile="shop") as client:
        assert client.request("GET", "order-service/order-type").status == 200
    monkeypatch.setenv("BRIGHTPEARL_PROFILE", "shop")
    assert Ended(*TYPES).code == 0
    with Client.from_env(page_size=10) as client:
        assert client.request("GET", "order-service/order-type").status == 200


def test_what_is_given_wins_over_the_profile(config: Path, server: EmulatorServer) -> None:
    write(config, emulated(server, token(server)) + '[profiles.shop.options]\npage_size = 7\nlane = "high"\n')
    assert Client(profile="shop", account="other")._description.startswith("account='other'")
    own = Client(profile="shop", credentials=PrivateApp("mine", SECRET))
    assert "mine" in repr(own)
    elsewhere = Ended("--profile", "shop", "--base-url", "http://127.0.0.1:1", *TYPES)
    assert elsewhere.code == 5
    assert "127.0.0.1:1" in elsewhere.err
    with Client(profile="shop") as client:
        client.search("order-service/order-search", limit=1).explain()
        assert next(iter(client.search("order-service/order-search")))["orderId"]
    for kind in (Client, AsyncClient):
        assert "shop" not in repr(kind(profile="shop", page_size=3))


def test_a_profile_is_not_mixed_with_variables(
    config: Path, server: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIGHTPEARL_ACCOUNT", "another")
    monkeypatch.setenv("BRIGHTPEARL_DATACENTRE", "use1")
    monkeypatch.setenv("BRIGHTPEARL_STAFF_TOKEN", SECRET)
    write(config, emulated(server, token(server)))
    ended = Ended("--profile", "shop", *TYPES)
    assert ended.code == 0, ended.err


def test_a_guard_holds_wherever_it_is(config: Path, server: EmulatorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    text = emulated(server, token(server))
    note = ("post", "order-service/order/1/note", "note.json")
    monkeypatch.chdir(config.parent)
    Path("note.json").write_text('{"text": "x"}')
    write(config, text + "read_only = true\n")
    assert "read_only" in Ended("--profile", "shop", *note).err
    with pytest.raises(ValidationError, match="read_only"):
        Client(profile="shop", read_only=False).post("order-service/order/1/note", {"text": "x"})
    write(config, text + "read_only = false\n")
    monkeypatch.setenv("BRIGHTPEARL_READ_ONLY", "true")
    assert "read_only" in Ended("--profile", "shop", *note).err
    monkeypatch.setenv("BRIGHTPEARL_PROFILE", "shop")
    with pytest.raises(ValidationError, match="read_only"):
        Client.from_env().post("order-service/order/1/note", {"text": "x"})


GOOD = '[profiles.a]\naccount = "a"\ndatacentre = "use1"\napp_ref = "x"\naccount_token = "env:X"\n'


@pytest.mark.parametrize(
    ("text", "said", "where"),
    [
        ("[profiles.a", "not TOML", ""),
        ("[profile.a]\n", "did you mean profiles?", "profile"),
        ("profiles = 3\n", "it is an int", "profiles"),
        ("[profiles]\na = 3\n", "it is an int", "profiles.a"),
        (GOOD + 'acount = "x"\n', "did you mean account?", "[profiles.a] acount"),
        (GOOD + "retry = 3\n", "a member 'retry', which is unknown", "[profiles.a] retry"),
        (GOOD + 'read_only = "yes"\n', "`read_only` is a str; expected true or false", "[profiles.a] read_only"),
        (GOOD + "dev_ref = 3\n", "`dev_ref` is an int; expected a text", "[profiles.a] dev_ref"),
        (GOOD + "[profiles.a.options]\npagesize = 3\n", "did you mean page_size?", "[profiles.a] options.pagesize"),
        (GOOD.replace("env:X", "env:"), "names no variable", "[profiles.a] account_token"),
        (
            GOOD.replace('account = "a"\n', ""),
            "the member is not there; expected the account code",
            "[profiles.a] account",
        ),
        (
            GOOD.replace('app_ref = "x"\n', ""),
            "the member is not there; expected the app's reference",
            "[profiles.a] app_ref",
        ),
        (GOOD.replace('account_token = "env:X"\n', ""), "a credential in one of account_token,", "account_token"),
        (GOOD + 'staff_token = "env:Y"\n', "account_token is set as well", "[profiles.a] staff_token"),
        (GOOD + 'base_url = "http://127.0.0.1:1"\n', "datacentre is set as well", "[profiles.a] base_url"),
        (GOOD + 'scheme = "staf-app"\n', "did you mean staff-app?", "[profiles.a] scheme"),
        (GOOD + 'scheme = "staff-app"\n', "it belongs to another scheme than staff-app", "[profiles.a] account_token"),
        (GOOD + 'scheme = "public-app"\n', "the member is not there; expected the developer's", "[profiles.a] dev_ref"),
        (GOOD + "[profiles.a.options]\npage_size = 0\n", "page_size", "page_size"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(config: Path, text: str, said: str, where: str) -> None:
    write(config, text)
    with pytest.raises(ValidationError) as caught:
        Client(profile="a")
    assert said in caught.value.message
    assert where in str(caught.value.location)
    ended = Ended("--profile", "a", *TYPES)
    assert ended.code == 2
    assert said in "".join(ended.err)


def test_a_profile_that_is_not_there_is_told_with_the_nearest(config: Path) -> None:
    write(config, GOOD.replace("[profiles.a]", "[profiles.production]"))
    with pytest.raises(ValidationError, match="did you mean production") as caught:
        profile_of("prodution")
    assert caught.value.location == str(config)
    config.unlink()
    with pytest.raises(ValidationError, match="cannot be read: No such file") as caught:
        profile_of("production")
    assert "BRIGHTPEARL_CONFIG" in caught.value.advice
    with pytest.raises(ValidationError, match="`profile` is an int"):
        Client(profile=3)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_secret_in_a_file_that_others_may_read_is_refused(config: Path, mode: int) -> None:
    # Also where it belongs to another profile.
    write(config, GOOD + f'[profiles.b]\naccount_token = "{SECRET}"\n', mode)
    with pytest.raises(ValidationError, match=r"`account_token` of \[profiles.b\] itself") as caught:
        Client(profile="a")
    assert caught.value.advice == f"Run: chmod 600 {config}"
    assert all(SECRET not in text for text in told(caught.value))
    ended = Ended("profiles")
    assert ended.code == 2
    assert SECRET not in ended.err + ended.out


def test_a_file_with_which_others_could_run_something_is_refused(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(config, GOOD, 0o646)
    with pytest.raises(ValidationError, match="everybody may change") as caught:
        Client(profile="a")
    assert "chmod o-w" in caught.value.advice
    config.chmod(0o600)
    own = os.geteuid()
    if own == 0:
        os.chown(config, 12345, -1)
    monkeypatch.setattr(os, "geteuid", lambda: own + 1)
    with pytest.raises(ValidationError, match="belongs to the user with id"):
        Client(profile="a")


def test_what_is_wrong_shows_no_secret(config: Path) -> None:
    for text in (
        f'[profiles.a]\naccount_token = "{SECRET}"\naccount_token = 3\n',
        f'[profiles.a]\naccount_token = "{SECRET}\n',
        f'[profiles.a]\naccount_token = "{SECRET}"\ndatacentre = 3\n',
        f'[profiles.a]\naccount_token = "{SECRET}"\n',
        f'[profiles.a]\naccount_token = "env:{SECRET}"\n',
        f'[profiles.a]\naccount_token = ["{SECRET}"]\n',
        f'[profiles.a]\ntoken_key = "{SECRET}"\ntoken_file = "x"\n',
    ):
        write(config, text)
        with pytest.raises(ValidationError) as caught:
            Client(profile="a")
        for shown in told(caught.value):
            assert SECRET not in shown, text


def test_what_is_wrong_shows_no_variable(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIGHTPEARL_STAFF_TOKEN", SECRET)
    monkeypatch.setenv("SOMETHING_ELSE", SECRET)
    write(config, GOOD.replace("app_ref", "dev_ref"))
    errors: list[BaseException] = []
    for act in (
        lambda: Client(profile="a"),
        lambda: Client(profile="b"),
        lambda: AsyncClient(profile="b"),
        Client.from_env,
        lambda: chosen({"BRIGHTPEARL_PROFILE": "b"}),
    ):
        with pytest.raises(ValidationError) as caught:
            act()
        errors.append(caught.value)
    monkeypatch.setenv("BRIGHTPEARL_TOKEN_FILE", str(config))
    with pytest.raises(ValidationError, match="no tokens") as caught:
        Client.from_env()
    errors.append(caught.value)
    config.unlink()
    with pytest.raises(ValidationError, match="cannot be read") as caught:
        Client(profile="b")
    for error in (*errors, caught.value):
        assert all(SECRET not in text for text in told(error))


def test_profiles_are_listed_without_secrets(config: Path) -> None:
    write(
        config,
        GOOD
        + f'[profiles.b]\naccount = "b"\nread_only = true\npassword = "{SECRET}"\n'
        + f'dev_secret = "command:print {SECRET}"\n[profiles.b.options]\npage_size = 3\n',
    )
    ended = Ended("profiles")
    assert ended.code == 0, ended.err
    assert ended.out.splitlines() == [
        "a: account=a, datacentre=use1, app_ref=x, account_token=env:X",
        'b: account=b, read_only=true, password=[redacted], dev_secret=command:print ..., options={"page_size": 3}',
    ]
    listed = [json.loads(line) for line in Ended("profiles", "--json").out.splitlines()]
    assert listed[0] == {"name": "a", "account": "a", "datacentre": "use1", "app_ref": "x", "account_token": "env:X"}
    write(config, GOOD + '[profiles.b]\nacount = "x"\n')
    ended = Ended("profiles")
    assert ended.code == 2
    assert ended.out.startswith("a: ")
    assert "did you mean account?" in ended.err


def test_that_there_are_none_is_no_failure(config: Path) -> None:
    ended = Ended("profiles")
    assert (ended.code, ended.out) == (0, "")
    assert f"{config} is not there" in "".join(ended.err.split("\n"))
    # One that leads nowhere is a mistake.
    config.symlink_to(config.parent / "nowhere")
    assert Ended("profiles").code == 2


def test_where_the_file_is(tmp_path: Path) -> None:
    home = os.path.expanduser("~")
    usual = f"{home}/.config/brightpearl/config.toml"
    cases: list[tuple[dict[str, str], str]] = [
        ({}, usual),
        ({"XDG_CONFIG_HOME": ""}, usual),
        ({"XDG_CONFIG_HOME": "relative"}, usual),
        ({"XDG_CONFIG_HOME": "/etc/xdg"}, "/etc/xdg/brightpearl/config.toml"),
        ({"XDG_CONFIG_HOME": "/etc/xdg", "BRIGHTPEARL_CONFIG": "~/mine.toml"}, f"{home}/mine.toml"),
    ]
    for given, expected in cases:
        assert file_of_profiles(given) == expected
    assert stat.S_ISDIR(tmp_path.stat().st_mode)


def test_a_profile_stays_private_in_what_is_shown(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(config, GOOD.replace("env:X", SECRET))
    shown: list[Any] = [Client(profile="a"), vars(Client(profile="a")), profile_of("a"), profile_of("a").over({})]
    assert all(SECRET not in repr(one) for one in shown)
