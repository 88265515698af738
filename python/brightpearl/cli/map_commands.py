"""The commands about mapping documents."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer

from brightpearl.cli import completion
from brightpearl.cli.failure import EXIT_CODES, end_with, reports_failures
from brightpearl.cli.flat_files import layout_of
from brightpearl.cli.records import Input
from brightpearl.cli.roles import require_distinct


class Mark(str, Enum):
    """What stands before decimals."""

    POINT = "."
    COMMA = ","


map_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="""Checks, tries and explains mapping documents: what goes where between another system's records and
    Brightpearl's. Sends nothing, needs no account.""",
)

AsJson = Annotated[bool, typer.Option("--json", help="Everything that is known, as JSON.")]
Document = Annotated[
    str,
    typer.Argument(
        metavar="DOCUMENT",
        help="A file, or the name of one that comes with the package.",
        autocompletion=completion.documents,
    ),
]
Format = Annotated[Input | None, typer.Option(help="How the records are written; the file's ending says it.")]
Delimiter = Annotated[
    str | None,
    typer.Option(help="What stands between the cells of a flat file, such as ';' or tab; a comma if absent."),
]
Encoding = Annotated[str | None, typer.Option(help="How a flat file is written, such as cp1252; UTF-8 if absent.")]
HeaderLine = Annotated[
    int | None,
    typer.Option(min=0, max=1000, help="Which line of a flat file names the columns: 1, or 0 for none."),
]
DecimalMark = Annotated[
    Mark | None, typer.Option(help="What stands before the decimals of numbers, whatever the document says.")
]
ReportUnused = Annotated[
    bool, typer.Option("--report-unused", help="Says which members the records have and the document does not read.")
]


@map_app.command(epilog=EXIT_CODES)
@reports_failures
def init(
    sample: Annotated[str, typer.Option("--from", metavar="FILE|-", help="Records of the other system, as they are.")],
    target: Annotated[
        str,
        typer.Option(
            metavar="RESOURCE",
            help="What is to be written, such as sales-order.",
            autocompletion=completion.written_names,
        ),
    ],
    format: Format = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    header_line: HeaderLine = None,
) -> None:
    """Writes a first document, made of a sample by guessing from names.

    Says on standard error what was guessed from what, and what must be there and was found nowhere: each record is
    refused there until somebody decides. The money of rows is taken so that it comes to the total that the sample
    states.
    """
    from brightpearl.cli import begun

    require_distinct(file=sample)
    begun.begin(sample, target, format, layout_of(delimiter, encoding, header_line))


@map_app.command("test", epilog=EXIT_CODES)
@reports_failures
def try_folder(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Where NAME.sample.json and NAME.expected.json are.")],
    document: Annotated[
        str | None,
        typer.Option(
            metavar="DOCUMENT", help="For samples without a NAME.json beside them; one of their name if absent."
        ),
    ] = None,
    bless: Annotated[
        bool, typer.Option("--bless", help="Writes what is made as what is expected; read it before it is kept.")
    ] = False,
) -> None:
    """Holds documents against samples and what is expected of them: NAME.sample.json and NAME.expected.json.

    The document is NAME.json beside them. Ends with 2 when anything differs, or nothing is expected yet.
    """
    from brightpearl.cli import trials

    _end(trials.try_folder(folder, document, bless))


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
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    header_line: HeaderLine = None,
    decimal_mark: DecimalMark = None,
    report_unused: ReportUnused = False,
    as_json: AsJson = False,
) -> None:
    """Shows what a document makes of records: the body of each, and what would be looked up for it.

    What would be looked up stands in the body in braces. Ends with 2 when a record cannot be mapped.
    """
    from brightpearl.cli import mapping

    layout = layout_of(delimiter, encoding, header_line)
    require_distinct(document=document, file=records)
    _end(
        mapping.run(
            mapping.open_mapping(document, decimal_mark and decimal_mark.value),
            records,
            format,
            layout,
            report_unused,
            as_json,
        )
    )


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


def _end(problem: str | None) -> None:
    if problem is not None:
        end_with(2, "validation", problem, delivery="not-sent")
