"""The commands about the ledger: what was run, what was not written, and how things go."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from brightpearl.cli.defaults import is_from_file
from brightpearl.cli.failure import EXIT_CODES, UsageError, end_with, reports_failures
from brightpearl.cli.noting import LedgerOption, existing_ledger
from brightpearl.cli.roles import require_distinct
from brightpearl.cli.visible import print_json, say, visible

ledger_commands = typer.Typer(rich_markup_mode=None)
letters_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Shows, retries and drops dead letters: records and notifications that nothing came of.",
)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Flow = Annotated[str | None, typer.Option(help="Only of that flow or command.")]
Numbers = Annotated[list[int] | None, typer.Argument(metavar="NUMBER", help="As `list` shows them.")]
All = Annotated[bool, typer.Option("--all", help="All of them; with --flow, all of that flow.")]


@ledger_commands.command(epilog=EXIT_CODES)
@reports_failures
def runs(
    ledger: LedgerOption = None,
    flow: Flow = None,
    limit: Annotated[int, typer.Option(min=1, help="The latest so many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Shows the latest runs of commands and flows: when, how long, what came of them, and why.

    A run whose process died is told as interrupted.
    """
    from brightpearl.cli.ledger_listing import show_runs

    with existing_ledger(ledger) as opened:
        show_runs(opened.runs.list(name=flow, limit=limit), as_json)


@ledger_commands.command(epilog=EXIT_CODES)
@reports_failures
def status(ledger: LedgerOption = None, as_json: AsJson = False) -> None:
    """Says how things go as the ledger and the services that use it have it, and what to do where they do not go well.

    For cron: ends with 0 when all is well, and with 4 when something is to be looked at.
    """
    import time

    from brightpearl.service.health import ledger_health

    with existing_ledger(ledger) as opened:
        health = ledger_health(opened, time.time_ns() // 1_000_000)
    if as_json:
        found = [
            {name: getattr(finding, name) for name in ("level", "rule", "subject", "message", "advice")}
            for finding in health.findings
        ]
        print_json(json.dumps({"level": health.level, "findings": found}, ensure_ascii=False))
    else:
        print(health.level)
        for finding in health.findings:
            subject = f" {finding.subject}" if finding.subject else ""
            print(visible(f"{finding.level}: {finding.rule}{subject}: {finding.message}"))
            print(visible(f"  what to do: {finding.advice}"))
    if health.findings:
        advice = "Do what is told of each finding."
        end_with(4, "rejected", f"{health.level}: not all is well", delivery="not-sent", advice=advice)


@letters_app.command("list", epilog=EXIT_CODES)
@reports_failures
def list_letters(
    ledger: LedgerOption = None,
    flow: Flow = None,
    limit: Annotated[int, typer.Option(min=1, help="So many.")] = 50,
    behind: Annotated[int, typer.Option(min=0, help="Only those behind that number.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Lists dead letters: of which flow, about what, why, and how often it was tried."""
    from brightpearl.cli.ledger_listing import show_letters

    with existing_ledger(ledger) as opened:
        show_letters(opened.dead_letters.list(flow=flow, limit=limit, behind=behind), as_json)
        if (count := opened.dead_letters.count(flow)) > limit:
            say(f"{count:,} dead letters in all; --limit and --behind show others")


@letters_app.command("show", epilog=EXIT_CODES)
@reports_failures
def show_letter(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As `list` shows it.")], ledger: LedgerOption = None
) -> None:
    """Shows one dead letter with all that is known of it, as JSON. `.record` is the record itself."""
    from brightpearl._native import dump_json
    from brightpearl.cli.ledger_listing import letter_members
    from brightpearl.cli.writing import laid_out

    with existing_ledger(ledger) as opened:
        letter = opened.dead_letters.get(number)
    if letter is None:
        raise UsageError(
            f"there is no dead letter {number}",
            where="NUMBER",
            advice="`brightpearl dead-letters list` shows which are",
        )
    print_json(laid_out(dump_json(letter_members(letter, whole=True))))


@letters_app.command("retry", epilog=EXIT_CODES)
@reports_failures
def retry_letters(
    ctx: typer.Context,
    numbers: Numbers = None,
    ledger: LedgerOption = None,
    flow: Flow = None,
    every: All = False,
    mapping: Annotated[
        str | None, typer.Option(help="The mapping document to push with, instead of the one of the first try.")
    ] = None,
    journal: Annotated[str | None, typer.Option(help="A journal, where the mapping needs one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tries dead letters again, and takes those away that are where they should be then.

    Records of `push` are pushed now, with their mapping as it is now. Those of a flow of the service are tried by the
    service, in the flow's next run. Ends with 4 when one was refused again.
    """
    from brightpearl.cli.retrying import retry

    require_distinct(mapping_document=mapping, journal=journal, ledger=ledger)
    with existing_ledger(ledger) as opened:
        letters = chosen_letters(opened, numbers, flow, every and not (numbers and is_from_file(ctx, "every")))
        if (done := retry(opened, letters, mapping, journal, as_json)) is not None:
            end_with(4, "rejected", "a record was refused again", done=done)


@letters_app.command("drop", epilog=EXIT_CODES)
@reports_failures
def drop_letters(
    ctx: typer.Context, numbers: Numbers = None, ledger: LedgerOption = None, flow: Flow = None, every: All = False
) -> None:
    """Takes dead letters away: their records are then nowhere here."""
    with existing_ledger(ledger) as opened:
        letters = chosen_letters(opened, numbers, flow, every and not (numbers and is_from_file(ctx, "every")))
        say(f"{opened.dead_letters.drop(letter.id for letter in letters):,} dropped")


def chosen_letters(opened: Any, numbers: list[int] | None, flow: str | None, every: bool) -> list[Any]:
    """The letters that a command names, all of which must be there."""
    if bool(numbers) == every:
        raise UsageError("expected numbers, or --all", where="NUMBER")
    if every:
        return list(opened.dead_letters.all(flow))
    found = [(number, opened.dead_letters.get(number)) for number in numbers or ()]
    absent = [str(number) for number, letter in found if letter is None]
    if absent:
        raise UsageError(
            f"there is no dead letter {', '.join(absent)}; nothing was changed",
            where="NUMBER",
            advice="`brightpearl dead-letters list` shows which are",
        )
    return [letter for _, letter in found]
