"""Whether all is as it should be between this machine and an account: each thing that is looked at, what was found, and
what to do about it. Only reads, with a few requests."""

from __future__ import annotations

import json
import time

from brightpearl._native import list_searches
from brightpearl.discovery import ask
from brightpearl.exceptions import (
    AuthenticationError,
    BrightpearlError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    ThrottledError,
    TransportError,
    UnavailableError,
    ValidationError,
)
from brightpearl.record import Record
from brightpearl.registered import registered_webhooks
from brightpearl.text import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Literal

    from brightpearl.client import Client
    from brightpearl.reply import Reply
    from brightpearl.service.configuration import ServiceConfiguration

    Verdict = Literal["good", "doubtful", "wrong", "unknown"]
    """What was found: `doubtful` goes on working for now; of what is `unknown` nothing could be learnt."""

LARGEST_SKEW = 30.0
"""Seconds that the clocks may differ by before that is doubtful."""

LEAST_SHARE = 0.1
"""The share of the request cap that should be left."""


class Diagnosis(Record):
    """One thing that was looked at.

    `check`: `credentials`, `datacentre`, `clock`, `budget`, `webhooks`, `permission` or `drift`. `subject`: what of it,
    such as a service. `message`: what was found. `advice`: what to do; empty where nothing is to be done.
    """

    __slots__ = ("advice", "check", "message", "subject", "verdict")

    check: str
    """What was looked at."""
    subject: str
    """What of it; empty where there is one only."""
    verdict: Verdict
    """How it is."""
    message: str
    """What was found."""
    advice: str
    """What to do about it."""

    def __init__(self, advice: str, check: str, message: str, subject: str, verdict: Verdict) -> None:
        self.advice = advice
        self.check = check
        self.message = message
        self.subject = subject
        self.verdict = verdict


def examine(
    client: Client,
    *,
    drift: bool = False,
    service: ServiceConfiguration | None = None,
    now: Callable[[], float] = time.time,
) -> Iterator[Diagnosis]:
    """Looks at an account, one thing after the other. When the credentials are refused, or there is no answer, that is
    the last of them.

    `drift`: compares the columns of every search with those that are known, with a request for each. `service`: whose
    subscriptions are compared with those that are registered. `now`: seconds since the Unix epoch.
    """
    reads = ask({"service_reads": {}})
    reply, found = _proven(client, reads["account"])
    yield found
    if found.verdict in ("wrong", "unknown"):
        return
    yield _placed(client)
    if reply is not None:
        yield _clock(reply, now())
    yield _budget(client)
    yield _webhooks(client, service)
    for read in reads["services"]:
        yield _permission(client, read["service"], read["search"])
    for search in list_searches() if drift else ():
        yield _drift(client, search)


def _proven(client: Client, path: str) -> tuple[Reply | None, Diagnosis]:
    """Whether Brightpearl takes the credentials."""
    try:
        reply = client.request("GET", path)
    except (PermissionDeniedError, NotFoundError) as error:
        # In its own words, Brightpearl refuses the read and has taken the credentials; a firewall says nothing of them.
        if error.errors:
            return None, _good("credentials", "Brightpearl takes the credentials")
        return None, _from(error, "credentials", verdict="unknown")
    except AuthenticationError as error:
        advice = "Look whether the app is switched on and the secret is the present one; for OAuth, log in again."
        if client._datacentre:
            advice += f" The account has to live in the datacentre {client._datacentre}, too."
        return None, _from(error, "credentials", verdict="wrong", advice=advice)
    except ValidationError as error:
        return None, _from(error, "credentials", verdict="wrong")
    except BrightpearlError as error:
        return None, _from(error, "credentials", verdict="unknown")
    return reply, _good("credentials", "Brightpearl takes the credentials")


def _placed(client: Client) -> Diagnosis:
    """Whether the account lives where the configuration says: whoever answers there takes its credentials, and a login
    may tell another host."""
    told = client.tokens()["api_domain"]
    configured = client._datacentre
    if not configured:
        return _good("datacentre", "the account answers at the address that is configured")
    if not told:
        return _good("datacentre", f"the account answers in the datacentre that is configured: {configured}")
    host = one_line(told)
    if host.startswith(f"{configured}."):
        return _good("datacentre", f"the login tells the same host: {host}")
    return Diagnosis(
        "Compare the datacentre with the address of your Brightpearl, and set it so; until then the login's is used.",
        "datacentre",
        f"the login tells the host {host}, and the configuration says {configured}",
        configured,
        "doubtful",
    )


def _clock(reply: Reply, now: float) -> Diagnosis:
    """Whether this machine's clock agrees with Brightpearl's."""
    from email.utils import parsedate_to_datetime

    try:
        server = parsedate_to_datetime(reply.headers.get("date", "")).timestamp()
    except (TypeError, ValueError, OverflowError):
        return Diagnosis("", "clock", "the answer has no `Date`", "", "unknown")
    ahead = now - server
    if abs(ahead) <= LARGEST_SKEW:
        return _good("clock", f"the clock agrees within {LARGEST_SKEW:.0f} seconds")
    how = "ahead of" if ahead > 0 else "behind"
    return Diagnosis(
        "Let this machine keep time by NTP: the ends of tokens, and the dates that pulls ask for, come from its clock.",
        "clock",
        f"the clock is {abs(ahead):.0f} seconds {how} Brightpearl's",
        "",
        "doubtful",
    )


def _budget(client: Client) -> Diagnosis:
    """What is left of the request cap, as the latest answer has told."""
    budget = client.budget()
    left = f"{budget.available} of {budget.quota} requests are left in this period"
    if budget.available >= budget.quota * LEAST_SHARE:
        return _good("budget", left)
    return Diagnosis(
        "Look what else uses the account's requests: all private apps share one cap.", "budget", left, "", "doubtful"
    )


def _webhooks(client: Client, service: ServiceConfiguration | None) -> Diagnosis:
    """Which webhooks are registered, and whether they are those that a service needs."""
    try:
        registered = registered_webhooks(client)
    except ProtocolError as error:
        return _from(error, "webhooks", verdict="unknown")
    except BrightpearlError as error:
        return _from(error, "webhooks", verdict=_verdict(error), advice=_advice(error, "integration-service"))
    events = sorted({one_line(event) for event in registered.events})
    told = f"registered for {', '.join(events)}" if events else "none is registered"
    return _good("webhooks", told) if service is None else _subscribed(client, service, registered.json, told)


def _subscribed(client: Client, service: ServiceConfiguration, registered: str, told: str) -> Diagnosis:
    from brightpearl.service.receiving import planned

    try:
        plan = planned(service, client._account, registered)
    except BrightpearlError as error:
        return _from(error, "webhooks", verdict="wrong")
    if plan is None:
        return _good("webhooks", f"the service has no address for any; {told}")
    missing = [json.loads(one["body"])["subscribeTo"] for one in plan["create"]]
    changes = [f"missing: {', '.join(missing)}"] if missing else []
    changes += [f"{one['id']} is to be removed: {one_line(one['reason'])}" for one in plan["remove"]]
    if not changes:
        return _good("webhooks", f"those that the service needs are there; {told}")
    return Diagnosis(
        "Register them: brightpearl webhooks apply, which `brightpearl webhooks plan` shows before.",
        "webhooks",
        "; ".join(changes),
        "",
        "wrong" if missing else "doubtful",
    )


def _permission(client: Client, service: str, search: str) -> Diagnosis:
    """Whether the app may read from a service."""
    try:
        list(client.search(search, limit=1, page_size=1))
    except BrightpearlError as error:
        return _from(error, "permission", service, verdict=_verdict(error), advice=_advice(error, service))
    return _good("permission", f"{search} can be read", service)


def _drift(client: Client, search: str) -> Diagnosis:
    """Whether a search has the columns that are known."""
    try:
        found = client.refresh_search(search=search)
    except BrightpearlError as error:
        return _from(error, "drift", search, verdict=_verdict(error), advice=_advice(error, search.partition("/")[0]))
    changes = [
        f"{what}: {', '.join(map(one_line, found[what]))}" for what in ("added", "removed", "changed") if found[what]
    ]
    if not changes:
        return _good("drift", "the columns are those that are known", search)
    return Diagnosis(
        "Look whether mappings and filters use what is gone or has another type; a newer version may know it.",
        "drift",
        "; ".join(changes),
        search,
        "wrong" if found["removed"] or found["changed"] else "doubtful",
    )


def _verdict(error: BrightpearlError) -> Verdict:
    """`unknown` where nothing was heard: it may be in order all the same."""
    unheard = (TransportError, UnavailableError, ThrottledError, ProtocolError)
    return "unknown" if isinstance(error, unheard) else "wrong"


def _advice(error: BrightpearlError, service: str) -> str | None:
    if isinstance(error, PermissionDeniedError):
        return f"Give the app, or the staff member whose token it has, the right to read from {service}."
    return None


def _good(check: str, message: str, subject: str = "") -> Diagnosis:
    return Diagnosis("", check, message, subject, "good")


def _from(
    error: BrightpearlError, check: str, subject: str = "", *, verdict: Verdict, advice: str | None = None
) -> Diagnosis:
    return Diagnosis(advice or error.advice, check, str(error), subject, verdict)
