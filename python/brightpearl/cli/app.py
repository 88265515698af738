"""The commands."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from brightpearl import __version__, describe
from brightpearl._native import find_resource, find_search
from brightpearl.arguments import checked_choice
from brightpearl.cli import completion, listing
from brightpearl.cli.account_commands import account_commands
from brightpearl.cli.audit_commands import audit_app
from brightpearl.cli.chosen import take_options, take_timeout
from brightpearl.cli.commands import commands
from brightpearl.cli.defaults import take_defaults
from brightpearl.cli.error_lines import ERRORS_VARIABLE, choose_errors
from brightpearl.cli.failure import EXIT_CODES, UsageError, end_with, reports_failures
from brightpearl.cli.fields import Field
from brightpearl.cli.flow_commands import flow_commands
from brightpearl.cli.journal_commands import journal_app
from brightpearl.cli.ledger_commands import ledger_commands, letters_app
from brightpearl.cli.map_commands import map_app
from brightpearl.cli.roles import require_distinct, require_lines
from brightpearl.cli.secret_options import referred
from brightpearl.cli.service_commands import service_commands
from brightpearl.cli.session import at_work, pairs, path_named
from brightpearl.cli.visible import say, visible
from brightpearl.cli.webhook_commands import webhooks_app
from brightpearl.cli.words import OF_SEARCH, told_of
from brightpearl.environment import secret_variables
from brightpearl.record_schemas import record_schema
from brightpearl.secret_reference import EXPECTED

_OTHER_SECRETS = secret_variables()[1:]

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    epilog=EXIT_CODES,
    help=f"""Reads and writes a Brightpearl account, and shows what its API has.

    The account comes from a profile (--profile, BRIGHTPEARL_PROFILE), or from BRIGHTPEARL_ACCOUNT and
    BRIGHTPEARL_DATACENTRE (or BRIGHTPEARL_BASE_URL). The credentials are those of a private app in
    BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN, or of any other scheme:
    {", ".join(_OTHER_SECRETS[:-1])} or
    {_OTHER_SECRETS[-1]}, each with what belongs to it. A secret may be a reference:
    {EXPECTED}. BRIGHTPEARL_TOKEN_FILE
    keeps OAuth tokens, and BRIGHTPEARL_READ_ONLY=true refuses whatever would write.

    Data goes to standard output or the file, progress to standard error.""",
)
explain_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Says how many requests a command needs, and how long they take.",
)
app.add_typer(explain_app, name="explain")
app.add_typer(map_app, name="map")
app.add_typer(journal_app, name="journal")
app.add_typer(letters_app, name="dead-letters")
app.add_typer(webhooks_app, name="webhooks")
app.add_typer(audit_app, name="audit")
app.add_typer(commands)
app.add_typer(flow_commands)
app.add_typer(account_commands)
app.add_typer(ledger_commands)
app.add_typer(service_commands)

FAULT_KINDS = (
    "lost-response, reset-before-send, cap, outage[+applied], outage-page[+applied], server-error[+applied],"
    " too-many-requests=SECONDS, slow=MS, truncated-body, html-page, results-available-lies=NUMBER, more-pages-lies,"
    " duplicate-rows=ROWS, multi-message-outage[+applied], failed-message=NUMBER[+applied]"
)

Filters = Annotated[
    list[str] | None,
    typer.Argument(help="Filters such as orderTypeId=1 or updatedOn=2026-01-01/.", autocompletion=completion.filters),
]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", help="A filter such as orderTypeId=1. May be repeated.", autocompletion=completion.filters),
]
Limit = Annotated[int | None, typer.Option(min=0, help="Stops after so many.")]
Query = Annotated[
    list[str] | None,
    typer.Option("--query", help="A query parameter such as includeOptional=customFields. May be repeated."),
]
OutputFormat = Annotated[
    listing.Format | None,
    typer.Option("--output", "--format", "-o", help="How it is written; a search is a table on a terminal."),
]
FieldOption = Annotated[
    str | None,
    typer.Option(
        metavar="PATH",
        help="Writes one member alone, such as totalValue.net or orderRows[].productId: texts as they are but for line "
        "ends, which are \\n; with -o json or jsonl as JSON.",
    ),
]
SearchResource = Annotated[
    str,
    typer.Argument(
        metavar="RESOURCE",
        help="Such as order or order-service/order-search.",
        autocompletion=completion.searched_names,
    ),
]
RecordResource = Annotated[
    str,
    typer.Argument(
        metavar="RESOURCE", help="Such as order or order-service/order.", autocompletion=completion.read_names
    ),
]


class Errors(str, Enum):
    """How errors are told."""

    TEXT = "text"
    JSON = "json"


def _print_version(is_verbose: bool) -> None:
    print(f"brightpearl {__version__}")
    if is_verbose:
        from brightpearl._native import Emulator
        from brightpearl.discovery import ask

        told = ask({"versions": {}})
        countries, currencies = Emulator.editions()
        print(f"engine {told['engine']}")
        print(f"time zone database {told['time_zones']}")
        print(f"ISO 3166 countries by {countries}")
        print(f"ISO 4217 currencies by {currencies}")
        print(f"catalogue: {told['catalogue']}")


@app.callback(invoke_without_command=True)
@reports_failures
def settings(
    ctx: typer.Context,
    profile: Annotated[
        str | None,
        typer.Option(help="A profile, as `brightpearl profiles` lists them.", autocompletion=completion.profile_names),
    ] = None,
    account: Annotated[str | None, typer.Option(help="The account code.")] = None,
    datacentre: Annotated[str | None, typer.Option(help="Such as use1.")] = None,
    base_url: Annotated[str | None, typer.Option(help="Instead of a datacentre.")] = None,
    app_ref: Annotated[str | None, typer.Option(help="The app's reference.")] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=REFERENCE",
            help="Where a secret is, such as account_token=keyring:brightpearl/acme. May be repeated.",
        ),
    ] = None,
    errors: Annotated[
        Errors | None,
        typer.Option(envvar=ERRORS_VARIABLE, help="Whether an error is a block for people or a line of JSON."),
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Refuses whatever would write, before anything is sent.")
    ] = False,
    timeout: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="How long a request waits for a connection and for the next bytes: 60."),
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Shows the version.")] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            help="With --version: of the engine, the time zones, ISO 3166 and 4217, and the catalogue, too.",
        ),
    ] = False,
) -> None:
    choose_errors(None if errors is None else errors.value)
    if version:
        _print_version(verbose)
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        ctx.fail("Missing command.")
    if verbose:
        ctx.fail("--verbose goes with --version.")
    of_file = take_defaults(ctx)
    if "errors" in of_file:
        choose_errors(checked_choice(of_file["errors"], "command.errors", [one.value for one in Errors]))
    read_only = read_only or of_file.get("read_only", False)
    if "profile" in of_file and not os.environ.get("BRIGHTPEARL_PROFILE"):
        profile = of_file["profile"]
    take_timeout(timeout, of_file.get("timeout"))
    # Options win over the environment. Secrets have none but for where they are: command lines can be seen by others.
    given = {"ACCOUNT": account, "DATACENTRE": datacentre, "BASE_URL": base_url, "APP_REF": app_ref, "PROFILE": profile}
    named = {f"BRIGHTPEARL_{name}": value for name, value in given.items() if value is not None}
    take_options(named | referred(secret) | ({"BRIGHTPEARL_READ_ONLY": "true"} if read_only else {}))


@app.command(epilog=EXIT_CODES)
@reports_failures
def search(
    resource: SearchResource,
    filters: Filters = None,
    columns: Annotated[
        str | None,
        typer.Option(help="Columns of the rows, separated by commas.", autocompletion=completion.row_columns),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            help="Such as updatedOn or updatedOn.DESC, separated by commas.", autocompletion=completion.sort_keys
        ),
    ] = None,
    limit: Limit = None,
    format: OutputFormat = None,
    field: FieldOption = None,
    csv_formulas: listing.CsvFormulas = listing.Formulas.DEFUSE,
) -> None:
    """Searches, and writes the rows.

    A table shows 100 rows unless --limit says otherwise.
    """
    chosen = format or listing.suitable_format()
    member = _field(field, format)
    if limit is None and member is None and chosen is listing.Format.TABLE:
        limit = listing.TABLE_ROWS
    with told_of(OF_SEARCH), at_work() as (client, shown):
        rows = client.search(
            _search_path(resource), pairs(filters), columns=columns or (), sort=sort or (), limit=limit
        )
        if member is None:
            listing.write_rows(rows, chosen, shown, csv_formulas)
        else:
            shown.stage("rows", rows.metadata.results_available)
            member.require_among(column.name for column in rows.metadata.columns)
            listing.write_field(rows.dicts(dates="text"), member, format, shown)


@app.command(epilog=EXIT_CODES)
@reports_failures
def get(
    resource: RecordResource,
    ids: Annotated[
        str | None, typer.Argument(help="Such as 1-200,320; without any, the whole list where there is one.")
    ] = None,
    query: Query = None,
    format: OutputFormat = None,
    field: FieldOption = None,
    csv_formulas: listing.CsvFormulas = listing.Formulas.DEFUSE,
) -> None:
    """Reads records by id, in the fewest requests, and writes them, as JSON Lines unless --output says otherwise.

    Without ids it reads the whole list of a resource that has one, such as order-type or warehouse. Ids that do
    not exist are named on standard error.
    """
    listed = find_resource(resource)
    member = _field(field, format)
    parameters = pairs(query, what="query parameter", expected="a name and a value")
    with at_work() as (client, shown):
        resources = client.get(_resource_path(resource), ids, query=parameters)
        shown.stage("records", None)
        if member is None:
            chosen = format or listing.Format.JSONL
            count = listing.write_resources_as(resources, chosen, shown, listed and listed.key, csv_formulas)
        else:
            member.expect(record_schema(resource.rsplit("/")[-1]))
            count = listing.write_field((resource.value for resource in resources), member, format, shown)
    if resources.missing:
        say(f"missing: {resources.missing}")
    for refusal in resources.refused:
        say(f"refused: {refusal.id}: {visible(str(refusal.error))}")
    if resources.refused:
        what = (
            f"Brightpearl refuses to read some of them: {', '.join(str(refusal.id) for refusal in resources.refused)}"
        )
        end_with(4, "rejected", what[:_LONGEST_TOLD], delivery="rejected")
    if not count:
        what = f"there is none of them: {resources.missing}" if resources.missing else "there is none"
        end_with(4, "not-found", what[:_LONGEST_TOLD], delivery="rejected")


def _field(text: str | None, format: listing.Format | None) -> Field | None:
    """The one member that is wanted."""
    if text is None:
        return None
    if format is not None and format not in listing.FIELD_FORMATS:
        raise UsageError(
            f"one member is not written as {format.value}; expected json or jsonl, or nothing for texts as they are",
            where="--output",
        )
    return Field(text)


@app.command(epilog=EXIT_CODES)
@reports_failures
def man() -> None:
    """Prints the man page: brightpearl man | man -l -"""
    from typer.main import get_command

    from brightpearl.cli.manual import manual

    print(manual(get_command(app)), end="")


@explain_app.command("search")
@reports_failures
def explain_search(resource: SearchResource, filters: Filters = None, limit: Limit = None) -> None:
    """Sends the first request of a search, to learn how many rows there are."""
    from brightpearl.cli.explain import explain_search

    with at_work() as (client, _):
        text = explain_search(client, _search_path(resource), pairs(filters), limit)
    print(text)


@explain_app.command("get")
@reports_failures
def explain_get(resource: RecordResource, ids: Annotated[str, typer.Argument(help="Such as 1-200,320.")]) -> None:
    """Sends nothing."""
    from brightpearl.cli.explain import explain_get

    with at_work() as (client, _):
        text = explain_get(client, _resource_path(resource), ids)
    print(text)


@explain_app.command("pull")
@reports_failures
def explain_pull(resource: RecordResource, where: Where = None, limit: Limit = None) -> None:
    """Sends the first request of the search, to learn how many records there are."""
    from brightpearl.cli.explain import explain_pull
    from brightpearl.cli.pull import searchable

    listed = searchable(resource)
    with at_work() as (client, _):
        text = explain_pull(client, listed, pairs(where), limit)
    print(text)


@app.command(epilog=EXIT_CODES)
@reports_failures
def emulator(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Where all data is drawn from.")] = 1,
    orders: Annotated[int, typer.Option(min=0, max=10_000_000, help="How many orders there are.")] = 1000,
    state: Annotated[
        Path | None, typer.Option(help="A file that the account is read from, if it is there, and left in.")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            "--fault",
            metavar="KIND:WHEN",
            help="A fault in short: lost-response:8 for the eighth request, slow=1500:5% for one in twenty,"
            f" outage+applied:3-6. May be repeated. The kinds are {FAULT_KINDS}.",
        ),
    ] = None,
    cap: Annotated[
        str | None, typer.Option(metavar="NUMBER|off", help="Requests a minute; off for no cap at all.")
    ] = None,
    latency: Annotated[
        int, typer.Option(min=0, max=3_600_000, help="How long every answer takes longer, in milliseconds.")
    ] = 0,
    clock: Annotated[
        str | None, typer.Option(metavar="TIME", help="What its clock shows first, such as 2026-07-01T09:30:00Z.")
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE",
            help="The time zone of an account that is made, such as Europe/London: dates are written with the offset"
            " of its clocks then.",
        ),
    ] = None,
    log: Annotated[
        Path | None, typer.Option(help="A file that every exchange is appended to as JSON, without secrets.")
    ] = None,
    tls: Annotated[
        bool, typer.Option("--tls", help="Serves HTTPS, with a certificate that is made, and prints how to trust it.")
    ] = False,
    certificate: Annotated[Path | None, typer.Option(help="Serves HTTPS with this certificate, in PEM.")] = None,
    key: Annotated[Path | None, typer.Option(help="The certificate's key, in PEM.")] = None,
    admin: Annotated[
        bool, typer.Option("--admin", help="Answers to the administration below /~emulator/, such as /~emulator/audit.")
    ] = False,
) -> None:
    """Serves an emulated account on this machine until it is interrupted, and delivers its webhooks.

    Prints the variables that point this command at it; they hold no secret, since the account is not real. A page at
    / shows the account, the last requests and the faults.
    """
    from brightpearl.cli.emulator import Asked, serve

    require_distinct(state=state, log=log, beside={"--certificate or --key": certificate})
    require_distinct(state=state, log=log, beside={"--certificate or --key": key})
    require_lines("--log", log, "the exchanges of an emulated account")
    asked = Asked(fault or [], cap, latency, clock, time_zone, log, tls, certificate, key, admin)
    serve(port, seed, orders, state, asked)


@app.command(epilog=EXIT_CODES)
@reports_failures
def demo(
    orders: Annotated[int, typer.Option(min=1, help="How many orders the emulated account has before.")] = 2_000,
    seed: Annotated[int, typer.Option(min=0, help="Where all data is drawn from.")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="With a real account, the file; one among the temporary files unless given.")
    ] = None,
    serve: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="For how long the service runs in the end; 0 for not.")
    ] = 5,
) -> None:
    """Pushes a shop's orders, is killed half-way, goes on, and pulls the result out again.

    In an emulated account over real HTTP, which loses answers meanwhile. In the end the service runs for a moment, and
    the address of its dashboard is told. With BRIGHTPEARL_ACCOUNT set, every order of that account is pulled in detail,
    and nothing is written.
    """
    from brightpearl.cli.demo import demo

    require_distinct(out=out)
    if not demo(orders, seed, out, serve):
        end_with(6, "misuse", "the demonstration did not come out right", delivery="applied")


_LONGEST_TOLD = 1000


def _search_path(name: str) -> str:
    found = find_search(name)
    if found is None and "/" not in name:
        describe(name)
        raise UsageError(f"{name} has no search", where="RESOURCE", advice="brightpearl catalog shows which have one")
    return found or name


def _resource_path(name: str) -> str:
    listed = find_resource(name)
    if listed is not None:
        return listed.path
    return name if "/" in name else path_named(name, "GET")
