"""An account whose access tokens end, and clients that hand over the new ones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from brightpearl import OAuth, Request, Response
from pushed import shop

KINDS = ["sync", "async"]
TYPES = "order-service/order-type"


def grant() -> OAuth:
    """The grant that the emulated account begins with; its refresh token ends with the first refresh."""
    return OAuth(
        "demo_oauth_app",
        "demo_developer",
        client_secret="demo-client-secret-for-tests-only",
        refresh_token="ZGVtby1yZWZyZXNoLXRva2VuLWZvci10ZXN0cy1vbmw=",
        token_url="http://127.0.0.1/token/demo",
    )


class Shop:
    """An account whose access tokens end after some requests, or only the first of them; and all that happened in its
    order."""

    def __init__(self, kind: str, *, lasts: int = 1000, only_first: bool = False) -> None:
        self.kind = kind
        self.emulator = shop()
        self.lasts = lasts
        self.only_first = only_first
        self.happened: list[str] = []
        self.refuses: Callable[[dict[str, Any]], object] = lambda _: None
        self._since = 0

    def answer(self, request: Request) -> Response:
        """What Brightpearl answers, which is noted."""
        is_login = "/token/" in request.url
        self.happened.append("login" if is_login else "sent")
        self._since = 0 if is_login else self._since + 1
        is_first = self.happened.count("login") == 1
        if self._since > self.lasts and (is_first or not self.only_first):
            self.happened[-1] = "refused"
            return Response(401, {}, b'{"response": "Authorization token expired"}')
        return self.emulator.transport(request)

    async def _async_answer(self, request: Request) -> Response:
        await asyncio.sleep(0)
        return self.answer(request)

    def _take(self, tokens: dict[str, Any]) -> None:
        self.happened.append("tokens")
        assert tokens["refresh_token"]
        self.refuses(tokens)

    async def _async_take(self, tokens: dict[str, Any]) -> None:
        # Others have their turn meanwhile.
        for _ in range(10):
            await asyncio.sleep(0)
        self._take(tokens)

    def client(self, **options: Any) -> Any:
        """A client of its kind."""
        if self.kind == "sync":
            settings: dict[str, Any] = {"transport": self.answer, "on_tokens": self._take}
            return self.emulator.client(credentials=grant(), **(settings | options))
        settings = {"transport": self._async_answer, "on_tokens": self._async_take}
        return self.emulator.async_client(credentials=grant(), **(settings | options))


def drained(kind: str, act: Callable[[], Any]) -> Any:
    """What a call gives, of either kind; all of it when there are several."""
    if kind == "sync":
        given = act()
        return list(given) if hasattr(given, "__iter__") and not isinstance(given, dict) else given

    async def run() -> Any:
        given = act()
        return [one async for one in given] if hasattr(given, "__aiter__") else await given

    return asyncio.run(run())


def failing(_: dict[str, Any]) -> None:
    """A program whose disk is full."""
    raise OSError(28, "No space left on device")
