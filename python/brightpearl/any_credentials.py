"""What the credentials of all schemes have in common."""

from __future__ import annotations

from brightpearl.arguments import named
from brightpearl.text import Veiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Credentials:
    """What a client proves itself with. No credential shows what is secret about it."""

    __slots__ = ("_absent", "_settings")
    _type = ""
    _secrets: frozenset[str] = frozenset()

    def __init__(self, **settings: Any) -> None:
        self._settings = {name: value for name, value in settings.items() if value is not None}
        self._absent = tuple(name for name, value in settings.items() if value is None)

    def __repr__(self) -> str:
        shown = (
            f"{name}={'[redacted]' if name in self._secrets else repr(value)}"
            # None yet where an argument was refused.
            for name, value in getattr(self, "_settings", {}).items()
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    def _wrong_type(self) -> tuple[str, str] | None:
        """The first argument that has a wrong type, and what to say of it: never its value."""
        optional = type(self).__init__.__kwdefaults__ or {}
        for name, value in _flat(self._settings):
            if not isinstance(value, str) and name != "expires_at":
                return name, f"`{name}` is {named(value)}; expected a text"
        for name in self._absent:
            if name not in optional and name != "grant":
                return name, f"`{name}` is None; expected a text"
        return None

    def _configuration(self) -> dict[str, Any]:
        return {"type": self._type, **self._settings}


def _flat(settings: dict[str, Any]) -> Iterator[tuple[str, object]]:
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from _flat(value)
        else:
            yield name, value


def grant_of(
    *, code: str | None, redirect_uri: str | None, **stored: str | int | None
) -> tuple[dict[str, Any], str | None]:
    """What an OAuth app begins with: a code that just came, or tokens that an earlier run stored. Or what is wrong
    with that, to be raised where nothing secret is bound to a name any more."""
    given = Veiled((name, value) for name, value in stored.items() if value is not None)
    if code is None:
        return {"tokens": given}, None
    if given:
        return {}, f"both a code and {', '.join(given)} are given; expected one way to begin"
    if redirect_uri is None:
        return {}, "a code is given without redirect_uri; expected the address of the authorise page"
    return {"authorization_code": {"code": code, "redirect_uri": redirect_uri}}, None
