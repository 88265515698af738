"""Who guesses the token of the dashboard waits, and nobody else does."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from starlette.requests import Request

from brightpearl.service.login_attempts import MOST_CLIENTS, SECONDS, WRONG_LOGINS, LoginAttempts


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def request(host: str | None, forwarded: Sequence[str] = ()) -> Request:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return Request({"type": "http", "headers": headers, "client": None if host is None else (host, 1)})


def attempts(*proxies: str, clock: Clock | None = None) -> LoginAttempts:
    return LoginAttempts([ipaddress.ip_network(proxy) for proxy in proxies], clock or Clock())


def test_only_who_was_wrong_waits_and_for_a_minute() -> None:
    clock = Clock()
    logins = attempts(clock=clock)
    for _ in range(WRONG_LOGINS):
        assert not logins.is_to_wait("192.0.2.1")
        logins.note("192.0.2.1")
    assert logins.is_to_wait("192.0.2.1")
    assert not logins.is_to_wait("192.0.2.2")
    clock.now += SECONDS + 1
    assert not logins.is_to_wait("192.0.2.1")


def test_clients_are_told_apart_by_their_addresses() -> None:
    logins = attempts()
    assert logins.client_of(request("192.0.2.1")) != logins.client_of(request("192.0.2.2"))
    # Whoever has a network of IPv6 has all of its addresses.
    of_one = {logins.client_of(request(host)) for host in ("2001:db8::1", "2001:db8::ffff:2")}
    assert len(of_one | {logins.client_of(request("2001:db8:0:1::1"))}) == 2
    assert logins.client_of(request("::ffff:192.0.2.1")) == "192.0.2.1"
    assert logins.client_of(request(None)) == logins.client_of(request("testclient"))


def test_a_header_is_believed_from_a_proxy_only() -> None:
    logins = attempts("10.0.0.0/8")
    assert logins.client_of(request("192.0.2.1", ["203.0.113.9"])) == "192.0.2.1"
    assert logins.client_of(request("10.0.0.1", ["203.0.113.9"])) == "203.0.113.9"
    # What the client itself has put before what the proxy says is worth nothing.
    assert logins.client_of(request("10.0.0.1", ["198.51.100.1, 203.0.113.9", "10.0.0.2"])) == "203.0.113.9"
    assert logins.client_of(request("10.0.0.1", ["unknown"])) == ""
    assert logins.client_of(request("10.0.0.1")) == "10.0.0.1"


def test_what_is_remembered_is_bounded() -> None:
    logins = attempts()
    for number in range(MOST_CLIENTS + 500):
        for _ in range(WRONG_LOGINS + 5):
            logins.note(str(ipaddress.ip_address(number + (198 << 24))))
    assert len(logins._wrong) == MOST_CLIENTS
    assert all(len(times) == WRONG_LOGINS for times in logins._wrong.values())
    assert logins.is_to_wait(str(ipaddress.ip_address(MOST_CLIENTS + 499 + (198 << 24))))
