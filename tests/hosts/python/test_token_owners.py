"""A token file belongs to an account and to an app: nobody else sends what it has, nor replaces it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brightpearl import AsyncClient, Client, OAuth, Request, Response, ValidationError
from brightpearl.locking import NameLock
from test_token_files import LIST, SECRET, Server, asked
from test_token_files import kind as kind

LATER = 9_000_000_000_000


def written(file: Path, **members: Any) -> dict[str, Any]:
    """Puts a grant into a file whose access token is good."""
    kept = {"token": "access-0", "refresh_token": "refresh-0", "expires_at": LATER, **members}
    file.write_text(json.dumps(kept))
    file.chmod(0o600)
    return kept


def test_a_file_says_whose_tokens_it_has(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography import fernet

    asked(kind, Server(), file := tmp_path / "tokens")
    kept = json.loads(file.read_text())
    assert (kept["account"], kept["app_ref"]) == ("acme", "app")
    monkeypatch.setenv("KEY", key := fernet.Fernet.generate_key().decode())
    asked(kind, Server(), file := tmp_path / "encrypted", token_key="env:KEY")
    assert "acme" not in file.read_text()
    kept = json.loads(fernet.Fernet(key).decrypt(json.loads(file.read_text())["encrypted"]))
    assert (kept["account"], kept["app_ref"]) == ("acme", "app")
    with pytest.raises(ValidationError, match="tokens of account 'acme', and this is account 'beta'"):
        asked(kind, Server(), file, token_key="env:KEY", account="beta")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"account": "beta"}, "the file has the tokens of account 'acme', and this is account 'beta'"),
        ({"account": "Acme"}, "the file has the tokens of account 'acme', and this is account 'Acme'"),
        (
            {"credentials": OAuth("other", "dev", refresh_token="refresh-0")},
            "the file has the tokens of app 'app' on account 'acme', and this is app 'other'",
        ),
    ],
)
def test_a_file_of_another_account_or_app_is_refused_before_anything_is_sent(
    kind: str, options: dict[str, Any], said: str, tmp_path: Path
) -> None:
    server, file = Server(), tmp_path / "tokens"
    asked(kind, server, file)
    before, sent = file.read_bytes(), server.requests
    with pytest.raises(ValidationError) as raised:
        asked(kind, server, file, **options)
    assert raised.value.message.startswith(f"{said}; expected a file of its own")
    assert raised.value.location == f"token_file {file}"
    assert raised.value.advice == (
        "Name another file, or have new tokens take the place of those: brightpearl login --replace"
    )
    assert raised.value.delivery == "not-sent"
    assert (len(server.logins), server.requests) == (1, sent)
    assert file.read_bytes() == before


@pytest.mark.parametrize("members", [{}, {"account": "acme"}, {"app_ref": "app"}])
def test_an_older_file_is_accepted_and_belongs_to_whoever_writes_it_next(
    kind: str, members: dict[str, str], tmp_path: Path
) -> None:
    server, file = Server(), tmp_path / "tokens"
    written(file, **members)
    asked(kind, server, file)
    assert (server.logins, server.requests) == ([], 1)
    assert json.loads(file.read_text()).keys() & {"account", "app_ref"} == members.keys()
    server.good_access = "ended"
    asked(kind, server, file)
    assert len(server.logins) == 1
    with pytest.raises(ValidationError, match="tokens of account 'acme', and this is account 'beta'"):
        asked(kind, server, file, account="beta")


@pytest.mark.parametrize("members", [{"account": 7}, {"app_ref": ["app"]}])
def test_an_owner_that_is_no_text_is_no_grant(kind: str, members: dict[str, Any], tmp_path: Path) -> None:
    written(file := tmp_path / "tokens", **members)
    with pytest.raises(ValidationError, match="the file has no tokens"):
        asked(kind, Server(), file)


def test_what_a_file_says_of_its_owner_is_shown_in_one_short_line(kind: str, tmp_path: Path) -> None:
    written(file := tmp_path / "tokens", account="acme\n\x1b[2J" + "x" * 5000)
    with pytest.raises(ValidationError, match=r"tokens of account 'acme\\\\n\\\\x1b") as raised:
        asked(kind, Server(), file)
    assert raised.value.message.isprintable()
    assert len(raised.value.message) < 400


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"account": "beta"}, "the file has the tokens of account 'beta', and this is account 'acme'"),
        ({"account": "acme", "app_ref": "other"}, "the file has the tokens of app 'other' on account 'acme'"),
    ],
)
def test_a_file_that_another_account_took_meanwhile_is_refused_before_the_refresh(
    kind: str, members: dict[str, str], said: str, tmp_path: Path
) -> None:
    server, file = Server(), tmp_path / "tokens"
    asked(kind, server, file)
    server.good_access = "ended"
    theirs: dict[str, Any] = {}

    def meanwhile(request: Request) -> Response:
        theirs.update(written(file, **members, token="access-of-beta", refresh_token="refresh-of-beta"))
        return server(request)

    with pytest.raises(ValidationError) as raised:
        asked(kind, meanwhile, file)
    assert raised.value.message.startswith(said)
    assert raised.value.location == f"token_file {file}"
    assert "brightpearl login --replace" in raised.value.advice
    # Neither their grant nor this one was refreshed, and theirs is as it was.
    assert len(server.logins) == 1
    assert json.loads(file.read_text()) == theirs
    other = NameLock(str(file))
    assert other.take()
    other.give_back()


def test_a_file_that_cannot_be_read_any_more_is_told_as_one_that_never_could(kind: str, tmp_path: Path) -> None:
    server, file = Server(), tmp_path / "tokens"
    asked(kind, server, file)
    server.good_access = "ended"

    def meanwhile(request: Request) -> Response:
        file.write_text("{")
        return server(request)

    with pytest.raises(ValidationError, match="the file has no tokens") as raised:
        asked(kind, meanwhile, file)
    assert raised.value.location == f"token_file {file}"
    assert len(server.logins) == 1


def test_a_code_does_not_replace_what_another_account_has_stored_meanwhile(kind: str, tmp_path: Path) -> None:
    server, file = Server(), tmp_path / "tokens"
    credentials = OAuth("app", "dev", code="code", redirect_uri="https://shop.example/back")
    settings = {"account": "acme", "datacentre": "use1", "credentials": credentials, "token_file": file}
    if kind == "sync":
        client: Any = Client(transport=server, **settings)
    else:

        async def transport(request: Request) -> Response:
            return server(request)

        client = AsyncClient(transport=transport, **settings)
    theirs = written(file, account="beta")

    async def act() -> None:
        await client.request("GET", "order-service/order-type")

    with pytest.raises(ValidationError, match="tokens of account 'beta', and this is account 'acme'"):
        if kind == "sync":
            client.request("GET", "order-service/order-type")
        else:
            asyncio.run(act())
    assert server.logins == []
    assert json.loads(file.read_text()) == theirs


def test_a_code_is_exchanged_by_one_process_at_a_time(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    taken: list[bool] = []

    def server(request: Request) -> Response:
        if "grant_type" in request.body.decode():
            other = NameLock(str(file))
            taken.append(other.take())
            other.give_back()
            return Response(200, {}, b'{"access_token": "a", "refresh_token": "r", "expires_in": 604800}')
        return Response(200, {}, LIST)

    credentials = OAuth("app", "dev", code="code", redirect_uri="https://shop.example/back")
    asked("sync", server, file, credentials=credentials)
    assert taken == [False]
    assert json.loads(file.read_text())["account"] == "acme"


def set_environment(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"BRIGHTPEARL_{name}", value)


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Variables of an app on acme, and its token file."""
    file = tmp_path / "tokens"
    set_environment(
        monkeypatch, ACCOUNT="acme", DATACENTRE="use1", APP_REF="app", DEV_REF="dev", TOKEN_FILE=os.fspath(file)
    )
    return file


def made(kind: str, **options: Any) -> Client | AsyncClient:
    return Client.from_env(**options) if kind == "sync" else AsyncClient.from_env(**options)


def test_a_file_that_a_variable_names_is_refused_by_that(kind: str, environment: Path) -> None:
    written(environment, account="beta")
    for make in (lambda: made(kind), Client, lambda: made(kind, token_file=environment)):
        with pytest.raises(ValidationError, match="account 'beta', and this is account 'acme'") as raised:
            make()
        assert raised.value.location == f"BRIGHTPEARL_TOKEN_FILE {environment}"
    # What is given counts, and not the variable.
    made(kind, account="beta")
    written(environment, account="acme", app_ref="app")
    made(kind)
    with pytest.raises(ValidationError, match="account 'acme', and this is account 'beta'") as raised:
        made(kind, account="beta")
    assert raised.value.location == f"BRIGHTPEARL_TOKEN_FILE {environment}"
    written(environment, account="acme", app_ref="given")
    made(kind, credentials=OAuth("given", "dev", refresh_token="refresh-0"))
    with pytest.raises(ValidationError, match="app 'given' on account 'acme', and this is app 'app'"):
        made(kind)


def test_a_file_that_a_profile_names_is_refused_by_that(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        '[profiles.shop]\naccount = "acme"\ndatacentre = "use1"\nscheme = "oauth"\napp_ref = "app"\ndev_ref = "dev"\n'
        'token_file = "shop.json"\n'
    )
    monkeypatch.setenv("BRIGHTPEARL_CONFIG", os.fspath(config))
    make: Callable[..., Any] = Client if kind == "sync" else AsyncClient
    written(file := tmp_path / "shop.json", account="acme", app_ref="app")
    make(profile="shop")
    with pytest.raises(ValidationError, match="account 'acme', and this is account 'beta'"):
        make(profile="shop", account="beta")
    written(file, account="beta")
    for options in ({}, {"token_file": tmp_path / "other"}):
        with pytest.raises(ValidationError, match="account 'beta', and this is account 'acme'") as raised:
            make(profile="shop", **options)
        assert raised.value.location == f"{config} [profiles.shop] token_file {file}"


def test_a_refusal_shows_no_token(kind: str, tmp_path: Path) -> None:
    from test_planted_secrets import told

    written(file := tmp_path / "tokens", account="beta", token=SECRET, refresh_token=SECRET)
    with pytest.raises(ValidationError, match="tokens of account 'beta'") as raised:
        asked(kind, Server(), file)
    assert all(SECRET not in text for text in told(raised.value))


def test_a_call_that_waited_for_that_refresh_is_refused_as_well(tmp_path: Path) -> None:
    server, file = Server(), tmp_path / "tokens"
    asked("sync", server, file)
    server.good_access = "ended"

    async def meanwhile(request: Request) -> Response:
        written(file, account="beta")
        return server(request)

    async def act() -> list[Any]:
        credentials = OAuth("app", "dev", refresh_token="refresh-0")
        async with AsyncClient(
            account="acme", datacentre="use1", credentials=credentials, token_file=file, transport=meanwhile
        ) as client:
            calls = (client.request("GET", "order-service/order-type") for _ in range(3))
            return await asyncio.gather(*calls, return_exceptions=True)

    refused = asyncio.run(act())
    assert [type(error) for error in refused] == [ValidationError] * 3
    assert {error.location for error in refused} == {f"token_file {file}"}
    assert len(server.logins) == 1
