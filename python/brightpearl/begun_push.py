"""How a push begins: who has it alone, which journal it is kept in, and what is undone where it cannot begin."""

from __future__ import annotations

from brightpearl import flow_operations
from brightpearl.arguments import checked_flag, checked_path
from brightpearl.exclusive import lease_of
from brightpearl.journal import Journal, read_journal
from brightpearl.mapping import mapping_of
from brightpearl.outcomes import Feeding
from brightpearl.progress_bar import progress_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike
    from typing import Any, TypeVar

    from brightpearl._native import JournalBook
    from brightpearl.exclusive import AnyLease
    from brightpearl.flow_operations import AnyMapping
    from brightpearl.progress_bar import AnyProgress

    Begun = TypeVar("Begun")
    Start = Callable[[str, Journal | None, JournalBook | None], Begun]
    """Starts an operation, with the journal that takes what it announces and what stood in that before."""


def begin_push(
    start: Start[Begun],
    account: str,
    mapping: AnyMapping,
    *,
    journal: str | PathLike[str] | None,
    exclusive: AnyLease | None,
    progress: AnyProgress,
    dry_run: bool,
    **arguments: Any,
) -> tuple[Begun, Feeding]:
    """What `start` gives for the push, and what its records and outcomes go through. `arguments` are those of
    `flow_operations.push`."""
    told = progress_of(progress, "records", lambda: None)
    path = None if journal is None else checked_path(journal, "journal")
    lease = lease_of(exclusive, account, lambda: mapping_of(mapping).target)
    book: JournalBook | None = None
    if checked_flag(dry_run, "dry_run"):
        # It writes nothing and announces nothing; what earlier runs wrote is what it knows it by.
        book = None if path is None else read_journal(path)
        path = lease = None
    if lease is not None:
        lease.acquire()
    kept: Journal | None = None
    try:
        if path is not None:
            kept = Journal(path)
            book = kept.book()
        operation = flow_operations.push(mapping, dry_run=dry_run, **arguments)
        return start(operation, kept, book), Feeding(kept, lease, told)
    except BaseException:
        Feeding(kept, lease, None).close()
        raise
