"""The flows of a configuration: what is pulled or pushed, when, how, and where to or from."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from brightpearl._native import find_resource, list_resources
from brightpearl.arguments import named
from brightpearl.exceptions import BrightpearlError
from brightpearl.flow_operations import EXISTING, PullResource
from brightpearl.mapping import Mapping, ready_document
from brightpearl.service.members import Members, meant
from brightpearl.service.places import (
    FROM,
    TO,
    Destination,
    FromPost,
    Origin,
    ToAddress,
    ToFunction,
    destination_of,
    origin_of,
    require_importable,
)
from brightpearl.service.problems import Problem
from brightpearl.service.receiving import check_event
from brightpearl.service.secrets import check_secret
from brightpearl.service.timing import Schedule, checked_cron, milliseconds_of, zone_of
from brightpearl.whole_file import LARGEST_DOCUMENT, read_file

_LONGEST_NAME = 100


@dataclass(frozen=True)
class OutboundFlow:
    """What changed in Brightpearl goes somewhere."""

    name: str
    pull: tuple[str, ...]
    """The resources."""
    on: tuple[str, ...]
    """Events, or resource types for all of their events."""
    schedule: Schedule
    mapping: str | None
    """The document: a path, or the name of a ready one."""
    to: Destination
    secret: str | None
    """Where the secret is by which messages to an HTTP address are signed."""
    since: str | None
    filters: tuple[tuple[str, str], ...]
    query: tuple[tuple[str, str], ...]
    deletes: bool

    def concerns(self, event: str) -> bool:
        """Whether it runs on such an event."""
        return any(event == name or event.startswith(f"{name}.") for name in self.on)


@dataclass(frozen=True)
class InboundFlow:
    """Records of another system go into Brightpearl."""

    name: str
    mapping: str
    origin: Origin
    schedule: Schedule
    token: str | None
    """Where the token is that requests to `/push/NAME` need."""
    existing: str
    max_writes: int | None
    exclusive: str | None
    looks: tuple[float, ...] | None = None
    """After how many seconds to look for a write of unknown outcome, one for each look."""

    @property
    def post_name(self) -> str | None:
        """The name in the address that takes its records; None where they come otherwise."""
        return self.origin.name if isinstance(self.origin, FromPost) else None


def pull_resources(flow: OutboundFlow, mapping: Mapping | None) -> list[PullResource]:
    """What a flow pulls, as a client takes it."""
    return [
        PullResource(
            resource,
            name=resource,
            since=flow.since,
            mapping=mapping,
            filters=list(flow.filters),
            query=list(flow.query),
            deletes=flow.deletes or None,
        )
        for resource in flow.pull
    ]


def read_flow(
    table: object, number: int, folder: str, zone: ZoneInfo, problems: list[Problem]
) -> OutboundFlow | InboundFlow | None:
    """One flow; None where nothing can be made of it."""
    named_so = table.get("name") if isinstance(table, dict) else None
    place = f"flow {named_so!r}" if isinstance(named_so, str) and named_so else f"flow {number}"
    before = len(problems)
    members = Members(table, place, problems)
    name = members.text("name", "a name that tells it from the others", is_required=True)
    if name is not None and (len(name) > _LONGEST_NAME or not name.isprintable()):
        members.wrong("name", f"it has {len(name)} letters; expected at most {_LONGEST_NAME} in one line")
    schedule = _schedule(members, zone)
    pulls, pushes = members.has("pull"), members.has("push")
    if pulls == pushes:
        which = "both `pull` and `push` are there" if pulls else "neither `pull` nor `push` is there"
        problems.append(Problem(place, f"{which}; expected one of them"))
        return None
    flow: OutboundFlow | InboundFlow | None
    if pulls:
        flow = _outbound(members, name or "", schedule, folder)
    else:
        flow = _inbound(members, name or "", schedule, folder)
    members.finish()
    return flow if len(problems) == before or flow is not None else None


def _schedule(members: Members, zone: ZoneInfo) -> Schedule:
    every = members.text("every", "a duration such as 15m")
    cron = members.text("cron", "the five fields of cron, such as 30 6 * * mon-fri")
    own_zone = members.text("zone", "the name of a time zone such as Europe/London")
    found: dict[str, Any] = {"zone": zone}
    readers: dict[str, tuple[str, str | None, Callable[[str], Any]]] = {
        "every": ("every_ms", every, milliseconds_of),
        "cron": ("cron", cron, checked_cron),
        "zone": ("zone", own_zone, zone_of),
    }
    for name, (argument, text, read) in readers.items():
        if text is None:
            continue
        try:
            found[argument] = read(text)
        except ValueError as error:
            members.wrong(name, f"it is {text[:100]!r}; {error}")
    if every is not None and cron is not None:
        members.wrong("cron", "`every` is there as well; expected one of them")
    if own_zone is not None and cron is None:
        members.wrong("zone", "it is for `cron`, which is not there; expected both or neither")
    return Schedule(**found)


def _outbound(members: Members, name: str, schedule: Schedule, folder: str) -> OutboundFlow | None:
    pull = members.texts("pull", "the names of resources such as order")
    for resource in pull:
        if find_resource(resource) is None:
            known = sorted(listed.path.rsplit("/")[-1] for listed in list_resources() if listed.search is not None)
            members.wrong("pull", f"there is no resource {resource[:100]!r}; {meant(resource, known)}")
    on = members.texts("on", "events such as order.modified")
    for event in on:
        check_event(members, event)
    if not on and not schedule.is_any:
        members.wrong("every", "it is missing; expected `every`, `cron` or `on`, or the flow would never run")
    to = _destination(members, folder)
    secret = members.text("secret", "where the secret is that signs, such as env:NAME")
    if secret is not None:
        check_secret(members, "secret", secret)
    if secret is not None and to is not None and not isinstance(to, ToAddress):
        members.wrong(
            "secret", "it signs what goes to an HTTP address; expected such an address in `to`, or no `secret`"
        )
    if isinstance(to, ToAddress) and secret is None and not members.has("secret"):
        members.wrong("secret", "it is missing, so that nobody can tell whether a message is genuine", is_warning=True)
    mapping = _mapping(members, "mapping", folder, is_source=True)
    flow = OutboundFlow(
        name=name,
        pull=pull,
        on=on,
        schedule=schedule,
        mapping=mapping,
        to=to or ToFunction("absent:absent"),
        secret=secret,
        since=members.text("since", "a date such as 2026-01-31"),
        filters=_pairs(members, "filters"),
        query=_pairs(members, "query"),
        deletes=members.flag("deletes"),
    )
    return flow if to is not None and pull else None


def _inbound(members: Members, name: str, schedule: Schedule, folder: str) -> InboundFlow | None:
    mapping = _mapping(members, "push", folder, is_source=False)
    text = members.text("from", FROM, is_required=True)
    origin: Origin | None = None
    if text is not None:
        try:
            origin = origin_of(text, folder)
        except ValueError as error:
            members.wrong("from", str(error))
    token = members.text("token", "where the token is, such as env:NAME")
    if token is not None:
        check_secret(members, "token", token)
    if isinstance(origin, FromPost) and token is None:
        members.wrong("token", "it is missing; expected where the token is that requests need, such as env:NAME")
    if origin is not None and not isinstance(origin, FromPost):
        if token is not None:
            members.wrong("token", "it is for POST /push/NAME; expected none here")
        if not schedule.is_any:
            members.wrong("every", "it is missing; expected `every` or `cron`, or the flow would never run")
    existing = members.choice("existing", EXISTING) or "update"
    most = members.number("max_writes", "a whole number from 0 on", least=0, most=1 << 31)
    exclusive = members.text("exclusive", "a lock file, or a folder for them")
    looks = _looks(members)
    if origin is None or mapping is None:
        return None
    path = None if exclusive is None else os.path.join(folder, os.path.expanduser(exclusive))
    return InboundFlow(name, mapping, origin, schedule, token, existing, most, path, looks)


def _looks(members: Members) -> tuple[float, ...] | None:
    found = members.raw("looks")
    if found is None:
        return None
    expected = "expected numbers of seconds such as [2, 10, 30]"
    if not isinstance(found, list):
        members.wrong("looks", f"it is {named(found)}; {expected}")
        return None
    if any(isinstance(one, bool) or not isinstance(one, (int, float)) or not 0 <= one < 86_400 for one in found):
        members.wrong("looks", f"a member of the list is not from 0 to a day; {expected}")
        return None
    return tuple(map(float, found))


def _destination(members: Members, folder: str) -> Destination | None:
    text = members.text("to", TO, is_required=True)
    if text is None:
        return None
    try:
        to = destination_of(text, folder)
        if isinstance(to, ToFunction):
            require_importable(to.name)
    except ValueError as error:
        members.wrong("to", str(error))
        return None
    return to


def _mapping(members: Members, name: str, folder: str, *, is_source: bool) -> str | None:
    text = members.text(name, "a mapping document, or the name of a ready one", is_required=not is_source)
    if text is None:
        return None
    place = document_place(text, folder)
    try:
        mapping = open_document(place)
    except FileNotFoundError:
        members.wrong(name, f"there is no file {text[:200]!r}, and no ready document of that name; {_nearest(text)}")
        return None
    except OSError as error:
        members.wrong(name, f"the file {text[:200]!r} cannot be read: {error.strerror or type(error).__name__}")
        return None
    except BrightpearlError as error:
        members.wrong(name, f"the document {text[:200]!r} cannot be used: {error}")
        return None
    if is_source and mapping.source is None:
        members.wrong(name, f"the document writes to Brightpearl ({mapping.target}); expected one with a `source`")
    if not is_source and mapping.target is None:
        members.wrong(name, f"the document makes records of {mapping.source}; expected one with a `target`")
    return place


def document_place(text: str, folder: str) -> str:
    """The path of a document, or the name of a ready one."""
    path = os.path.join(folder, os.path.expanduser(text))
    return text if not os.path.exists(path) and text in Mapping.ready_names() else path


def open_document(place: str) -> Mapping:
    """The mapping of a document by its place. Raises `OSError`, and `ValidationError` where it cannot be used."""
    if os.sep not in place and not os.path.exists(place) and place in Mapping.ready_names():
        return Mapping(ready_document(place))
    content = read_file(place, LARGEST_DOCUMENT, "a mapping document", location="document")
    return Mapping(content.decode("utf-8-sig", errors="replace"))


def _nearest(text: str) -> str:
    return meant(os.path.basename(text).removesuffix(".json"), Mapping.ready_names())


def _pairs(members: Members, name: str) -> tuple[tuple[str, str], ...]:
    table = members.raw(name)
    if table is None:
        return ()
    if not isinstance(table, dict):
        members.wrong(name, "expected a table such as { orderTypeId = 1 }")
        return ()
    found = []
    for key, value in table.items():
        if isinstance(value, bool):
            found.append((key, "true" if value else "false"))
        elif isinstance(value, (str, int)):
            found.append((key, str(value)))
        else:
            members.wrong(f"{name}.{key}", "expected a text, a whole number, true or false")
    return tuple(found)
