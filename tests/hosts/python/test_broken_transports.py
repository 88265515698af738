"""Transports that raise whatever there is, or answer with what is not an answer: every call ends, and says truly what
became of its request."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brightpearl import (
    AsyncClient,
    BrightpearlError,
    Client,
    MaybeSent,
    MisuseError,
    NotSent,
    Outcome,
    PrivateApp,
    ProtocolError,
    Reply,
    Request,
    Response,
    TransportError,
    TransportFailure,
    ValidationError,
)
from brightpearl.journal import Journal
from conftest import NEW_ORDER, TOKEN
from pushed import MAPPING, found, orders, shop

KINDS = ["sync", "async"]
ORDER = "order-service/order"


class Mute(Exception):
    """Cannot say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class Interruption(BaseException):
    """Such as a signal's handler raises."""


FAILURES: list[BaseException] = [
    BrightpearlError("x"),
    ValidationError("x", location="y"),
    MisuseError("x", delivery="not-sent"),
    TransportError("x", delivery="rejected"),
    BrightpearlError(5),  # type: ignore[arg-type]
    MaybeSent(),
    MaybeSent(5, None),
    MaybeSent(b"\xff"),
    TransportFailure("x"),
    StopIteration(3),
    StopAsyncIteration(),
    GeneratorExit(),
    asyncio.CancelledError(),
    RecursionError(),
    Mute(),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"),
]


def posted(kind: str, act: Callable[[Request], Any]) -> Reply:
    """Posts an order through a transport."""
    options: dict[str, Any] = {"account": "acme", "datacentre": "use1", "credentials": PrivateApp("a", TOKEN)}
    if kind == "sync":
        return Client(transport=act, **options).post(ORDER, NEW_ORDER)

    async def transport(request: Request) -> Any:
        await asyncio.sleep(0)
        return act(request)

    async def post() -> Reply:
        return await AsyncClient(transport=transport, **options).post(ORDER, NEW_ORDER)

    return asyncio.run(post())


def raising(failure: BaseException) -> Callable[[Request], Any]:
    def act(_: Request) -> Any:
        raise failure

    return act


def mutated(name: str, value: object) -> Response:
    response = Response(200, {}, b"{}")
    setattr(response, name, value)
    return response


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_whatever_a_transport_raises_the_write_may_have_been_applied(kind: str, failure: BaseException) -> None:
    with pytest.raises(TransportError) as caught:
        posted(kind, raising(failure))
    assert caught.value.delivery == "maybe-applied"
    assert not caught.value.retryable
    assert "\n" not in str(caught.value)
    # In a coroutine, Python itself turns these into another.
    if not isinstance(failure, (StopIteration, StopAsyncIteration)):
        assert caught.value.__cause__ is failure


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("arguments", [(5,), (None, b"x"), ()])
def test_not_sent_is_believed_whatever_it_says(kind: str, arguments: tuple[Any, ...]) -> None:
    failures = [NotSent(*arguments), MaybeSent()]

    def act(_: Request) -> Any:
        raise failures.pop(0)

    with pytest.raises(TransportError) as caught:
        posted(kind, act)
    assert not failures
    assert caught.value.delivery == "maybe-applied"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, Interruption])
def test_an_interruption_goes_through(kind: str, interruption: type[BaseException]) -> None:
    with pytest.raises(interruption):
        posted(kind, raising(interruption()))


ANSWERS: dict[str, Callable[[], Any]] = {
    "nothing": lambda: None,
    "a number": lambda: 200,
    "a tuple": lambda: (200, {}, b"{}"),
    "status text": lambda: Response("200"),  # type: ignore[arg-type]
    "status None": lambda: Response(None),  # type: ignore[arg-type]
    "status float": lambda: Response(200.0),  # type: ignore[arg-type]
    "status nan": lambda: Response(math.nan),  # type: ignore[arg-type]
    "status bool": lambda: Response(True),
    "status negative": lambda: Response(-200),
    "status large": lambda: Response(1 << 70),
    "header list": lambda: Response(200, {"x": ["y"]}),  # type: ignore[dict-item]
    "header bytes": lambda: Response(200, {b"x": b"y"}),  # type: ignore[dict-item]
    "header number": lambda: Response(200, {"x": 5}),  # type: ignore[dict-item]
    "headers number": lambda: Response(200, 5),  # type: ignore[arg-type]
    "headers None": lambda: Response(200, None),  # type: ignore[arg-type]
    "headers flat": lambda: Response(200, ["x"]),  # type: ignore[list-item]
    "body None": lambda: Response(200, {}, None),  # type: ignore[arg-type]
    "body number": lambda: Response(200, {}, 5),  # type: ignore[arg-type]
    "body generator": lambda: Response(200, {}, (b for b in b"{}")),  # type: ignore[arg-type]
    "body surrogate": lambda: Response(200, {}, "\ud800"),
    "status assigned": lambda: mutated("status", 70000),
    "body assigned": lambda: mutated("body", None),
    "headers assigned": lambda: mutated("headers", {"x": 5}),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", ANSWERS)
def test_what_is_no_answer_is_told_as_a_failure_of_the_transport(kind: str, what: str) -> None:
    with pytest.raises(TransportError) as caught:
        posted(kind, lambda _: ANSWERS[what]())
    assert caught.value.delivery == "maybe-applied"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("line", [("X-Note", "caf\udce9"), ("X-\udce9", "x")])
def test_a_header_that_was_no_utf_8_keeps_nobody_from_the_answer(kind: str, line: tuple[str, str]) -> None:
    reply = posted(kind, lambda _: Response(200, [line, ("X-Other", "y")], b'{"response": 7}'))
    assert reply.json() == {"response": 7}
    assert reply.headers["X-Other"] == "y"
    assert "?" in "".join(reply.headers.lines[0])
    assert "X-Other" in repr(Response(200, [line, ("X-Other", "y")]))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", ['{"response": 7}', bytearray(b'{"response": 7}'), memoryview(b'{"response": 7}')])
def test_a_body_may_be_any_kind_of_bytes(kind: str, body: Any) -> None:
    assert posted(kind, lambda _: Response(200, {}, body)).json() == {"response": 7}
    assert posted(kind, lambda _: mutated("body", body)).json() == {"response": 7}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "failure",
    [*FAILURES, KeyboardInterrupt(), Interruption()],
    ids=lambda failure: type(failure).__name__,
)
def test_a_push_ends_and_gives_its_journal_back(kind: str, failure: BaseException, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    emulator = shop()
    records = orders(emulator.client(), 3)

    def act(request: Request) -> Response:
        if request.method == "POST":
            raise failure
        return emulator.transport(request)

    async def transport(request: Request) -> Response:
        await asyncio.sleep(0)
        return act(request)

    async def push() -> list[Outcome]:
        client = emulator.async_client(transport=transport)
        return [outcome async for outcome in client.push(MAPPING, records, write=True, journal=journal, looks=())]

    try:
        if kind == "sync":
            client = emulator.client(transport=act)
            ended = list(client.push(MAPPING, records, write=True, journal=journal, looks=()))
        else:
            ended = asyncio.run(push())
    except BaseException as error:
        assert error is failure or isinstance(error, TransportError)
    else:
        assert {outcome.state for outcome in ended} <= {"maybe-applied", "rejected"}
        for outcome in ended:
            assert outcome.state == "maybe-applied" or outcome.error is None or outcome.error.delivery != "applied"
    Journal(journal).close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "failure",
    [*FAILURES, KeyboardInterrupt(), Interruption(), None],
    ids=lambda failure: type(failure).__name__,
)
def test_what_was_written_before_a_transport_failed_is_not_written_again(
    kind: str, failure: BaseException | None, tmp_path: Path
) -> None:
    """The write is carried out, and the transport then raises something, or answers with nothing."""
    journal = tmp_path / "journal"
    emulator = shop()
    records = orders(emulator.client(), 3)

    def act(request: Request) -> Any:
        answer = emulator.transport(request)
        if request.method == "POST" and request.url.endswith("/sales-order"):
            if failure is not None:
                raise failure
            return None
        return answer

    async def transport(request: Request) -> Any:
        await asyncio.sleep(0)
        return act(request)

    async def push() -> list[Outcome]:
        client = emulator.async_client(transport=transport)
        outcomes = client.push(MAPPING, records, write=True, journal=journal, window=1, looks=())
        return [outcome async for outcome in outcomes]

    ended: list[Outcome] = []
    try:
        if kind == "sync":
            client = emulator.client(transport=act)
            ended = list(client.push(MAPPING, records, write=True, journal=journal, window=1, looks=()))
        else:
            ended = asyncio.run(push())
    except (KeyboardInterrupt, Interruption) as interruption:
        assert interruption is failure
        assert getattr(interruption, "unknown_outcome").delivery == "maybe-applied"  # noqa: B009
    for outcome in ended:
        assert outcome.state == "maybe-applied"
        assert isinstance(outcome.error, TransportError)
        assert outcome.error.delivery == "maybe-applied"
    again = emulator.client()
    assert all(outcome.ok for outcome in again.push(MAPPING, records, write=True, journal=journal))
    assert [found(again, record["number"]) for record in records] == [1, 1, 1]


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_whose_number_is_no_id_leaves_a_write_in_doubt(kind: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        posted(kind, lambda _: Response(200, {}, b'{"response": ' + b"9" * 10_000 + b"}"))
    assert caught.value.delivery == "maybe-applied"
    assert caught.value.status == 200
    assert not caught.value.retryable


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_nests_too_deeply_is_an_error_of_the_tree(kind: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        posted(kind, lambda _: Response(200, {}, b"[" * 300 + b"]" * 300)).json()
    assert caught.value.delivery != "not-sent"
    assert not caught.value.retryable
