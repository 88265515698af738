"""The bodies of requests, no more of them than is allowed, and no later."""

from __future__ import annotations

import anyio
from starlette.requests import ClientDisconnect, Request

SECONDS_FOR_A_BODY = 30.0


async def body_of(request: Request, most: int) -> bytes | None:
    """The body, of which no more than so many bytes are read; None when it does not come in time."""
    parts = bytearray()
    try:
        with anyio.fail_after(SECONDS_FOR_A_BODY):
            async for part in request.stream():
                parts += part[: most - len(parts)]
                if len(parts) >= most:
                    break
    except (TimeoutError, ClientDisconnect):
        return None
    return bytes(parts)
