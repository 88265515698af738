"""What a client of either kind has: its configuration, its budget, and what it remembers."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from brightpearl import _native
from brightpearl.arguments import checked_count, checked_path, wrong_type
from brightpearl.call_options import OptionsOfCall, require_headers
from brightpearl.client_settings import LARGEST_BODY, checked_settings, place_in_profile, settled
from brightpearl.credentials import Credentials, OAuth
from brightpearl.exceptions import ArgumentTypeError, ValidationError
from brightpearl.operations import Write, request
from brightpearl.secret_reference import SecretReference, invalid, literal_tokens
from brightpearl.text import Hidden, Veiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike
    from typing import Any

    from typing_extensions import Self, Unpack

    from brightpearl._native import Budget, Statistics
    from brightpearl.call_option_types import CallOptions
    from brightpearl.stored_grant import StoredGrant

    AnyPath = str | PathLike[str]


class AnyClient:
    """The part of a client that does no input and no output."""

    _usual_in_flight: int | None = None
    """How many requests are under way at once where nobody says it; None where there is one at a time."""

    def __init__(self, given: Mapping[str, Any], clock: Callable[[], float] | None) -> None:
        """`given`: the arguments that are data, None for those that are not given."""
        # Whether the connections are another client's to close.
        self._is_view = False
        settings = settled(given)
        try:
            self._open(settings, clock)
        except ValidationError as error:
            if settings["profile"] is not None:
                from brightpearl.profiles import profile_of

                place_in_profile(error, profile_of(settings["profile"]), given)
            raise

    def _open(self, settings: dict[str, Any], clock: Callable[[], float] | None) -> None:
        credentials, token_file = settings["credentials"], settings["token_file"]
        if not isinstance(credentials, Credentials):
            raise wrong_type("credentials", credentials, "such as a PrivateApp")
        self._grant = None
        if token_file is not None:
            credentials, self._grant = _stored(settings["account"], credentials, token_file, settings["token_key"])
        if wrong := credentials._wrong_type():
            raise ArgumentTypeError(wrong[1], location=f"credentials.{wrong[0]}")
        if wrong := credentials._wrong_reference():
            raise invalid(wrong[1], f"credentials.{wrong[0]}")
        quota = None
        if settings["shared_quota"] is not None:
            from brightpearl.shared_quota import shared_quota

            quota = shared_quota(settings["shared_quota"])
        settings = {name: value for name, value in settings.items() if name not in _NOT_THE_ENGINES}
        settings = checked_settings(settings)
        # What every call of this client does.
        self._options = OptionsOfCall(headers=settings.pop("default_headers"))
        waits = {name: settings.pop(name) for name in ("timeout", "deadline")}
        waits["max_body_bytes"] = settings["max_body_bytes"] or LARGEST_BODY
        # What a transport of the client's own is made with.
        self._waits = {name: value for name, value in waits.items() if value is not None}
        in_flight = settings.pop("max_in_flight") or self._usual_in_flight
        settings["max_in_flight"] = None if self._usual_in_flight is None else in_flight
        engines = {name: value for name, value in settings.items() if value is not None}
        if quota is not None:
            pool = engines.get("pool", {})
            engines["pool"] = {"private_share": quota.private_share(pool.get("quota", 200)), **pool}
        engines.setdefault("seed", int.from_bytes(os.urandom(8), "little"))
        self._takes_unknown = settings["unknown_members"] == "allow"
        self._datacentre = settings["datacentre"]
        self._description = f"account={settings['account']!r}, {credentials!r}"
        self._account = str(settings["account"])
        # Without a refresh token, nothing but somebody who logs in brings another token.
        self._needs_refresh_token = isinstance(credentials, OAuth)
        self._clock = clock or _system_milliseconds
        # What has the token is bound to no name, so that no traceback can show it.
        self._native = _native.Client(Veiled(engines | {"credentials": credentials._configuration(_not_yet)}))
        self._require_headers(self._options, "default_headers")
        self._leases = None
        if quota is not None:
            from brightpearl.shared_quota import Leases

            self._leases = Leases(quota, self._account, self._native, self._clock)
        self._rotation = None
        if credentials._has_references():
            from brightpearl.rotation import Rotation

            self._rotation = Rotation(
                self._native,
                lambda: Veiled(engines | {"credentials": credentials._configuration()}),
            )

    def with_options(self, **options: Unpack[CallOptions]) -> Self:
        """The same client, whose calls wait, try and send otherwise: `client.with_options(timeout=5).get(...)`. It
        shares everything else, the connections, the login and the budget among it; closing it closes nothing.

        `timeout`, `max_retries`: as for a client. `extra_headers`, `extra_query`: header lines and query parameters of
        every request, beside those that were there. Every call takes the same options, for itself alone.
        """
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._options = self._options.with_more(options)
        self._require_headers(other._options, "extra_headers")
        other._is_view = True
        return other

    def _require_headers(self, options: OptionsOfCall, place: str) -> None:
        if options.has_headers:
            probe = request(Write("GET", "order-service/order-type"))
            require_headers(options, self._native.start(probe), place)

    def budget(self) -> Budget:
        """What may be sent right now, as far as this client knows."""
        return self._native.budget(int(self._clock()))

    def forecast(self, requests: int) -> float:
        """In how many seconds so many more requests have been sent, at the present budget and with nobody else asking.

        `explain` of a call says the same of what that call needs.
        """
        wanted = checked_count(requests, "requests")
        if wanted is None:
            raise wrong_type("requests", requests, "a whole number")
        return self._native.forecast(wanted, int(self._clock()))

    def statistics(self) -> Statistics:
        """Requests, retries, waits and bytes over the client's life."""
        return self._native.statistics()

    def tokens(self) -> dict[str, Any]:
        """What logins brought: `token`, `expires_at` (milliseconds since the Unix epoch), `refresh_token`,
        `api_domain`, `installation_instance_id`, each None when it is not known. Store them when they change, as
        `on_tokens` does. They are secret; do not log them. A token that begins like a reference has `literal:` before
        it."""
        tokens = literal_tokens(self._native.tokens())
        if self._rotation is not None and not self._rotation.has_begun:
            # What stands for secrets that were not looked up yet is of no use to anybody.
            return tokens | {"token": None, "refresh_token": None}
        return tokens

    def events(self) -> list[dict[str, Any]]:
        """What happened since the last time, oldest first. The latest 1024 are kept."""
        return self._native.events()

    def __repr__(self) -> str:
        # None yet where an argument was refused.
        return f"{type(self).__name__}({getattr(self, '_description', '')})"


_NOT_THE_ENGINES = ("credentials", "profile", "token_file", "token_key", "shared_quota")


def _stored(account: object, credentials: Credentials, file: AnyPath, key: Hidden) -> tuple[Credentials, StoredGrant]:
    """Credentials with the tokens that a file has, and what keeps that up to date."""
    from brightpearl.grant_owner import GrantOwner
    from brightpearl.stored_grant import StoredGrant
    from brightpearl.token_file import TokenFile

    if not credentials._keeps_tokens():
        raise ValidationError(
            f"a token file keeps tokens of OAuth; expected OAuth credentials, not {type(credentials).__name__}",
            location="token_file",
        )
    owner = GrantOwner(account, credentials._settings.get("app_ref"))
    # One that variables or a profile name says so itself.
    where = file.where if isinstance(file, TokenFile) else "token_file"
    kept = TokenFile(checked_path(file, "token_file"), owner=owner, where=where, key=key)
    tokens = kept.read()
    return credentials._with_tokens(tokens), StoredGrant(kept, tokens)


def _not_yet(_: SecretReference) -> str:
    """What stands for a secret until it is looked up: never sent."""
    return os.urandom(16).hex()


def _system_milliseconds() -> int:
    return time.time_ns() // 1_000_000
