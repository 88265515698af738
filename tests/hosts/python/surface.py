"""The documented surface as a type checker sees it. It is checked, not run."""

from decimal import Decimal

import httpx

import brightpearl
from brightpearl import (
    AsyncClient,
    BatchResult,
    BrightpearlError,
    Client,
    MaybeSent,
    NotSent,
    PrivateApp,
    Reply,
    Request,
    Response,
    Rows,
    SearchVerification,
    StaffApp,
    Violation,
    Write,
)


def transport(request: Request) -> Response:
    if request.method == "POST":
        raise MaybeSent("reset")
    if not request.headers:
        raise NotSent("no route")
    return Response(200, {"a": "b"}, b"{}")


client = Client(
    account="acme",
    datacentre="use1",
    credentials=PrivateApp(app_ref="acme_sync", account_token="..."),
    transport=transport,
    clock=lambda: 0,
    sleep=lambda seconds: None,
)
staff = Client.from_env(credentials=StaffApp(app_ref="acme_sync", staff_token="..."))
rows: Rows = client.search(
    "order-service/order-search",
    {"orderTypeId": 1, "updatedOn": "2026-01-01/"},
    columns=["orderId"],
    sort=["orderId"],
)
available: int | None = rows.metadata.results_available
for row in rows:
    identifier: int = row["orderId"]
    label: str | None = row.label("orderStatusId")
    cells: dict[str, object] = dict(row)
table = rows.to_arrow()
for order in client.get("order-service/order", "1-200,320"):
    raw: bytes = order.raw
    number: int = order["id"]
response = client.request("GET", "order-service/order-type", query=None, body=None).json()["response"]
uris: list[str] = client.options("order-service/order", "1-1000")
seconds: float = client.search("order-service/order-search").explain().seconds

# Writes, batches and tasks.
reply: Reply = client.post("order-service/order/1/note", {"text": "x"}, query={"a": 1}, headers={"If-Match": "3"})
client.put("a-service/b", b"{}", idempotent=True)
client.patch("a-service/b", [{"op": "replace", "path": "/a", "value": Decimal("1.10")}], unchecked=True)
client.delete("a-service/b")
for result in client.batch([Write("POST", "a-service/b", {}), ("DELETE", "a-service/b")], on_failure="continue"):
    one: BatchResult = result
    if one.response is not None:
        answered: int = one.response.status
order_id: int = client.create_sales_order(
    customer={"contactId": 7}, orderRows=[{"productId": 7, "quantity": Decimal(2), "price": "9.95"}]
)["orderId"]
client.remove_order_row(orderId=order_id, orderRowId="8")
done: dict[str, object] = client.task("add-order-note", orderId=7, text="x")
client.add_order_note(orderId=7)  # type: ignore[call-arg]
client.add_order_note(orderId=7, text=8)  # type: ignore[arg-type]
client.add_order_note(orderId=7, text="x", isPubic=True)  # type: ignore[call-arg]

# What needs no account.
names: list[str] = [found.name for found in brightpearl.catalog()]
described = brightpearl.describe("order-row")
pointers: list[str] = [field.pointer for operation in described.operations for field in operation.fields]
violations: list[Violation] = brightpearl.validate("order-row", "POST", {}, unknown_members="refuse")
exceptions: list[type[BrightpearlError]] = [kind.exception for kind in brightpearl.errors().kinds]
writing: list[bool] = [task.writes for task in brightpearl.tasks()]
brightpearl.verify_callback({"signature": "..."}, "...")
for verification in BrightpearlError("x").verifications:
    if isinstance(verification, SearchVerification):
        filters: tuple[tuple[str, str], ...] = verification.filters


async def transport_of_a_loop(request: Request) -> Response:
    return Response(200)


async def in_a_loop() -> tuple[list[int], int, list[bytes], Reply, list[bool]]:
    async with AsyncClient(
        account="acme",
        datacentre="use1",
        credentials=PrivateApp("a", "b"),
        transport=transport_of_a_loop,
        max_in_flight=2,
    ) as waiting:
        async with waiting.search("order-service/order-search") as found:
            ids: list[int] = [row["orderId"] async for row in found]
        return (
            ids,
            (await waiting.add_order_note(orderId=7, text="x"))["noteId"],
            [order.raw async for order in waiting.get("order-service/order", ids)],
            await waiting.post("a-service/b"),
            [result.ok async for result in waiting.batch([("POST", "a-service/b", {})])],
        )


# What a call does otherwise.
quick: Client = client.with_options(timeout=5, max_retries=0, extra_headers={"X-Trace": "7"})
statuses: list[int] = [one.status for one in quick.search("order", timeout=httpx.Timeout(3)).responses]
names_of_requests: list[str | None] = [reply.request_id, *(one.request_id for one in reply.responses)]
client.add_order_note(orderId=7, text="x", timeout=3, extra_query={"a": 1})
client.add_order_note(orderId=7, text="x", timeouts=3)  # type: ignore[call-arg]
client.search("order", max_retires=3)  # type: ignore[call-overload]
behind: int = client.task("list-price-lists").responses[0].status
