"""The commands about mapping documents."""

from __future__ import annotations

from typing import Annotated

import typer

from brightpearl.cli.failure import EXIT_CODES, reports_failures
from brightpearl.cli.records import Input

map_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="""Checks, tries and explains mapping documents: what goes where between another system's records and
    Brightpearl's. Sends nothing, needs no account.""",
)

AsJson = Annotated[bool, typer.Option("--json", help="Everything that is known, as JSON.")]
Document = Annotated[
    str, typer.Argument(metavar="DOCUMENT", help="A file, or the name of one that comes with the package.")
]
Format = Annotated[Input | None, typer.Option(help="How the records are written; the file's ending says it.")]


@map_app.command(epilog=EXIT_CODES)
@reports_failures
def check(document: Document, as_json: AsJson = False) -> None:
    """Says everything that is wrong with a document, each with its JSON Pointer.

    Ends with 2 when it cannot be used.
    """
    from brightpearl.cli import mapping

    _end(mapping.check(document, as_json))


@map_app.command(epilog=EXIT_CODES)
@reports_failures
def run(
    document: Document,
    records: Annotated[
        str, typer.Argument(metavar="FILE|-", help=".jsonl, .json, .csv or .tsv; - is JSON on standard input.")
    ],
    format: Format = None,
    as_json: AsJson = False,
) -> None:
    """Shows what a document makes of records: the body of each, and what would be looked up for it.

    What would be looked up stands in the body in braces. Ends with 2 when a record cannot be mapped.
    """
    from brightpearl.cli import mapping

    _end(mapping.run(document, records, format, as_json))


@map_app.command(epilog=EXIT_CODES)
@reports_failures
def explain(document: Document, as_json: AsJson = False) -> None:
    """Says in words what a document does, field by field."""
    from brightpearl.cli import mapping

    mapping.explain(document, as_json)


@map_app.command("list", epilog=EXIT_CODES)
@reports_failures
def list_documents(as_json: AsJson = False) -> None:
    """Lists the documents that come with the package."""
    from brightpearl.cli import mapping

    mapping.list_ready(as_json)


@map_app.command(epilog=EXIT_CODES)
@reports_failures
def show(document: Document) -> None:
    """Writes a document, to be copied and changed. Ids of an account in the ready ones are examples."""
    from brightpearl.cli import mapping

    mapping.show(document)


@map_app.command(epilog=EXIT_CODES)
@reports_failures
def schema() -> None:
    """Writes the JSON Schema of documents, for editors."""
    from brightpearl._native import mapping_schema

    print(mapping_schema(), end="")


def _end(code: int) -> None:
    if code:
        raise typer.Exit(code)
