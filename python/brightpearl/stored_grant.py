"""An OAuth grant in a file that several processes share: one refreshes it, and all go on with what that brought."""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qsl, urlencode

from brightpearl.exceptions import ValidationError
from brightpearl.messages import Request, Response
from brightpearl.secret_reference import plain
from brightpearl.text import Hidden, Veiled
from brightpearl.token_file import SECONDS_BETWEEN_TRIES
from brightpearl.transport import Misconfigured, Unsendable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from brightpearl.handover import AsyncTakeTokens, TakeTokens
    from brightpearl.locking import NameLock
    from brightpearl.token_file import TokenFile
    from brightpearl.transport import AsyncTransport, Transport

# An access token that another process left is used when it lives at least so long, in milliseconds.
_LONG_ENOUGH = 30_000


class StoredGrant:
    """Stands between a client and its transport, and keeps what logins bring in a file. For one client: of that, one
    call at a time logs in."""

    def __init__(self, file: TokenFile, kept: dict[str, Any]) -> None:
        self._file = file
        # The access token that this client knows of; shown as nothing.
        self._token = Hidden(kept.get("token"))
        self._taken: NameLock | None = None

    def transport(self, transport: Transport) -> Transport:
        """The transport, by which only one process at a time refreshes the grant."""

        def transmit(request: Request) -> Response:
            form = login_of(request)
            if form is None:
                return transport(request)
            while not self._take():
                time.sleep(SECONDS_BETWEEN_TRIES)
            instead = self._instead(request, form)
            try:
                return self._judged(instead if isinstance(instead, Response) else transport(instead))
            except BaseException:
                # There is no answer, so nothing to be stored.
                self._give_back()
                raise
            finally:
                del form, instead, request

        return transmit

    def async_transport(self, transport: AsyncTransport) -> AsyncTransport:
        """The same for an event loop."""

        async def transmit(request: Request) -> Response:
            import asyncio

            form = login_of(request)
            if form is None:
                return await transport(request)
            while not self._take():
                await asyncio.sleep(SECONDS_BETWEEN_TRIES)
            instead = self._instead(request, form)
            try:
                return self._judged(instead if isinstance(instead, Response) else await transport(instead))
            except BaseException:
                # There is no answer, so nothing to be stored.
                self._give_back()
                raise
            finally:
                del form, instead, request

        return transmit

    def storing(self, take: TakeTokens | None) -> TakeTokens:
        """What stores the tokens, and then hands them to the program."""

        def store(tokens: dict[str, Any]) -> object:
            self._store(tokens)
            return None if take is None else take(tokens)

        return store

    def async_storing(self, take: AsyncTakeTokens | None) -> AsyncTakeTokens:
        """The same for an event loop."""

        async def store(tokens: dict[str, Any]) -> None:
            import asyncio
            from inspect import isawaitable

            await asyncio.to_thread(self._store, tokens)
            taking = None if take is None else take(tokens)
            if isawaitable(taking):
                await taking

        return store

    def close(self) -> None:
        """Lets other processes have the file."""
        self._give_back()

    def _take(self) -> bool:
        """Has the file, until the tokens are stored; False while another process has it."""
        if self._taken is None:
            try:
                self._taken = self._file.take()
                if self._taken is not None:
                    self._file.require_room()
            except OSError as error:
                self._give_back()
                why = error.strerror or type(error).__name__
                raise Unsendable(f"the token file {self._file.path} cannot be written: {why}") from error
        return self._taken is not None

    def _instead(self, request: Request, form: dict[str, str]) -> Request | Response:
        try:
            return instead_of(request, form, self._file, self._token)
        except Unsendable:
            self._give_back()
            raise

    def _judged(self, response: Response) -> Response:
        if not 200 <= response.status < 300:
            # There is nothing to be stored.
            self._give_back()
        return response

    def _store(self, tokens: dict[str, Any]) -> None:
        self._token = Hidden(tokens["token"])
        try:
            self._file.write(tokens)
        finally:
            self._give_back()

    def _give_back(self) -> None:
        taken, self._taken = self._taken, None
        if taken is not None:
            taken.give_back()


def login_of(request: Request) -> dict[str, str] | None:
    """The form of a request that brings a grant, or refreshes it."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("application/x-www-form-urlencoded"):
        return None
    form = Veiled(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
    return form if "grant_type" in form else None


def instead_of(request: Request, form: dict[str, str], file: TokenFile, known: Hidden) -> Request | Response:
    """What to do instead of a refresh where another process refreshed meanwhile: what that brought is good, and what
    this one has is spent, unless servers keep refresh tokens. `known`: the access token that this one knows of.

    Raises `Misconfigured` where the file cannot be used any more, such as one that is another account's by now.
    """
    try:
        kept = file.read()
    except ValidationError as error:
        raise Misconfigured(f"the token file {file.path} cannot be used: {error.message}", error) from error
    except OSError as error:
        raise Unsendable(f"the token file {file.path} cannot be read: {error}") from error
    if "refresh_token" not in form:
        return request
    newest = plain(kept.get("refresh_token") or "")
    is_newer = newest != form["refresh_token"] or kept.get("token", known.value) != known.value
    if not newest or not is_newer:
        return request
    left = kept.get("expires_at", 0) - time.time() * 1000
    if kept.get("token") and left > _LONG_ENOUGH:
        return _granted(kept, int(left // 1000))
    form["refresh_token"] = newest
    return Request(request.method, request.url, request.headers, urlencode(form).encode())


def _granted(kept: dict[str, Any], seconds: int) -> Response:
    """A token answer with what is kept."""
    answer = {
        "access_token": plain(kept["token"]),
        "refresh_token": plain(kept["refresh_token"]),
        "api_domain": kept.get("api_domain"),
        "token_type": "Bearer",
        "expires_in": seconds,
    }
    return Response(200, {"content-type": "application/json"}, json.dumps(answer))
