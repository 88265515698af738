"""The commands about accounts: which there are, who logs in to them, and whether all is well with one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from brightpearl.cli.failure import EXIT_CODES, end_with, reports_failures
from brightpearl.cli.visible import print_json, say, visible
from brightpearl.exceptions import ValidationError
from brightpearl.profiles import Profile, file_of_profiles, profiles_in

if TYPE_CHECKING:
    from brightpearl.service.configuration import ServiceConfiguration

account_commands = typer.Typer(rich_markup_mode=None)


@account_commands.command(epilog=EXIT_CODES)
@reports_failures
def profiles(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Lists the profiles: what each has, and of its secrets only where they are.

    They are in ~/.config/brightpearl/config.toml, or in the file that BRIGHTPEARL_CONFIG names. One that has
    something wrong is told on standard error.
    """
    path = file_of_profiles()
    if not os.path.lexists(path):
        say(f"there are no profiles: {visible(path)} is not there")
        return
    is_wrong = False
    for name, members in profiles_in(path).items():
        try:
            described = Profile(name, path, members).described()
        except ValidationError as error:
            is_wrong = True
            say(f"error: {visible(str(error))}")
            continue
        if as_json:
            print_json(json.dumps(described))
        else:
            print(_line(described))
    if is_wrong:
        end_with(2, "validation", "a profile has something wrong", delivery="not-sent")


@account_commands.command(epilog=EXIT_CODES)
@reports_failures
def login(
    redirect_uri: Annotated[
        str | None,
        typer.Option(help="The address that the app has registered; one on a free port of this machine unless given."),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of this machine, instead of a free one.")] = 0,
    browser: Annotated[bool, typer.Option(help="Opens a browser, or only shows the address.")] = True,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait for the approval.")] = 300,
    authorize_url: Annotated[
        str | None, typer.Option(help="The page where apps are approved; Brightpearl's own unless given.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Gives up the tokens of another account or app that the file has.")
    ] = False,
) -> None:
    """Logs in by OAuth: approve the app in a browser, and the tokens are kept in the token file.

    The account, the app and the token file are those of the profile, or of the variables. Where the redirect address
    is elsewhere, paste the address that the browser ended on. A file with tokens of another account or app is refused.
    """
    from brightpearl.cli.login import log_in

    account, path = log_in(
        redirect_uri=redirect_uri,
        port=port,
        page=authorize_url,
        opens_browser=browser,
        seconds=timeout,
        replaces=replace,
    )
    say(f"logged in to {visible(account)}; the tokens are in {visible(path)}")


@account_commands.command(epilog=EXIT_CODES)
@reports_failures
def logout() -> None:
    """Removes the tokens from this machine. Those of another account or app stay.

    The app stays approved: somebody with the right to do so can take that back in Brightpearl.
    """
    from brightpearl.cli.login import log_out

    path, was_there = log_out()
    say(f"the tokens are removed from {visible(path)}" if was_there else f"there are no tokens in {visible(path)}")


@account_commands.command(epilog=EXIT_CODES)
@reports_failures
def doctor(
    drift: Annotated[
        bool, typer.Option("--drift", help="Compares the columns of every search with those that are known.")
    ] = False,
    service: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The configuration of a service, whose webhooks are compared.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Looks whether all is well between this machine and the account, and says what to do where it is not.

    It looks at the credentials, the datacentre that a login tells, the clock, the request cap, the webhooks, and the
    permission to read from each service. Only reads. Ends with 3 when the credentials are refused, with 4 when
    something else is wrong, with 5 when something could not be learnt, and with 0 otherwise.
    """
    from brightpearl.cli.session import at_work
    from brightpearl.doctor import examine

    worst: set[tuple[str, str]] = set()
    configuration = None if service is None else _configuration(service)
    with at_work() as (client, _):
        for one in examine(client, drift=drift, service=configuration):
            worst.add((one.verdict, one.check))
            if as_json:
                print_json(json.dumps({name: getattr(one, name) for name in sorted(one.__slots__)}))
                continue
            subject = f" {one.subject}" if one.subject else ""
            print(visible(f"{one.verdict:<8} {one.check}{subject}: {one.message}"), flush=True)
            if one.advice and one.verdict != "good":
                print(visible(f"{'':<8} what to do: {one.advice}"), flush=True)
    verdicts = {verdict for verdict, _ in worst}
    advice = "Do what is told of each check."
    if ("wrong", "credentials") in worst:
        end_with(3, "authentication", "the credentials are refused", delivery="rejected", advice=advice)
    if "wrong" in verdicts:
        end_with(4, "rejected", "something is wrong", delivery="rejected", advice=advice)
    if "unknown" in verdicts:
        end_with(5, "unavailable", "something could not be learnt", delivery="rejected", advice=advice)


def _configuration(file: Path) -> ServiceConfiguration:
    from brightpearl.service import require_packages

    require_packages()
    from brightpearl.cli.configured import examined
    from brightpearl.service.problems import ConfigurationError

    configuration, problems = examined(file)
    if configuration is None:
        raise ConfigurationError(str(file), problems)
    return configuration


def _line(described: dict[str, Any]) -> str:
    name = described.pop("name")
    members = (
        f"{member}={value if isinstance(value, str) else json.dumps(value)}" for member, value in described.items()
    )
    return visible(f"{name}: {', '.join(members)}")


@account_commands.command(epilog=EXIT_CODES)
@reports_failures
def mcp(
    write: Annotated[
        bool, typer.Option("--write", help="Carries tasks out that write, once they were shown and confirmed.")
    ] = False,
    mask: Annotated[bool, typer.Option("--mask", help="Leaves personal data out of all answers.")] = False,
    characters: Annotated[
        int, typer.Option(min=2_000, max=1_000_000, help="About how many characters an answer has at most.")
    ] = 20_000,
) -> None:
    """Serves assistants over the Model Context Protocol, on standard input and output.

    Its tools look into the catalogue, search, read, explain, validate, check and try mapping documents, and do what
    people do daily. A task that writes shows first what it would change; nothing is written without --write.
    """
    from brightpearl.cli.assistant import serve

    serve(may_write=write, masks=mask, characters=characters)
