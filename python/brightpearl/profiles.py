"""Profiles: what belongs to one account, under a name, in a file of the user's own."""

from __future__ import annotations

import json
import os
import stat
import sys

from brightpearl import _native
from brightpearl.any_credentials import names_of_secrets
from brightpearl.arguments import checked_text, did_you_mean, named
from brightpearl.exceptions import ValidationError
from brightpearl.secret_reference import is_reference, wrong_with
from brightpearl.text import Hidden, Veiled, one_line
from brightpearl.whole_file import LARGEST_SETTINGS, read_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from brightpearl.grant_owner import GrantOwner


VARIABLE = "BRIGHTPEARL_PROFILE"
"""The variable that names a profile."""

FILE_VARIABLE = "BRIGHTPEARL_CONFIG"
"""The variable that names another file of profiles."""

OPTIONS = (
    "deadline",
    "default_headers",
    "lane",
    "max_body_bytes",
    "max_in_flight",
    "max_retries",
    "page_size",
    "paging",
    "pool",
    "retry",
    "seed",
    "shared_quota",
    "timeout",
    "unknown_members",
)
"""The arguments of a client that a profile may have defaults for: all that are data and not of the account itself."""

_PLACE = ("account", "datacentre", "base_url", "scheme", "token_file", "token_key", "redirect_uri")


class Profile:
    """One profile. Shows nothing secret."""

    __slots__ = ("_members", "name", "path")

    def __init__(self, name: str, path: str, members: dict[str, Any]) -> None:
        self.name = name
        self.path = path
        self._members = Veiled(members)
        self._check()

    def __repr__(self) -> str:
        return f"Profile({self.name!r}, {self.path!r})"

    @property
    def options(self) -> dict[str, Any]:
        """Defaults of a client's arguments."""
        return Veiled(self._members.get("options", {}))

    def over(self, environment: Mapping[str, str]) -> dict[str, str]:
        """An environment in which the profile stands instead of the variables for an account and its credentials."""
        own = {f"BRIGHTPEARL_{name.upper()}" for name in (*_PLACE, "read_only", *_texts())}
        # No traceback with its variables shows any.
        kept = Veiled((name, value) for name, value in environment.items() if name not in own)
        for name, value in self._members.items():
            if isinstance(value, bool):
                kept[f"BRIGHTPEARL_{name.upper()}"] = "true" if value else "false"
            elif isinstance(value, str):
                kept[f"BRIGHTPEARL_{name.upper()}"] = self._placed(value) if name == "token_file" else value
        # A guard in the environment holds whatever a profile says.
        if environment.get("BRIGHTPEARL_READ_ONLY") and self._members.get("read_only") is not True:
            kept["BRIGHTPEARL_READ_ONLY"] = environment["BRIGHTPEARL_READ_ONLY"]
        return kept

    def described(self) -> dict[str, Any]:
        """What it has, without what is secret: of that only where it is."""
        shown: dict[str, Any] = {"name": self.name}
        for name, value in self._members.items():
            if name in _secrets():
                shown[name] = _shown(value)
            elif name == "options":
                shown[name] = {option: _option_shown(option, said) for option, said in value.items()}
            else:
                shown[name] = value
        return shown

    def checked(self) -> dict[str, Any]:
        """Its options, of the types that a client takes. Raises at the place of one that is not."""
        from brightpearl.client_settings import checked_options

        options = self.options
        try:
            checked_options(options)
            if (quota := options.get("shared_quota")) is not None:
                checked_text(quota, "shared_quota", "the URL of a Redis or Valkey server")
        except ValidationError as error:
            raise _wrong(error.message, self.where(f"options.{error.location}")) from None
        return options

    def where(self, member: str) -> str:
        """The place of a member, as errors say it."""
        return f"{self.path} [profiles.{self.name}] {member}"

    def _placed(self, path: str) -> str:
        """A file by its place: beside the file of the profile unless it is told in full."""
        return os.path.join(os.path.dirname(self.path), os.path.expanduser(path))

    def _check(self) -> None:
        # Raised here, where nothing that may be secret is bound to a name.
        wrong = next(self._problems(), None)
        if wrong is not None:
            raise _wrong(wrong[1], self.where(wrong[0]))

    def _problems(self) -> Iterator[tuple[str, str]]:
        """Members with which something is wrong, and what."""
        known = [*_PLACE, "read_only", "options", *_texts()]
        for name, value in self._members.items():
            if name in OPTIONS:
                expected_there = f"expected it in [profiles.{one_line(self.name)[:100]}.options]"
                yield name, f"the profile has a member {name!r}, which is unknown; {expected_there}"
            elif name not in known:
                yield one_line(name)[:100], _unknown(name, known, "the profile")
            expected = {"read_only": (bool, "true or false"), "options": (dict, "a table")}.get(name, (str, "a text"))
            if not isinstance(value, expected[0]):
                yield name, f"`{name}` is {in_toml(value)}; expected {expected[1]}"
        for name in self.options:
            if name not in OPTIONS:
                yield f"options.{one_line(name)[:100]}", _unknown(name, OPTIONS, "the table `options`")
        for name in _secrets():
            if (problem := self._problem_of(name)) is not None:
                yield name, problem

    def _problem_of(self, name: str) -> str | None:
        text = self._members.get(name)
        return wrong_with(text) if isinstance(text, str) and is_reference(text) else None


def file_of_profiles(environment: Mapping[str, str] | None = None) -> str:
    """The file that profiles are in, whether it is there or not."""
    # No traceback with its variables shows any.
    given: dict[str, str] = Veiled(os.environ if environment is None else environment)
    if named_file := given.get(FILE_VARIABLE):
        return os.path.abspath(os.path.expanduser(named_file))
    base = given.get("XDG_CONFIG_HOME")
    if os.name == "nt":
        base = given.get("APPDATA")
    # A relative one is to be ignored, as the specification of these folders says.
    if not base or not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(base, "brightpearl", "config.toml")


def profile_of(name: object) -> Profile:
    """The profile of that name."""
    if not isinstance(name, str):
        raise ValidationError(f"`profile` is {named(name)}; expected the name of a profile", location="profile")
    path = file_of_profiles()
    found = profiles_in(path)
    if name not in found:
        nearest = did_you_mean(name, found)
        hint = f"did you mean {nearest}?" if nearest else f"expected one of {', '.join(found) or 'those in the file'}"
        message = f"there is no profile {one_line(name)[:100]!r}; {hint}"
        advice = f"Add [profiles.{one_line(name)[:100]}] to the file, or name another profile."
        raise ValidationError(message, location=path, advice=advice)
    return Profile(name, path, found[name])


def settings_of(name: object, taken: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a client, of which those that are not `taken` are the profile's."""
    from brightpearl.environment import beneath

    profile = profile_of(name)
    given = Veiled((argument, value) for argument, value in taken.items() if value is not None)
    variables = Veiled(profile.over({}))
    if "datacentre" in given or "base_url" in given:
        # A place that is given is not mixed with that of the profile.
        variables |= {"BRIGHTPEARL_DATACENTRE": "", "BRIGHTPEARL_BASE_URL": ""}
    for argument in ("account", "datacentre", "base_url"):
        if isinstance(value := given.get(argument), str):
            variables[f"BRIGHTPEARL_{argument.upper()}"] = value
    found = arguments_of(variables, profile, has_credentials="credentials" in given)
    read_only = bool(found.get("read_only")) or given.get("read_only") is True
    return Veiled({**taken, **found, **beneath(profile.checked(), given), "read_only": read_only})


def arguments_of(
    variables: Mapping[str, str],
    profile: Profile | None,
    *,
    has_credentials: bool = False,
    owner: GrantOwner | None = None,
) -> dict[str, Any]:
    """The arguments of a client that variables give, the token file with what that has among them. `owner`: whose the
    file must be, where that is not as the variables have it."""
    from brightpearl.environment import settings
    from brightpearl.grant_owner import GrantOwner
    from brightpearl.token_file import KEY_VARIABLE, TokenFile, variables_of

    where = token_file_place(profile)
    variables = Veiled(variables)
    owner = owner or GrantOwner.of(variables)
    file = None if has_credentials else TokenFile.of(variables, owner=owner, where=where)
    kept = {} if file is None else variables_of(file.read())
    merged = Veiled({**variables, **kept})
    if profile is not None and file is not None:
        require_login(profile, merged)
    member = None if profile is None else profile.where
    found = Veiled(settings(merged, member, has_credentials=has_credentials))
    if file is not None and found["credentials"]._keeps_tokens():
        found |= {"token_file": file, "token_key": Hidden(merged.get(KEY_VARIABLE))}
    return found


def token_file_place(profile: Profile | None) -> str:
    """What names the token file, as errors say it."""
    return "BRIGHTPEARL_TOKEN_FILE" if profile is None else profile.where("token_file")


def require_login(profile: Profile, variables: Mapping[str, str]) -> None:
    """Refuses a profile whose token file has no tokens, where nothing else has any."""
    if variables.get("BRIGHTPEARL_TOKEN_FILE") and not variables.get("BRIGHTPEARL_REFRESH_TOKEN"):
        raise ValidationError(
            f"the token file {one_line(variables['BRIGHTPEARL_TOKEN_FILE'])} has no tokens yet",
            location=profile.where("token_file"),
            advice=f"Run: brightpearl --profile {profile.name} login",
        )


def profiles_in(path: str) -> dict[str, dict[str, Any]]:
    """What each profile of a file has, not looked at yet. Refuses a file that has secrets and that others may read."""
    return Veiled(tables_in(path).get("profiles", {}))


def tables_in(path: str) -> dict[str, Any]:
    """The tables of a file of profiles; see `profiles_in`."""
    read = _read(path)
    # Raised here, where nothing that may be secret is bound to a name.
    wrong = next(_wrong_tables(read), None)
    if wrong is not None:
        raise _wrong(wrong[1], f"{path} {wrong[0]}")
    return Veiled(read)


def _wrong_tables(read: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in read:
        if name not in ("profiles", "command"):
            yield one_line(name)[:100], _unknown(name, ["profiles", "command"], "the file")
    profiles = read.get("profiles", {})
    expected = "expected tables such as [profiles.acme]"
    if not isinstance(profiles, dict):
        yield "profiles", f"it is {in_toml(profiles)}; {expected}"
        return
    for name, members in profiles.items():
        if not isinstance(members, dict):
            yield f"profiles.{one_line(name)[:100]}", f"it is {in_toml(members)}; {expected}"


def _read(path: str) -> dict[str, Any]:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            # No name leads to the content, which may be secret.
            read = _parsed(Hidden(read_whole(file, LARGEST_SETTINGS, "profiles", location=path)), path)
    except OSError as error:
        raise ValidationError(
            f"the file of profiles cannot be read: {error.strerror or type(error).__name__}",
            location=path,
            advice="Write profiles there as the README shows, or name another file in BRIGHTPEARL_CONFIG.",
        ) from None
    if os.name == "posix":
        _require_own(found, path, _literal_in(read))
    return read


def _require_own(found: os.stat_result, path: str, literal: str | None) -> None:
    """Refuses a file with which others may have a command run here, or learn a secret."""
    if found.st_uid not in (os.geteuid(), 0):
        raise ValidationError(
            f"the file belongs to the user with id {found.st_uid}; expected one of your own, since it says who you are",
            location=path,
            advice="Use a file of your own.",
        )
    if found.st_mode & stat.S_IWOTH:
        raise ValidationError(
            "everybody may change the file; expected one that only you change",
            location=path,
            advice=f"Run: chmod o-w {path}",
        )
    if literal is not None and found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ValidationError(
            f"others may read the file, and it has {literal} itself; expected a file for you alone, or a reference "
            "such as keyring:SERVICE/USER",
            location=path,
            advice=f"Run: chmod 600 {path}",
        )


def _parsed(content: Hidden, path: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib as toml
    else:
        try:
            import tomli as toml
        except ImportError:
            raise ValidationError(
                "this Python reads no TOML by itself, and the library tomli is not installed",
                location=path,
                advice="Install it: pip install 'brightpearl[profiles]'.",
            ) from None
    try:
        return _veiled(toml.loads(content.value.decode("utf-8-sig")))
    except UnicodeDecodeError:
        problem = "the file is not UTF-8"
    except toml.TOMLDecodeError as error:
        problem = f"the file is not TOML: {error}"
    except RecursionError:
        problem = "the file is nested too deeply to be read"
    # Without the failure, which leads to the content.
    raise _wrong(problem, path)


def in_toml(value: object) -> str:
    """What a value is, in the words of the file."""
    if isinstance(value, dict):
        return "a table"
    return ("true" if value else "false") if isinstance(value, bool) else named(value)


def _veiled(table: dict[str, Any]) -> dict[str, Any]:
    """The same, shown without what it has on any level."""
    return Veiled((name, _veiled(value) if isinstance(value, dict) else value) for name, value in table.items())


def _literal_in(read: dict[str, Any]) -> str | None:
    """The first secret that stands there itself."""
    profiles = read.get("profiles", {})
    for name, members in profiles.items() if isinstance(profiles, dict) else ():
        for secret in _secrets() if isinstance(members, dict) else ():
            text = members.get(secret)
            if isinstance(text, str) and not is_reference(text):
                return f"`{secret}` of [profiles.{one_line(name)}]"
        options = members.get("options") if isinstance(members, dict) else None
        if isinstance(options, dict) and _has_password(options.get("shared_quota")):
            return f"the password in `shared_quota` of [profiles.{one_line(name)}.options]"
    return None


def _has_password(url: object) -> bool:
    return isinstance(url, str) and "@" in url


def _option_shown(name: str, value: object) -> object:
    if name != "shared_quota" or not _has_password(value):
        return value
    before, _, host = str(value).rpartition("@")
    return f"{before.partition('://')[0]}://[redacted]@{host}"


def _unknown(name: str, known: Iterable[str], what: str) -> str:
    nearest = did_you_mean(name, known)
    hint = f"did you mean {nearest}?" if nearest else f"expected one of {', '.join(known)}"
    return f"{what} has a member {one_line(name)[:100]!r}, which is unknown; {hint}"


def _shown(value: object) -> str:
    text = str(value)
    if not is_reference(text) or wrong_with(text) is not None:
        return "[redacted]"
    from brightpearl.secret_reference import SecretReference

    return SecretReference(text, "").shown()


def _secrets() -> list[str]:
    return [*names_of_secrets(), "token_key"]


def _texts() -> list[str]:
    schemes = json.loads(_native.schemes())
    return list(dict.fromkeys(text["name"] for scheme in schemes for text in scheme["texts"]))


def _wrong(message: str, where: str) -> ValidationError:
    return ValidationError(message, location=where, advice="Correct the file of profiles.")
