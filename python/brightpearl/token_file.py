"""The file that keeps an OAuth grant from one process to the next, since a refresh may end the token that it used."""

from __future__ import annotations

import json
import os
import stat

from brightpearl._native import load_json
from brightpearl.arguments import wrong_type
from brightpearl.exceptions import BrightpearlError, ValidationError
from brightpearl.grant_owner import MEMBERS as OWNER_MEMBERS
from brightpearl.grant_owner import GrantOwner
from brightpearl.locking import NameLock
from brightpearl.private_file import PRIVATE, irregular_kind, replacing, require_replaceable
from brightpearl.secret_reference import SecretReference, is_reference, wrong_with
from brightpearl.text import Hidden, Veiled, one_line
from brightpearl.whole_file import LARGEST_SETTINGS, read_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

VARIABLE = "BRIGHTPEARL_TOKEN_FILE"
"""The variable that names the file."""

KEY_VARIABLE = "BRIGHTPEARL_TOKEN_KEY"
"""The variable that says where the key is that encrypts the file."""

KEPT = ("token", "expires_at", "refresh_token", "api_domain")
"""What of a client's tokens is kept."""

SECONDS_BETWEEN_TRIES = 0.05
"""How long to wait before a file that another process has is asked for again."""

# What the file has, and the variable whose place each takes.
_MEMBERS = {
    "refresh_token": "BRIGHTPEARL_REFRESH_TOKEN",
    "token": "BRIGHTPEARL_ACCESS_TOKEN",
    "api_domain": "BRIGHTPEARL_API_DOMAIN",
}
_SEALED = "encrypted"
_REPLACE = "Name another file, or have new tokens take the place of those: brightpearl login --replace"
_ROOM = 64 << 10
_KEY_ADVICE = (
    "Put a key there, such as this prints: python -c "
    "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
)


class TokenFile:
    """A file with a grant, which processes that run at once read and replace one after the other.

    `owner`: who uses it: what another one left there is neither read nor replaced. `where`: what names the file, as
    errors say it. `key`: a reference to the key that encrypts it. `tell`: is given what the user ought to know.
    """

    def __init__(
        self,
        name: str,
        *,
        owner: GrantOwner | None = None,
        where: str = VARIABLE,
        key: Hidden | None = None,
        tell: Callable[[str], object] | None = None,
        is_read: bool = True,
    ) -> None:
        # A link is followed once, so that all that follows happens in one place.
        self.path = os.path.realpath(name)
        self.where = where
        self._owner = owner or GrantOwner()
        self._tell = tell
        self._key = None if key is None or not key.value else _key_reference(key)
        directory = os.path.dirname(self.path)
        if not os.path.isdir(directory):
            raise ValidationError(f"there is no directory {directory!r}", location=where)
        if is_read:
            self.read()
        try:
            require_replaceable(self.path)
        except OSError as error:
            raise ValidationError(
                f"nothing can be written there: {error.strerror}", location=f"{where} {name}"
            ) from None

    @classmethod
    def of(
        cls,
        environment: Mapping[str, str],
        *,
        owner: GrantOwner | None = None,
        where: str = VARIABLE,
        tell: Callable[[str], object] | None = None,
        is_read: bool = True,
    ) -> TokenFile | None:
        """The file that an environment names."""
        name = environment.get(VARIABLE)
        key = Hidden(environment.get(KEY_VARIABLE))
        return cls(name, owner=owner, where=where, key=key, tell=tell, is_read=is_read) if name else None

    def __fspath__(self) -> str:
        return self.path

    @property
    def location(self) -> str:
        """What names the file, and its path."""
        return f"{self.where} {self.path}"

    def read(self) -> dict[str, Any]:
        """What is kept; nothing when there is no file yet. Raises a `ValidationError` when it is another's."""
        kept = self.read_of_anyone()
        self.require_own(kept)
        return kept

    def require_own(self, kept: dict[str, Any], advice: str = _REPLACE) -> None:
        """Refuses what belongs to another account or app. Older files do not say whose they are."""
        if (difference := self._owner.difference(kept)) is not None:
            raise self._refusal(difference, advice)

    def read_of_anyone(self) -> dict[str, Any]:
        """What is kept, whosever it is."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            descriptor = os.open(self.path, flags)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._unreadable(error) from None
        try:
            self._check(descriptor)
        except BaseException:
            # A directory can be opened only so.
            os.close(descriptor)
            raise
        try:
            with open(descriptor, "rb") as file:
                # No traceback with its variables shows what is kept.
                kept = _members(Hidden(read_whole(file, LARGEST_SETTINGS, "tokens", location=self.location)))
        except OSError as error:
            raise self._unreadable(error) from None
        if kept is not None and isinstance(kept.get(_SEALED), str):
            kept = self._opened(kept)
        if kept is None or not _is_grant(kept):
            raise self._refusal(
                f"the file has no tokens; expected a JSON object with {', '.join(_MEMBERS)}",
                "Remove the file to begin anew with the variables.",
            )
        return kept

    def write(self, tokens: dict[str, Any]) -> None:
        """Replaces the grant with what is to be kept of a client's tokens, and returns when it is on disk."""
        if self._key is None:
            _put(self.path, self._content(tokens))
            return
        sealed = self._cipher(self._key).encrypt(_text(self._content(tokens)))
        _put(self.path, {_SEALED: sealed.decode()})

    def rescue(self, tokens: dict[str, Any]) -> str:
        """Keeps a grant that cannot be kept where it belongs among the temporary files; the path, from which it may be
        moved here."""
        import tempfile

        directory = tempfile.mkdtemp(prefix="brightpearl-grant-")
        path = os.path.join(directory, "tokens.json")
        _put(path, self._content(tokens))
        return path

    def remove(self) -> bool:
        """Takes what is kept away; whether there was something."""
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            return False
        return True

    def require_room(self) -> None:
        """Raises the `OSError` that `write` would end with, while the grant that is kept is still good."""
        import tempfile

        # Without a name, so that nothing is left of it when the process is killed.
        with tempfile.TemporaryFile(dir=os.path.dirname(self.path)) as file:
            file.write(bytes(_ROOM))
            file.flush()
            os.fsync(file.fileno())

    def take(self) -> NameLock | None:
        """Has the file until that is given back; None while another process has it."""
        taken = NameLock(self.path)
        return taken if taken.take() else None

    def _content(self, tokens: dict[str, Any]) -> dict[str, Any]:
        """Whose the grant is, and the grant."""
        return Veiled({**self._owner.members(), **{name: tokens[name] for name in KEPT if name in tokens}})

    def _opened(self, kept: dict[str, Any]) -> dict[str, Any] | None:
        if self._key is None:
            raise self._refusal(
                f"the file is encrypted; expected where its key is, in {KEY_VARIABLE}",
                f"Set {KEY_VARIABLE} to something like keyring:brightpearl/token-key.",
            )
        cipher = self._cipher(self._key)
        content = Hidden(None)
        try:
            content.value = cipher.decrypt(kept[_SEALED].encode())
        except Exception as error:
            # Of that library, which may not be imported here.
            problem = type(error).__name__
        else:
            return _members(content)
        raise self._refusal(
            f"the key does not open the file: {problem}; expected the key that it was encrypted with",
            "Give the right key, or remove the file and log in again.",
        )

    def _cipher(self, reference: SecretReference) -> Any:
        """What encrypts, with the key as it is now."""
        try:
            from cryptography.fernet import Fernet
        except ImportError:
            raise self._refusal(
                "the file is encrypted, and the library cryptography is not installed",
                "Install it: pip install 'brightpearl[encryption]'.",
            ) from None
        key = Hidden(reference.look_up())
        try:
            return Fernet(key.value)
        except ValueError:
            pass
        raise ValidationError(
            f"{reference.shown()}: it is not a key; expected 32 bytes as URL-safe base64",
            location=KEY_VARIABLE,
            advice=_KEY_ADVICE,
        )

    def _check(self, descriptor: int) -> None:
        found = os.fstat(descriptor)
        if (kind := irregular_kind(found.st_mode)) is not None:
            raise self._refusal(f"it is {kind}; expected a regular file", "Name another file.")
        if os.name != "posix":
            return
        if found.st_uid != os.geteuid():
            raise self._refusal(
                f"the file belongs to the user with id {found.st_uid}; expected one of your own, since whoever owns "
                "it has the account",
                "Name a file of your own.",
            )
        if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            if self._tell is not None:
                self._tell(f"warning: others could read {self.path}; from now on only you can")
            os.fchmod(descriptor, PRIVATE)

    def _unreadable(self, error: OSError) -> ValidationError:
        why = error.strerror or type(error).__name__
        return self._refusal(f"the file cannot be read: {why}", "Name another file, or make this one readable.")

    def _refusal(self, message: str, advice: str) -> ValidationError:
        return ValidationError(message, location=self.location, advice=advice)


def variables_of(kept: dict[str, Any]) -> dict[str, str]:
    """What is kept, as the environment variables that it stands for."""
    return Veiled((variable, kept[member]) for member, variable in _MEMBERS.items() if kept.get(member))


def _key_reference(key: Hidden) -> SecretReference:
    if not isinstance(key.value, str):
        raise wrong_type("token_key", key.value, "a reference as a text")
    if not is_reference(key.value) or wrong_with(key.value) is not None:
        raise ValidationError(
            "the key of the token file stands there itself, or its reference names nothing; expected where it is",
            location=KEY_VARIABLE,
            advice="Put the key into a keyring, and give something like keyring:brightpearl/token-key.",
        )
    return SecretReference(key.value, KEY_VARIABLE)


def make_key(reference: str | None) -> None:
    """Puts a new key where a reference to a keyring leads to nothing yet."""
    if not reference or not reference.startswith("keyring:") or wrong_with(reference) is not None:
        return
    try:
        import keyring
        from cryptography.fernet import Fernet
    except ImportError:
        # Whoever needs it says what to install.
        return
    service, _, user = reference.removeprefix("keyring:").rpartition("/")
    problem = None
    try:
        if keyring.get_password(service, user) is None:
            keyring.set_password(service, user, Fernet.generate_key().decode())
    except Exception as error:
        # What a keyring says may be anything.
        problem = type(error).__name__
    if problem is not None:
        raise ValidationError(
            f"{one_line(reference)}: no key can be put into the keyring: {problem}",
            location=KEY_VARIABLE,
            advice="Unlock the keyring, or name another place.",
        )


def _members(content: Hidden) -> dict[str, Any] | None:
    try:
        kept = load_json(content.value)
    except BrightpearlError:
        return None
    return Veiled(kept) if isinstance(kept, dict) else None


def _is_grant(kept: dict[str, Any]) -> bool:
    ends = kept.get("expires_at", 0)
    is_time = isinstance(ends, int) and not isinstance(ends, bool) and ends >= 0
    return is_time and all(isinstance(kept.get(member, ""), str) for member in (*_MEMBERS, *OWNER_MEMBERS))


def _text(tokens: dict[str, Any]) -> bytes:
    return json.dumps({name: value for name, value in tokens.items() if value is not None}).encode()


def _put(path: str, tokens: dict[str, Any]) -> None:
    with replacing(path) as file:
        file.write(_text(tokens))
