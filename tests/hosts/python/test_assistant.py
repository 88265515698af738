"""The server for assistants: its tools, and the whole of it with the SDK's own client over stdio."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from mcp import Client as Assistant
from mcp import StdioServerParameters, stdio_client

from brightpearl import BrightpearlError, Request, Response
from brightpearl._native import dump_json
from brightpearl.cli.answers import cut, masked
from brightpearl.cli.assistant_tools import AssistantTools
from brightpearl.cli.emulator import environment
from brightpearl.cli.failure import UsageError
from brightpearl.cli.held_writes import HeldWrites, WriteHeldBack
from brightpearl.record_schemas import record_schemas
from brightpearl.testing import EmulatorServer
from pushed import ORDERS, orders, shop


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    with shop().serve() as server:
        yield server


class Asked:
    """Tools over an account in this process."""

    def __init__(self, **options: Any) -> None:
        self.emulator = shop()
        self.client = self.emulator.client()
        self.held = HeldWrites(self.client._host.transport)
        self.client._host.transport = self.held
        given: dict[str, Any] = {"may_write": False, "masks": False, "characters": 20_000}
        self.tools = AssistantTools(lambda: (self.client, self.held), **given | options)

    def __call__(self, name: str, /, **arguments: Any) -> Any:
        return json.loads(self.tools.call(name, arguments))

    def writes(self) -> int:
        count = self.emulator.statistics()["applied_writes"]
        assert isinstance(count, int)
        return count


@pytest.fixture(scope="module")
def asked() -> Asked:
    return Asked()


def test_the_catalogue_is_cut_and_says_how_to_go_on(asked: Asked) -> None:
    (note,) = (one for one in asked("catalog") if isinstance(one, dict) and one["name"] == "order-note")
    assert (note["title"], note["verbs"]) == ("Order note", ["GET", "POST"])
    small = Asked(characters=3_000)
    told = small("catalog", resource="order")
    assert len(dump_json(told)) < 4_500
    found = dump_json(told)
    pointer = found[found.index("ask with pointer ") :].split()[3].strip('",]}')
    more = small("catalog", resource="order", pointer=pointer)
    assert more != told
    with pytest.raises(UsageError, match="leads nowhere"):
        small("catalog", resource="order", pointer="/none")
    with pytest.raises(BrightpearlError, match="ordre"):
        small("catalog", resource="ordre")


def test_a_search_goes_on_where_it_was_cut() -> None:
    small = Asked(characters=2_000)
    arguments: dict[str, Any] = {"resource": "order", "columns": ["orderId", "createdOn"], "sort": ["orderId"]}
    seen: list[int] = []
    while arguments:
        told = small("search", **arguments)
        assert len(dump_json(told)) < 2_500
        assert told["available"] == 20
        seen += [row["orderId"] for row in told["rows"]]
        arguments = told.get("next", {})
    assert len(seen) == len(set(seen)) == 20
    told = small("search", resource="order", filters={"orderTypeId": 1}, limit=2)
    assert len(told["rows"]) == 2
    assert told["next"] == {"resource": "order", "filters": {"orderTypeId": 1}, "limit": 2, "skip": 2}


def test_records_go_on_where_they_were_cut(asked: Asked) -> None:
    small = Asked(characters=6_000)
    arguments: dict[str, Any] = {"resource": "order-service/order", "ids": "1-60,999"}
    seen: list[int] = []
    missing = ""
    while arguments:
        told = small("get", **arguments)
        assert len(dump_json(told)) < 8_000
        seen += [record["id"] for record in told["records"]]
        missing = missing or told.get("missing", "")
        arguments = told.get("next", {})
    assert len(seen) == len(set(seen)) == 20
    assert "999" in missing
    assert len(asked("get", resource="warehouse")["records"]) == 3
    assert asked("get", resource="order-service/order", ids="999")["records"] == []
    assert asked("explain", resource="order-service/order", ids="1-400")["requests"] == 2
    assert asked("explain", resource="order", filters={"orderTypeId": 1})["rows"] > 0


def test_bodies_and_mappings_are_checked_and_tried(asked: Asked) -> None:
    wrong = asked("validate", resource="order-row", verb="POST", body={"quantity": {"magnitude": "one"}})
    assert any("/quantity/magnitude" in violation for violation in wrong["violations"])
    assert asked("check_mapping", document="shopify-order")["findings"] == []
    assert any(
        "reff" in one for one in asked("check_mapping", document=ORDERS | {"key": {"target": "/reff"}})["findings"]
    )
    assert "shopify-order" in asked("ready_mappings")["names"]
    assert asked("ready_mappings", name="shopify-order")["name"]
    sold = orders(asked.client, 2)
    sold[1]["lines"][0]["qty"] = "many"
    mapped = asked("map_records", document=ORDERS, records=sold)["records"]
    assert mapped[0]["body"]["ref"] == "W-0"
    assert mapped[1]["failures"]
    before = asked.writes()
    dry = asked("dry_run", document=ORDERS, records=sold)
    assert dry["counts"] == {"created": 1, "rejected": 1}
    assert asked.writes() == before
    # A text is the name of a ready one, and no file of this machine.
    with pytest.raises(UsageError, match=r"the ready mapping .* is unknown"):
        asked("check_mapping", document=__file__)


def test_no_answer_is_longer_than_it_may_be() -> None:
    small = Asked(characters=2_000)
    body = {f"colour{number}": number for number in range(500)}
    rules = [{"to": f"/none{number}", "from": "a"} for number in range(500)]
    for name, arguments in (
        ("validate", {"resource": "order-row", "verb": "POST", "body": body}),
        ("check_mapping", {"document": ORDERS | {"fields": rules}}),
        ("map_records", {"document": ORDERS, "records": [{"number": "x" * 5_000}] * 50}),
        ("dry_run", {"document": ORDERS, "records": [{"number": f"{n}" * 100} for n in range(50)]}),
        ("catalog", {}),
        ("catalog", {"resource": "sales-order"}),
        ("ready_mappings", {"name": "shopify-order"}),
        ("get", {"resource": "order-service/order", "ids": "1-100"}),
        ("search", {"resource": "order", "limit": 500}),
        ("list_price_lists", {"arguments": {}}),
    ):
        assert len(small.tools.call(name, arguments)) < 3_500, name


def test_a_write_is_shown_and_then_carried_out_where_that_is_allowed() -> None:
    asked = Asked(may_write=True)
    order = next(row["orderId"] for row in asked.client.search("order", {"orderTypeId": 1}))
    status = next(iter(asked.client.get("order-service/order", order)))["orderStatus"]["orderStatusId"]
    wanted = {"orderId": order, "orderStatusId": 4 if status != 4 else 3}
    before = asked.writes()
    shown = asked("update_order_status", arguments=wanted)
    assert shown["would_send_first"]["path"] == f"order-service/order/{order}/status"
    assert asked.writes() == before
    with pytest.raises(UsageError, match="does not belong to these arguments"):
        asked("update_order_status", arguments=wanted | {"orderStatusId": 1}, confirm=shown["confirm"])
    assert "done" in asked("update_order_status", arguments=wanted, confirm=shown["confirm"])
    assert asked.writes() == before + 1
    # An assistant whose answer was lost may ask once more.
    with pytest.raises(UsageError, match="was carried out already"):
        asked("update_order_status", arguments=wanted, confirm=shown["confirm"])
    assert asked.writes() == before + 1
    # Outside of that moment, nothing is let through.
    with pytest.raises(BrightpearlError):
        asked.client.task("update-order-status", **wanted | {"orderStatusId": status})
    assert asked.writes() == before + 1


def test_a_change_is_shown_value_by_value() -> None:
    asked = Asked(may_write=True)
    (product,) = asked.client.search("product", limit=1)
    number = product["productId"]
    shown = asked("update_product", arguments={"productId": number, "featured": True, "identity": {"sku": "NEW-1"}})
    changes = {one["pointer"]: one for one in shown["would_send_first"]["changes"]}
    assert changes["/identity/sku"]["after"] == "NEW-1"
    assert changes["/identity/sku"]["before"] == product["SKU"]


def test_no_write_to_an_account_is_let_through_but_a_login_is() -> None:
    sent: list[str] = []

    def transport(request: Request) -> Response:
        sent.append(request.url)
        return Response(200)

    held = HeldWrites(transport)
    host = "https://example.com"
    held(Request("GET", f"{host}/public-api/acme/order-service/order/1"))
    held(Request("POST", f"{host}/token/acme"))
    assert len(sent) == 2
    for path in ("public-api/acme/order-service/order", "below/public-api/acme/x", "api-v3/acme/x"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            with pytest.raises(WriteHeldBack):
                held(Request(method, f"{host}/{path}"))
    assert len(sent) == 2
    assert len(held.take()) == 12
    with held.let_through():
        held(Request("POST", f"{host}/public-api/acme/x"))
    assert len(sent) == 3


def test_nothing_is_written_without_leave(asked: Asked) -> None:
    order = next(row["orderId"] for row in asked.client.search("order", {"orderTypeId": 1}))
    before = asked.writes()
    note = {"orderId": order, "text": "Leave it at the door"}
    shown = asked("add_order_note", arguments=note)
    assert shown["would_send_first"]["body"]["text"] == "Leave it at the door"
    assert "confirm" not in shown
    with pytest.raises(UsageError, match="without --write"):
        asked("add_order_note", arguments=note, confirm="x")
    assert asked.writes() == before
    # Tasks that only read are carried out.
    assert asked("list_price_lists", arguments={})


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("serch", {}, "the tool 'serch' is unknown"),
        ("search", {}, "lacks the argument 'resource'"),
        ("search", {"resource": 7}, "expected string"),
        ("search", {"resource": "order", "limit": True}, "expected integer"),
        ("search", {"resource": "order", "limit": 0}, "expected 1 to 500"),
        ("search", {"resource": "order", "colour": 1}, "takes no argument 'colour'"),
        ("search", {"resource": "order", "filters": {"colour": 1}}, "colour"),
        ("get", {"resource": "order", "ids": "1-9999"}, "expected 1,000 at most"),
        ("add_order_note", {"arguments": {"orderId": 1}}, "text"),
        ("add_order_note", {"arguments": {"orderId": 1, "text": "x", "colour": 1}}, "colour"),
        ("map_records", {"document": 7, "records": []}, "expected object or string"),
        ("ready_mappings", {"name": "none"}, "expected one of"),
    ],
)
def test_wrong_arguments_are_said(asked: Asked, name: str, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises((UsageError, BrightpearlError), match=said):
        asked.tools.call(name, arguments)


def test_personal_data_is_masked_on_request() -> None:
    asked, plain = Asked(masks=True), Asked()
    order = next(row["orderId"] for row in plain.client.search("order", {"orderTypeId": 1}))
    open_ = plain("get", resource="order-service/order", ids=str(order))
    (record,) = open_["records"]
    party = record["parties"]["customer"]
    told = dump_json(asked("get", resource="order-service/order", ids=str(order)))
    for name in ("addressFullName", "addressLine1", "email", "telephone", "postalCode"):
        assert party[name] in dump_json(open_)
        assert party[name] not in told
    # What is not personal stays.
    assert json.loads(told)["records"][0]["totalValue"] == record["totalValue"]
    assert json.loads(told)["records"][0]["parties"]["customer"]["contactId"] == party["contactId"]
    (contact,) = plain("search", resource="contact", limit=1)["rows"]
    masked_row = asked("search", resource="contact", limit=1)["rows"][0]
    assert masked_row["contactId"] == contact["contactId"]
    for name in ("primaryEmail", "firstName", "lastName"):
        assert contact[name]
        assert masked_row[name] == "[masked]"
    shown = asked("add_order_note", arguments={"orderId": order, "text": "write to ada@example.com"})
    assert "ada@example.com" not in dump_json(shown)


def test_no_customer_is_told_by_any_resource_when_masked() -> None:
    plain, asked = Asked(characters=10_000_000), Asked(masks=True, characters=10_000_000)
    persons: set[str] = set()
    for contact in plain("get", resource="contact-service/contact", ids="1-900")["records"]:
        persons |= {contact["firstName"], contact["lastName"], contact["organisation"].get("name", "")}
        persons |= {email["email"] for email in contact["communication"]["emails"].values()}
        persons |= set(contact["communication"]["telephones"].values())
    for address in plain("get", resource="contact-service/postal-address", ids="1-900")["records"]:
        persons |= {text for name, text in address.items() if name.startswith(("addressLine", "postalCode"))}
    persons = {text for text in persons if len(text) > 3}
    assert len(persons) > 50

    def is_told(answer: dict[str, Any]) -> set[str]:
        text = dump_json(answer)
        return {person for person in persons if dump_json(person) in text}

    found = 0
    for resource in sorted(record_schemas()):
        # The places where its own warehouses are are no customer's.
        if resource != "warehouse":
            arguments: dict[str, Any] = {"resource": resource, "limit": 500}
            found += bool(is_told(plain("search", **arguments)))
            assert is_told(asked("search", **arguments)) == set(), resource
    for resource in ("order-service/order", "order-service/sales-order", "contact-service/postal-address"):
        arguments = {"resource": resource, "ids": "1-900"}
        assert is_told(plain("get", **arguments))
        assert is_told(asked("get", **arguments)) == set(), resource
    assert found >= 2


def test_what_is_told_of_a_place_is_masked_by_the_place() -> None:
    assert masked({"pointer": "/customer/address/email", "before": "x", "after": "y", "changeable": False}) == {
        "pointer": "/customer/address/email",
        "before": "[masked]",
        "after": "[masked]",
        "changeable": False,
    }
    assert masked([{"op": "replace", "path": "/firstName", "value": "Ada"}]) == [
        {"op": "replace", "path": "/firstName", "value": "[masked]"}
    ]
    assert masked({"pointer": "/warehouseId", "before": 2, "after": 3}) == {
        "pointer": "/warehouseId",
        "before": 2,
        "after": 3,
    }
    assert masked({"communication": {"emails": {"PRI": {"email": "x"}}}, "postAddressIds": {"DEF": 7}}) == {
        "communication": {"emails": {"PRI": {"email": "[masked]"}}},
        "postAddressIds": {"DEF": 7},
    }


@pytest.mark.parametrize("characters", [500, 2_000, 20_000])
def test_what_is_too_long_is_cut(characters: int) -> None:
    values: list[Any] = [
        {"a": "x" * 50_000, "b": 1},
        [{"n": number} for number in range(5_000)],
        {"m": {str(number): {"text": "y" * 300} for number in range(300)}, "small": [1, 2]},
        "z" * 50_000,
        [["w" * 50_000]],
    ]
    for value in values:
        assert len(dump_json(cut(value, characters))) < 2 * characters + 500
    assert cut({"a": 1}, characters) == {"a": 1}


def spawned(server: EmulatorServer, *options: str) -> Any:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("BRIGHTPEARL_")}
    return stdio_client(
        StdioServerParameters(
            command=sys.executable,
            args=["-m", "brightpearl", "mcp", *options],
            env=variables | environment(server),
        )
    )


def test_the_client_of_the_sdk_talks_to_it(server: EmulatorServer) -> None:
    token = environment(server)["BRIGHTPEARL_ACCOUNT_TOKEN"]

    async def talk() -> None:
        async with Assistant(spawned(server, "--write", "--characters", "5000")) as assistant:
            tools = {tool.name: tool for tool in (await assistant.list_tools()).tools}
            assert {"catalog", "search", "get", "explain", "validate", "check_mapping", "dry_run"} <= tools.keys()
            assert {"create_sales_order", "list_price_lists"} <= tools.keys()
            for tool in tools.values():
                assert tool.input_schema["type"] == "object"
                assert tool.description
            assert tools["create_sales_order"].annotations.read_only_hint is False  # type: ignore[union-attr]
            assert tools["search"].annotations.read_only_hint is True  # type: ignore[union-attr]

            async def ask(name: str, **arguments: Any) -> tuple[Any, bool]:
                result = await assistant.call_tool(name, arguments)
                (content,) = result.content
                assert token not in content.text
                assert len(content.text) < 10_000
                return json.loads(content.text), bool(result.is_error)

            told, is_error = await ask("search", resource="order", limit=3)
            assert (len(told["rows"]), is_error) == (3, False)
            told, is_error = await ask("search", resource="ordre")
            assert is_error
            assert "ordre" in told["message"]
            number = (await ask("search", resource="order", filters={"orderTypeId": 1}, limit=1))[0]["rows"][0][
                "orderId"
            ]
            note = {"orderId": number, "text": "by an assistant"}
            shown, _ = await ask("add_order_note", arguments=note)
            assert shown["written"] == "nothing yet"
            done, is_error = await ask("add_order_note", arguments=note, confirm=shown["confirm"])
            assert not is_error, done
            told, is_error = await ask("add_order_note", arguments={"orderId": number})
            assert is_error
            assert "text" in json.dumps(told)
            told, is_error = await ask("add_order_note", arguments=note | {"orderId": 999_999})
            shown, _ = told, is_error
            told, is_error = await ask(
                "add_order_note", arguments=note | {"orderId": 999_999}, confirm=shown["confirm"]
            )
            assert is_error
            assert told["delivery"] == "rejected"
            await ask("catalog", resource="order")

    anyio.run(talk)


def test_without_an_account_the_catalogue_answers(server: EmulatorServer) -> None:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("BRIGHTPEARL_")}

    async def talk() -> None:
        transport = stdio_client(
            StdioServerParameters(command=sys.executable, args=["-m", "brightpearl", "mcp"], env=variables)
        )
        async with Assistant(transport) as assistant:
            assert not (await assistant.call_tool("catalog", {"resource": "order-note"})).is_error
            result = await assistant.call_tool("search", {"resource": "order"})
            assert result.is_error
            assert "BRIGHTPEARL_ACCOUNT" in result.content[0].text

    anyio.run(talk)


def test_a_signal_ends_it(server: EmulatorServer) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "brightpearl", "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        hello = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        }
        process.stdin.write(json.dumps(hello).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["result"]["serverInfo"]["name"] == "brightpearl"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 143


def test_without_its_package_it_says_what_to_install() -> None:
    program = "import sys; sys.modules['mcp'] = None; from brightpearl.cli import main; sys.argv[1:] = ['mcp']; main()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "pip install 'brightpearl[mcp]'" in done.stderr
