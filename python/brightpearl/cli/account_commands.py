"""The commands about accounts: which there are."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from brightpearl.cli.failure import EXIT_CODES, reports_failures
from brightpearl.cli.visible import say, visible
from brightpearl.exceptions import ValidationError
from brightpearl.profiles import Profile, file_of_profiles, profiles_in

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
    is_wrong = False
    for name, members in profiles_in(path).items():
        try:
            described = Profile(name, path, members).described()
        except ValidationError as error:
            is_wrong = True
            say(f"error: {visible(str(error))}")
            continue
        print(json.dumps(described) if as_json else _line(described))
    if is_wrong:
        raise typer.Exit(2)


def _line(described: dict[str, Any]) -> str:
    name = described.pop("name")
    members = (
        f"{member}={value if isinstance(value, str) else json.dumps(value)}" for member, value in described.items()
    )
    return visible(f"{name}: {', '.join(members)}")
