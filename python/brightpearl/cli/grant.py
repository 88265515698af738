"""An OAuth grant of a command: on disk before anything else is sent, and refreshed by one command at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from brightpearl import Client, Request, Response, ValidationError
from brightpearl.cli.stopping import Deferred
from brightpearl.cli.visible import say
from brightpearl.grant_owner import GrantOwner
from brightpearl.locking import NameLock
from brightpearl.stored_grant import instead_of, login_of
from brightpearl.text import Hidden, Veiled
from brightpearl.token_file import SECONDS_BETWEEN_TRIES, VARIABLE, TokenFile, variables_of
from brightpearl.transport import NotSent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from brightpearl.transport import Transport


class GrantError(ValidationError, OSError):
    """The grant cannot be kept. Nothing more is sent, since each refresh ends the token that it used."""


class GrantStop(BaseException):
    """Ends a command from within its transport, where any `Exception` would count as a request without an answer."""

    def __init__(self, error: GrantError) -> None:
        super().__init__(str(error))
        self.error = error


class Grant:
    """Stands between a client and its transport, and keeps what logins bring before anything more happens.

    `where`: what names the token file, as errors say it.
    """

    def __init__(self, environment: dict[str, str], where: str = VARIABLE) -> None:
        # No traceback with its variables shows any.
        environment = Veiled(environment)
        self._file = TokenFile.of(environment, owner=GrantOwner.of(environment), where=where, tell=say)
        kept = {} if self._file is None else variables_of(self._file.read())
        self.environment = Veiled({**environment, **kept})
        """The variables, with what the file has in their places: that is newer."""
        self._is_oauth = bool(self.environment.get("BRIGHTPEARL_REFRESH_TOKEN"))
        self._changes = 0
        # Shown as nothing.
        self._refresh_token = Hidden(None)
        self._token = Hidden(kept.get("BRIGHTPEARL_ACCESS_TOKEN"))
        self._client: Client | None = None
        self._taken: NameLock | None = None
        self._deferred = Deferred()

    def watch(self, client: Client) -> None:
        """Keeps the tokens of that client from now on."""
        self._changes = client._native.token_changes()
        self._client = client

    def transport(self, transport: Transport) -> Transport:
        """The transport, with every grant on disk before the next request."""

        def transmit(request: Request) -> Response:
            try:
                self.keep()
                form = login_of(request) if self._is_oauth else None
                if form is None or self._file is None:
                    return transport(request)
                return self._refresh(self._file, request, form, transport)
            except GrantError as error:
                raise GrantStop(error) from error

        return transmit

    def sleep(self, sleep: Callable[[float], object]) -> Callable[[float], object]:
        """The wait, with every grant on disk before it."""

        def wait(seconds: float) -> None:
            self.keep()
            sleep(seconds)

        return wait

    def _refresh(self, file: TokenFile, request: Request, form: dict[str, str], transport: Transport) -> Response:
        if self._taken is None:
            self._take(file)
        try:
            instead = instead_of(request, form, file, self._token)
            return instead if isinstance(instead, Response) else transport(instead)
        except NotSent:
            self._give_back()
            raise

    def _take(self, file: TokenFile) -> None:
        try:
            while (taken := file.take()) is None:
                time.sleep(SECONDS_BETWEEN_TRIES)
            self._taken = taken
            # A stop would lose the answer, and with it the grant.
            self._deferred.begin()
            file.require_room()
        except OSError as error:
            self._give_back()
            raise _error(
                f"the token file cannot be written: {error.strerror or error}; the grant was not refreshed",
                file,
                "Make room or give the rights to write there, then run the command again: the grant is as it was.",
                error,
            ) from error

    def keep(self) -> None:
        """Puts what a login brought on disk; nothing when there was none."""
        if self._client is None or not self._is_oauth:
            return
        try:
            changes = self._client._native.token_changes()
            self._keep(changes, Veiled(self._client.tokens()))
        finally:
            self._give_back()

    def _keep(self, changes: int, tokens: dict[str, Any]) -> None:
        before, self._refresh_token = self._refresh_token, Hidden(tokens["refresh_token"])
        if not tokens["refresh_token"] or changes == self._changes:
            return
        is_replaced = before.value != tokens["refresh_token"]
        self._changes = changes
        self._token = Hidden(tokens["token"])
        if self._file is not None:
            try:
                self._file.write(tokens)
            except OSError as error:
                raise lost(self._file, tokens, error) from error
        elif is_replaced:
            say(
                "warning: the refresh token was replaced, and the old one has ended; "
                f"name a file in {VARIABLE}, and the new one is kept there"
            )

    def _give_back(self) -> None:
        taken, self._taken = self._taken, None
        try:
            if taken is not None and self._file is not None:
                taken.give_back()
        finally:
            self._deferred.end()


def lost(file: TokenFile, tokens: dict[str, Any], error: OSError) -> GrantError:
    """The error of a grant that cannot be stored where it belongs. It is kept elsewhere where that can be."""
    message = f"the new OAuth grant cannot be stored: {error.strerror or error}"
    try:
        place = file.rescue(tokens)
    except OSError:
        return _error(
            f"{message}; it could not be kept among the temporary files either, and is lost",
            file,
            "Make room, then let the user approve the app again, and set BRIGHTPEARL_REFRESH_TOKEN to the new token.",
            error,
        )
    return _error(
        f"{message}; it was kept in {place!r} instead",
        file,
        f"Make room, then move {place!r} to {file.path!r} before any other command runs: the tokens before it have "
        "ended.",
        error,
    )


def _error(message: str, file: TokenFile, advice: str, cause: OSError) -> GrantError:
    failure = GrantError(message, location=file.location, advice=advice)
    failure.errno, failure.strerror, failure.filename = cause.errno, cause.strerror, file.path
    return failure
