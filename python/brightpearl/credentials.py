"""Who asks."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class PrivateApp:
    """A private system app: its reference and the account token that Brightpearl shows for it."""

    __slots__ = ("_token", "app_ref")

    def __init__(self, app_ref: str, account_token: str) -> None:
        self.app_ref = app_ref
        self._token = account_token

    def __repr__(self) -> str:
        return f"PrivateApp(app_ref={self.app_ref!r}, account_token=[redacted])"

    def _configuration(self) -> dict[str, Any]:
        return {"type": "private-app", "app_ref": self.app_ref, "account_token": self._token}


class StaffApp:
    """A private staff app: its reference and the token of the staff member whose rights it has."""

    __slots__ = ("_token", "app_ref")

    def __init__(self, app_ref: str, staff_token: str) -> None:
        self.app_ref = app_ref
        self._token = staff_token

    def __repr__(self) -> str:
        return f"StaffApp(app_ref={self.app_ref!r}, staff_token=[redacted])"

    def _configuration(self) -> dict[str, Any]:
        return {"type": "staff-app", "app_ref": self.app_ref, "staff_token": self._token}


if TYPE_CHECKING:
    Credentials = PrivateApp | StaffApp
