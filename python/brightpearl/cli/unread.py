"""What an earlier pull has brought and perhaps nobody has read yet: it is not replaced unasked, since the state says
that it was handed out."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

from brightpearl.cli.failure import UsageError
from brightpearl.cli.files import STANDARD_OUTPUT

TIME = "{time}"
"""What stands in a file's name for when it was begun."""


def named_by_time(out: Path) -> Path:
    """The path, with the time in the place of `{time}`."""
    if TIME not in out.name:
        return out
    now = datetime.datetime.now(datetime.timezone.utc)
    return out.with_name(out.name.replace(TIME, now.strftime("%Y%m%dT%H%M%S.%fZ")))


def require_read(out: Path, state: Path) -> None:
    """Refuses to replace what an earlier pull of the same state may have brought, before anything is sent."""
    # What went to standard output is not replaced.
    if str(out) != STANDARD_OUTPUT and _has_something(state) and _has_something(out):
        raise UsageError(
            f"the file has something in it, which an earlier pull with the state {str(state)!r} may have brought: this "
            "one would replace it by what changed since, and bring none of it again",
            where=f"--out {out}",
            advice="Nothing was sent. Move the file away when it is dealt with, give --append to write behind what is "
            "there (.jsonl), or name a file of its own for each pull, such as orders-{time}.jsonl.",
        )


def require_appendable(out: Path, state: Path | None, append: bool) -> None:
    """Refuses to write behind what cannot be gone on with."""
    if not append:
        return
    if out.suffix.lower() != ".jsonl":
        raise UsageError(
            f"records cannot be written behind those of {_form(out)}; expected .jsonl",
            where="--append",
            advice="Nothing was sent. Choose .jsonl, or a file of its own for each pull, such as orders-{time}.csv.",
        )
    if state is None:
        raise UsageError(
            "without a state every record would be there again with each pull; expected --state, too", where="--append"
        )


def _form(out: Path) -> str:
    if out.suffix.lower() == ".gz":
        return "a packed file"
    if not out.suffix:
        return "standard output" if str(out) == STANDARD_OUTPUT else "a file without an ending"
    return f"a {out.suffix} file, whose columns are settled"


def _has_something(path: Path) -> bool:
    try:
        return os.stat(path).st_size > 0
    except FileNotFoundError:
        return False
