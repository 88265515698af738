"""`brightpearl login`: a browser that approves, refuses, lies or does not come."""

from __future__ import annotations

import json
import os
import secrets
import socket
import stat
import threading
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from brightpearl import Client, ValidationError
from brightpearl.cli.redirect import code_of, listening
from brightpearl.exceptions import AuthenticationError
from brightpearl.testing import EmulatorServer
from brightpearl.text import Hidden
from brightpearl.token_file import TokenFile
from command_line import Ended, server, settings

__all__ = ["server", "settings"]

TYPES = ("get", "order-type")


class Browser:
    """Opens addresses in a thread, as the test says."""

    def __init__(self, act: Callable[[str], object]) -> None:
        self.opened: list[str] = []
        self._act = act
        self.threads: list[threading.Thread] = []

    def __call__(self, address: str) -> bool:
        self.opened.append(address)
        self.threads.append(threading.Thread(target=self._act, args=(address,)))
        self.threads[-1].start()
        return True


@pytest.fixture(autouse=True)
def oauth(monkeypatch: pytest.MonkeyPatch, settings: None, server: EmulatorServer, tmp_path: Path) -> Path:
    """The environment of an OAuth app that nobody has logged in with; its token file."""
    server.emulator.reset()
    monkeypatch.delenv("BRIGHTPEARL_ACCOUNT_TOKEN")
    for name, value in {
        "APP_REF": "demo_oauth_app",
        "DEV_REF": "demo_developer",
        "CLIENT_SECRET": "env:OF_THE_APP",
        "TOKEN_URL": f"{server.url}/token/demo",
        "TOKEN_FILE": str(tmp_path / "tokens.json"),
    }.items():
        monkeypatch.setenv(f"BRIGHTPEARL_{name}", value)
    monkeypatch.setenv("OF_THE_APP", "demo-client-secret-for-tests-only")
    return tmp_path / "tokens.json"


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[str], object]], Browser]]:
    """Makes the browser that the command opens."""
    made: list[Browser] = []

    def make(act: Callable[[str], object]) -> Browser:
        made.append(Browser(act))
        monkeypatch.setattr(webbrowser, "open", made[-1])
        return made[-1]

    yield make
    for one in made:
        for thread in one.threads:
            thread.join()


def approve(address: str) -> None:
    httpx.get(address, follow_redirects=True, trust_env=False)


def came_back(address: str, **parameters: str) -> httpx.Response:
    """Sends the browser back with these parameters."""
    uri = parse_qs(urlsplit(address).query)["redirect_uri"][0]
    return httpx.get(uri, params=parameters, trust_env=False)


def state_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["state"][0]


def login(server: EmulatorServer, *arguments: str) -> Ended:
    return Ended("login", "--authorize-url", f"{server.url}/authorize/demo", *arguments)


def test_an_approved_app_is_logged_in(
    oauth: Path, server: EmulatorServer, browser: Callable[[Callable[[str], object]], Browser]
) -> None:
    opened = browser(approve)
    assert Ended(*TYPES).code == 2
    ended = login(server)
    assert ended.code == 0, ended.err
    assert f"logged in to demo; the tokens are in {oauth}" in "".join(ended.err)
    assert "warning" not in ended.err
    assert stat.S_IMODE(oauth.stat().st_mode) == 0o600
    kept = json.loads(oauth.read_text())
    assert kept["refresh_token"] not in ended.err + ended.out
    assert Ended(*TYPES).code == 0
    # Another login has another state, and another port.
    assert login(server).code == 0
    assert state_of(opened.opened[0]) != state_of(opened.opened[1])
    assert [path.name for path in oauth.parent.iterdir()] == ["tokens.json"]


def test_brightpearls_own_page_is_opened_unless_another_is_named(
    browser: Callable[[Callable[[str], object]], Browser],
) -> None:
    opened = browser(lambda address: came_back(address, error="access_denied", state=state_of(address)))
    Ended("login")
    assert opened.opened[0].startswith("https://oauth.brightpearl.com/authorize/demo?response_type=code&client_id=")


@pytest.mark.parametrize(
    ("act", "said", "code"),
    [
        (lambda address: came_back(address, error="access_denied", state=state_of(address)), "the user refused", 3),
        (
            lambda address: came_back(address, error="x", error_description="why\x1b", state=state_of(address)),
            "the page refused the app: x: why\\x1b",
            3,
        ),
        (lambda address: came_back(address, code="stolen", state="another"), "another state", 3),
        (lambda address: came_back(address, code="stolen"), "another state", 3),
        (lambda address: came_back(address, code="stolen", state="\u20ac"), "another state", 3),
        (lambda address: came_back(address, error="access_denied", state="another"), "another state", 3),
        (lambda address: came_back(address, state=state_of(address)), "without a code", 3),
        (lambda address: came_back(address, code="wrong", state=state_of(address)), "invalid_grant", 3),
        (lambda _: None, "nobody has approved the app within 1 seconds", 5),
    ],
)
def test_what_goes_wrong_is_told_each_in_its_own_words(
    act: Callable[[str], object],
    said: str,
    code: int,
    oauth: Path,
    server: EmulatorServer,
    browser: Callable[[Callable[[str], object]], Browser],
) -> None:
    browser(act)
    ended = login(server, "--timeout", "1" if "nobody" in said else "120")
    assert said in ended.err
    assert ended.code == code
    assert "stolen" not in ended.err
    assert not oauth.exists()


def test_other_addresses_are_answered_and_go_on(
    server: EmulatorServer, browser: Callable[[Callable[[str], object]], Browser]
) -> None:
    seen: list[int] = []

    def act(address: str) -> None:
        uri = parse_qs(urlsplit(address).query)["redirect_uri"][0]
        for other in ("/favicon.ico", "/callback"):
            seen.append(httpx.get(uri.replace("/callback", other), trust_env=False).status_code)
        # A connection that is never used keeps nobody from coming.
        with socket.create_connection(("127.0.0.1", urlsplit(uri).port or 0)):
            page = httpx.get(address, follow_redirects=True, trust_env=False)
        seen.append(page.status_code)
        assert page.headers["cache-control"] == "no-store"

    browser(act)
    assert login(server).code == 0
    assert seen == [404, 404, 200]


def test_without_a_browser_the_address_is_shown(server: EmulatorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(_: str) -> bool:
        raise AssertionError

    monkeypatch.setattr(webbrowser, "open", opened)
    ended = login(server, "--no-browser", "--timeout", "1")
    assert f"open this address in a browser, and approve the app:\n{server.url}/authorize/demo?" in ended.err


def test_a_registered_address_is_used_as_it_is(
    server: EmulatorServer, browser: Callable[[Callable[[str], object]], Browser]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for arguments in (("--port", str(port)), ("--redirect-uri", f"http://127.0.0.1:{port}/back")):
            ended = login(server, *arguments)
            assert ended.code == 2
            assert f"port {port}" in ended.err
    opened = browser(approve)
    assert login(server, "--redirect-uri", f"http://127.0.0.1:{port}/back").code == 0
    assert parse_qs(urlsplit(opened.opened[0]).query)["redirect_uri"] == [f"http://127.0.0.1:{port}/back"]
    for invalid in ("nothing", "http://", "http://127.0.0.1:x/", "https://a.example/#x"):
        assert "invalid redirect address" in login(server, "--redirect-uri", invalid).err


def test_a_profile_may_have_the_registered_address(
    oauth: Path,
    server: EmulatorServer,
    browser: Callable[[Callable[[str], object]], Browser],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = oauth.parent / "config.toml"
    config.write_text(
        f'[profiles.shop]\naccount = "demo"\nbase_url = "{server.url}"\nscheme = "oauth"\n'
        'app_ref = "demo_oauth_app"\ndev_ref = "demo_developer"\nclient_secret = "env:OF_THE_APP"\n'
        f'token_url = "{server.url}/token/demo"\ntoken_file = "shop.json"\n'
        f'redirect_uri = "http://127.0.0.1:{port}/back"\n'
    )
    monkeypatch.setenv("BRIGHTPEARL_CONFIG", str(config))
    ended = Ended("--profile", "shop", *TYPES)
    assert ended.code == 2
    assert "Run: brightpearl --profile shop login" in ended.err
    opened = browser(approve)
    ended = Ended("--profile", "shop", "login", "--authorize-url", f"{server.url}/authorize/demo")
    assert ended.code == 0, ended.err
    assert parse_qs(urlsplit(opened.opened[0]).query)["redirect_uri"] == [f"http://127.0.0.1:{port}/back"]
    # Beside the file of the profile, and for clients, too.
    assert (oauth.parent / "shop.json").exists()
    assert Ended("--profile", "shop", *TYPES).code == 0
    with Client(profile="shop") as client:
        assert client.request("GET", "order-service/order-type").status == 200
    assert Ended("--profile", "shop", "logout").code == 0
    with pytest.raises(ValidationError, match="has no tokens yet") as caught:
        Client(profile="shop")
    assert caught.value.advice == "Run: brightpearl --profile shop login"


def test_an_address_elsewhere_is_pasted(oauth: Path, server: EmulatorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    uri = "https://shop.example/callback"
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _: "known")
    query = {"response_type": "code", "client_id": "demo_oauth_app", "redirect_uri": uri, "state": "known"}
    page = f"{server.url}/authorize/demo"
    ended_on = httpx.get(page, params=query, trust_env=False).headers["location"]
    ended = Ended("login", "--no-browser", "--redirect-uri", uri, "--authorize-url", page, stdin=f"{ended_on}\r\n")
    assert ended.code == 0, ended.err
    assert oauth.exists()
    nothing = Ended("login", "--no-browser", "--redirect-uri", uri, "--authorize-url", page, stdin="")
    assert "another state" in nothing.err


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCOUNT", "APP_REF", "DEV_REF", "TOKEN_FILE"):
        with monkeypatch.context() as patched:
            patched.delenv(f"BRIGHTPEARL_{name}")
            ended = Ended("login", "--no-browser")
        assert ended.code == 2
        assert f"BRIGHTPEARL_{name}" in ended.err


def test_a_full_disk_loses_no_grant(
    oauth: Path,
    server: EmulatorServer,
    browser: Callable[[Callable[[str], object]], Browser],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import tempfile

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    browser(approve)
    monkeypatch.setattr(tempfile, "tempdir", str(oauth.parent))
    monkeypatch.setattr(TokenFile, "write", full)
    ended = login(server)
    assert ended.code == 7
    [rescued] = oauth.parent.glob("brightpearl-grant-*/tokens.json")
    assert str(rescued) in "".join(ended.err.split("\n"))
    rescued.rename(oauth)
    assert Ended(*TYPES).code == 0


def test_a_key_of_the_keyring_is_made_and_encrypts(
    oauth: Path,
    server: EmulatorServer,
    browser: Callable[[Callable[[str], object]], Browser],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import keyring

    ring: dict[tuple[str, str], str] = {}
    monkeypatch.setattr(keyring, "get_password", lambda service, user: ring.get((service, user)))
    monkeypatch.setattr(keyring, "set_password", lambda service, user, key: ring.update({(service, user): key}))
    monkeypatch.setenv("BRIGHTPEARL_TOKEN_KEY", "keyring:brightpearl/demo")
    browser(approve)
    ended = login(server)
    assert ended.code == 0, ended.err
    assert list(ring) == [("brightpearl", "demo")]
    assert list(json.loads(oauth.read_text())) == ["encrypted"]
    assert Ended(*TYPES).code == 0
    before = dict(ring)
    assert login(server).code == 0
    assert ring == before


def test_a_logout_removes_the_tokens(
    oauth: Path, server: EmulatorServer, browser: Callable[[Callable[[str], object]], Browser]
) -> None:
    browser(approve)
    assert login(server).code == 0
    ended = Ended("logout")
    assert ended.code == 0, ended.err
    assert "the tokens are removed" in ended.err
    assert os.listdir(oauth.parent) == []
    assert "there are no tokens" in Ended("logout").err
    # Also where nobody could read it any more.
    oauth.write_text("{")
    assert Ended("logout").code == 0
    assert not oauth.exists()


def kept_by(file: Path, **members: str) -> bytes:
    """Puts tokens into the file."""
    file.write_text(json.dumps({"token": "a", "refresh_token": "r", **members}))
    file.chmod(0o600)
    return file.read_bytes()


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"account": "beta"}, "tokens of account 'beta', and this is account 'demo'"),
        ({"account": "demo", "app_ref": "other"}, "tokens of app 'other' on account 'demo'"),
    ],
)
def test_a_login_does_not_replace_the_tokens_of_another_account_or_app_unless_it_is_told_to(
    members: dict[str, str],
    said: str,
    oauth: Path,
    server: EmulatorServer,
    browser: Callable[[Callable[[str], object]], Browser],
) -> None:
    before = kept_by(oauth, **members)
    opened = browser(approve)
    ended = Ended("--errors", "json", "login", "--authorize-url", f"{server.url}/authorize/demo")
    assert ended.code == 2
    told = json.loads(ended.err.splitlines()[-1])["error"]
    assert said in told["message"]
    assert told["location"] == f"BRIGHTPEARL_TOKEN_FILE {oauth}"
    assert "brightpearl login --replace" in told["advice"]
    # Nobody was asked to approve the app.
    assert opened.opened == []
    assert oauth.read_bytes() == before
    assert login(server, "--replace").code == 0
    kept = json.loads(oauth.read_text())
    assert (kept["account"], kept["app_ref"]) == ("demo", "demo_oauth_app")
    assert Ended(*TYPES).code == 0
    # The same account and app again.
    assert login(server).code == 0


def test_a_login_looks_again_before_it_takes_the_code(
    oauth: Path, server: EmulatorServer, browser: Callable[[Callable[[str], object]], Browser]
) -> None:
    theirs: list[bytes] = []

    def act(address: str) -> None:
        theirs.append(kept_by(oauth, account="beta"))
        approve(address)

    browser(act)
    ended = login(server)
    assert ended.code == 2
    assert "tokens of account 'beta', and this is account 'demo'" in "".join(ended.err.split("\n"))
    assert oauth.read_bytes() == theirs[0]
    assert "POST oauth-token" not in server.emulator.statistics()["by_resource"]
    assert login(server, "--replace").code == 0


def test_a_login_that_replaces_still_refuses_what_is_no_token_file(
    oauth: Path, server: EmulatorServer, browser: Callable[[Callable[[str], object]], Browser]
) -> None:
    opened = browser(approve)
    oauth.write_text('{"something": "else", "token": 7}')
    ended = login(server, "--replace")
    assert ended.code == 2
    assert "the file has no tokens" in ended.err
    assert opened.opened == []


def test_a_logout_leaves_the_tokens_of_another_account(oauth: Path) -> None:
    before = kept_by(oauth, account="beta")
    ended = Ended("logout")
    assert ended.code == 2
    assert "tokens of account 'beta', and this is account 'demo'" in "".join(ended.err.split("\n"))
    assert "log out as the other one" in ended.err
    assert oauth.read_bytes() == before
    kept_by(oauth)
    assert Ended("logout").code == 0
    assert not oauth.exists()


def test_nothing_counts_before_the_state_is_compared() -> None:
    state = Hidden("expected")
    for brought in ("/?state=expected&state=expected&code=x", "/?code=x", "/?error=access_denied&code=x", "/"):
        with pytest.raises(AuthenticationError, match="another state"):
            code_of(Hidden(brought), state)
    for brought in ("/?state=expected&code=x&code=y", "/?state=expected&code="):
        with pytest.raises(AuthenticationError, match="without a code"):
            code_of(Hidden(brought), state)
    assert code_of(Hidden("/?state=expected&code=a%2Bb"), state).value == "a+b"
    with listening(None, 0, state) as redirect:
        assert redirect.uri.startswith("http://127.0.0.1:")
