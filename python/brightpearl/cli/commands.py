"""The commands that look into the API, and those that write."""

from __future__ import annotations

import os
from enum import Enum
from typing import Annotated, Any

import typer

from brightpearl import Client
from brightpearl.cli import completion
from brightpearl.cli.audited import AuditOption, audited
from brightpearl.cli.failure import EXIT_CODES, UsageError, end_with, reports_failures
from brightpearl.cli.roles import require_distinct
from brightpearl.cli.session import at_work, pairs, read_input
from brightpearl.cli.visible import say, visible

commands = typer.Typer(rich_markup_mode=None)


class UnknownMembers(str, Enum):
    """What to make of members that the catalog does not know."""

    WARN = "warn"
    REFUSE = "refuse"
    ALLOW = "allow"


class Order(str, Enum):
    """In which order Brightpearl carries writes out."""

    SEQUENTIAL = "sequential"
    PARALLEL = "parallel"


class OnFailure(str, Enum):
    """What a failed write means for those behind it."""

    STOP = "stop"
    CONTINUE = "continue"


class Packing(str, Enum):
    """Whether writes travel ten to a request."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


AsJson = Annotated[bool, typer.Option("--json", help="Everything that is known, as JSON.")]
Policy = Annotated[
    UnknownMembers, typer.Option(help="Whether unknown members of a body are a warning, an error, or nothing.")
]


def _path_of(verb: str) -> Any:
    help = "Below the account, such as order-service/order/7/row."
    return typer.Argument(metavar="PATH", help=help, autocompletion=completion.paths_of(verb))


Body = Annotated[
    str | None, typer.Argument(metavar="[FILE|-]", help="The body as JSON: a file, or - for standard input.")
]
Query = Annotated[list[str] | None, typer.Option("--query", help="A query parameter. May be repeated.")]
Header = Annotated[list[str] | None, typer.Option("--header", help="A header such as If-Match=3. May be repeated.")]
Idempotent = Annotated[bool, typer.Option("--idempotent", help="Sending it twice is the same as sending it once.")]
Unchecked = Annotated[bool, typer.Option("--unchecked", help="Sends the body although it seems wrong.")]


@commands.command(epilog=EXIT_CODES)
@reports_failures
def catalog(
    resource: Annotated[
        str | None,
        typer.Argument(
            metavar="[RESOURCE]",
            help="A name or a path; all in short unless given.",
            autocompletion=completion.catalogued_names,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Shows what the API has: resources, their paths and verbs, search columns, and the fields of bodies.

    With --json and a resource, bodies come with their JSON Schema. Needs no account.
    """
    from brightpearl.cli.discover import show_catalog, show_resource

    if resource is None:
        show_catalog(as_json)
    else:
        show_resource(resource, as_json)


@commands.command(epilog=EXIT_CODES)
@reports_failures
def validate(
    resource: Annotated[
        str,
        typer.Argument(
            metavar="RESOURCE",
            help="A path, or a name such as order-row where that is enough.",
            autocompletion=completion.catalogued_names,
        ),
    ],
    verb: Annotated[
        str, typer.Argument(metavar="VERB", help="post, put, patch or delete.", autocompletion=completion.verbs)
    ],
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="The body: a file, or - for standard input.")],
    unknown_members: Policy = UnknownMembers.WARN,
    as_json: AsJson = False,
) -> None:
    """Says everything that is wrong with a body, each with its JSON Pointer. Sends nothing, needs no account.

    Ends with 2 when Brightpearl would not take it.
    """
    from brightpearl.cli.discover import check_body

    require_distinct(file=file)
    if not check_body(resource, verb, file, unknown_members.value, as_json):
        end_with(2, "validation", "the body does not fit", delivery="not-sent")


@commands.command(epilog=EXIT_CODES)
@reports_failures
def post(
    path: Annotated[str, _path_of("POST")],
    body: Body = None,
    query: Query = None,
    header: Header = None,
    unchecked: Unchecked = False,
    unknown_members: Policy = UnknownMembers.WARN,
    audit: AuditOption = None,
) -> None:
    """Creates something, and writes the answer.

    The body is checked first. A POST whose outcome is unknown is never sent again: the error then says how to
    find out what became of it.
    """
    _write("POST", path, body, query, header, False, unchecked, unknown_members, audit)


@commands.command(epilog=EXIT_CODES)
@reports_failures
def put(
    path: Annotated[str, _path_of("PUT")],
    body: Body = None,
    query: Query = None,
    header: Header = None,
    idempotent: Idempotent = False,
    unchecked: Unchecked = False,
    unknown_members: Policy = UnknownMembers.WARN,
    audit: AuditOption = None,
) -> None:
    """Replaces something, and writes the answer. The body is checked first."""
    _write("PUT", path, body, query, header, idempotent, unchecked, unknown_members, audit)


@commands.command(epilog=EXIT_CODES)
@reports_failures
def patch(
    path: Annotated[str, _path_of("PATCH")],
    body: Body = None,
    query: Query = None,
    header: Header = None,
    idempotent: Idempotent = False,
    unchecked: Unchecked = False,
    unknown_members: Policy = UnknownMembers.WARN,
    audit: AuditOption = None,
) -> None:
    """Changes something, and writes the answer. The body is checked first."""
    _write("PATCH", path, body, query, header, idempotent, unchecked, unknown_members, audit)


@commands.command(epilog=EXIT_CODES)
@reports_failures
def delete(
    path: Annotated[str, _path_of("DELETE")],
    body: Body = None,
    query: Query = None,
    header: Header = None,
    idempotent: Idempotent = False,
    unchecked: Unchecked = False,
    unknown_members: Policy = UnknownMembers.WARN,
    audit: AuditOption = None,
) -> None:
    """Takes something away, and writes the answer."""
    _write("DELETE", path, body, query, header, idempotent, unchecked, unknown_members, audit)


def _body_file(path: str, file: str | None) -> str | None:
    """The file of the body; what looks like an id behind a path belongs into the path."""
    if file and file.replace(",", "").replace("-", "").isdigit() and not os.path.exists(file):
        raise UsageError(
            f"{file!r} was taken for the file of the body, and that file does not exist",
            where="FILE",
            advice=f"If it is an id, write it behind the path: {path.rstrip('/')}/{file}",
        )
    return file


def _write(
    verb: str,
    path: str,
    file: str | None,
    query: list[str] | None,
    header: list[str] | None,
    idempotent: bool,
    unchecked: bool,
    unknown_members: UnknownMembers,
    audit: str | None,
) -> None:
    from brightpearl.cli.writing import show_reply

    parameters = pairs(query, what="query parameter", expected="a name and a value such as sort=id")
    headers = dict(pairs(header, what="header", expected="a name and a value such as If-Match=3"))
    file = _body_file(path, file)
    require_distinct(file=file, audit=audit)
    body = read_input(file)
    with (
        audited(audit, verb.lower()) as trail,
        at_work(unknown_members=unknown_members.value, trail=trail) as (client, _),
    ):
        try:
            reply = client.request(
                verb, path, parameters, body, headers=headers, idempotent=idempotent, unchecked=unchecked
            )
        finally:
            _print_warnings(client)
        show_reply(reply)


@commands.command(epilog=EXIT_CODES)
@reports_failures
def task(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="Such as create-sales-order; lists all unless given.",
            autocompletion=completion.task_names,
        ),
    ] = None,
    file: Annotated[
        str | None,
        typer.Argument(metavar="[FILE|-]", help="The arguments as a JSON object: a file, or - for standard input."),
    ] = None,
    argument: Annotated[
        list[str] | None,
        typer.Option("--arg", help="One argument such as orderId=7. JSON, or else a text. May be repeated."),
    ] = None,
    describe: Annotated[bool, typer.Option("--describe", help="Shows what the task takes, and does nothing.")] = False,
    unknown_members: Policy = UnknownMembers.WARN,
    audit: AuditOption = None,
) -> None:
    """Does something that people do daily, and writes its result as JSON."""
    from brightpearl.cli import writing

    if name is None:
        writing.list_tasks()
        return
    if describe:
        writing.show_task(name)
        return
    given = pairs(argument, what="argument", expected="a name and a value such as orderId=7")
    require_distinct(file=file, audit=audit)
    arguments = writing.task_arguments(file, read_input(file), given)
    with (
        audited(audit, name) as trail,
        at_work(unknown_members=unknown_members.value, trail=trail) as (client, _),
    ):
        try:
            result = client.task(name, **arguments)
        finally:
            _print_warnings(client)
        writing.show_result(name, result)


@commands.command(epilog=EXIT_CODES)
@reports_failures
def batch(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="JSON Lines, one write each.")],
    order: Annotated[Order, typer.Option(help="One after the other, or in any order.")] = Order.SEQUENTIAL,
    on_failure: Annotated[OnFailure, typer.Option(help="What a failure means for those behind it.")] = OnFailure.STOP,
    packing: Annotated[Packing, typer.Option(help="Whether they travel ten to a request.")] = Packing.AUTO,
    unknown_members: Policy = UnknownMembers.WARN,
    audit: AuditOption = None,
) -> None:
    """Sends several writes in as few requests as possible, and writes a JSON line for each, in their order.

    A line of the file is such as {"method": "PUT", "path": "order-service/order/7/status", "body": {...}};
    query, headers, idempotent and unchecked may stand in it too. A line of the output has the index of the write,
    from 0, and either status and body, or error. Ends with 4 when any was not carried out.
    """
    from brightpearl.cli.writing import run_batch

    require_distinct(file=file, audit=audit)
    lines = read_input(file)
    if not lines or not lines.strip():
        raise UsageError("there is no write in it; expected one JSON object a line", where=file)
    with (
        audited(audit, "batch") as trail,
        at_work(unknown_members=unknown_members.value, trail=trail) as (client, shown),
    ):
        try:
            done = run_batch(client, file, lines, order.value, on_failure.value, packing.value, shown)
        finally:
            _print_warnings(client)
    if done is not None:
        end_with(4, "rejected", "not all writes were carried out", done=done)


def _print_warnings(client: Client) -> None:
    for event in client.events():
        if event["event"] == "doubtful-body":
            for warning in event["warnings"]:
                say(f"warning: {visible(str(warning))}")
        elif event["event"] == "deprecated-used":
            instead = f"; use {event['replacement']}" if event.get("replacement") else ""
            say(f"warning: {event['template']} is deprecated{instead}")
