"""Every scheme of authentication: what it sends, and that it shows nothing secret."""

from __future__ import annotations

import json

import pytest

from brightpearl import (
    ApplicationLogin,
    AuthenticationError,
    Client,
    Credentials,
    LegacySession,
    OAuth,
    PublicApp,
    Request,
    Response,
    StaffApp,
    StaffLogin,
    ValidationError,
)
from brightpearl.environment import settings

SECRET = "s3cret-word"
PLACE = {"BRIGHTPEARL_ACCOUNT": "acme", "BRIGHTPEARL_DATACENTRE": "use1"}


class Server:
    """Answers logins with tokens that count up, and everything else with an empty list."""

    def __init__(self, refuse_first: bool = False) -> None:
        self.requests: list[Request] = []
        self.logins = 0
        self.refuse_next = refuse_first

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        if "/public-api/" in request.url:
            if self.refuse_next:
                self.refuse_next = False
                return Response(401, {}, b'{"response":"Authorization token expired"}')
            return Response(200, {}, b'{"response":[]}')
        self.logins += 1
        if "/token/" not in request.url:
            return Response(200, {}, json.dumps({"response": f"token-{self.logins}"}).encode())
        answer = {
            "access_token": f"access-{self.logins}",
            "refresh_token": f"refresh-{self.logins}",
            "api_domain": "ws-use.brightpearl.com",
            "expires_in": 604800,
        }
        return Response(200, {}, json.dumps(answer).encode())


def asked(credentials: Credentials, server: Server) -> Client:
    client = Client(account="acme", datacentre="use1", credentials=credentials, transport=server)
    assert client.request("GET", "order-service/order-type").json()["response"] == []
    assert SECRET not in repr(client) + repr(credentials)
    return client


@pytest.mark.parametrize(
    ("credentials", "header", "value"),
    [
        (StaffLogin("acme_sync", "ann@acme.example", SECRET), "brightpearl-staff-token", "token-1"),
        (LegacySession("ann@acme.example", SECRET), "brightpearl-auth", "token-1"),
        (ApplicationLogin("acme-app", SECRET), "brightpearl-auth", "token-1"),
        (ApplicationLogin("acme-app", SECRET, token_header="Authorization"), "authorization", "Bearer token-1"),
    ],
)
def test_logins_come_first_and_once(credentials: Credentials, header: str, value: str) -> None:
    server = Server()
    client = asked(credentials, server)
    client.request("GET", "order-service/order-type")
    assert server.logins == 1
    assert [request.headers[header] for request in server.requests[1:]] == [value, value]
    assert client.tokens()["token"] == "token-1"


def test_a_public_app_signs_its_token() -> None:
    server = Server()
    asked(
        PublicApp(
            "acme_dev",
            "acme_shop",
            "c72a9373-86f5-4138-a41f-c26cd9abfe4e",
            "fcVGPrRapgRyT83CJb9kg8wBpgIV7tdKikdKA/7SmvY=",
        ),
        server,
    )
    headers = server.requests[0].headers
    assert headers["brightpearl-account-token"] == "xOcgfoSsTBnWVAHr46EIWpA5U+/mpflsts/lF7p2jnc="
    assert headers["brightpearl-dev-ref"] == "acme_dev"


def test_a_public_staff_app_names_its_developer() -> None:
    server = Server()
    asked(StaffApp("acme_shop", SECRET, dev_ref="acme_dev"), server)
    assert server.requests[0].headers["brightpearl-dev-ref"] == "acme_dev"


def test_oauth_exchanges_a_code_and_moves_to_the_named_host() -> None:
    server = Server()
    client = asked(OAuth("acme_shop", "acme_dev", code=SECRET, redirect_uri="https://acme.example/cb"), server)
    assert server.requests[1].url.startswith("https://ws-use.brightpearl.com/public-api/acme/")
    assert server.requests[1].headers["authorization"] == "Bearer access-1"
    assert client.tokens()["refresh_token"] == "refresh-1"


def test_oauth_renews_once_on_a_401_and_hands_the_new_tokens_over() -> None:
    server = Server(refuse_first=True)
    client = asked(OAuth("acme_shop", "acme_dev", access_token="old", refresh_token=SECRET), server)
    assert server.logins == 1
    assert client.tokens()["refresh_token"] == "refresh-1"
    refreshed = [event for event in client.events() if event["event"] == "token-refreshed"]
    assert [event["is_rotated"] for event in refreshed] == [True]


def test_a_refused_login_is_an_authentication_error() -> None:
    def refuse(request: Request) -> Response:
        return Response(401, {}, b'{"errors":[{"code":"GWYB-006","message":"Unable to authenticate"}]}')

    client = Client(
        account="acme", datacentre="use1", credentials=LegacySession("ann@acme.example", SECRET), transport=refuse
    )
    with pytest.raises(AuthenticationError) as caught:
        client.request("GET", "order-service/order-type")
    assert caught.value.errors == [("GWYB-006", "Unable to authenticate")]
    assert SECRET not in str(caught.value) + repr(caught.value)


def test_oauth_begins_in_one_way() -> None:
    with pytest.raises(TypeError, match="one way to begin"):
        OAuth("a", "d", code="c", redirect_uri="r", refresh_token="t")
    with pytest.raises(TypeError, match="redirect_uri"):
        OAuth("a", "d", code="c")
    with pytest.raises(ValidationError) as caught:
        Client(account="acme", datacentre="use1", credentials=OAuth("a", "d"), transport=Server())
    assert caught.value.location == "credentials.grant"


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({"BRIGHTPEARL_EMAIL": "a@b.c", "BRIGHTPEARL_PASSWORD": "x"}, LegacySession),
        ({"BRIGHTPEARL_EMAIL": "a@b.c", "BRIGHTPEARL_PASSWORD": "x", "BRIGHTPEARL_APP_REF": "a"}, StaffLogin),
        ({"BRIGHTPEARL_APPLICATION_ID": "a", "BRIGHTPEARL_APPLICATION_SECRET": "x"}, ApplicationLogin),
        (
            {
                "BRIGHTPEARL_ACCOUNT_TOKEN": "t",
                "BRIGHTPEARL_DEV_SECRET": "x",
                "BRIGHTPEARL_DEV_REF": "d",
                "BRIGHTPEARL_APP_REF": "a",
            },
            PublicApp,
        ),
        ({"BRIGHTPEARL_REFRESH_TOKEN": "t", "BRIGHTPEARL_DEV_REF": "d", "BRIGHTPEARL_APP_REF": "a"}, OAuth),
    ],
)
def test_every_scheme_from_the_environment(environment: dict[str, str], kind: type) -> None:
    assert isinstance(settings(PLACE | environment)["credentials"], kind)
