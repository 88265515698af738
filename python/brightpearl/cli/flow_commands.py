"""The commands that bring records in and take them out."""

from __future__ import annotations

import time
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from brightpearl.cli import completion
from brightpearl.cli.audited import AuditOption, audited
from brightpearl.cli.defaults import is_from_file
from brightpearl.cli.failure import EXIT_CODES, UsageError, end_with, reports_failures
from brightpearl.cli.flat_files import layout_of
from brightpearl.cli.listing import CsvFormulas, Formulas
from brightpearl.cli.map_commands import DecimalMark, Delimiter, Encoding, Format, HeaderLine, ReportUnused
from brightpearl.cli.metered import Meter, MetricsOption, metered, of_metrics
from brightpearl.cli.noting import LedgerOption
from brightpearl.cli.roles import require_distinct, require_lines
from brightpearl.cli.session import at_work, pairs
from brightpearl.cli.visible import say, visible
from brightpearl.cli.words import OF_PULL, told_of

flow_commands = typer.Typer(rich_markup_mode=None)


class Existing(str, Enum):
    """What to do with a record that Brightpearl has already."""

    UPDATE = "update"
    LEAVE = "leave"
    REJECT = "reject"


@flow_commands.command(epilog=EXIT_CODES)
@reports_failures
def push(
    ctx: typer.Context,
    mapping: Annotated[
        str,
        typer.Argument(
            metavar="MAPPING",
            help="A mapping document, or the name of a ready one.",
            autocompletion=completion.documents,
        ),
    ],
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help=".jsonl, .json, .csv or .tsv; - is JSON on standard input.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only reads, and says what would be written.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Writes.")] = False,
    journal: Annotated[
        str | None, typer.Option(help="A file by which another run goes on where this one ended.")
    ] = None,
    renew: Annotated[
        bool,
        typer.Option("--renew", help="Goes on with a journal of a changed mapping: what it has is looked at again."),
    ] = False,
    max_writes: Annotated[int | None, typer.Option(min=0, help="The most writes that may be sent.")] = None,
    existing: Annotated[
        Existing, typer.Option(help="What to do with a record that is there already.")
    ] = Existing.UPDATE,
    looks: Annotated[
        str,
        typer.Option(help="After how many seconds to look for a write of unknown outcome, one for each look."),
    ] = "2,10,30",
    confirm: Annotated[
        str,
        typer.Option(
            help="After how many seconds to look whether what was created is there once, and again where the search "
            "does not show it yet; empty for no look."
        ),
    ] = "0,2,10",
    exclusive: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="A lock file, or a folder with one for each account and kind of record, that one push at a time has.",
        ),
    ] = None,
    wait: Annotated[
        float | None, typer.Option(help="Seconds to wait for --exclusive; refused at once if absent.")
    ] = None,
    dead_letters: Annotated[
        str | None, typer.Option(metavar="FILE", help="Takes a line for each record that was not written.")
    ] = None,
    ledger: LedgerOption = None,
    format: Format = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    header_line: HeaderLine = None,
    decimal_mark: DecimalMark = None,
    report_unused: ReportUnused = False,
    audit: AuditOption = None,
    metrics_file: MetricsOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON line for each record.")] = False,
) -> None:
    """Brings records of another system into Brightpearl, each exactly once.

    Either --dry-run or --write must be given. Tells of every record that was not written, and of a dry run what
    would be written, value by value. With --journal a push that was cut off goes on where it ended; a journal belongs
    to the account, the content of the mapping and --existing, and is refused with others unless --renew is given. A dry
    run reads the journal and leaves it as it is. Lines of the dead letters have the record in "source". Ends with 4
    when a record was not written, may have been, is there and differs, or is there more than once.

    Exactly once needs a journal that is kept, a key in the mapping by which Brightpearl finds the record (verify), and
    one push at a time for records of one kind: two that look for a key in the same seconds both create it, and tell so
    when they look once more (--confirm). With --exclusive, the same for all pushes on a machine, the second is refused
    before anything is sent, or waits.
    """
    from brightpearl.cli.mapping import open_mapping
    from brightpearl.cli.pushing import Pushing, Source, check_intent, push, seconds_of

    if write and dry_run and is_from_file(ctx, "write") != is_from_file(ctx, "dry_run"):
        # What the command line says of them wins.
        write, dry_run = not is_from_file(ctx, "write"), not is_from_file(ctx, "dry_run")
    check_intent(write, dry_run)
    require_distinct(
        mapping_document=mapping,
        file=file,
        journal=journal,
        exclusive=exclusive,
        dead_letters=dead_letters,
        ledger=ledger,
        audit=audit,
        metrics_file=metrics_file,
        beside=of_metrics(metrics_file),
    )
    require_lines("--dead-letters", dead_letters, "dead letters")
    if wait is not None and exclusive is None:
        raise UsageError("there is nothing to wait for; expected --exclusive PATH, too", where="--wait")
    opened = open_mapping(mapping, decimal_mark and decimal_mark.value)
    source = Source(file, format, layout_of(delimiter, encoding, header_line), report_unused)
    how = Pushing(
        write=write,
        journal=journal,
        renew=renew,
        max_writes=max_writes,
        existing=existing.value,
        looks=seconds_of(looks, "--looks"),
        confirm=seconds_of(confirm, "--confirm"),
        exclusive=exclusive,
        wait=wait,
        dead_letters=dead_letters,
        as_json=as_json,
        ledger=ledger,
        document=mapping,
    )
    with (
        told_of({"journal": f"--journal {journal}", "exclusive": f"--exclusive {exclusive}", "document": "MAPPING"}),
        metered(metrics_file, Path(mapping).stem) as meter,
        audited(audit, "push") as trail,
        at_work(trail=trail, meter=meter) as (client, shown),
    ):
        done = push(client, opened, source, how, shown, trail, meter)
    if done is not None:
        end_with(4, "rejected", "not every record is where it should be", done=done)


@flow_commands.command(epilog=EXIT_CODES)
@reports_failures
def pull(
    resource: Annotated[
        str,
        typer.Argument(
            metavar="RESOURCE",
            help="Such as order or order-service/order.",
            autocompletion=completion.pulled_names,
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="A .jsonl, .csv or .parquet, perhaps with .gz behind; - is standard output.")
    ],
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where", help="A filter such as orderTypeId=1. May be repeated.", autocompletion=completion.filters
        ),
    ] = None,
    query: Annotated[
        list[str] | None,
        typer.Option("--query", help="A query parameter such as includeOptional=customFields. May be repeated."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=0, help="Stops after so many.")] = None,
    state: Annotated[
        Path | None, typer.Option(help="A file that says where the last pull ended, and then where this one did.")
    ] = None,
    renew: Annotated[
        bool, typer.Option("--renew", help="Begins anew whatever the state says, and replaces it.")
    ] = False,
    append: Annotated[
        bool, typer.Option("--append", help="Writes behind what --out has, a .jsonl file; with --state.")
    ] = False,
    since: Annotated[
        str | None, typer.Option(help="From when on, where there is no state yet, such as 2026-01-31.")
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            help="A mapping document, or the name of a ready one, that makes the records.",
            autocompletion=completion.documents,
        ),
    ] = None,
    deletes: Annotated[bool, typer.Option("--deletes", help="Looks for records that are gone, too.")] = False,
    reconcile: Annotated[
        bool,
        typer.Option(
            "--reconcile", help="Compares ids too: brings what no date told of, and says what is gone. With --state."
        ),
    ] = False,
    dead_letters: Annotated[
        str | None, typer.Option(metavar="FILE", help="Takes a line for each record that could not be mapped.")
    ] = None,
    ledger: LedgerOption = None,
    metrics_file: MetricsOption = None,
    csv_formulas: CsvFormulas = Formulas.DEFUSE,
) -> None:
    """Searches, reads every hit in detail, and writes them to a file.

    .jsonl has the records as Brightpearl sent them. In .csv and .parquet, members of members have dotted names
    such as totalValue.net; lists, and maps that are keyed by ids, are JSON text.

    With --state only what changed since the last pull is written, in the order in which it changed; with --since,
    what changed from then on. Records that are gone are {"id": ..., "deleted": true}. A state belongs to the account,
    the resource and its filters, and is refused with others unless --renew is given.

    A file that has something in it is not replaced when there is a state: an earlier pull may have brought that, and
    nobody dealt with it yet. --append keeps it; {time} in the name makes a file for each pull.

    - writes JSON Lines to standard output as they come. A file appears when it is complete. An interrupted pull leaves
    no file behind, and the state as it was.
    """
    from brightpearl.cli.pull import is_searchable
    from brightpearl.cli.unread import named_by_time, require_appendable

    out = named_by_time(out)
    require_distinct(
        mapping_document=mapping,
        out=out,
        state=state,
        dead_letters=dead_letters,
        ledger=ledger,
        metrics_file=metrics_file,
        beside=of_metrics(metrics_file),
    )
    require_lines("--dead-letters", dead_letters, "dead letters")
    require_appendable(out, state, append)
    keeps = csv_formulas is Formulas.KEEP
    is_plain = state is None and since is None and mapping is None and not deletes and dead_letters is None
    if reconcile and state is None:
        raise UsageError("there is nothing to compare with; expected --state, too", where="--reconcile")
    if is_plain and is_searchable(resource):
        with told_of(OF_PULL | {"filters": "--where"}), metered(metrics_file, resource) as meter:
            failed = _pull_all(resource, out, where, query, limit, keeps, ledger, meter)
        if failed:
            end_with(4, "rejected", "Brightpearl refused to read some records", delivery="rejected")
        return
    options: dict[str, Any] = {
        "filters": pairs(where),
        "query": pairs(query, what="query parameter", expected="a name and a value"),
        "since": since,
        "deletes": deletes or None,
        "reconcile": reconcile,
        "renew": renew,
        "state": state,
        "append": append,
        "dead_letters": dead_letters,
        "limit": limit,
        "keeps_formulas": keeps,
        "ledger": ledger,
    }
    with told_of(OF_PULL | {"state": f"--state {state}"}), metered(metrics_file, resource) as meter:
        failed = _pull_changes(resource, out, mapping, options, meter)
    if failed:
        end_with(4, "rejected", "some records could not be read or mapped", delivery="rejected")


def _pull_all(
    resource: str,
    out: Path,
    where: list[str] | None,
    query: list[str] | None,
    limit: int | None,
    keeps: bool,
    ledger: str | None,
    meter: Meter | None,
) -> bool:
    """Whether some could not be read."""
    from brightpearl.cli.noting import noted_run
    from brightpearl.cli.pull import pull, searchable

    listed = searchable(resource)
    parameters = pairs(query, what="query parameter", expected="a name and a value")
    with at_work(meter=meter) as (client, shown), noted_run(ledger, f"pull {resource}", "pull", client) as noting:
        pulled = pull(client, listed, pairs(where), out, limit, parameters, shown, keeps_formulas=keeps)
        if noting is not None:
            noting.counts.update(records=pulled.records, failed=len(pulled.refused))
        statistics = client.statistics()
    say(f"{pulled.records:,} records with {statistics.requests:,} requests: {out}")
    if pulled.missing:
        say(f"gone meanwhile: {pulled.missing}")
    for refusal in pulled.refused:
        say(f"refused: {refusal.id}: {visible(str(refusal.error))}")
    if meter is not None:
        meter.record("pulled", pulled.records)
        meter.record("rejected", len(pulled.refused))
    return bool(pulled.refused)


def _pull_changes(resource: str, out: Path, mapping: str | None, options: dict[str, Any], meter: Meter | None) -> bool:
    """Whether some could not be mapped."""
    from brightpearl.cli.incremental import pull_changes
    from brightpearl.cli.mapping import open_mapping

    opened = None if mapping is None else open_mapping(mapping)
    began = time.time_ns() // 1_000_000
    with at_work(meter=meter) as (client, shown):
        changes = pull_changes(client, resource, out, mapping=opened, progress=shown, **options)
        statistics = client.statistics()
    told = f"{changes.records:,} records"
    told += f", {changes.deleted:,} deleted" if changes.deleted else ""
    told += f", {changes.skipped:,} left out by the mapping" if changes.skipped else ""
    say(f"{told} with {statistics.requests:,} requests: {out}")
    for record in changes.failed:
        reasons = "; ".join(map(str, record.failures))
        say(f"failed: {record.resource} {record.id}: {visible(reasons)}")
    if meter is not None:
        # What changed since it began, the next one reads.
        meter.watermark_ms = began
        meter.record("pulled", changes.records)
        meter.record("skipped", changes.skipped)
        meter.record("rejected", len(changes.failed))
    return bool(changes.failed)


@flow_commands.command(epilog=EXIT_CODES)
@reports_failures
def tap(
    config: Annotated[Path | None, typer.Option(help="The configuration, a JSON object.")] = None,
    state: Annotated[Path | None, typer.Option(help="The value of the last STATE message.")] = None,
    catalog: Annotated[
        Path | None, typer.Option("--catalog", "--properties", help="The catalogue, with the streams selected.")
    ] = None,
    discover: Annotated[bool, typer.Option("--discover", help="Writes the catalogue, and sends nothing.")] = False,
    about: Annotated[
        bool, typer.Option("--about", help="Says what it can do and is configured with, as JSON.")
    ] = False,
    metrics_file: MetricsOption = None,
) -> None:
    """Writes what changed as a Singer tap does: SCHEMA, RECORD and STATE messages on standard output.

    The configuration has what the environment variables have, by the same names in lower case without the prefix:
    account, datacentre or base_url, app_ref, account_token, and so on. Beside that: streams, a list of resources
    by name (order-row for the rows of orders), or of objects with resource and any of name, filters, query, mapping,
    watermark, rows, deletes, reconcile, priority; start_date; overlap_seconds; dead_letters, a file for records that
    could not be mapped.

    Records that are gone have only their id and _sdc_deleted_at.
    """
    from brightpearl.cli.singer import require_known
    from brightpearl.cli.tap import OWN, read_config, sync
    from brightpearl.cli.tap_catalog import write_catalog

    if about:
        from brightpearl.cli.singer_about import about_tap

        print(about_tap())
        return
    config = _required(config)
    configured = read_config(config)
    require_known(configured, OWN)
    letters = configured.get("dead_letters")
    require_distinct(
        config=config,
        state=state,
        catalog=catalog,
        dead_letters=letters if isinstance(letters, str) else None,
        metrics_file=metrics_file,
        beside=of_metrics(metrics_file),
    )
    if discover:
        write_catalog(configured)
        return
    with metered(metrics_file, "tap") as meter:
        failed = sync(config, configured, state, catalog, meter)
    if failed:
        end_with(4, "rejected", f"{failed:,} records could not be read or mapped", delivery="rejected")


@flow_commands.command(epilog=EXIT_CODES)
@reports_failures
def target(
    config: Annotated[Path | None, typer.Option(help="The configuration, a JSON object.")] = None,
    about: Annotated[bool, typer.Option("--about", help="Says what it is configured with, as JSON.")] = False,
) -> None:
    """Reads what a Singer tap writes on standard input and pushes it, each record exactly once.

    The configuration has what the environment variables have, by the same names in lower case without the prefix:
    account, datacentre or base_url, app_ref, account_token, and so on. Beside that: streams, an object with a mapping
    document for each stream, or an object with mapping, constants and existing; directory, where journals and dead
    letters are kept; dead_letters; unmapped (refuse, ignore); rejected (fail, pass); doubt (hold, dead-letter);
    validate_records; settle_records; settle_seconds; dry_run; renew; looks; exclusive.

    Standard output has the STATE messages, each once everything before it is settled: written, there already, or in
    the dead letters. What is in doubt holds them back.
    """
    from brightpearl.cli.tap import read_config
    from brightpearl.cli.target import load

    if about:
        from brightpearl.cli.singer_about import about_target

        print(about_target())
        return
    config = _required(config)
    load(config, read_config(config))


def _required(config: Path | None) -> Path:
    if config is None:
        raise UsageError("it is not there; expected the path of a JSON file", where="--config")
    return config
