"""Secrets that are named instead of given: a variable, a file, an entry of a keyring, or what a command prints."""

from __future__ import annotations

import os

from brightpearl.exceptions import ValidationError
from brightpearl.text import Hidden, one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


LONGEST = 64 << 10
"""Bytes that a secret may have where it is looked up."""

COMMAND_SECONDS = 30.0
"""Seconds that a command has to print a secret."""

EXPECTED = "env:NAME, file:PATH, keyring:SERVICE/USER or command:PROGRAM ARGUMENTS"
"""The references that there are."""

_KINDS = ("env", "file", "keyring", "command")
_LITERAL = "literal:"


class SecretUnavailableError(ValidationError):
    """A secret cannot be looked up where its reference says that it is. `location` says which one; what it would be is
    never told."""


def is_reference(text: str) -> bool:
    """Whether a text names a secret instead of being one."""
    kind, separator, _ = text.partition(":")
    return bool(separator) and kind in _KINDS


def as_literal(text: str) -> str:
    """A secret as a text that is not taken for a reference. Nearly every secret is one as it stands."""
    return _LITERAL + text if is_reference(text) or text.startswith(_LITERAL) else text


def plain(text: str) -> str:
    """The secret that `as_literal` made such a text of."""
    return text.removeprefix(_LITERAL)


def secret_of(text: str, where: str) -> str:
    """The secret that a text is, or that it refers to. `where`: what it is for, as errors say it."""
    if not is_reference(text):
        return plain(text)
    problem = wrong_with(text)
    reference = None if problem is not None else SecretReference(text, where)
    # No traceback shows what may be a command's arguments.
    del text
    if reference is None:
        raise invalid(problem or "", where)
    return reference.look_up()


def literal_tokens(tokens: dict[str, Any]) -> dict[str, Any]:
    """Tokens of a server as they may be given to `OAuth` later: a server cannot name a file or a command by them."""
    secrets = ("token", "refresh_token")
    return tokens | {name: as_literal(tokens[name]) for name in secrets if isinstance(tokens.get(name), str)}


def wrong_with(text: str) -> str | None:
    """What is wrong with a reference; None when it names something. What may be a secret that only begins like one is
    not shown."""
    kind, _, rest = text.partition(":")
    named = {
        "env": ("variable", "env:NAME", rest.isascii() and rest.isidentifier()),
        "file": ("file", "file:/run/secrets/NAME", rest and "\0" not in rest),
        "keyring": ("entry", "keyring:SERVICE/USER", all(_entry(rest))),
        "command": ("program", "command:PROGRAM ARGUMENTS", "\0" not in rest and any(_words(rest)[:1])),
    }
    what, expected, is_right = named[kind]
    return None if is_right else f"it begins with `{kind}:` and names no {what}; expected something like {expected}"


def invalid(problem: str, where: str) -> ValidationError:
    """The error of a reference with which something is wrong."""
    advice = f"Give {EXPECTED}; a secret that begins so is written with `{_LITERAL}` before it."
    return ValidationError(problem, location=where, advice=advice)


def _entry(rest: str) -> tuple[str, str]:
    # Services are often addresses.
    service, _, user = rest.rpartition("/")
    return service, user


def _words(rest: str) -> list[str]:
    """A program and its arguments; nothing where a quotation mark has no other."""
    import shlex

    try:
        return shlex.split(rest)
    except ValueError:
        return []


class SecretReference:
    """A secret by the place where it is looked up, each time anew.

    `text`: such as `env:NAME`. `where`: what the secret is for, as errors say it.
    """

    __slots__ = ("_kind", "_rest", "where")

    def __init__(self, text: str, where: str) -> None:
        problem = wrong_with(text)
        self._kind, _, self._rest = "", "", ""
        self.where = where
        if problem is not None:
            del text
            raise invalid(problem, where)
        self._kind, _, self._rest = text.partition(":")

    def __repr__(self) -> str:
        return f"SecretReference({self.shown()!r})"

    def shown(self) -> str:
        """The reference for people's eyes. Of a command only the program, since its arguments may be secret."""
        if self._kind == "command":
            words = _words(self._rest)
            return f"command:{one_line(words[0])}{' ...' if len(words) > 1 else ''}"
        return f"{self._kind}:{one_line(self._rest)}"

    def look_up(self) -> str:
        """The secret as it is now. Raises `SecretUnavailableError`."""
        if self._kind == "env":
            return self._of_variable()
        if self._kind == "file":
            return self._of_file()
        if self._kind == "keyring":
            return self._of_keyring()
        return self._of_command()

    def _of_variable(self) -> str:
        found = os.environ.get(self._rest)
        if not found:
            how = "is empty" if found is not None else "is not set"
            raise self._unavailable(f"the variable {self._rest} {how}", "Set the variable.")
        return found

    def _of_file(self) -> str:
        from brightpearl.private_file import irregular_kind

        path = os.path.expanduser(self._rest)
        advice = "Put the secret there, or name another file."
        try:
            # Never waits, as opening a FIFO does.
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
            with open(descriptor, "rb") as file:
                kind = irregular_kind(os.fstat(descriptor).st_mode)
                read = Hidden(None if kind else file.read(LONGEST + 1))
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise self._unavailable(f"the file cannot be read: {why}", advice) from None
        if kind:
            raise self._unavailable(f"it is {kind}; expected a regular file", advice)
        return self._line(read, "the file")

    def _of_keyring(self) -> str:
        try:
            import keyring
        except ImportError:
            raise self._unavailable(
                "the library keyring is not installed", "Install it: pip install 'brightpearl[keyring]'."
            ) from None
        service, user = _entry(self._rest)
        failure = None
        found = Hidden(None)
        try:
            found.value = keyring.get_password(service, user)
        except Exception as error:
            # What a keyring says may be anything.
            failure = type(error).__name__
        if failure is not None:
            raise self._unavailable(
                f"the keyring cannot be asked: {failure}", "Unlock the keyring, or name another place."
            )
        if found.value is None:
            raise self._unavailable(
                "the keyring has no such entry", f"Put it there: keyring set {one_line(service)} {one_line(user)}"
            )
        return self._line(found, "the entry")

    def _of_command(self) -> str:
        from brightpearl.secret_command import CommandError, output_of

        try:
            # No name leads to the arguments, which may be secret.
            printed = output_of(Hidden(_words(self._rest)), LONGEST, COMMAND_SECONDS)
        except CommandError as error:
            raise self._unavailable(str(error), "Run the command by hand to see what it says.") from None
        return self._line(printed, "what the command prints")

    def _line(self, read: Hidden, what: str) -> str:
        """The secret of what was read: without the line end behind it."""
        try:
            if isinstance(read.value, bytes):
                read.value = read.value.decode()
        except UnicodeDecodeError:
            read.value = None
        if not isinstance(read.value, str):
            raise self._unavailable(f"{what} is not UTF-8; expected a text", "Put the secret there as a text.")
        if len(read.value) > LONGEST:
            raise self._unavailable(f"{what} is longer than 64 KiB; expected a secret", "Put the secret alone there.")
        read.value = read.value.removesuffix("\n").removesuffix("\r")
        if not read.value:
            raise self._unavailable(f"{what} is empty; expected a secret", "Put the secret there.")
        if "\n" in read.value:
            raise self._unavailable(
                f"{what} has several lines; expected a secret in one", "Put the secret alone there, without more lines."
            )
        return str(read.value)

    def _unavailable(self, why: str, advice: str) -> SecretUnavailableError:
        return SecretUnavailableError(f"{self.shown()}: {why}", location=self.where, advice=advice)
