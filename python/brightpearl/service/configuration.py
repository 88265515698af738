"""What a service is told: `brightpearl.toml`, read and checked as a whole."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from brightpearl.arguments import named
from brightpearl.exceptions import ValidationError
from brightpearl.ledger.thinning import KeepingPolicy
from brightpearl.otel import require_package
from brightpearl.secret_reference import SecretUnavailableError, is_reference, secret_of
from brightpearl.service.alert_tables import AlertTarget, read_alerts
from brightpearl.service.auditing import AuditTarget, read_audit
from brightpearl.service.dashboard_tables import DashboardAccess, read_dashboard
from brightpearl.service.flow_tables import InboundFlow, OutboundFlow, pull_resources, read_flow
from brightpearl.service.health_rules import read_health_rules
from brightpearl.service.many import for_profile
from brightpearl.service.members import Members
from brightpearl.service.places import FromDirectory
from brightpearl.service.problems import ConfigurationError, Problem
from brightpearl.service.receiving import check_receiver
from brightpearl.service.secrets import check_secret
from brightpearl.service.timing import milliseconds_of, zone_of
from brightpearl.shared_quota import SharedQuota
from brightpearl.whole_file import LARGEST_SETTINGS, read_file

_LARGEST_BODY = 16 << 20


@dataclass(frozen=True)
class Listening:
    """Where requests come in."""

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str | None = None
    """The address by which Brightpearl reaches the service."""
    secrets: tuple[str, ...] = ()
    """Where the secrets are that stand in that address: the present one, and the one before it."""
    largest_body: int = 256 * 1024


@dataclass(frozen=True)
class ServiceConfiguration:
    """A configuration that can be used."""

    path: str
    folder: str
    """What its paths are relative to."""
    profile: str | None
    ledger: str
    work: str
    """The folder of journals, and of records that were taken and are not settled yet."""
    listening: Listening
    outbound: tuple[OutboundFlow, ...]
    inbound: tuple[InboundFlow, ...]
    keeping: KeepingPolicy = field(default_factory=KeepingPolicy)
    health: dict[str, Any] = field(default_factory=dict)
    """What is changed of the engine's rules of health."""
    alerts: tuple[AlertTarget, ...] = ()
    """Who is told when things do not go well."""
    dashboard: DashboardAccess | None = None
    audit: AuditTarget | None = None
    shared_quota: str | None = None
    """Where processes share the account's quota: a URL, or a reference to one."""
    opentelemetry: bool = False
    """Whether requests and runs are told to the OpenTelemetry SDK of the process."""
    stop_within_ms: int = 20_000
    """How long flows have to come to a stop."""

    @property
    def flows(self) -> tuple[OutboundFlow | InboundFlow, ...]:
        """All flows."""
        return (*self.outbound, *self.inbound)


def read_configuration(path: str | os.PathLike[str], profile: str | None = None) -> ServiceConfiguration:
    """The configuration of a file. Raises `ConfigurationError` with everything that is wrong with it.

    `profile`: that of one account of many, for which `{profile}` stands in the texts of the file."""
    configuration, problems = examine(path, profile)
    if configuration is None:
        raise ConfigurationError(os.fspath(path), problems)
    return configuration


def examine(
    path: str | os.PathLike[str], profile: str | None = None
) -> tuple[ServiceConfiguration | None, list[Problem]]:
    """The configuration of a file where it can be used, and everything that is wrong or doubtful. `profile`: that of
    one account of many."""
    shown = os.fspath(path)
    problems: list[Problem] = []
    table = _parsed(shown, problems)
    if table is None:
        return None, problems
    if profile is not None:
        table = for_profile(table, profile, problems)
    configuration = _read(table, os.path.abspath(shown), problems)
    if any(not problem.is_warning for problem in problems):
        return None, problems
    return configuration, problems


def _parsed(path: str, problems: list[Problem]) -> dict[str, Any] | None:
    if sys.version_info >= (3, 11):
        import tomllib as toml
    else:
        import tomli as toml
    try:
        content = read_file(path, LARGEST_SETTINGS, "a configuration", location=path)
        return toml.loads(content.decode("utf-8-sig"))
    except ValidationError as error:
        problems.append(Problem(path, error.message))
    except OSError as error:
        why = error.strerror or type(error).__name__
        problems.append(Problem(path, f"the file cannot be read: {why}", is_of_file=True))
    except UnicodeDecodeError:
        problems.append(Problem(path, "the file is not UTF-8; expected TOML"))
    except toml.TOMLDecodeError as error:
        problems.append(Problem(path, f"the file is not TOML: {error}"))
    except RecursionError:
        problems.append(Problem(path, "the file is nested too deeply to be read"))
    return None


def _read(table: dict[str, Any], path: str, problems: list[Problem]) -> ServiceConfiguration:
    folder = os.path.dirname(path)
    members = Members(table, "", problems)
    zone = _zone(members)
    profile = members.text("profile", "the name of a profile")
    ledger = members.text("ledger", "a file, or the URL of a database") or "brightpearl-ledger.sqlite"
    work = members.text("work", "a folder") or "brightpearl-work"
    stop_within = _duration(members, "stop_within", 20_000)
    shared_quota = _shared_quota(members)
    opentelemetry = _opentelemetry(members)
    listening = _listening(members.raw("listen"), problems)
    keeping = _keeping(members.raw("keep"), problems)
    health = read_health_rules(members.raw("health"), problems)
    alerts = read_alerts(members.raw("alert"), problems)
    dashboard = read_dashboard(members.raw("dashboard"), problems)
    audit = read_audit(members.raw("audit"), folder, problems)
    flows = _flows(members.raw("flow"), folder, zone, problems)
    members.finish()
    outbound = tuple(flow for flow in flows if isinstance(flow, OutboundFlow))
    _check_account(profile, outbound, problems)
    inbound = tuple(flow for flow in flows if isinstance(flow, InboundFlow))
    check_receiver(listening.public_url, listening.secrets, outbound, problems)
    return ServiceConfiguration(
        path=path,
        folder=folder,
        profile=profile,
        ledger=_ledger(members, ledger, folder),
        work=os.path.join(folder, os.path.expanduser(work)),
        listening=listening,
        outbound=outbound,
        inbound=inbound,
        keeping=keeping,
        health=health,
        alerts=alerts,
        dashboard=dashboard,
        audit=audit,
        shared_quota=shared_quota,
        opentelemetry=opentelemetry,
        stop_within_ms=stop_within,
    )


def _ledger(members: Members, text: str, folder: str) -> str:
    """The ledger's file beside the configuration; its URL, or where that is, as it stands."""
    if is_reference(text):
        check_secret(members, "ledger", text)
        return text
    return text if "://" in text else os.path.join(folder, os.path.expanduser(text))


def _shared_quota(members: Members) -> str | None:
    """The server over which processes share the quota, as it stands. Nothing is sent."""
    text = members.text("shared_quota", "the URL of a Redis or Valkey server, or where it is, such as env:QUOTA_URL")
    if text is None:
        return None
    try:
        if is_reference(text):
            check_secret(members, "shared_quota", text)
            SharedQuota(secret_of(text, "shared_quota"))
        else:
            if "@" in text:
                check_secret(members, "shared_quota", text)
            SharedQuota(text)
    except SecretUnavailableError:
        # It was noted.
        return text
    except ValidationError as error:
        members.wrong("shared_quota", f"{error.message} {error.advice}")
    return text


def _opentelemetry(members: Members) -> bool:
    is_wanted = members.flag("opentelemetry")
    if is_wanted:
        try:
            require_package()
        except ValidationError as error:
            members.wrong("opentelemetry", f"{error.message}. {error.advice}")
    return is_wanted


def _zone(members: Members) -> ZoneInfo:
    name = members.text("zone", "the name of a time zone such as Europe/London")
    try:
        return zone_of(name or "UTC")
    except ValueError as error:
        members.wrong("zone", f"it is {name!r}; {error}")
        return ZoneInfo("UTC")


def _duration(members: Members, name: str, otherwise: int) -> int:
    text = members.text(name, "a duration such as 15m")
    if text is None:
        return otherwise
    try:
        return milliseconds_of(text)
    except ValueError as error:
        members.wrong(name, f"it is {text!r}; {error}")
        return otherwise


def _listening(table: object, problems: list[Problem]) -> Listening:
    members = Members({} if table is None else table, "[listen]", problems)
    address = members.text("address", "a host and a port such as 127.0.0.1:8080")
    host, port = Listening.host, Listening.port
    if address is not None:
        found = host_and_port(address)
        if found is not None:
            host, port = found
        else:
            members.wrong("address", f"it is {address!r}; expected a host and a port such as 127.0.0.1:8080")
    public_url = members.text("public_url", "the address by which Brightpearl reaches the service")
    if public_url is not None and not _is_address(public_url):
        members.wrong("public_url", f"it is {public_url!r}; expected an address such as https://hooks.example.com/hook")
    secrets = members.texts("secrets", "one or two secrets, such as env:HOOK_SECRET")
    for place, text in enumerate(secrets):
        check_secret(members, f"secrets[{place}]", text)
    if len(secrets) > 2:
        members.wrong("secrets", f"there are {len(secrets)}; expected the present one, and perhaps the one before it")
    largest = members.number("largest_body", "bytes from 1024 to 16 MiB", least=1024, most=_LARGEST_BODY)
    members.finish()
    return Listening(host, port, public_url, secrets[:2], largest or Listening.largest_body)


def host_and_port(address: str) -> tuple[str, int] | None:
    """The two parts of an address to listen on; None where it is none."""
    name, separator, number = address.rpartition(":")
    if not (separator and name and number.isascii() and number.isdecimal() and int(number) < 1 << 16):
        return None
    return name.removeprefix("[").removesuffix("]"), int(number)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.fragment
    except ValueError:
        return False


def _keeping(table: object, problems: list[Problem]) -> KeepingPolicy:
    members = Members({} if table is None else table, "[keep]", problems)
    usual = KeepingPolicy()
    found = KeepingPolicy(
        _duration(members, "runs", usual.runs_ms),
        _duration(members, "notifications", usual.notifications_ms),
        _duration(members, "dead_letters", usual.dead_letters_ms),
        _duration(members, "deliveries", usual.deliveries_ms),
    )
    members.finish()
    return found


def _flows(tables: object, folder: str, zone: ZoneInfo, problems: list[Problem]) -> list[OutboundFlow | InboundFlow]:
    if tables is None:
        problems.append(Problem("[[flow]]", "there is no flow; expected at least one"))
        return []
    if not isinstance(tables, list):
        problems.append(Problem("[[flow]]", f"it is {named(tables)}; expected tables that begin with [[flow]]"))
        return []
    flows = [read_flow(table, place, folder, zone, problems) for place, table in enumerate(tables, 1)]
    seen: set[str] = set()
    for flow in flows:
        if flow is not None and flow.name in seen:
            problems.append(Problem(f"flow {flow.name!r}: name", "another flow has this name; expected one of its own"))
        if flow is not None:
            seen.add(flow.name)
    posts = [flow.post_name for flow in flows if isinstance(flow, InboundFlow) and flow.post_name is not None]
    for name in sorted({name for name in posts if posts.count(name) > 1}):
        problems.append(Problem("[[flow]]", f"several flows take POST /push/{name}; expected an address for each"))
    _check_directories([flow for flow in flows if isinstance(flow, InboundFlow)], problems)
    return [flow for flow in flows if flow is not None]


def _check_directories(flows: Sequence[InboundFlow], problems: list[Problem]) -> None:
    """Notes flows that would push each other's files."""
    taken: dict[str, str] = {}
    for flow in flows:
        if not isinstance(flow.origin, FromDirectory):
            continue
        folder = os.path.realpath(flow.origin.path)
        own = [folder, os.path.join(folder, "working")]
        if other := next((taken[path] for path in own if path in taken), None):
            problems.append(
                Problem(
                    f"flow {flow.name!r}: from", f"flow {other!r} takes these files; expected a directory of its own"
                )
            )
        taken |= dict.fromkeys(own, flow.name)


def _check_account(profile: str | None, flows: Sequence[OutboundFlow], problems: list[Problem]) -> None:
    """Notes what is wrong with the account that the profile or the environment names, and what the engine says of the
    pulls of flows with which nothing else is wrong. Nothing is sent."""
    from brightpearl.exceptions import ValidationError
    from brightpearl.service.accounts import service_client

    try:
        client = service_client(profile)
    except ValidationError as error:
        problems.append(Problem("profile" if profile is not None else "the environment", str(error)))
        return
    with client:
        for flow in flows:
            is_wrong = any(problem.place.startswith(f"flow {flow.name!r}") for problem in problems)
            # One on events alone reads by id.
            if is_wrong or not flow.schedule.is_any:
                continue
            try:
                client.pull(pull_resources(flow, None)).close()
            except ValidationError as error:
                problems.append(Problem(f"flow {flow.name!r}: pull", str(error)))
