"""The commands about journals of pushes."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from brightpearl.cli.failure import EXIT_CODES, reports_failures

journal_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Keeps journals of pushes short. Sends nothing, needs no account.",
)


# A single command would stand for the whole group.
@journal_app.callback()
def _group() -> None:
    pass


@journal_app.command(epilog=EXIT_CODES)
@reports_failures
def compact(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The journal, which no push may have meanwhile.")],
) -> None:
    """Writes a journal anew, in as few lines as say the same.

    What is in doubt stays, and what was created under which key, by which account and document. The file is replaced
    when the new one is on disk, and stays as it is when that fails. A push does this by itself where it makes a long
    journal much shorter.
    """
    from brightpearl.cli.failure import UnusableFileError
    from brightpearl.cli.roles import require_distinct
    from brightpearl.cli.visible import say
    from brightpearl.journal import Journal

    require_distinct(file=file)
    if not os.path.exists(file):
        raise UnusableFileError("the file does not exist; expected the journal of a push", where=f"FILE {file}")
    journal = Journal(file)
    try:
        before, after = journal.compact()
    finally:
        journal.close()
    say(f"{before:,} bytes, now {after:,}: {file}")
