"""What the credentials of all schemes have in common."""

from __future__ import annotations

from brightpearl.arguments import named
from brightpearl.secret_reference import EXPECTED, SecretReference, is_reference, plain, wrong_with
from brightpearl.text import Veiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    LookUp = Callable[[SecretReference], str]


# What is secret about an OAuth grant, and may be a reference. A code comes from a browser: it names nothing.
_STORED = frozenset({"access_token", "refresh_token"})


class Credentials:
    """What a client proves itself with. No credential shows what is secret about it.

    A secret may be given as a reference: `env:NAME`, `file:PATH`, `keyring:SERVICE/USER` or `command:PROGRAM
    ARGUMENTS`. It is looked up before the first request, and anew when Brightpearl refuses it. A secret that begins so
    itself is written with `literal:` before it. Credentials can be pickled where every secret is a reference.
    """

    __slots__ = ("_absent", "_settings")
    _type = ""
    _secrets: frozenset[str] = frozenset()

    def __init__(self, **settings: Any) -> None:
        # No traceback with its variables shows any.
        self._settings: dict[str, Any] = Veiled((name, value) for name, value in settings.items() if value is not None)
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

    def __reduce__(self) -> tuple[Any, ...]:
        literal = next((name for name, value in self._secret_texts() if not is_reference(str(value))), None)
        if literal is not None:
            raise TypeError(
                f"{type(self).__name__} cannot be pickled, since `{literal}` is a secret; expected {EXPECTED}"
            )
        return _restored, (type(self), {**self._settings}, self._absent)

    def __copy__(self) -> Credentials:
        return self

    def __deepcopy__(self, _: object) -> Credentials:
        return self

    def _has_references(self) -> bool:
        return any(is_reference(str(value)) for name, value in self._secret_texts() if self._may_refer(name))

    def _wrong_reference(self) -> tuple[str, str] | None:
        """The first reference that names nothing, and what to say of it: never the text."""
        for name, value in self._secret_texts():
            if self._may_refer(name) and is_reference(str(value)) and (problem := wrong_with(str(value))):
                return name, problem
        return None

    def _may_refer(self, name: str) -> bool:
        return name in _STORED or name in self._secrets

    def _secret_texts(self) -> Iterator[tuple[str, object]]:
        for name, value in self._settings.items():
            if name in self._secrets:
                yield from _flat(value) if isinstance(value, dict) else ((name, value),)

    def _keeps_tokens(self) -> bool:
        return "grant" in self._secrets

    def _with_tokens(self, kept: dict[str, Any]) -> Credentials:
        """The same with the tokens that a file has."""
        if not kept.get("refresh_token"):
            return self
        from brightpearl.token_file import KEPT

        members = {"token": "access_token"}
        tokens = Veiled((members.get(name, name), kept[name]) for name in KEPT if kept.get(name) is not None)
        return _restored(type(self), Veiled({**self._settings, "grant": {"tokens": tokens}}), self._absent)

    def _configuration(self, look_up: LookUp = SecretReference.look_up) -> dict[str, Any]:
        """What the engine takes, with what the references lead to."""
        return Veiled({"type": self._type, **_looked_up(self._settings, self._secrets, look_up)})


def names_of_secrets() -> list[str]:
    """What is secret about the credentials of all schemes, and may be a reference."""
    import brightpearl.credentials  # noqa: F401 - what is derived there

    named = [name for kind in Credentials.__subclasses__() for name in sorted(kind._secrets)]
    return list(dict.fromkeys(one for name in named for one in (sorted(_STORED) if name == "grant" else [name])))


def _restored(kind: type[Credentials], settings: dict[str, Any], absent: tuple[str, ...]) -> Credentials:
    made = kind.__new__(kind)
    made._settings = settings
    made._absent = absent
    return made


def _looked_up(settings: dict[str, Any], secrets: frozenset[str], look_up: LookUp) -> Veiled:
    made = Veiled()
    for name in settings:
        made[name] = _found(settings, name, secrets, look_up)
    return made


def _found(settings: dict[str, Any], name: str, secrets: frozenset[str], look_up: LookUp) -> Any:
    # No name is bound to a value: a command's arguments may be secret.
    if isinstance(settings[name], dict):
        return _looked_up(settings[name], _STORED, look_up)
    if name not in secrets or not isinstance(settings[name], str):
        return settings[name]
    if is_reference(settings[name]):
        return look_up(SecretReference(settings[name], f"credentials.{name}"))
    return plain(settings[name])


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
