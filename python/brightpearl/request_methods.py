"""A method of `Client` for a single request of any kind, and one for each verb that writes."""

from __future__ import annotations

from brightpearl import operations
from brightpearl.driver import only_output
from brightpearl.operations import Write
from brightpearl.outputs import reply_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from typing_extensions import Unpack

    from brightpearl.call_option_types import CallOptions
    from brightpearl.driver import Driver
    from brightpearl.operations import Method
    from brightpearl.reply import Reply
    from brightpearl.wire import Parameters


class RequestMethods:
    """The part of a `Client` that sends single requests."""

    if TYPE_CHECKING:

        def _start(self, operation: str, options: Mapping[str, Any]) -> Driver: ...

    def request(
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
        """Sends one request of any kind, and retries it where that is safe.

        `path`: below the account, such as `order-service/order-type`.
        `body`: bytes or a text as it is, or an object that has a JSON form: `decimal.Decimal` digit for digit,
        dates and date-times in ISO 8601.
        `headers`: such as `{"If-Match": "3"}`. Credentials come by themselves.
        `idempotent`: says that sending this PUT, PATCH or DELETE twice is the same as sending it once.
        `unchecked`: sends a body although the catalog finds it wrong, for fields newer than this version.

        Raises `ValidationError` with all `violations` before it sends a wrong body.
        """
        write = Write(method, path, body, query, headers, idempotent, unchecked)
        driver = self._start(operations.request(write), options)
        return reply_of(only_output(driver), driver.answers)

    def post(
        self,
        path: str,
        body: Any = None,
        *,
        query: Parameters | None = None,
        headers: Mapping[str, str] | None = None,
        unchecked: bool = False,
        **options: Unpack[CallOptions],
    ) -> Reply:
        """Creates something, once: it is never sent again when its outcome is unknown.

        The arguments are those of `request`. `reply.json()["response"]` is the new id as a rule.
        """
        return self.request("POST", path, query, body, headers=headers, unchecked=unchecked, **options)

    def put(
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
        """Replaces something. The arguments are those of `request`."""
        return self.request(
            "PUT", path, query, body, headers=headers, idempotent=idempotent, unchecked=unchecked, **options
        )

    def patch(
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
        """Changes something, by a JSON Patch as a rule. The arguments are those of `request`."""
        return self.request(
            "PATCH", path, query, body, headers=headers, idempotent=idempotent, unchecked=unchecked, **options
        )

    def delete(
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
        """Takes something away. The arguments are those of `request`."""
        return self.request(
            "DELETE", path, query, body, headers=headers, idempotent=idempotent, unchecked=unchecked, **options
        )
