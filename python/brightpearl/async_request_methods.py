"""A method of `AsyncClient` for a single request of any kind, and one for each verb that writes."""

from __future__ import annotations

from brightpearl import operations
from brightpearl.async_driver import only_output
from brightpearl.operations import Write
from brightpearl.outputs import reply_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from typing_extensions import Unpack

    from brightpearl.async_driver import AsyncDriver
    from brightpearl.call_option_types import CallOptions
    from brightpearl.operations import Method
    from brightpearl.reply import Reply
    from brightpearl.wire import Parameters


class AsyncRequestMethods:
    """The part of an `AsyncClient` that sends single requests."""

    if TYPE_CHECKING:

        def _start(self, operation: str, options: Mapping[str, Any]) -> AsyncDriver: ...

    async def request(
        self,
        method: Method | str,
        path: str,
        query: Parameters | None = None,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        idempotent: bool = False,
        unchecked: bool = False,
        **options: Unpack[CallOptions],
    ) -> Reply:
        """Sends one request of any kind, and retries it where that is safe. The arguments are those of
        `Client.request`."""
        write = Write(method, path, body, query, headers, idempotent, unchecked)
        driver = self._start(operations.request(write), options)
        return reply_of(await only_output(driver), driver.answers)

    async def post(
        self,
        path: str,
        body: Any = None,
        *,
        query: Parameters | None = None,
        headers: Mapping[str, str] | None = None,
        unchecked: bool = False,
        **options: Unpack[CallOptions],
    ) -> Reply:
        """Creates something, once: it is never sent again when its outcome is unknown."""
        return await self.request("POST", path, query, body, headers=headers, unchecked=unchecked, **options)

    async def put(
        self,
        path: str,
        body: Any = None,
        *,
        query: Parameters | None = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool = False,
        unchecked: bool = False,
        **options: Unpack[CallOptions],
    ) -> Reply:
        """Replaces something."""
        return await self.request(
            "PUT", path, query, body, headers=headers, idempotent=idempotent, unchecked=unchecked, **options
        )

    async def patch(
        self,
        path: str,
        body: Any = None,
        *,
        query: Parameters | None = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool = False,
        unchecked: bool = False,
        **options: Unpack[CallOptions],
    ) -> Reply:
        """Changes something, by a JSON Patch as a rule."""
        return await self.request(
            "PATCH", path, query, body, headers=headers, idempotent=idempotent, unchecked=unchecked, **options
        )

    async def delete(
        self,
        path: str,
        body: Any = None,
        *,
        query: Parameters | None = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool = False,
        unchecked: bool = False,
        **options: Unpack[CallOptions],
    ) -> Reply:
        """Takes something away."""
        return await self.request(
            "DELETE", path, query, body, headers=headers, idempotent=idempotent, unchecked=unchecked, **options
        )
