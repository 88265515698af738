"""The exceptions, and that no secret is in any of them."""

from __future__ import annotations

import io
import pickle
import traceback

import pytest

import brightpearl
from brightpearl import (
    BrightpearlError,
    Client,
    Headers,
    MaybeSent,
    NotSent,
    PrivateApp,
    Request,
    RequestSummary,
    Response,
    StaffApp,
    TransportError,
    ValidationError,
)
from conftest import NEW_ORDER, SEARCH, TOKEN, Account

KINDS = [kind.kind for kind in brightpearl.errors().kinds]


def classes() -> list[type[BrightpearlError]]:
    return [
        thing for thing in vars(brightpearl).values() if isinstance(thing, type) and issubclass(thing, BrightpearlError)
    ]


def test_one_class_for_each_kind() -> None:
    assert sorted(kind.kind for kind in classes() if kind is not BrightpearlError) == sorted(KINDS)
    for kind in classes():
        assert getattr(brightpearl, kind.__name__) is kind
        assert kind.__module__ == "brightpearl.exceptions"


def test_every_kind_has_an_exit_code_of_the_command_line() -> None:
    from brightpearl.cli.failure import _KIND_CODES, EXIT_CODES
    from brightpearl.exceptions import CLASSES

    assert set(_KIND_CODES) == set(CLASSES)
    assert all(f"\n  {code} " in EXIT_CODES for code in _KIND_CODES.values())


@pytest.mark.parametrize("kind", classes())
def test_every_error_survives_pickling(kind: type[BrightpearlError]) -> None:
    error = kind(
        "what",
        text="what, in full",
        status=400,
        errors=[("A-1", "b")],
        delivery="rejected",
        retry_after=1.5,
        request=("GET", "https://x"),
        location="field",
        advice="do",
    )
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert str(copy) == str(error) == "what, in full"
    assert vars(copy) == vars(error)
    assert copy.request == RequestSummary("GET", "https://x")


STATUSES = [
    (401, b'{"response":"Invalid token"}', "authentication"),
    (403, b"{}", "permission"),
    (400, b'{"errors":[{"code":"CMNC-010","message":"x"}]}', "rejected"),
    (404, b'{"errors":[{"code":"CMNC-404","message":"x"}]}', "not-found"),
    (409, b'{"errors":[{"code":"ORDC-001","message":"x"}]}', "conflict"),
    (503, b'{"response":"You have sent too many requests"}', "throttled"),
    (500, b"{}", "unavailable"),
    (200, b"<html>", "protocol"),
]


@pytest.mark.parametrize(("status", "body", "kind"), STATUSES)
def test_answers_become_their_class(account: Account, status: int, body: bytes, kind: str) -> None:
    client = account.client(retry={"max_attempts": 1, "max_throttled": 0})
    account.answers(Response(status, {}, body))
    with pytest.raises(BrightpearlError) as caught:
        client.request("GET", "order-service/order-type")
    assert caught.value.kind == type(caught.value).kind == kind
    assert caught.value.status == status


def pickled(error: BrightpearlError) -> bytes:
    """The error as it pickles itself: a package such as Dask's has exceptions pickled with their causes."""
    written = io.BytesIO()
    pickler = pickle.Pickler(written)
    pickler.dispatch_table = {}
    pickler.dump(error)
    return written.getvalue()


def test_no_secret_in_what_is_shown(account: Account) -> None:
    client = account.client(retry={"max_attempts": 1})
    account.answers(
        MaybeSent(f"the server closed after {TOKEN}"),
        Response(401, {}, f'{{"response":"bad token {TOKEN}"}}'.encode()),
        Response(500, {}, f"oops {TOKEN}".encode()),
    )
    shown = [
        repr(client),
        str(client),
        repr(PrivateApp("a", TOKEN)),
        repr(StaffApp("a", TOKEN)),
        str(PrivateApp("a", TOKEN)),
        repr(Request("GET", "https://x", {"brightpearl-account-token": TOKEN, "Authorization": TOKEN})),
        repr(Headers({"BRIGHTPEARL-STAFF-TOKEN": TOKEN})),
        client.search(SEARCH).checkpoint(),
    ]
    for _ in range(3):
        with pytest.raises(BrightpearlError) as caught:
            client.request("POST", "order-service/order", body=NEW_ORDER)
        error = caught.value
        shown += [str(error), repr(error), repr(vars(error)), repr(pickled(error))]
    shown.append(repr(client.events()))
    for text in shown:
        assert TOKEN not in text
    assert TOKEN in account.requests[0].headers["brightpearl-account-token"]


def test_no_secret_in_a_traceback_with_variables(account: Account) -> None:
    def fail() -> None:
        account.client(page_size=9999)

    def lose() -> None:
        client = account.client(retry={"max_attempts": 1})
        account.answers(Response(500, {}, b"{}"))
        client.request("POST", "order-service/order", body=NEW_ORDER)

    for act in (fail, lose):
        with pytest.raises(BrightpearlError) as caught:
            act()
        frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        own = [frame for frame in frames.stack if "/brightpearl/" in frame.filename]
        assert own
        for frame in own:
            assert TOKEN not in repr(frame.locals), frame.name


def test_the_cause_of_a_transport_error_is_kept(account: Account) -> None:
    client = account.client(retry={"max_attempts": 2})
    last = RuntimeError("second")
    account.answers(RuntimeError("first"), last)
    with pytest.raises(TransportError, match="RuntimeError: second") as caught:
        client.request("GET", "order-service/order-type")
    assert caught.value.__cause__ is last
    assert "after 2 attempts" in caught.value.message


def test_headers_are_looked_up_without_case() -> None:
    headers = Headers([("A", "1"), ("a", "2"), ("B", "3")])
    assert headers["a"] == headers["A"] == "1"
    assert headers.lines == (("A", "1"), ("a", "2"), ("B", "3"))
    assert dict(headers) == {"A": "1", "a": "1", "B": "3"}
    assert "b" in headers
    assert "c" not in headers


def test_validation_is_a_value_error(client: Client) -> None:
    with pytest.raises(ValueError, match="there is no path"):
        client.request("GET", "")
    assert issubclass(ValidationError, BrightpearlError)


@pytest.mark.parametrize(
    "breaking", ["\n", "\r", "\u2028", "\x85", "\x1b[2J", "\0", "\u202e", "\x7f", "\x0b", "\ud800"]
)
def test_every_exception_is_one_line_that_a_terminal_only_shows(account: Account, breaking: str) -> None:
    texts = [str(kind(f"a{breaking}b", location=f"c{breaking}d")) for kind in classes()]
    texts += [str(kind("x", text=f"a{breaking}b")) for kind in classes()]
    texts += [str(MaybeSent(f"a{breaking}b")), str(NotSent(f"a{breaking}b"))]
    account.answers(MaybeSent(f"a{breaking}b"))
    with pytest.raises(TransportError) as caught:
        account.client().post("order-service/order", NEW_ORDER)
    texts.append(str(caught.value))
    for text in texts:
        assert text.encode("ascii", "replace").decode().isprintable()
        assert breaking not in text
        assert text.splitlines() == [text]


def test_the_line_of_an_exception_is_of_bounded_length() -> None:
    for error in (ValidationError("x" * 10**6), MaybeSent("x" * 10**6), ValidationError("x", text="\n" * 10**6)):
        assert len(str(error)) < 10_000
    assert str(ValidationError("Grüße \N{NO-BREAK SPACE}→ 漢字")) == "Grüße \N{NO-BREAK SPACE}→ 漢字"
