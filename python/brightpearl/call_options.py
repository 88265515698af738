"""What one call does otherwise than its client: how long it waits, how often it tries, and what it sends besides."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from brightpearl._native import dump_json
from brightpearl.arguments import checked_count, checked_seconds, did_you_mean, each_of, told_at, wrong_type
from brightpearl.exceptions import ArgumentTypeError, ValidationError
from brightpearl.operations import LARGEST_U32
from brightpearl.wire import header_lines, pairs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import httpx

    from brightpearl._native import Call

    AnyTimeout = float | httpx.Timeout
    """Seconds of each wait, or what `httpx` has for it."""


NAMES = ("timeout", "max_retries", "extra_headers", "extra_query")
"""The options that every call takes."""

USUAL_TIMEOUT = 60.0
"""Seconds; told apart by its identity from what a caller gives."""


def apart(arguments: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arguments of a task, which are written as the API writes them, and the options of its call."""
    options = {name: value for name, value in arguments.items() if name in NAMES}
    return {name: value for name, value in arguments.items() if name not in NAMES}, options


class OptionsOfCall:
    """Checked options. Those of a call stand above those of its client."""

    __slots__ = ("_headers", "_max_retries", "_query", "timeout")

    def __init__(
        self,
        timeout: AnyTimeout | None = None,
        max_retries: int | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        query: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.timeout = timeout
        self._max_retries = max_retries
        self._headers = headers
        self._query = query

    @property
    def has_headers(self) -> bool:
        """Whether it has header lines."""
        return bool(self._headers)

    def with_more(self, given: Mapping[str, Any]) -> OptionsOfCall:
        """These with what is given; raises at what cannot be."""
        if not given:
            return self
        for name in given:
            if name not in NAMES:
                nearest = did_you_mean(name, NAMES)
                expected = f"did you mean {nearest}?" if nearest else f"expected some of {', '.join(NAMES)}"
                raise ArgumentTypeError(f"the call takes no argument {name!r}; {expected}", location=name)
        timeout, most = given.get("timeout"), given.get("max_retries")
        return OptionsOfCall(
            self.timeout if timeout is None else checked_timeout(timeout, "timeout"),
            self._max_retries if most is None else checked_retries(most),
            _merged(self._headers, headers_of(given.get("extra_headers"), "extra_headers"), str.lower),
            _merged(self._query, tuple(pairs_of(given.get("extra_query"), "extra_query")), str),
        )

    def adjust(self, call: Call) -> None:
        """Tells a call. Raises `ValidationError` at what the engine refuses."""
        said: dict[str, Any] = {}
        if self._max_retries is not None:
            said["max_attempts"] = self._max_retries + 1
        if self._headers:
            said["headers"] = self._headers
        if self._query:
            said["query"] = self._query
        if said:
            call.adjust(dump_json(said, "options"))


def require_known(given: Mapping[str, Any], client: type, operation: str) -> None:
    """Raises `TypeError` at an argument that a client's method does not take. Options of calls are what its own
    arguments leave over, misspelt ones among it."""
    unknown = next((name for name in given if name not in NAMES), None)
    if unknown is None:
        return
    import inspect

    method = "get" if operation == "fetch" else operation
    parameters = inspect.signature(getattr(client, method)).parameters.values()
    taken = [one.name for one in parameters if one.name != "self" and one.kind is not inspect.Parameter.VAR_KEYWORD]
    known = [*taken, *(name for name in NAMES if name not in taken)]
    nearest = did_you_mean(unknown, known)
    expected = f"did you mean {nearest}?" if nearest else f"expected some of {', '.join(known)}"
    raise ArgumentTypeError(f"{method} takes no argument {unknown!r}; {expected}", location=unknown)


UNCHANGED = OptionsOfCall()
"""Those of a call that does what its client does."""


def checked_timeout(value: object, name: str) -> Any:
    """Seconds above 0, or an `httpx.Timeout` of such."""
    httpx = sys.modules.get("httpx")
    if httpx is None or not isinstance(value, httpx.Timeout):
        if type(value).__name__ == "Timeout":
            raise wrong_type(name, value, "a number of seconds, or an httpx.Timeout")
        return checked_seconds(value, name)
    for part, seconds in value.as_dict().items():
        if seconds is not None:
            checked_seconds(seconds, f"{name}.{part}")
    return value


def checked_retries(value: object, name: str = "max_retries") -> int | None:
    """How often to try again."""
    return checked_count(value, name, most=LARGEST_U32 - 1)


def policy_of(retry: object, max_retries: object) -> Any:
    """The policy that two arguments of a client come to."""
    most = checked_retries(max_retries)
    if most is None:
        return retry
    if isinstance(retry, Mapping) and "max_attempts" in retry:
        message = "`retry` says `max_attempts` as well; expected only one of them"
        raise ValidationError(message, location="max_retries")
    if retry is not None and not isinstance(retry, Mapping):
        return retry
    return {**(retry or {}), "max_attempts": most + 1}


def headers_of(given: object, name: str) -> tuple[tuple[str, str], ...]:
    """Header lines as a mapping has them, or pairs. A number is not taken for a text: no header is one."""
    if given is None:
        return ()
    expected = "a mapping, or pairs of a name and a value"
    pairs = list(given.items()) if isinstance(given, Mapping) else each_of(given, name, expected)
    for pair in pairs:
        if isinstance(pair, (tuple, list)) and len(pair) == 2 and not isinstance(pair[1], str):
            raise wrong_type(f"{name}.{pair[0]}" if isinstance(pair[0], str) else name, pair[1], "a text")
    return tuple(header_lines(pairs, name))


def require_headers(options: OptionsOfCall, call: Call, place: str) -> None:
    """Raises `ValidationError` at `place` for header lines that no call can have. The call is one that is not sent."""
    try:
        OptionsOfCall(headers=options._headers).adjust(call)
    except ValidationError as error:
        raise told_at(error, "extra_headers", place) from None


def _merged(
    below: tuple[tuple[str, str], ...], above: tuple[tuple[str, str], ...], plain: Any
) -> tuple[tuple[str, str], ...]:
    names = {plain(name) for name, _ in above}
    return (*(pair for pair in below if plain(pair[0]) not in names), *above)
