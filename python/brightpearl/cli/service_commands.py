"""The commands about the service: it runs, and its configuration is checked and begun."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from brightpearl.cli.failure import EXIT_CODES, UsageError, end_with, reports_failures
from brightpearl.cli.visible import print_json, say, visible

service_commands = typer.Typer(rich_markup_mode=None)

_FILE = "brightpearl.toml"

Configuration = Annotated[Path, typer.Argument(metavar="FILE", help="The configuration.")]


@service_commands.command(epilog=EXIT_CODES)
@reports_failures
def serve(
    file: Configuration = Path(_FILE),
    address: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Instead of the configuration's; port 0 takes a free one.")
    ] = None,
) -> None:
    """Runs a service: receives webhooks, runs flows on schedules and on events, and serves health and metrics.

    It prints its address, and ends on SIGTERM or SIGINT once flows have stopped, within `stop_within`. Killed in any
    other way, it goes on after the next start where it was. Needs brightpearl[serve].
    """
    from brightpearl.service import require_packages

    require_packages()
    from brightpearl.cli.configured import examined
    from brightpearl.service.serving import listening_on, serve

    configuration, problems = examined(file)
    for problem in problems:
        say(visible(str(problem)))
    if configuration is None:
        raise UsageError("the configuration cannot be used", where=f"FILE {file}", advice="Nothing was started.")
    code = serve(configuration if address is None else listening_on(configuration, address))
    if code:
        end_with(code, "misuse", "the service could not begin", advice="Look at its log.")


@service_commands.command(epilog=EXIT_CODES)
@reports_failures
def check(
    file: Configuration = Path(_FILE),
    profile: Annotated[
        str | None, typer.Option(help="The profile of one account of many, for which {profile} stands in the file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Says everything that is wrong with the configuration of a service, each with its place. Sends nothing.

    Secrets are looked up, so that one that is missing is known. Ends with 2 when the service would not start.
    """
    from brightpearl.service import require_packages

    require_packages()
    from brightpearl.cli.configured import examined

    configuration, problems = examined(file, profile)
    for problem in problems:
        if as_json:
            told = {"place": problem.place, "message": problem.message, "warning": problem.is_warning}
            print_json(json.dumps(told, ensure_ascii=False))
        else:
            print(visible(str(problem)))
    if configuration is None:
        say("it cannot be used")
        end_with(2, "validation", "the configuration cannot be used", delivery="not-sent")
    say(f"it can be used: {len(configuration.flows)} flow{'s' if len(configuration.flows) != 1 else ''}")


@service_commands.command(epilog=EXIT_CODES)
@reports_failures
def init(
    file: Configuration = Path(_FILE),
    profile: Annotated[str | None, typer.Option(help="The profile of the account.")] = None,
    public_url: Annotated[str | None, typer.Option(help="Where Brightpearl reaches the service.")] = None,
    pull: Annotated[str | None, typer.Option(help="A resource whose changes go out, or none.")] = None,
    mapping: Annotated[str | None, typer.Option(help="The mapping document of what goes out.")] = None,
    to: Annotated[str | None, typer.Option(help="Where it goes.")] = None,
    push: Annotated[str | None, typer.Option(help="The mapping document of what comes in.")] = None,
    origin: Annotated[str | None, typer.Option("--from", help="Where it comes from.")] = None,
    every: Annotated[str | None, typer.Option(help="How often, such as 15m.")] = None,
    ask: Annotated[
        bool | None, typer.Option("--ask/--no-ask", help="Asks for what is not given; by itself on a terminal.")
    ] = None,
) -> None:
    """Writes a first configuration for a service, with what it may have besides in comments.

    Asks on a terminal, and otherwise takes what the options say. Says what is to be done before it can be used.
    """
    from brightpearl.service import require_packages

    require_packages()
    from brightpearl.cli.beginning import asks_by_itself, begin

    given = {
        "profile": profile,
        "public_url": public_url,
        "pull": pull,
        "mapping": mapping,
        "to": to,
        "push": push,
        "origin": origin,
        "every": every,
    }
    begin(file, given, asks_by_itself(given) if ask is None else ask)
