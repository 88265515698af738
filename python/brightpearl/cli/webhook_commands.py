"""The commands about the webhooks that a configuration needs."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from brightpearl.cli.failure import EXIT_CODES, Done, UsageError, end_with, reports_failures
from brightpearl.cli.told import Telling, delivery_of, done_before
from brightpearl.cli.visible import say, visible

webhooks_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Compares the webhooks that a service's configuration needs with those that are registered.",
)

Configuration = Annotated[Path, typer.Argument(metavar="FILE", help="The configuration.")]


@webhooks_app.command(epilog=EXIT_CODES)
@reports_failures
def plan(file: Configuration = Path("brightpearl.toml")) -> None:
    """Says which webhooks would be created and removed. Only reads.

    Those that call other addresses are left alone. Ends with 4 when something is to be done.
    """
    with _client(file) as (client, configuration):
        found = _planned(client, configuration)
    for creation in found["create"]:
        print(_created("would be created", creation))
    for removal in found["remove"]:
        print(_removed("would be removed", removal))
    _tell_findings(found)
    if found["create"] or found["remove"]:
        advice = "brightpearl webhooks apply does it."
        end_with(4, "rejected", "webhooks are not as the configuration needs them", delivery="not-sent", advice=advice)


@webhooks_app.command(epilog=EXIT_CODES)
@reports_failures
def apply(file: Configuration = Path("brightpearl.toml")) -> None:
    """Creates and removes webhooks until they are those that the configuration needs."""
    telling = Telling()
    counts: Counter[str] = Counter()
    with (
        done_before(lambda: Done(dict(counts), delivery_of(bool(counts)))),
        _client(file) as (client, configuration),
    ):
        found = _planned(client, configuration)
        # First, so that nothing is missed in between.
        for creation in found["create"]:
            client.post("integration-service/webhook", json.loads(creation["body"]))
            counts["created"] += 1
            telling.line(_created("created", creation))
        for removal in found["remove"]:
            client.request("DELETE", f"integration-service/webhook/{removal['id']}")
            counts["removed"] += 1
            telling.line(_removed("removed", removal))
        telling.end()
    _tell_findings(found)


def _client(file: Path) -> Any:
    import contextlib

    from brightpearl.service import require_packages

    require_packages()
    from brightpearl.cli.configured import examined
    from brightpearl.service.accounts import service_client

    @contextlib.contextmanager
    def opened() -> Any:
        configuration, problems = examined(file)
        for problem in problems:
            say(visible(str(problem)))
        if configuration is None:
            raise UsageError("the configuration cannot be used", where=f"FILE {file}", advice="Nothing was sent.")
        if configuration.listening.public_url is None or not configuration.listening.secrets:
            raise UsageError(
                "the configuration has no address for webhooks; expected public_url and secrets in [listen]",
                where=f"FILE {file}",
            )
        with service_client(configuration.profile) as client:
            yield client, configuration

    return opened()


def _planned(client: Any, configuration: Any) -> dict[str, Any]:
    """What is to be done. Bodies of webhooks to create have the secret in them."""
    from brightpearl.registered import registered_webhooks
    from brightpearl.service.accounts import account_of
    from brightpearl.service.receiving import planned
    from brightpearl.text import Veiled

    found = planned(configuration, account_of(client), registered_webhooks(client).json)
    return Veiled(found)


def _created(how: str, creation: dict[str, Any]) -> str:
    return visible(f"{how}: {json.loads(creation['body'])['subscribeTo']}")


def _removed(how: str, removal: dict[str, Any]) -> str:
    return visible(f"{how}: {removal['id']} ({removal['reason']})")


def _tell_findings(found: dict[str, Any]) -> None:
    for finding in found["findings"]:
        say(visible(f"{finding['severity']}: {finding['message']}"))
    if not found["create"] and not found["remove"]:
        say("nothing is to be done")
