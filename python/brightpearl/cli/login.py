"""Logs in by OAuth: a person approves the app in a browser, and the tokens are kept for every command that follows."""

from __future__ import annotations

import contextlib
import secrets
import time
import webbrowser
from urllib.parse import urlsplit

from brightpearl import Client, OAuth, authorize_url
from brightpearl.cli.chosen import chosen
from brightpearl.cli.failure import UsageError
from brightpearl.cli.grant import lost
from brightpearl.cli.records import standard_input
from brightpearl.cli.redirect import Redirect, code_of, is_of_this_machine, listening
from brightpearl.cli.stopping import Deferred
from brightpearl.cli.visible import say
from brightpearl.environment import needed, settings
from brightpearl.exceptions import BrightpearlError, ValidationError
from brightpearl.grant_owner import GrantOwner
from brightpearl.handover import TokensNotStoredError
from brightpearl.locking import NameLock
from brightpearl.profiles import Profile, token_file_place
from brightpearl.text import Hidden, Veiled
from brightpearl.token_file import KEY_VARIABLE, SECONDS_BETWEEN_TRIES, VARIABLE, TokenFile, make_key

# Read once, to see that the tokens are good.
_SOMETHING = "integration-service/account-configuration"


class Login:
    """A login to be made: the app, the account, and the file that keeps the tokens.

    `replaces`: whether the file may have the tokens of another account or app, which are given up.
    """

    def __init__(self, *, replaces: bool) -> None:
        self._variables, profile = chosen({})
        member = None if profile is None else profile.where
        self._place = settings(self._variables, member, has_credentials=True)
        texts = {"app_ref": "the app's reference", "dev_ref": "the developer's reference"}
        app = {name: needed(self._variables, name, what, member) for name, what in texts.items()}
        self._app_ref, self._dev_ref = app["app_ref"], app["dev_ref"]
        self.file = file_of(self._variables, profile)
        self._replaces = replaces
        self._look_at_file()
        self.account = str(self._place["account"])
        self.redirect_uri = self._variables.get("BRIGHTPEARL_REDIRECT_URI") or None

    def address(self, page: str | None, redirect_uri: str, state: Hidden) -> str:
        """The page where the app is approved."""
        # Brightpearl has no PKCE, as far as is known: API notes 2.6.
        address = authorize_url(self.account, self._app_ref, redirect_uri, state.value)
        return address if page is None else f"{page}?{urlsplit(address).query}"

    def complete(self, code: Hidden, redirect_uri: str) -> str | None:
        """Exchanges the code and keeps what that brings; what is not as it should be, though the tokens are good."""
        make_key(self._variables.get(KEY_VARIABLE))
        own = Veiled(self._variables)
        credentials = OAuth(
            self._app_ref,
            self._dev_ref,
            client_secret=own.get("BRIGHTPEARL_CLIENT_SECRET") or None,
            token_url=own.get("BRIGHTPEARL_TOKEN_URL") or None,
            code=code.value,
            redirect_uri=redirect_uri,
        )
        deferred = Deferred()
        taken = _taken(self.file)
        # A stop would lose the answer, and with it the grant.
        deferred.begin()
        try:
            # Somebody else may have logged in while a person approved the app.
            self._look_at_file()
            self.file.require_room()
            with Client(**{**self._place, "credentials": credentials}, on_tokens=self.file.write) as client:
                return _tried(client, self.file)
        finally:
            taken.give_back()
            deferred.end()

    def _look_at_file(self) -> None:
        """Refuses a file that cannot keep the tokens, or has those of another account or app."""
        kept = self.file.read_of_anyone()
        if not self._replaces:
            self.file.require_own(kept)


def log_in(
    *, redirect_uri: str | None, port: int, page: str | None, opens_browser: bool, seconds: float, replaces: bool
) -> tuple[str, str]:
    """Logs in; the account, and the file that keeps the tokens."""
    login = Login(replaces=replaces)
    redirect_uri = redirect_uri or (None if port else login.redirect_uri)
    state = Hidden(secrets.token_urlsafe(32))
    if redirect_uri is not None and not is_of_this_machine(redirect_uri):
        _show(login.address(page, redirect_uri, state), opens_browser)
        code, used = _pasted(state), redirect_uri
    else:
        with listening(redirect_uri, port, state) as redirect:
            code, used = _waited_for(login, redirect, page, state, opens_browser, seconds), redirect.uri
    doubt = login.complete(code, used)
    if doubt is not None:
        say(f"warning: the tokens are kept, but the account cannot be read with them: {doubt}")
    return login.account, login.file.path


def log_out() -> tuple[str, bool]:
    """Removes the tokens of this machine; their file, and whether there were any. Those of another account or app
    stay."""
    variables, profile = chosen({})
    file = file_of(variables, profile)
    taken = _taken(file)
    try:
        kept: dict[str, object] = {}
        # What nobody can read goes, too.
        with contextlib.suppress(ValidationError):
            kept = file.read_of_anyone()
        file.require_own(kept, "Name the file of this account and app, or log out as the other one.")
        return file.path, file.remove()
    finally:
        taken.give_back()


def file_of(variables: dict[str, str], profile: Profile | None) -> TokenFile:
    """The file that keeps the tokens, not read yet."""
    where = token_file_place(profile)
    file = TokenFile.of(variables, owner=GrantOwner.of(variables), where=where, tell=say, is_read=False)
    if file is None:
        raise UsageError(
            "nothing names a file that keeps the tokens",
            where=where,
            advice=f"Add token_file to the profile, or set {VARIABLE}.",
        )
    return file


def _waited_for(
    login: Login, redirect: Redirect, page: str | None, state: Hidden, opens_browser: bool, seconds: float
) -> Hidden:
    _show(login.address(page, redirect.uri, state), opens_browser)
    return redirect.code(seconds)


def _show(address: str, opens_browser: bool) -> None:
    if opens_browser and webbrowser.open(address):
        say(f"approve the app in the browser; if none has opened, open this address:\n{address}")
    else:
        say(f"open this address in a browser, and approve the app:\n{address}")


def _pasted(state: Hidden) -> Hidden:
    say("then paste the address here that the browser ended on, and press Enter:")
    return code_of(Hidden(standard_input().readline(_LONGEST_ADDRESS).decode(errors="replace").strip()), state)


_LONGEST_ADDRESS = 64 << 10
"""The most bytes of a pasted line that are looked at."""


def _tried(client: Client, file: TokenFile) -> str | None:
    try:
        client.request("GET", _SOMETHING)
    except TokensNotStoredError as error:
        if isinstance(error.__cause__, OSError):
            raise lost(file, Veiled(client.tokens()), error.__cause__) from error
        raise
    except BrightpearlError as error:
        if not client.tokens()["refresh_token"]:
            raise
        return str(error)
    return None


def _taken(file: TokenFile) -> NameLock:
    while (taken := file.take()) is None:
        time.sleep(SECONDS_BETWEEN_TRIES)
    return taken
