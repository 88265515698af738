"""The dashboard, as a configuration writes it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from brightpearl.exceptions import ValidationError
from brightpearl.secret_reference import secret_of
from brightpearl.service.members import Members
from brightpearl.service.problems import Problem
from brightpearl.service.secrets import check_secret
from brightpearl.text import Hidden

SHORTEST_TOKEN = 16

_HEADER = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True)
class DashboardAccess:
    """Who may see the dashboard, and retry from it."""

    token: str | None
    """Where the token is that readers log in with."""
    user_header: str | None
    """The header in which a reverse proxy says who has logged in there."""
    proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
    """From where that header is believed."""


def read_dashboard(table: object, problems: list[Problem]) -> DashboardAccess | None:
    """The `[dashboard]` table; None where there is none, and no dashboard."""
    if table is None:
        return None
    members = Members(table, "[dashboard]", problems)
    token = members.text("token", "a reference such as env:DASHBOARD_TOKEN")
    header = members.text("user_header", "a header such as X-Forwarded-User")
    proxies = members.texts("proxies", "the addresses of reverse proxies, such as 10.0.0.0/8")
    members.finish()
    if token is None and header is None:
        members.wrong("token", "it is missing; expected a reference such as env:DASHBOARD_TOKEN, or `user_header`")
    if token is not None:
        check_secret(members, "token", token)
        _check_length(members, token)
    if header is not None and not _HEADER.fullmatch(header):
        members.wrong("user_header", f"it is {header[:100]!r}; expected the name of a header")
    if header is not None and not proxies:
        members.wrong("proxies", "they are missing; expected the addresses from which `user_header` is believed")
    networks = []
    for place, text in enumerate(proxies):
        try:
            networks.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            members.wrong(f"proxies[{place}]", f"it is {text[:100]!r}; expected an address, or a network: 10.0.0.0/8")
    return DashboardAccess(token, header, tuple(networks))


def _check_length(members: Members, token: str) -> None:
    try:
        length = len(Hidden(secret_of(token, "token")).value)
    except ValidationError:
        # It was noted before.
        return
    if length < SHORTEST_TOKEN:
        members.wrong("token", f"the secret is short; expected at least {SHORTEST_TOKEN} characters")
