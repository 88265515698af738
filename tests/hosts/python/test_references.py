"""Secrets that are named instead of given, and what becomes of them when they are rotated."""

from __future__ import annotations

import asyncio
import copy
import os
import pickle
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brightpearl import (
    AsyncClient,
    AuthenticationError,
    Client,
    Credentials,
    OAuth,
    PrivateApp,
    PublicApp,
    Request,
    Response,
    StaffLogin,
    ValidationError,
    secret_reference,
    verify_callback,
)
from brightpearl.secret_reference import SecretReference, SecretUnavailableError, literal_tokens
from conftest import Account
from test_planted_secrets import told

SECRET = "Zq7-Wx9_Kv3/p4Tb+Lm5N=="
NEWER = "Ab1-Cd2_Ef3/g4Hi+Jk5L=="
LIST = b'{"response": []}'
REFUSED = Response(401, {}, b'{"response": "Not authenticated"}')
TYPES = ("GET", "order-service/order-type")


def reference(text: str) -> SecretReference:
    return SecretReference(text, "account_token")


def token_of(request: Request) -> str | None:
    return request.headers.get("brightpearl-account-token")


def printing(text: str) -> str:
    return f'command:{sys.executable} -c "print({text!r})"'


class Ring:
    """A keyring with one entry."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, password: str | None) -> None:
        import keyring

        self.asked: list[tuple[str, str]] = []
        self.password = password
        monkeypatch.setattr(keyring, "get_password", self.get_password)

    def get_password(self, service: str, user: str) -> str | None:
        self.asked.append((service, user))
        return self.password


def test_each_place_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text(SECRET + "\n")
    monkeypatch.setenv("PLANTED", SECRET)
    ring = Ring(monkeypatch, SECRET)
    monkeypatch.setenv("HOME", str(tmp_path))
    places = ["env:PLANTED", f"file:{tmp_path}/secret", "file:~/secret", "keyring:https://a/b/user", printing(SECRET)]
    for place in places:
        assert reference(place).look_up() == SECRET
    assert ring.asked == [("https://a/b", "user")]


def test_no_shell_reads_a_command_unless_it_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED", SECRET)
    assert reference("command:echo $PLANTED; echo 'a  b'").look_up() == "$PLANTED; echo a  b"
    assert reference("command:sh -c 'echo $PLANTED'").look_up() == SECRET
    # Nor does it wait for anybody to type something.
    with pytest.raises(SecretUnavailableError, match="is empty"):
        reference("command:cat").look_up()


def test_a_line_end_of_windows_does_not_belong_to_a_secret(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(f" {SECRET} \r\n".encode())
    assert reference(f"file:{tmp_path}/secret").look_up() == f" {SECRET} "


def test_each_failure_names_its_reference_and_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Ring(monkeypatch, None)
    monkeypatch.setenv("EMPTY", "")
    for name, content in {
        "empty": b"\n",
        "lines": f"{SECRET}\n{SECRET}\n".encode(),
        "latin": SECRET.encode() + b"\xe9",
        "long": SECRET.encode() * 5000,
    }.items():
        (tmp_path / name).write_bytes(content)
    os.mkfifo(tmp_path / "fifo")
    python = sys.executable
    expected = {
        "env:UNSET": "the variable UNSET is not set",
        "env:EMPTY": "the variable EMPTY is empty",
        f"file:{tmp_path}/nothing": "No such file",
        f"file:{tmp_path}": "a directory",
        f"file:{tmp_path}/fifo": "a FIFO",
        f"file:{tmp_path}/empty": "is empty",
        f"file:{tmp_path}/lines": "several lines",
        f"file:{tmp_path}/latin": "not UTF-8",
        f"file:{tmp_path}/long": "longer than 64 KiB",
        "keyring:acme/sync": "no such entry",
        f"command:{tmp_path}/nothing {SECRET}": "No such file",
        f"command:{python} -c 'import sys; print(\"{SECRET}\"); sys.exit(3)'": "exit code 3",
        f"command:{python} -c 'import os; os.kill(os.getpid(), 9)'": "ended by signal 9",
        f"command:{python} -c 'while True: print(\"{SECRET}\")'": "more than 64 KiB",
        f"command:{python} -c pass": "is empty",
    }
    sleeping = f"command:{python} -c 'import time; print(\"{SECRET}\", flush=True); time.sleep(600)'"
    expected[sleeping] = "has not ended within 0.5 seconds"
    for place, said in expected.items():
        with monkeypatch.context() as patched, pytest.raises(SecretUnavailableError, match="(?i)" + said) as caught:
            if place == sleeping:
                patched.setattr(secret_reference, "COMMAND_SECONDS", 0.5)
            reference(place).look_up()
        error = caught.value
        assert error.location == "account_token"
        assert error.advice
        assert place.split(" ")[0] in str(error)
        for text in told(error):
            assert SECRET not in text, place


def test_what_names_nothing_is_refused_at_once_and_not_shown() -> None:
    for text in (
        f"env:{SECRET}",
        "env:",
        "file:",
        "keyring:service",
        "keyring:/user",
        "command:",
        "command:  ",
        f"command:'{SECRET}",
    ):
        with pytest.raises(ValidationError) as caught:
            Client(account="acme", datacentre="use1", credentials=PrivateApp("acme_sync", text))
        assert caught.value.location == "credentials.account_token"
        assert "literal:" in caught.value.advice
        for shown in told(caught.value):
            assert SECRET not in shown


def test_a_keyring_that_fails_and_one_that_is_not_installed_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Ring(monkeypatch, SECRET)

    def locked(*_: str) -> str:
        raise RuntimeError(f"the keyring with {ring.password} is locked")

    import keyring

    monkeypatch.setattr(keyring, "get_password", locked)
    with pytest.raises(SecretUnavailableError, match="cannot be asked: RuntimeError") as caught:
        reference("keyring:acme/sync").look_up()
    assert all(SECRET not in text for text in told(caught.value))
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(SecretUnavailableError, match="not installed") as caught:
        reference("keyring:acme/sync").look_up()
    assert "brightpearl[keyring]" in caught.value.advice


def test_a_secret_that_begins_like_a_reference_can_be_given(account: Account) -> None:
    account.answers(LIST)
    account.client(credentials=PrivateApp("acme_sync", "literal:env:HOME")).request(*TYPES)
    assert token_of(account.requests[0]) == "env:HOME"


def test_what_a_server_or_a_browser_brings_names_nothing(tmp_path: Path) -> None:
    made = tmp_path / "made"
    place = f"command:touch {made}"
    kept = literal_tokens({"token": place, "refresh_token": f"file:{made}", "expires_at": None, "api_domain": None})
    sent: list[bytes] = []

    def transport(request: Request) -> Response:
        sent.append(request.body)
        return Response(400, {}, b'{"error": "invalid_grant"}')

    for credentials in (
        OAuth("acme", "dev", refresh_token=kept["refresh_token"]),
        OAuth("acme", "dev", code=place, redirect_uri="http://127.0.0.1/"),
    ):
        client = Client(account="acme", datacentre="use1", credentials=credentials, transport=transport)
        with pytest.raises(AuthenticationError):
            client.request(*TYPES)
    assert not made.exists()
    assert b"refresh_token=file%3A" in sent[0]
    assert b"code=command%3A" in sent[1]


def test_tokens_of_a_login_can_be_given_back_whatever_they_are() -> None:
    taken: list[dict[str, Any]] = []

    def transport(request: Request) -> Response:
        if b"refresh_token" not in request.body:
            return Response(200, {}, LIST)
        return Response(200, {}, b'{"access_token": "abc", "refresh_token": "file:/etc/hostname"}')

    client = Client(
        account="acme",
        datacentre="use1",
        credentials=OAuth("acme", "dev", refresh_token="first"),
        transport=transport,
        on_tokens=taken.append,
    )
    client.request(*TYPES)
    assert client.tokens()["refresh_token"] == taken[0]["refresh_token"] == "literal:file:/etc/hostname"
    assert taken[0]["token"] == "abc"


def test_a_secret_is_looked_up_when_it_is_first_needed(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    client = account.client(credentials=PrivateApp("acme_sync", "env:PLANTED"))
    rows = client.search("order-service/order-search")
    with pytest.raises(SecretUnavailableError, match="env:PLANTED: the variable PLANTED is not set") as caught:
        next(iter(rows))
    assert caught.value.location == "credentials.account_token"
    monkeypatch.setenv("PLANTED", SECRET)
    account.answers(LIST, LIST)
    client.request(*TYPES)
    monkeypatch.delenv("PLANTED")
    client.request(*TYPES)
    assert [token_of(request) for request in account.requests] == [SECRET, SECRET]


def test_tokens_are_not_known_before_they_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED", SECRET)
    sent: list[bytes] = []

    def transport(request: Request) -> Response:
        sent.append(request.body)
        body = b'{"access_token": "a"}' if request.body else LIST
        return Response(200, {}, body)

    client = Client(
        account="acme",
        datacentre="use1",
        credentials=OAuth("acme", "dev", refresh_token="env:PLANTED"),
        transport=transport,
    )
    assert client.tokens()["refresh_token"] is None
    client.request(*TYPES)
    assert client.tokens()["refresh_token"] == SECRET


def test_what_is_found_is_held_to_what_a_secret_may_be(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED", f"{SECRET}\x01")
    with pytest.raises(ValidationError) as caught:
        account.client(credentials=PrivateApp("acme_sync", "env:PLANTED")).request(*TYPES)
    assert caught.value.location == "credentials.account_token"
    assert all(SECRET not in text for text in told(caught.value))


SCHEMES: dict[str, tuple[Callable[[], Credentials], str]] = {
    "private app": (lambda: PrivateApp("acme_sync", "env:PLANTED"), "brightpearl-account-token"),
    "public app": (lambda: PublicApp("dev", "app", "unsigned", "env:PLANTED"), "brightpearl-account-token"),
}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_rotated_secret_is_taken_up_without_a_restart(
    scheme: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, header = SCHEMES[scheme]
    monkeypatch.setenv("PLANTED", SECRET)
    seen: list[str | None] = []

    def transport(request: Request) -> Response:
        seen.append(request.headers.get(header))
        if len(seen) == 2:
            monkeypatch.setenv("PLANTED", NEWER)
            return REFUSED
        return Response(200, {}, LIST)

    run(kind, transport, make(), times=3)
    first, refused, renewed, later = seen
    assert first == refused
    assert renewed == later
    assert renewed != first


def run(kind: str, transport: Callable[[Request], Response], credentials: Credentials, times: int) -> None:
    if kind == "sync":
        client = Client(account="acme", datacentre="use1", credentials=credentials, transport=transport)
        for _ in range(times):
            client.request(*TYPES)
        return

    async def transmit(request: Request) -> Response:
        return transport(request)

    async def act() -> None:
        made = AsyncClient(account="acme", datacentre="use1", credentials=credentials, transport=transmit)
        for _ in range(times):
            await made.request(*TYPES)

    asyncio.run(act())


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_secret_that_stays_the_same_ends_with_the_refusal(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED", SECRET)
    seen: list[Request] = []

    def transport(request: Request) -> Response:
        seen.append(request)
        return REFUSED

    with pytest.raises(AuthenticationError):
        run(kind, transport, PrivateApp("acme_sync", "env:PLANTED"), times=1)
    assert len(seen) == 1


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_secret_that_is_gone_when_it_is_refused_is_told(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED", SECRET)

    def transport(request: Request) -> Response:
        monkeypatch.delenv("PLANTED")
        return REFUSED

    with pytest.raises(AuthenticationError) as caught:
        run(kind, transport, PrivateApp("acme_sync", "env:PLANTED"), times=1)
    assert isinstance(caught.value.__cause__, SecretUnavailableError)
    assert "env:PLANTED" in str(caught.value.__cause__)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_rotated_password_logs_in_again(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED", SECRET)
    logins: list[bytes] = []

    def transport(request: Request) -> Response:
        if not request.url.endswith("/authorise"):
            return Response(200, {}, LIST)
        logins.append(request.body)
        if len(logins) == 1:
            monkeypatch.setenv("PLANTED", NEWER)
            return REFUSED
        return Response(200, {}, b'{"response": "staff-token"}')

    run(kind, transport, StaffLogin("acme_sync", "ann@acme.example", "env:PLANTED"), times=2)
    assert [SECRET.encode() in logins[0], NEWER.encode() in logins[1], len(logins)] == [True, True, 2]


def test_threads_that_are_refused_together_look_a_secret_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED", SECRET)
    looked: list[str] = []
    of_variable = SecretReference._of_variable

    def counting(self: SecretReference) -> str:
        looked.append("x")
        return of_variable(self)

    monkeypatch.setattr(SecretReference, "_of_variable", counting)
    together = threading.Barrier(4)

    def transport(request: Request) -> Response:
        if token_of(request) == NEWER:
            return Response(200, {}, LIST)
        together.wait(30)
        monkeypatch.setenv("PLANTED", NEWER)
        return REFUSED

    client = Client(
        account="acme", datacentre="use1", credentials=PrivateApp("acme_sync", "env:PLANTED"), transport=transport
    )
    threads = [threading.Thread(target=client.request, args=TYPES) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked) == 2
    assert client.statistics().requests == 8


def test_a_secret_that_a_server_echoes_after_a_rotation_is_blanked(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTED", SECRET)

    def refuse(_: Request) -> Response:
        monkeypatch.setenv("PLANTED", NEWER)
        return REFUSED

    account.answers(refuse, Response(400, {}, f'{{"response": "You said {SECRET}, then {NEWER}"}}'.encode()))
    with pytest.raises(Exception, match="redacted") as caught:
        account.client(credentials=PrivateApp("acme_sync", "env:PLANTED")).request(*TYPES)
    for text in told(caught.value):
        assert SECRET not in text
        assert NEWER not in text


def test_an_event_loop_goes_on_while_a_secret_is_looked_up(tmp_path: Path) -> None:
    go_on = tmp_path / "go on"

    async def act() -> None:
        async def transport(_: Request) -> Response:
            return Response(200, {}, LIST)

        # It ends when the loop says so.
        waiting = f"command:sh -c 'while [ ! -e \"{go_on}\" ]; do sleep 0.01; done; echo secret'"
        credentials = PrivateApp("acme_sync", waiting)
        client = AsyncClient(account="acme", datacentre="use1", credentials=credentials, transport=transport)
        request = asyncio.ensure_future(client.request(*TYPES))
        for _ in range(10):
            await asyncio.sleep(0.01)
        assert not request.done()
        go_on.touch()
        await request

    asyncio.run(act())


def test_what_a_command_started_ends_with_it(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    # More than 64 KiB ends it when all of it runs.
    command = f"sleep 600 & echo $! >{pid}; while true; do echo {SECRET}; done"
    with pytest.raises(SecretUnavailableError, match="more than 64 KiB"):
        reference(f"command:sh -c '{command}'").look_up()
    started = int(pid.read_text())
    for _ in range(500):
        try:
            state = Path(f"/proc/{started}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            break
        if state == "Z":
            break
        time.sleep(0.01)
    else:
        raise AssertionError("it is still there")


def test_the_secret_of_callbacks_may_be_referred_to(monkeypatch: pytest.MonkeyPatch) -> None:
    # The example of the API notes.
    callback = {
        "accountCode": "topfurniture",
        "timestamp": "112287235486",
        "token": "c72a9373-86f5-4138-a41f-c26cd9abfe4e",
        "signature": "927082e6151ecfd57ead5dddb9ef571e08e4969a00d2639a0222d2211e67180a",
    }
    monkeypatch.setenv("PLANTED", "fcVGPrRapgRyT83CJb9kg8wBpgIV7tdKikdKA/7SmvY=")
    assert verify_callback(callback, "env:PLANTED").account_code == "topfurniture"
    monkeypatch.delenv("PLANTED")
    for secret in ("env:PLANTED", f"env:{SECRET}", f"command:false {SECRET}"):
        with pytest.raises(ValidationError) as caught:
            verify_callback(callback, secret)
        assert caught.value.location == "dev_secret"
        assert all(SECRET not in text for text in told(caught.value))


def test_credentials_can_be_pickled_where_they_hold_no_secret() -> None:
    named = StaffLogin("acme_sync", "ann@acme.example", "env:PLANTED")
    again = pickle.loads(pickle.dumps(named))
    assert repr(again) == repr(named)
    assert again._configuration(lambda found: found.shown()) == named._configuration(lambda found: found.shown())
    for literal in (PrivateApp("acme_sync", SECRET), OAuth("a", "d", refresh_token=SECRET, client_secret="env:X")):
        with pytest.raises(TypeError, match="cannot be pickled") as caught:
            pickle.dumps(literal)
        assert SECRET not in str(caught.value)
        assert copy.deepcopy(literal) is literal
        assert copy.copy(literal) is literal
