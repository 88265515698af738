"""What the credentials of all schemes have in common."""

from __future__ import annotations

from brightpearl.text import Veiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Credentials:
    """What a client proves itself with. No credential shows what is secret about it."""

    __slots__ = ("_settings",)
    _type = ""
    _secrets: frozenset[str] = frozenset()

    def __init__(self, **settings: Any) -> None:
        self._settings = {name: value for name, value in settings.items() if value is not None}

    def __repr__(self) -> str:
        shown = (
            f"{name}={'[redacted]' if name in self._secrets else repr(value)}"
            # None yet where an argument was refused.
            for name, value in getattr(self, "_settings", {}).items()
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    def _configuration(self) -> dict[str, Any]:
        return {"type": self._type, **self._settings}


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
