"""Whose an OAuth grant is: a refresh by another account, or by another app, may use it up."""

from __future__ import annotations

from brightpearl.text import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

MEMBERS = ("account", "app_ref")
"""The members of a token file that say it."""

_SHOWN = 100


class GrantOwner:
    """An account, and the app that it approved; None of what is not known."""

    __slots__ = MEMBERS

    def __init__(self, account: object = None, app_ref: object = None) -> None:
        # What is no text is refused elsewhere.
        self.account = account if isinstance(account, str) and account else None
        self.app_ref = app_ref if isinstance(app_ref, str) and app_ref else None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> GrantOwner:
        """The one that variables name."""
        return cls(environment.get("BRIGHTPEARL_ACCOUNT"), environment.get("BRIGHTPEARL_APP_REF"))

    def members(self) -> dict[str, str]:
        """What a file says of it."""
        return {name: value for name in MEMBERS if (value := getattr(self, name)) is not None}

    def difference(self, kept: Mapping[str, Any]) -> str | None:
        """Why a file belongs to another one; None where it is this one's, or does not say whose it is. Accounts are the
        same when they are written alike, as for checkpoints and journals."""
        theirs = GrantOwner(*(kept.get(name) for name in MEMBERS))
        if _differ(theirs.account, self.account):
            return (
                f"the file has the tokens of account {_shown(theirs.account)}, and this is account "
                f"{_shown(self.account)}; expected a file of its own for each account, and one spelling of its code"
            )
        if _differ(theirs.app_ref, self.app_ref):
            of_account = "" if theirs.account is None else f" on account {_shown(theirs.account)}"
            return (
                f"the file has the tokens of app {_shown(theirs.app_ref)}{of_account}, and this is app "
                f"{_shown(self.app_ref)}; expected a file of its own for each app"
            )
        return None


def _differ(theirs: str | None, own: str | None) -> bool:
    return theirs is not None and own is not None and theirs != own


def _shown(name: str | None) -> str:
    return repr(one_line(name)[:_SHOWN])
