"""The documented surface as a type checker sees it. It is checked, not run."""

from brightpearl import Client, MaybeSent, NotSent, PrivateApp, Request, Response, Rows, StaffApp


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
