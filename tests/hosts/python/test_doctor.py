"""What is found of an account, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from brightpearl import Client, OAuth, PrivateApp, Request, Response
from brightpearl.doctor import Diagnosis, examine
from brightpearl.testing import Emulator, EmulatorServer
from command_line import Ended, server, settings
from conftest import page
from served import SECRET, configured

__all__ = ["server", "settings"]

DATE = "Sun, 29 Nov 2026 21:00:00 GMT"
NOW = 1795986000.0
GOOD: dict[str, Callable[[Request], Response]] = {
    "account-configuration": lambda _: Response(200, {"date": DATE}, b'{"response": {}}'),
    "webhook": lambda _: Response(404, {}, b'{"errors": [{"code": "CMNC-404", "message": "No webhooks available"}]}'),
    "-search": lambda _: Response(200, {}, page([1])),
}


def client(answers: dict[str, Callable[[Request], Response]] | None = None, **options: object) -> Client:
    """A client whose requests are answered by what their address has in it."""
    known = {**(answers or {}), **{name: answer for name, answer in GOOD.items() if name not in (answers or {})}}

    def transport(request: Request) -> Response:
        return next(answer for part, answer in known.items() if part in request.url)(request)

    given = {"account": "acme", "datacentre": "use1", "credentials": PrivateApp("a", "token"), "transport": transport}
    return Client(**{**given, "retry": {"max_attempts": 1}, **options})  # type: ignore[arg-type]


def found(made: Client, now: float = NOW, *, drift: bool = False) -> dict[tuple[str, str], Diagnosis]:
    return {(one.check, one.subject): one for one in examine(made, drift=drift, now=lambda: now)}


def test_all_is_well() -> None:
    made = Emulator(orders=3).client()
    seen = found(made, made._clock() / 1000)
    assert {one.verdict for one in seen.values()} == {"good"}, seen
    services = [subject for check, subject in seen if check == "permission"]
    assert {"order-service", "product-service", "contact-service", "warehouse-service"} <= set(services)
    assert seen["webhooks", ""].message == "none is registered"
    assert all(one.advice == "" for one in seen.values())


@pytest.mark.parametrize(
    ("answer", "verdict", "said"),
    [
        (Response(401, {}, b'{"response": "Not authenticated"}'), "wrong", "Not authenticated"),
        (Response(503, {}, b""), "unknown", "503"),
        (OSError("no route"), "unknown", "no route"),
    ],
)
def test_without_an_answer_that_is_the_last(answer: Response | OSError, verdict: str, said: str) -> None:
    def act(_: Request) -> Response:
        if isinstance(answer, OSError):
            raise answer
        return answer

    seen = found(client({"account-configuration": act}))
    assert list(seen) == [("credentials", "")]
    [one] = seen.values()
    assert one.verdict == verdict
    assert said in one.message
    assert one.advice


def test_a_secret_that_cannot_be_looked_up_is_told() -> None:
    [one] = found(client(credentials=PrivateApp("a", "env:NOT_SET_AT_ALL"))).values()
    assert one.verdict == "wrong"
    assert "env:NOT_SET_AT_ALL" in one.message


@pytest.mark.parametrize(
    ("seconds", "verdict", "said"),
    [
        (0, "good", "agrees"),
        (29, "good", "agrees"),
        (95, "doubtful", "95 seconds ahead of"),
        (-95, "doubtful", "95 seconds behind"),
    ],
)
def test_a_clock_that_is_wrong_is_told(seconds: float, verdict: str, said: str) -> None:
    one = found(client(), NOW + seconds)["clock", ""]
    assert one.verdict == verdict
    assert said in one.message


def test_an_answer_without_a_date_tells_nothing_of_the_clock() -> None:
    for headers in ({}, {"date": "yesterday"}):
        made = client({"account-configuration": lambda _, headers=headers: Response(200, headers, b'{"response": {}}')})
        assert found(made)["clock", ""].verdict == "unknown"


def test_a_budget_that_others_eat_is_told() -> None:
    headers = {"date": DATE, "brightpearl-requests-remaining": "3", "brightpearl-next-throttle-period": "30000"}
    made = client({"account-configuration": lambda _: Response(200, headers, b'{"response": {}}')})
    told = next(one for one in examine(made, now=lambda: NOW) if one.check == "budget")
    assert told.verdict == "doubtful"
    assert "of 200 requests are left" in told.message


def test_rights_that_are_missing_are_told_by_service() -> None:
    refused = Response(403, {}, b'{"errors": [{"code": "X", "message": "no permission"}]}')
    made = client(
        {
            "contact-service/contact-search": lambda _: refused,
            "webhook": lambda _: refused,
            "product-search": lambda _: Response(503, {}, b""),
        }
    )
    seen = found(made)
    assert seen["permission", "contact-service"].verdict == "wrong"
    assert "the right to read from contact-service" in seen["permission", "contact-service"].advice
    assert seen["permission", "product-service"].verdict == "unknown"
    assert seen["permission", "order-service"].verdict == "good"
    assert "integration-service" in seen["webhooks", ""].advice


def test_webhooks_are_listed_and_a_strange_list_is_told() -> None:
    for body, verdict, said in (
        (
            b'{"response": [{"subscribeTo": "order.created"}, {"subscribeTo": "a\\u001bb"}]}',
            "good",
            "a\\x1bb, order.cre",
        ),
        (b'{"response": [3]}', "unknown", "the answer"),
        (b'{"response": [{"id": 7, "subscribeTo": null}]}', "unknown", "what is not a webhook"),
        (b'{"other": 3}', "unknown", "expected Brightpearl's JSON envelope"),
    ):
        one = found(client({"webhook": lambda _, body=body: Response(200, {}, body)}))["webhooks", ""]
        assert one.verdict == verdict
        assert said in one.message


@pytest.mark.parametrize(
    ("told", "verdict"), [("use1.brightpearlconnect.com", "good"), ("ws-eu1.brightpearl.com", "doubtful")]
)
def test_the_host_that_a_login_tells_is_compared(told: str, verdict: str) -> None:
    def login(_: Request) -> Response:
        return Response(200, {}, json.dumps({"access_token": "a", "refresh_token": "b", "api_domain": told}))

    seen = found(client({"/token/": login}, credentials=OAuth("a", "d", refresh_token="r")))
    assert seen["datacentre", "" if verdict == "good" else "use1"].verdict == verdict


def test_drift_is_told_by_search() -> None:
    emulator = Emulator(orders=3)
    seen = [one for one in examine(emulator.client(), drift=True) if one.check == "drift"]
    assert len(seen) > 20
    assert {one.verdict for one in seen} <= {"good", "doubtful", "wrong", "unknown"}
    assert any(one.verdict == "good" for one in seen)


def test_the_command_says_it_and_ends_accordingly(server: EmulatorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = Ended("doctor")
    assert ended.code == 0, ended.out + ended.err
    assert "good     credentials: Brightpearl takes the credentials" in ended.out
    lines = [json.loads(line) for line in Ended("doctor", "--json").out.splitlines()]
    assert all(sorted(line) == ["advice", "check", "message", "subject", "verdict"] for line in lines)
    monkeypatch.setenv("BRIGHTPEARL_ACCOUNT_TOKEN", "wrong-token-of-nobody")
    ended = Ended("doctor")
    assert ended.code == 3
    assert ended.out.startswith("wrong    credentials: ")
    assert "what to do: Look whether the app" in ended.out
    monkeypatch.setenv("BRIGHTPEARL_BASE_URL", "http://127.0.0.1:1")
    ended = Ended("doctor")
    assert ended.code == 5
    assert ended.out.startswith("unknown  credentials: ")


def test_the_datacentre_is_always_told() -> None:
    assert "use1" in found(client())["datacentre", ""].message
    refused = found(client({"account-configuration": lambda _: Response(401, {}, b"{}")}))["credentials", ""]
    assert "datacentre use1" in refused.advice


def test_the_subscriptions_of_a_service_are_compared(
    tmp_path: Path, server: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setenv("HOOK_SECRET_OLD", SECRET[::-1])
    flow = '[[flow]]\nname = "a"\npull = ["order"]\non = ["order.modified"]\nto = "file: out"\n'
    path = str(configured(tmp_path, flow))

    def told() -> dict[str, str]:
        lines = Ended("doctor", "--service", path, "--json").out.splitlines()
        [one] = [read for read in map(json.loads, lines) if read["check"] == "webhooks"]
        return {name: one[name] for name in ("verdict", "message", "advice")}

    missing = told()
    assert (missing["verdict"], "missing: order.modified" in missing["message"]) == ("wrong", True)
    assert "brightpearl webhooks apply" in missing["advice"]
    assert Ended("webhooks", "apply", path).code == 0
    assert told()["verdict"] == "good"
    # One that no flow waits for any more.
    configured(tmp_path, flow.replace("order.modified", "order.destroyed"))
    assert told()["verdict"] == "wrong"
    assert "is to be removed" in told()["message"]
    (tmp_path / "brightpearl.toml").write_text("x")
    assert Ended("doctor", "--service", path).code == 2
