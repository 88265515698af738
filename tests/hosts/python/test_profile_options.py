"""The options of a client as profiles and variables say them."""

from __future__ import annotations

import inspect
import json
import os
from pathlib import Path
from typing import Any

import pytest

import brightpearl.cli.session
from brightpearl import AsyncClient, Client, ValidationError
from brightpearl.cli.session import account_client
from brightpearl.profiles import OPTIONS
from command_line import Ended
from test_profiles import GOOD, SECRET, write

OF_THE_ACCOUNT = {"account", "credentials", "profile", "datacentre", "base_url", "read_only", "token_file", "token_key"}
"""Arguments for which a profile has members of its own."""
OF_THE_PROGRAM = {"transport", "clock", "sleep", "http_client", "on_tokens"}
"""Arguments that are no data."""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of profiles, and an environment that says nothing else than the token."""
    for name in list(os.environ):
        if name.startswith("BRIGHTPEARL_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("X", "an-invented-token")
    monkeypatch.setenv("BRIGHTPEARL_CONFIG", str(tmp_path / "config.toml"))
    return tmp_path / "config.toml"


def with_options(config: Path, options: str) -> None:
    write(config, f"{GOOD}[profiles.a.options]\n{options}\n")


def test_a_profile_takes_every_argument_that_is_data() -> None:
    taken = {*inspect.signature(Client).parameters, *inspect.signature(AsyncClient).parameters}
    assert set(OPTIONS) == taken - OF_THE_ACCOUNT - OF_THE_PROGRAM


def waits_of(client: Any) -> tuple[Any, ...]:
    transport = client._own_transport
    return transport._timeout, transport._deadline, transport._max_body_bytes


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_profile_says_how_long_and_how_often(config: Path, kind: type) -> None:
    with_options(config, "timeout = 7\ndeadline = 20.5\nmax_body_bytes = 4096\nmax_retries = 2\nmax_in_flight = 3")
    assert waits_of(kind(profile="a")) == (7, 20.5, 4096)
    assert waits_of(kind(profile="a", timeout=60.0, deadline=9)) == (60.0, 9, 4096)
    with_options(config, "page_size = 7")
    assert waits_of(kind(profile="a")) == (60.0, 300.0, 64 << 20)


class Refusing:
    """A transport that reaches nobody."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def __call__(self, request: Any) -> Any:
        from brightpearl import NotSent

        self.sent.append(request)
        raise NotSent("nobody is there")


def tries(**options: Any) -> int:
    """How often a client asks that reaches nobody."""
    transport = Refusing()
    client = Client(transport=transport, sleep=lambda _: None, **options)
    with pytest.raises(Exception, match="nobody is there"):
        client.request("GET", "order-service/order-type")
    return len(transport.sent)


def test_what_is_given_says_how_often_in_either_word(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_options(config, "max_retries = 2")
    assert tries(profile="a") == 3
    assert tries(profile="a", max_retries=0) == 1
    assert tries(profile="a", retry={"max_attempts": 2}) == 2
    with_options(config, "retry = { max_attempts = 4, base_ms = 1 }")
    assert tries(profile="a") == 4
    assert tries(profile="a", max_retries=0) == 1
    monkeypatch.setenv("BRIGHTPEARL_PROFILE", "a")
    monkeypatch.setenv("BRIGHTPEARL_MAX_RETRIES", "1")
    assert tries() == 2
    assert tries(retry={"max_attempts": 3}) == 3


def test_a_profile_has_header_lines(config: Path) -> None:
    with_options(config, 'default_headers = { X-Trace = "nightly" }')
    transport = Refusing()
    client = Client(profile="a", transport=transport, max_retries=0)
    with pytest.raises(Exception, match="nobody is there"):
        client.request("GET", "order-service/order-type")
    assert transport.sent[0].headers["X-Trace"] == "nightly"


@pytest.mark.parametrize(
    ("options", "member", "said"),
    [
        ("time_out = 3", "time_out", "did you mean timeout?"),
        ("timeout = 0", "timeout", "expected seconds above 0"),
        ('timeout = "soon"', "timeout", "expected a number of seconds"),
        ("deadline = -1", "deadline", "expected seconds above 0"),
        ("max_retries = -1", "max_retries", "expected one from 0"),
        ("max_in_flight = 0", "max_in_flight", "expected one of at least 1"),
        ("page_size = 0", "page_size", "expected one from 1"),
        ('lane = "hihg"', "lane", "did you mean 'high'?"),
        ('pool = { pacing = "spred" }', "pool.pacing", "did you mean 'spread'?"),
        ("retry = { max_atempts = 3 }", "retry.max_atempts", "did you mean max_attempts?"),
        ("default_headers = { X-Trace = 3 }", "default_headers.X-Trace", "expected a text"),
        ("max_retries = 3\nretry = { max_attempts = 3 }", "max_retries", "expected only one of them"),
        ("shared_quota = 3", "shared_quota", "the URL of a Redis or Valkey server"),
        ('shared_quota = "http://x"', "shared_quota.url", "expected one such as redis://"),
        ("page_size = 501", "page_size", "expected 1 to 500"),
        ("pool = { quota = 0 }", "pool.quota", "expected at least 1"),
        ("retry = { max_attempts = 0 }", "retry.max_attempts", "expected at least 1"),
        ('default_headers = { Authorization = "x" }', "default_headers", "carries a credential"),
    ],
)
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_what_is_wrong_with_an_option_is_told_at_its_place_in_the_file(
    config: Path, kind: type, options: str, member: str, said: str
) -> None:
    with_options(config, options)
    with pytest.raises(ValidationError) as raised:
        kind(profile="a")
    assert raised.value.location == f"{config} [profiles.a] options.{member}"
    assert said in raised.value.message
    assert str(raised.value).endswith(f"(at {raised.value.location})")


def test_an_argument_that_is_wrong_is_not_laid_to_the_profile(config: Path) -> None:
    with_options(config, "page_size = 7")
    with pytest.raises(ValidationError) as raised:
        Client(profile="a", page_size=501)
    assert raised.value.location == "page_size"


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_that_stands_beside_the_table_is_sent_there(config: Path, option: str) -> None:
    write(config, f"{GOOD}{option} = 3\n")
    with pytest.raises(ValidationError, match=r"expected it in \[profiles\.a\.options\]") as raised:
        Client(profile="a")
    assert raised.value.location == f"{config} [profiles.a] {option}"


def test_the_environment_says_how_long_and_how_often(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_options(config, "timeout = 7\ndeadline = 8")
    monkeypatch.setenv("BRIGHTPEARL_TIMEOUT", "2.5")
    assert waits_of(Client(profile="a"))[:2] == (7, 8)
    monkeypatch.setenv("BRIGHTPEARL_PROFILE", "a")
    assert waits_of(Client())[:2] == (2.5, 8)
    assert waits_of(Client.from_env())[:2] == (2.5, 8)
    assert waits_of(Client.from_env(timeout=3))[:2] == (3, 8)
    monkeypatch.setenv("BRIGHTPEARL_DEADLINE", "9")
    assert waits_of(AsyncClient())[:2] == (2.5, 9)


@pytest.mark.parametrize(
    ("variable", "said", "expected"),
    [
        ("BRIGHTPEARL_TIMEOUT", "soon", "a number of seconds"),
        ("BRIGHTPEARL_TIMEOUT", "0", "seconds above 0"),
        ("BRIGHTPEARL_TIMEOUT", "nan", "seconds above 0"),
        ("BRIGHTPEARL_DEADLINE", "-1", "seconds above 0"),
        ("BRIGHTPEARL_MAX_RETRIES", "2.5", "a whole number"),
        ("BRIGHTPEARL_MAX_RETRIES", "-1", "one from 0"),
    ],
)
def test_what_a_variable_cannot_say_is_refused_by_its_name(
    config: Path, monkeypatch: pytest.MonkeyPatch, variable: str, said: str, expected: str
) -> None:
    write(config, GOOD)
    monkeypatch.setenv("BRIGHTPEARL_PROFILE", "a")
    monkeypatch.setenv(variable, said)
    for begin in (Client, Client.from_env, AsyncClient, lambda: account_client(sleep=lambda _: None).__enter__()):
        with pytest.raises(ValidationError) as raised:
            begin()
        assert raised.value.location == variable
        assert f"expected {expected}" in raised.value.message


def test_a_quota_that_is_shared_counts_beside_a_profile(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("redis")
    url = "redis://127.0.0.1:1/0?clients=4"
    with_options(config, f'shared_quota = "{url}"')
    assert Client(profile="a")._leases is not None
    write(config, GOOD)
    monkeypatch.setenv("BRIGHTPEARL_PROFILE", "a")
    monkeypatch.setenv("BRIGHTPEARL_SHARED_QUOTA", url)
    assert Client()._leases is not None
    assert Client.from_env()._leases is not None


def test_the_password_of_a_shared_quota_is_a_secret(config: Path) -> None:
    text = f'{GOOD}[profiles.a.options]\nshared_quota = "redis://user:{SECRET}@127.0.0.1:1/0"\n'
    if os.name == "posix":
        write(config, text, 0o644)
        with pytest.raises(ValidationError, match=r"has the password in `shared_quota` of \[profiles.a.options\]"):
            Client(profile="a")
    write(config, text)
    from brightpearl.profiles import profile_of

    shown = json.dumps(profile_of("a").described())
    assert SECRET not in shown
    assert "redis://[redacted]@127.0.0.1:1/0" in shown


def test_commands_wait_as_their_profile_says(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, Any]] = []
    transport = brightpearl.cli.session.HttpxTransport

    def noted(**options: Any) -> Any:
        made.append(options)
        return transport(**options)

    monkeypatch.setattr(brightpearl.cli.session, "HttpxTransport", noted)
    monkeypatch.setenv("BRIGHTPEARL_PROFILE", "a")
    with_options(config, "timeout = 7\ndeadline = 8\nmax_body_bytes = 4096")
    with account_client(sleep=lambda _: None):
        pass
    assert made[-1] == {"timeout": 7, "deadline": 8, "max_body_bytes": 4096}
    monkeypatch.setenv("BRIGHTPEARL_TIMEOUT", "3")
    with account_client(sleep=lambda _: None):
        pass
    assert made[-1]["timeout"] == 3


@pytest.mark.parametrize(
    ("options", "member"),
    [("page_size = 501", "page_size"), ("pool = { quota = 0 }", "pool.quota"), ('shared_quota = "x"', "shared_quota")],
)
def test_a_command_says_so_too(config: Path, options: str, member: str) -> None:
    with_options(config, options)
    ended = Ended("--profile", "a", "--errors", "json", "search", "order", "--limit", "1")
    told = json.loads(ended.err.splitlines()[-1])["error"]
    assert ended.code == 2
    assert told["location"].startswith(f"{config} [profiles.a] options.{member}")
    assert "options." in told["location"]
