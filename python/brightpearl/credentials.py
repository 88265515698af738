"""Who asks."""

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


class PrivateApp(Credentials):
    """A private system app: its reference and the account token that Brightpearl shows for it."""

    __slots__ = ()
    _type = "private-app"
    _secrets = frozenset({"account_token"})

    def __init__(self, app_ref: str, account_token: str) -> None:
        super().__init__(app_ref=app_ref, account_token=account_token)


class StaffApp(Credentials):
    """A staff app: its reference and the token of the staff member whose rights it has.

    `dev_ref`: the developer's reference, for a public app.
    """

    __slots__ = ()
    _type = "staff-app"
    _secrets = frozenset({"staff_token"})

    def __init__(self, app_ref: str, staff_token: str, *, dev_ref: str | None = None) -> None:
        super().__init__(app_ref=app_ref, staff_token=staff_token, dev_ref=dev_ref)


class StaffLogin(Credentials):
    """A staff app that fetches its staff token with a staff member's login.

    `dev_ref`: the developer's reference, for a public app.
    """

    __slots__ = ()
    _type = "staff-login"
    _secrets = frozenset({"password"})

    def __init__(self, app_ref: str, email: str, password: str, *, dev_ref: str | None = None) -> None:
        super().__init__(app_ref=app_ref, email=email, password=password, dev_ref=dev_ref)


class LegacySession(Credentials):
    """The oldest scheme: a session token for a staff member's login, without any app."""

    __slots__ = ()
    _type = "legacy-session"
    _secrets = frozenset({"password"})

    def __init__(self, email: str, password: str) -> None:
        super().__init__(email=email, password=password)


class ApplicationLogin(Credentials):
    """The exchange that integration guides describe: an application's id and secret for a token.

    `token_header`: the header that carries the token, `brightpearl-auth` unless named. For `Authorization` the
    token follows `Bearer`.
    """

    __slots__ = ()
    _type = "application-login"
    _secrets = frozenset({"application_secret"})

    def __init__(self, application_id: str, application_secret: str, *, token_header: str | None = None) -> None:
        super().__init__(
            application_id=application_id, application_secret=application_secret, token_header=token_header
        )


class PublicApp(Credentials):
    """A public app of the older kind: the account token is signed with the developer's secret.

    `account_token`: unsigned, as the install callback brought it.
    """

    __slots__ = ()
    _type = "public-app"
    _secrets = frozenset({"account_token", "dev_secret"})

    def __init__(self, dev_ref: str, app_ref: str, account_token: str, dev_secret: str) -> None:
        super().__init__(dev_ref=dev_ref, app_ref=app_ref, account_token=account_token, dev_secret=dev_secret)


class OAuth(Credentials):
    """OAuth 2.0 authorization code, for instance apps. Starts from a code that just came (`code` and
    `redirect_uri`), or from tokens that an earlier run stored (`client.tokens()` gives them).

    `client_secret`: only confidential apps have one.
    `expires_at`: when the access token ends, in milliseconds since the Unix epoch.
    `api_domain`: the API's host, as the token's answer named it.
    `token_url`: where tokens come from, when not from Brightpearl's own address.
    """

    __slots__ = ()
    _type = "oauth"
    _secrets = frozenset({"client_secret", "grant"})

    def __init__(
        self,
        app_ref: str,
        dev_ref: str,
        *,
        client_secret: str | None = None,
        code: str | None = None,
        redirect_uri: str | None = None,
        access_token: str | None = None,
        expires_at: int | None = None,
        refresh_token: str | None = None,
        api_domain: str | None = None,
        token_url: str | None = None,
    ) -> None:
        stored = Veiled(
            access_token=access_token, expires_at=expires_at, refresh_token=refresh_token, api_domain=api_domain
        )
        given = Veiled((name, value) for name, value in stored.items() if value is not None)
        problem = None
        if code is not None and given:
            problem = f"both a code and {', '.join(given)} are given; expected one way to begin"
        elif code is not None and redirect_uri is None:
            problem = "a code is given without redirect_uri; expected the address of the authorise page"
        if problem is not None:
            # A traceback with its variables shows none of them.
            del client_secret, code, access_token, refresh_token
            raise TypeError(problem)
        grant: dict[str, Any] = {"tokens": given}
        if code is not None:
            grant = {"authorization_code": {"code": code, "redirect_uri": redirect_uri}}
        super().__init__(
            app_ref=app_ref, dev_ref=dev_ref, client_secret=client_secret, token_url=token_url, grant=grant
        )
