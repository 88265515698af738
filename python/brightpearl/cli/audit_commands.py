"""The commands about trails of what was written."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from brightpearl.cli.failure import EXIT_CODES, end_with, reports_failures

audit_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Verifies trails of what was written. Sends nothing, needs no account.",
)


# A single command would stand for the whole group.
@audit_app.callback()
def _group() -> None:
    pass


@audit_app.command(epilog=EXIT_CODES)
@reports_failures
def verify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The trail.")],
    head: Annotated[
        list[str] | None,
        typer.Option("--head", help="A head that was kept elsewhere, such as 42:sha256:... May be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Says what of a trail is not as it was written: changed, removed, added or moved lines, and a missing end.

    Prints the head of a trail that is whole: kept elsewhere, it finds out later whether the end was cut off, or all of
    it written anew. BRIGHTPEARL_AUDIT_KEY has the key, or says where it is. Ends with 4 when something is wrong.
    """
    from brightpearl.audit import verify
    from brightpearl.cli.audited import key_of
    from brightpearl.cli.visible import print_json, say, visible

    verified = verify(file, anchors=head or (), key=key_of(dict(os.environ)))
    if as_json:
        findings = [{name: getattr(one, name) for name in sorted(one.__slots__)} for one in verified.findings]
        print_json(json.dumps({"head": verified.head, "findings": findings, "more": verified.more}))
    else:
        for finding in verified.findings:
            print(visible(str(finding)))
            print(visible(f"  what to do: {finding.todo}"))
        if verified.more:
            say(f"and {verified.more:,} more")
        if not verified.findings:
            print(verified.head)
    if verified.findings:
        end_with(
            4, "rejected", "the trail is not as it was written", delivery="not-sent", advice="Look at what is told."
        )
