"""Who looks at the dashboard: a session in a cookie that is signed by the token, or a user whom a proxy names."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import time
from dataclasses import dataclass

from starlette.requests import Request

from brightpearl.service.dashboard_tables import DashboardAccess
from brightpearl.service.recent_secret import RecentSecret

COOKIE = "brightpearl_session"
SECONDS_OF_A_SESSION = 12 * 60 * 60


@dataclass(frozen=True)
class DashboardReader:
    """Somebody who may see the dashboard."""

    csrf: str
    """What forms of this reader have in them, and nobody else knows."""
    has_session: bool
    """Whether it is a session that can be ended here."""


class DashboardSessions:
    """Sessions without a store: a cookie has its end, a random name, and a signature by the token.

    Another token ends all of them.
    """

    def __init__(self, access: DashboardAccess) -> None:
        self._access = access
        self._token = None if access.token is None else RecentSecret(access.token, "token")
        self._own_key = secrets.token_bytes(32)

    def reader(self, request: Request) -> DashboardReader | None:
        """Who sends a request; None for a stranger. May take as long as looking up the token does."""
        cookie = request.cookies.get(COOKIE)
        if cookie is not None and (key := self._key()) is not None and self._is_good(cookie, key):
            return DashboardReader(_signed(key, f"form {cookie}"), True)
        header = self._access.user_header
        if header is not None and self._is_proxy(request):
            user = request.headers.get(header, "").strip()
            if user:
                return DashboardReader(_signed(self._own_key, f"form {user}"), False)
        return None

    def opened(self, token: str) -> str | None:
        """The cookie for whoever knows the token; None for others."""
        key = self._key()
        if key is None or self._token is None or not self._token.is_same(token):
            return None
        told = f"{int(time.time()) + SECONDS_OF_A_SESSION}.{secrets.token_urlsafe(24)}"
        return f"{told}.{_signed(key, told)}"

    @property
    def has_token(self) -> bool:
        """Whether one can log in here."""
        return self._access.token is not None

    def _is_good(self, cookie: str, key: bytes) -> bool:
        told, _, signature = cookie.rpartition(".")
        end = told.partition(".")[0]
        if not hmac.compare_digest(signature.encode(), _signed(key, told).encode()):
            return False
        return end.isascii() and end.isdecimal() and int(end) > time.time()

    def _is_proxy(self, request: Request) -> bool:
        try:
            client = ipaddress.ip_address(request.client.host if request.client else "")
        except ValueError:
            return False
        return any(client in network for network in self._access.proxies)

    def _key(self) -> bytes | None:
        found = None if self._token is None else self._token.found()
        return None if found is None else hashlib.sha256(b"brightpearl dashboard " + found.value.encode()).digest()


def is_form_of(reader: DashboardReader, given: str) -> bool:
    """Whether a form is one that this reader was given."""
    return hmac.compare_digest(reader.csrf.encode(), given.encode())


def _signed(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
