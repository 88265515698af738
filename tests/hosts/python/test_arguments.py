"""What callers give by mistake: refused by the name of the argument, before anything is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from brightpearl import (
    Client,
    IdSet,
    Mapping,
    OAuth,
    PrivateApp,
    ValidationError,
    Write,
    authorize_url,
    describe,
    validate,
    verify_callback,
)
from brightpearl.arguments import named
from brightpearl.testing import Emulator
from brightpearl.text import Veiled
from conftest import SEARCH, Account
from pushed import MAPPING
from test_async import client_of

ORDER = "order-service/order"
NOTE = "order-service/order/1/note"


class Whole:
    """A whole number of another library."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __index__(self) -> int:
        return self.number


class Scalar(Whole):
    """A scalar as numpy has them."""

    shape = ()

    def __init__(self, kind: str, value: Any) -> None:
        self.dtype = type("dtype", (), {"kind": kind})
        self.value = value

    def __index__(self) -> int:
        if self.dtype.kind not in "iu":
            raise TypeError("it is not a whole number")
        return int(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __str__(self) -> str:
        return str(self.value)


class Missing:
    """A moment that is missing, as pandas has it."""

    def isoformat(self) -> str:
        return "NaT"

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return "NaT"


class NAType:
    """A value that is missing, as pandas has it."""

    def __ne__(self, other: object) -> bool:
        raise TypeError("nobody knows")


NOT_IDS = [10.12, 12.0, Decimal("10.12"), b"12", bytearray(b"12"), float("nan"), Missing(), {"1": 2}, object()]


@pytest.mark.parametrize("ids", [True, *NOT_IDS, *([wrong] for wrong in [True, *NOT_IDS, "1", None, [1]])], ids=str)
def test_what_is_not_a_whole_number_is_not_an_id(client: Client, account: Account, ids: Any) -> None:
    for call in (client.get, client.options):
        with pytest.raises(TypeError, match="ids") as caught:
            call(ORDER, ids)
        assert isinstance(caught.value, ValidationError)
        assert caught.value.delivery == "not-sent"
        assert caught.value.advice
    with pytest.raises(TypeError):
        IdSet(ids)
    assert account.requests == []


@pytest.mark.parametrize("value", [10.12, 12.0, Decimal("10.12"), [12.5], float("inf"), b"12", Missing(), {}, [[1]]])
def test_nor_in_a_filter(client: Client, account: Account, value: Any) -> None:
    for filters in ({"orderId": value}, [("orderId", value)]):
        with pytest.raises(TypeError, match=r"filters\.orderId") as caught:
            client.search(SEARCH, filters)
        assert caught.value.location == "filters.orderId"  # type: ignore[attr-defined]
        with pytest.raises(TypeError, match="filters"):
            client.pull("order", filters=filters)
    assert account.requests == []


def test_whole_numbers_of_other_libraries_are_ids() -> None:
    client = Emulator(orders=20).client()
    for ids in (Whole(3), [Whole(3)], Scalar("i", 3)):
        assert [order["id"] for order in client.get(ORDER, ids)] == [3]  # type: ignore[arg-type]
        assert [row["orderId"] for row in client.search(SEARCH, {"orderId": ids})] == [3]
        assert str(IdSet(ids)) == "3"  # type: ignore[arg-type]
    assert [row["orderId"] for row in client.search(SEARCH, {"orderId": Decimal("3")}, limit=Whole(1))]  # type: ignore[arg-type]
    assert client.add_order_note(orderId=Scalar("u", 3), text="x", isPublic=Scalar("b", False))["noteId"]  # type: ignore[typeddict-item]
    assert client.post(NOTE, {"contactId": Whole(200), "text": "x"}).status == 200


@pytest.mark.parametrize("missing", [Missing(), NAType(), Scalar("M", "NaT")])
def test_what_is_missing_is_not_sent_as_a_text(client: Client, account: Account, missing: object) -> None:
    if isinstance(missing, Scalar):
        missing = type("Moment", (Scalar,), {"__ne__": lambda _, __: True, "__hash__": None})("M", "NaT")
    calls: list[Callable[[], object]] = [
        lambda: client.post(NOTE, {"text": missing}),
        lambda: client.post(NOTE, {"text": "x", "deep": [{"er": missing}]}, unchecked=True),
        lambda: client.batch([("POST", NOTE, {"text": missing})]),
        lambda: client.add_order_note(orderId=1, text=missing),  # type: ignore[typeddict-item]
    ]
    for call in calls:
        with pytest.raises(ValidationError, match="missing") as caught:
            call()
        assert str(caught.value.location).endswith(("text", "/deep/0/er"))
    assert account.requests == []


def test_arguments_of_tasks_are_known_by_name(client: Client, account: Account) -> None:
    calls: dict[str, Callable[[], object]] = {
        "did you mean isPublic": lambda: client.add_order_note(orderId=1, text="x", is_public=True),  # type: ignore[call-arg]
        "did you mean orderId": lambda: client.task("add-order-note", order_id=1, text="x"),
        "communication": lambda: client.create_contact(firstName="A", lastName="B", emails={}),  # type: ignore[call-arg]
        "did you mean reference": lambda: client.create_order(refrence="x"),  # type: ignore[call-arg]
    }
    for hint, call in calls.items():
        with pytest.raises(TypeError, match=hint) as caught:
            call()
        assert isinstance(caught.value, ValidationError)
        assert caught.value.delivery == "not-sent"
    assert account.requests == []


def test_a_client_that_allows_unknown_members_sends_them(account: Account) -> None:
    account.answers(b'{"response": 7}')
    client = account.client(unknown_members="allow")
    assert client.task("add-order-note", orderId=1, text="x", newer=True)["noteId"] == 7
    assert b'"newer":true' in account.requests[0].body


def test_an_asynchronous_client_refuses_the_same(account: Account) -> None:
    async def act() -> None:
        client = client_of(account)
        with pytest.raises(TypeError, match="isPublic"):
            await client.add_order_note(orderId=1, text="x", is_public=True)  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="ids"):
            client.get(ORDER, [12.5])  # type: ignore[list-item]
        with pytest.raises(TypeError, match="records"):
            client.push({}, "text", write=True)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="max_in_flight"):
            client_of(account, max_in_flight="4")

    asyncio.run(act())
    assert account.requests == []


def test_short_names_are_searched_and_read() -> None:
    client = Emulator(orders=20).client()
    assert len(list(client.search("order"))) == 20
    assert [order["id"] for order in client.get("order", 3)] == [3]
    assert client.options("order", "3") == ["/order/3"]
    assert list(client.get("order-type"))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("order-service/order-serch", "order-service/order-search"),
        ("order-service/ordr-search", "order-service/order-search"),
        ("ordr", "order"),
        ("order-type", "has no search"),
    ],
)
def test_a_misspelt_search_is_refused_with_the_nearest_name(
    client: Client, account: Account, name: str, hint: str
) -> None:
    with pytest.raises(ValidationError, match=hint) as caught:
        client.search(name)
    assert caught.value.location == "resource"
    assert account.requests == []


def test_a_search_that_is_not_known_yet_is_sent(account: Account, client: Client) -> None:
    for unchecked in (False, True):
        account.answers(b'{"response": {"results": [], "metaData": {"columns": [], "resultsAvailable": 0}}}')
        list(client.search("newer-service/entirely-new-search", unchecked=unchecked))
    account.answers(b'{"response": {"results": [], "metaData": {"columns": [], "resultsAvailable": 0}}}')
    list(client.search("order-service/order-serch", unchecked=True))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("order-service/ordr", "did you mean order-service/order"),
        ("order-service/order/{ORDER-ID}/note", r"the placeholder \{ORDER-ID\}"),
        ("order-note", "order-service/order/{ORDER-ID}/note"),
        ("ordr", "did you mean"),
    ],
)
def test_a_misspelt_resource_is_refused_with_the_nearest_name(
    client: Client, account: Account, name: str, hint: str
) -> None:
    for call in (client.get, client.options):
        with pytest.raises(ValidationError, match=hint):
            call(name, 1)
    assert account.requests == []


def test_no_request_has_a_placeholder(client: Client, account: Account) -> None:
    path = "order-service/order/{ORDER-ID}/note"
    calls: list[Callable[[], object]] = [
        lambda: client.post(path, {"text": "x"}),
        lambda: client.request("GET", path),
        lambda: client.batch([Write("POST", path, {"text": "x"})]),
    ]
    for call in calls:
        with pytest.raises(ValidationError, match=r"\{ORDER-ID\}") as caught:
            call()
        assert str(caught.value.location).endswith("path")
    assert account.requests == []


REFUSED: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "search": [
        ("limit", {"limit": "5"}),
        ("limit", {"limit": -1}),
        ("limit", {"limit": True}),
        ("limit", {"limit": 1.5}),
        ("page_size", {"page_size": -1}),
        ("page_size", {"page_size": 501}),
        ("page_size", {"page_size": "5"}),
        ("paging", {"paging": "pages"}),
        ("paging", {"paging": 3}),
        ("key", {"key": 5}),
        ("unchecked", {"unchecked": "yes"}),
        ("filters", {"filters": "a=1"}),
        ("filters", {"filters": b"a=1"}),
        ("filters", {"filters": 5}),
        ("filters", {"filters": ["ab"]}),
        ("filters", {"filters": [("orderId",)]}),
        ("filters", {"filters": {1: 2}}),
        ("columns", {"columns": 5}),
        ("columns", {"columns": [5]}),
        ("columns", {"columns": b"orderId"}),
        ("columns", {"columns": {"orderId": 1}}),
        ("sort", {"sort": 5}),
        ("resource", {"resource": 1}),
        ("resource", {"resource": None}),
        ("resource", {"resource": b"order"}),
    ],
    "get": [
        ("resource", {"resource": 1}),
        ("plan", {"plan": "sometimes"}),
        ("id_limit", {"id_limit": 0}),
        ("id_limit", {"id_limit": "5"}),
        ("query", {"query": "a=b"}),
        ("ids", {"ids": ""}),
    ],
    "options": [("ids", {"ids": []}), ("resource", {"resource": 1})],
    "request": [
        ("method", {"method": 5}),
        ("method", {"method": "FETCH"}),
        ("path", {"path": 5}),
        ("path", {"path": None}),
        ("query", {"query": 5}),
        ("headers", {"headers": "If-Match"}),
        ("headers", {"headers": {5: "x"}}),
        ("headers.If-Match", {"headers": {"If-Match": None}}),
        ("idempotent", {"idempotent": 1}),
        ("unchecked", {"unchecked": "no"}),
    ],
    "batch": [
        ("writes", {"writes": "POST"}),
        ("writes", {"writes": {"method": "POST"}}),
        ("writes", {"writes": Write("POST", NOTE, {"text": "x"})}),
        ("writes", {"writes": 5}),
        ("writes[0].path", {"writes": [("POST", 5)]}),
        ("writes[1].method", {"writes": [("POST", NOTE, {"text": "x"}), (5, NOTE)]}),
        ("writes[0].body /text", {"writes": [("POST", NOTE, {"text": float("nan")})]}),
        ("order", {"order": "backwards"}),
        ("on_failure", {"on_failure": "shrug"}),
        ("packing", {"packing": 5}),
    ],
    "push": [
        ("records", {"records": "text"}),
        ("records", {"records": b"[]"}),
        ("records", {"records": None}),
        ("records", {"records": 5}),
        ("max_writes", {"max_writes": -1}),
        ("max_writes", {"max_writes": "5"}),
        ("existing", {"existing": "replace"}),
        ("window", {"window": "x"}),
        ("looks", {"looks": "2,10"}),
        ("looks", {"looks": 5}),
        ("looks[1]", {"looks": [1, "a"]}),
        ("looks[0]", {"looks": [float("nan")]}),
        ("looks[0]", {"looks": [-1]}),
        ("progress", {"progress": 5}),
        ("journal", {"journal": 5}),
        ("journal", {"journal": ""}),
        ("write", {"write": "no"}),
        ("dry_run", {"dry_run": 1}),
        ("mapping", {"mapping": 5}),
        ("mapping", {"mapping": None}),
    ],
    "pull": [
        ("resources", {"resources": 5}),
        ("resources", {"resources": b"order"}),
        ("resources", {"resources": {"order": 1}}),
        ("resources[0]", {"resources": [5]}),
        ("since", {"since": Missing()}),
        ("mapping", {"mapping": Missing()}),
        ("state", {"state": 5}),
        ("state", {"state": b"{}"}),
        ("filters", {"filters": "a=b"}),
        ("watermark", {"watermark": 5}),
        ("overlap", {"overlap": "5"}),
        ("overlap", {"overlap": -1}),
        ("overlap", {"overlap": True}),
        ("overlap", {"overlap": float("nan")}),
        ("rows", {"rows": "x"}),
        ("deletes", {"deletes": 1.5}),
        ("deletes", {"deletes": 101}),
        ("priority", {"priority": "high"}),
        ("progress", {"progress": "x"}),
    ],
    "resume": [("checkpoint", {"checkpoint": 5}), ("checkpoint", {"checkpoint": b"{}"})],
    "task": [("name", {"name": 7})],
}
GOOD: dict[str, dict[str, Any]] = {
    "search": {"resource": SEARCH},
    "get": {"resource": ORDER, "ids": 1},
    "options": {"resource": ORDER},
    "request": {"method": "GET", "path": "order-service/order-type"},
    "batch": {"writes": []},
    "push": {"mapping": MAPPING, "records": []},
    "pull": {"resources": "order"},
    "resume": {},
    "task": {},
}


@pytest.mark.parametrize(
    ("call", "where", "wrong"),
    [
        pytest.param(call, where, wrong, id=f"{call}-{where}-{number}")
        for call, cases in REFUSED.items()
        for number, (where, wrong) in enumerate(cases)
    ],
)
def test_the_argument_that_is_wrong_is_named(
    client: Client, account: Account, call: str, where: str, wrong: dict[str, Any]
) -> None:
    arguments = GOOD[call] | wrong
    positional = [arguments.pop("name")] if call == "task" else []
    with pytest.raises(ValidationError) as caught:
        getattr(client, call)(*positional, **arguments)
    assert caught.value.location == where, caught.value
    assert " line 1 column " not in str(caught.value)
    assert caught.value.delivery == "not-sent"
    assert account.requests == []


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("account", {"account": 5}),
        ("account", {"account": None}),
        ("datacentre", {"datacentre": 5}),
        ("base_url", {"base_url": 5, "datacentre": None}),
        ("base_url", {"base_url": "https://use1.brightpearlconnect.com/public-api/acme/", "datacentre": None}),
        ("base_url", {"base_url": "http://127.0.0.1:8080/Public-API/acme", "datacentre": None}),
        ("lane", {"lane": "fast"}),
        ("retry", {"retry": 5}),
        ("retry.max_attempts", {"retry": {"max_attempts": "5"}}),
        ("retry.max_atempts", {"retry": {"max_atempts": 5}}),
        ("pool", {"pool": [("quota", 5)]}),
        ("pool.quota", {"pool": {"quota": -1}}),
        ("pool.pacing", {"pool": {"pacing": "slow"}}),
        ("page_size", {"page_size": "5"}),
        ("paging", {"paging": "pages"}),
        ("read_only", {"read_only": "yes"}),
        ("read_only", {"read_only": 1}),
        ("seed", {"seed": -1}),
        ("credentials", {"credentials": None}),
        ("credentials", {"credentials": {"app_ref": "a"}}),
        ("credentials.app_ref", {"credentials": PrivateApp(5, "x")}),  # type: ignore[arg-type]
        ("credentials.account_token", {"credentials": PrivateApp("a", None)}),  # type: ignore[arg-type]
        ("credentials.account_token", {"credentials": PrivateApp("a", b"x")}),  # type: ignore[arg-type]
        ("credentials.refresh_token", {"credentials": OAuth("a", "d", refresh_token=5)}),  # type: ignore[arg-type]
        (
            "credentials.token_url",
            {"credentials": OAuth("a", "d", refresh_token="R", token_url="http://evil.example/")},
        ),
    ],
)
def test_so_is_that_of_a_client(account: Account, where: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        account.client(**wrong)
    assert caught.value.location == where, caught.value
    assert "config line" not in str(caught.value)
    assert caught.value.advice


def test_the_choices_are_those_of_the_engine() -> None:
    client = Emulator(orders=5).client(lane="high", pool={"pacing": "spread"}, paging="offset")
    for paging in ("first-result", "offset"):
        assert list(client.search("order", paging=paging))  # type: ignore[arg-type]
    for plan in ("auto", "always", "never"):
        assert list(client.get("order", 1, plan=plan))  # type: ignore[arg-type]
    for packing in ("auto", "always", "never"):
        for order in ("sequential", "parallel"):
            for on_failure in ("stop", "continue"):
                writes = [("POST", NOTE, {"text": "x"})]
                (result,) = client.batch(writes, packing=packing, order=order, on_failure=on_failure)  # type: ignore[arg-type]
                assert result.ok


@pytest.mark.parametrize(
    ("where", "ask"),
    [
        ("resource", lambda: describe(5)),  # type: ignore[arg-type]
        ("resource", lambda: validate(None, "POST", {})),  # type: ignore[arg-type]
        ("verb", lambda: validate("order-note", 5, {})),  # type: ignore[arg-type]
        ("redirect_uri", lambda: authorize_url("acme", "app", None, "state")),  # type: ignore[arg-type]
        ("parameters", lambda: verify_callback("accountCode=acme", "secret")),  # type: ignore[arg-type]
        ("dev_secret", lambda: verify_callback({}, b"secret")),  # type: ignore[arg-type]
        ("max_age", lambda: verify_callback({}, "secret", max_age="600")),  # type: ignore[arg-type]
        ("document", lambda: Mapping(5)),  # type: ignore[arg-type]
        ("document", lambda: Mapping(b"{}")),  # type: ignore[arg-type]
        ("resolved", lambda: MAPPING.map({}, 5)),  # type: ignore[arg-type]
        ("name", lambda: Mapping.ready([])),  # type: ignore[arg-type]
    ],
)
def test_so_is_that_of_a_question(where: str, ask: Callable[[], object]) -> None:
    with pytest.raises(TypeError) as caught:
        ask()
    assert isinstance(caught.value, ValidationError)
    assert caught.value.location == where


def test_a_document_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    path.write_bytes(b"\xff\xfe{}")
    for read in (Mapping, Mapping.check):
        with pytest.raises(ValidationError, match="not UTF-8"):
            read(path)
    with pytest.raises(ValidationError, match="did you mean shopify-order"):
        Mapping.ready("shopify-ordr")


def test_what_the_package_puts_a_table_into_is_told_as_a_dict() -> None:
    assert named(Veiled()) == "a dict"
    assert named({}) == "a dict"
    assert named(True) == "a bool"
