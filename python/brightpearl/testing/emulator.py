"""The emulated account."""

from __future__ import annotations

import re
import time

from brightpearl._native import Emulator as _Emulator
from brightpearl.arguments import (
    checked_callable,
    checked_count,
    checked_flag,
    checked_milliseconds,
    checked_path,
    checked_text,
    wrong_type,
)
from brightpearl.async_client import AsyncClient
from brightpearl.client import Client
from brightpearl.credentials import PrivateApp, StaffApp
from brightpearl.exceptions import MisuseError, ValidationError
from brightpearl.messages import Request, Response
from brightpearl.operations import LARGEST_U32
from brightpearl.testing.clock import VirtualClock
from brightpearl.testing.webhooks import Delivery
from brightpearl.transport import MaybeSent
from brightpearl.wire import json_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike
    from typing import Any

    from brightpearl.testing.server import EmulatorServer
    from brightpearl.testing.webhooks import Receiver

_WORDS = {
    "u16": "a whole number",
    "u32": "a whole number",
    "u64": "a whole number",
    "i16": "a whole number",
    "i32": "a whole number",
    "i64": "a whole number",
    "a string": "a text",
    "a sequence": "a list",
    "a map": "a dict",
    "struct FaultPlan": "a dict",
}
"""What the emulator calls the types of settings, and what Python does."""


class Emulator:
    """One emulated account with orders, products, contacts and warehouses, all drawn from a seed.

    `orders`, `products`, `contacts`, `warehouses`: how many there are.
    `seed`: where all data and faults are drawn from.
    `faults`: what goes wrong, such as `{"script": [{"request": 2, "fault": {"kind": "lost-response"}}]}`.
    `clock`, `sleep`: virtual unless given; the server uses the machine's.
    Further settings, such as `account`, `quota` and `period_ms`, go to the emulator as they are.

    Raises `ValidationError` that names the setting that is wrong.
    """

    def __init__(
        self,
        *,
        orders: int | None = None,
        products: int | None = None,
        contacts: int | None = None,
        warehouses: int | None = None,
        seed: int | None = None,
        faults: dict[str, Any] | None = None,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], object] | None = None,
        **settings: Any,
    ) -> None:
        counts = {"orders": orders, "products": products, "contacts": contacts, "warehouses": warehouses}
        if faults is not None:
            _require_plan(faults)
        checked_callable(clock, "clock")
        checked_callable(sleep, "sleep")
        settings |= {name: checked_count(count, name, most=LARGEST_U32) for name, count in counts.items()}
        settings |= {"seed": checked_count(seed, "seed", most=(1 << 64) - 1), "faults": faults}
        given = {name: value for name, value in settings.items() if value is not None}
        for name in ("strict", "uncapped"):
            if name in given:
                checked_flag(given[name], name)
        members = {name: json_of(value, name) for name, value in given.items()}
        try:
            native = _Emulator("{" + ",".join(f'"{name}":{text}' for name, text in members.items()) + "}")
        except ValidationError as error:
            raise _at_setting(error, members) from None
        self._begin(native, clock, sleep)

    def _begin(
        self, native: _Emulator, clock: Callable[[], float] | None, sleep: Callable[[float], object] | None
    ) -> None:
        self._native = native
        virtual = VirtualClock()
        self.clock: Callable[[], float] = clock or virtual
        self.sleep: Callable[[float], object] = sleep or (virtual.sleep if clock is None else time.sleep)

    @classmethod
    def load(
        cls,
        state: str,
        *,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], object] | None = None,
    ) -> Emulator:
        """Continues an account that was saved: equal requests get the answers that they would have got.

        Raises `ValidationError` when the text is not a saved state, or not one of this version.
        """
        checked_text(state, "state")
        emulator = cls.__new__(cls)
        emulator._begin(_Emulator.load(state), clock, sleep)
        return emulator

    def save(self) -> str:
        """The whole account as JSON text for `Emulator.load`: what was written, who is logged in, what is still
        to be delivered. It holds the account's credentials."""
        return self._native.save()

    def reset(self) -> None:
        """Puts the account back to how it was made: nothing written, nobody logged in, nothing counted."""
        self._native.reset()

    def audit(self) -> list[str]:
        """Everything in which the account contradicts itself, in words; nothing in one that is sound: stock against
        what moved, orders against their payments, journals and invoices, reports against the books."""
        return self._native.audit()

    def set_faults(self, faults: dict[str, Any] | None) -> None:
        """What goes wrong from the next request on; None for nothing. Requests are still counted from the first
        of all."""
        plan = {} if faults is None else _require_plan(faults)
        try:
            self._native.set_faults(json_of(plan, "faults"))
        except ValidationError as error:
            raise _at_setting(error, {"faults": ""}) from None

    def deliveries(self) -> list[Delivery]:
        """The notifications of webhooks that are due by the emulator's clock. Each is given once, until it is said
        what became of it."""
        return self._deliveries_at(self.clock)

    def _deliveries_at(self, clock: Callable[[], float]) -> list[Delivery]:
        return [Delivery(raw, self._native, clock) for raw in self._native.deliveries(int(clock()))]

    def deliver(self, receiver: Receiver, *, within: float = 60.0) -> int:
        """Hands the notifications that are due within so many seconds to a function, waiting for each on the
        emulator's clock, and says how many there were. Repetitions of failed ones are among them."""
        end = self.clock() + checked_milliseconds(within, "within")
        count = 0
        while (due := self._native.next_delivery()) is not None and due <= end:
            if (early := due - self.clock()) > 0:
                self.sleep(early / 1000)
            for delivery in self.deliveries():
                delivery.hand_to(receiver)
                count += 1
        return count

    def respond(self, request: Request, now: float) -> tuple[Response | None, float]:
        """What becomes of a request at `now`, in milliseconds since the Unix epoch: an answer, or `None` for a
        connection that goes away; and after how many seconds."""
        outcome = self._native.respond(request.method, request.url, list(request.headers.lines), request.body, int(now))
        if outcome.status is None:
            return None, 0.0
        return Response(outcome.status, outcome.headers, outcome.body), outcome.after_seconds

    def transport(self, request: Request) -> Response:
        """A transport for a client in the same process."""
        response, delay = self.respond(request, self.clock())
        if delay:
            self.sleep(delay)
        if response is None:
            raise MaybeSent("the emulated connection went away before an answer")
        return response

    async def async_transport(self, request: Request) -> Response:
        """A transport for an `AsyncClient` in the same process."""
        import asyncio

        response, delay = self.respond(request, self.clock())
        # An event loop expects that others have their turn while an answer is on its way.
        await (self.async_sleep(delay) if delay else asyncio.sleep(0))
        if response is None:
            raise MaybeSent("the emulated connection went away before an answer")
        return response

    async def async_sleep(self, seconds: float) -> None:
        """Waits on the emulator's clock: not at all, when it is a virtual one."""
        import asyncio

        virtual = getattr(self.sleep, "__self__", None)
        if isinstance(virtual, VirtualClock):
            await virtual.async_sleep(seconds)
        else:
            await asyncio.sleep(seconds)

    @property
    def account(self) -> str:
        """The account code."""
        return self._native.account

    @property
    def credentials(self) -> PrivateApp | StaffApp:
        """Credentials that the account accepts."""
        for lines in self._native.credentials:
            headers = dict(lines)
            app_ref, dev_ref = headers["brightpearl-app-ref"], headers.get("brightpearl-dev-ref")
            if (token := headers.get("brightpearl-account-token")) and dev_ref is None:
                return PrivateApp(app_ref, token)
            if token := headers.get("brightpearl-staff-token"):
                return StaffApp(app_ref, token, dev_ref=dev_ref)
        raise MisuseError("the emulated account was configured without an app's token")

    def client(self, **options: Any) -> Client:
        """A client of this account in the same process, on the emulator's clock."""
        options = {
            "account": self.account,
            "base_url": "http://127.0.0.1",
            "credentials": self.credentials,
            "transport": self.transport,
            "clock": self.clock,
            "sleep": self.sleep,
        } | options
        return Client(**options)

    def async_client(self, **options: Any) -> AsyncClient:
        """An `AsyncClient` of this account in the same process, on the emulator's clock."""
        options = {
            "account": self.account,
            "base_url": "http://127.0.0.1",
            "credentials": self.credentials,
            "transport": self.async_transport,
            "clock": self.clock,
            "sleep": self.async_sleep,
        } | options
        return AsyncClient(**options)

    def serve(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        *,
        tls: bool = False,
        certificate: str | PathLike[str] | None = None,
        key: str | PathLike[str] | None = None,
        latency: float = 0.0,
        clock: str | None = None,
        log: str | PathLike[str] | None = None,
        admin: bool = False,
    ) -> EmulatorServer:
        """Puts the account on a port, a free one unless given, until the server is closed.

        `tls`: over HTTPS, with a certificate that is made for the loopback and for Brightpearl's hosts; the server's
        `authority` is the file that clients are to trust. `certificate` and `key`: files of one that is given, in PEM.
        `latency`: how many seconds every answer takes longer.
        `clock`: what the emulator's clock shows first, such as "2026-07-01T09:30:00Z"; otherwise the machine's time.
        `log`: a file that every exchange is appended to as a line of JSON, without secrets.
        `admin`: whether the administration below `/~emulator/` is to be had, as the program's `--help` tells it.
        """
        from brightpearl.testing.server import EmulatorServer
        from brightpearl.testing.tls import ServerTls

        checked_count(port, "port", most=65_535)
        checked_text(host, "host", "the name or address of this machine")
        late = checked_milliseconds(latency, "latency")
        checked_flag(admin, "admin")
        checked_flag(tls, "tls")
        for path, name in ((certificate, "certificate"), (key, "key"), (log, "log")):
            if path is not None:
                checked_path(path, name)
        shown = None if clock is None else checked_text(clock, "clock")
        self._native.set_desk(admin, late, shown, log is not None, int(time.time() * 1000))
        return EmulatorServer(self, host, port, ServerTls.of(tls, certificate, key), log)

    def statistics(self) -> dict[str, Any]:
        """What was counted: `requests`, `by_resource`, `by_status`, `throttled`, `faults` and others."""
        return self._native.statistics()


def _at_setting(error: ValidationError, members: dict[str, str]) -> ValidationError:
    """An error of the emulator, which knows a column of its JSON, at the setting that stands there."""
    found = re.fullmatch(r"(?:[^:]* cannot be read: )?(.*) at line 1 column (\d+)", error.message, re.S)
    if found is None:
        return error
    end, last = 1, next(iter(members))
    for name, text in members.items():
        last = name
        end += len(f'"{name}":{text},'.encode())
        if int(found[2]) < end:
            break
    reason = found[1]
    for theirs, ours in _WORDS.items():
        reason = reason.replace(f"expected {theirs}", f"expected {ours}")
    return ValidationError(f"the setting `{last}` cannot be used: {reason}", location=last)


def _require_plan(faults: object) -> dict[str, Any]:
    if not isinstance(faults, dict):
        raise wrong_type("faults", faults, 'a dict such as {"script": [...]}')
    return faults
