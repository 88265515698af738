"""What flows that are no more have left: notifications and records that were accepted, and that nobody takes now."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from brightpearl.ledger import Ledger
from brightpearl.service.flow_tables import InboundFlow
from brightpearl.service.health import HealthFinding
from brightpearl.service.places import FromDirectory
from brightpearl.service.spool import folder_name

LONGEST_WAIT_MS = 10 * 60_000
"""Another service of the same ledger takes what is its own sooner than that."""

_RULE = "leftover"


def leftovers(
    ledger: Ledger, flows: Iterable[str], inbound: Iterable[InboundFlow], work: str, now_ms: int
) -> Iterator[HealthFinding]:
    """What waits under the names of flows that this configuration does not have. Raises `LedgerError`."""
    before_ms = now_ms - LONGEST_WAIT_MS
    names = set(flows)
    for name, count in ledger.notifications.waiting_since(before_ms).items():
        if name not in names:
            message = f"notifications that wait for this flow, which is not in the configuration: {count:,}"
            yield HealthFinding("degraded", _RULE, name, message, "Give a flow this name until they are dealt with.")
    for name, count in ledger.dead_letters.asked_before(before_ms).items():
        if name not in names:
            message = f"dead letters that are to be tried by this flow, which is not in the configuration: {count:,}"
            advice = "Give a flow this name, or drop them: brightpearl dead-letters drop."
            yield HealthFinding("degraded", _RULE, name, message, advice)
    taken = {folder_name(flow.name) for flow in inbound if not isinstance(flow.origin, FromDirectory)}
    for name in sorted(_folders(work)):
        if name not in taken and (count := _files(os.path.join(work, name), before_ms / 1000)):
            message = f"files with records that no flow takes, in this folder of {work!r}: {count:,}"
            advice = (
                "Give the flow its former name and `from` until they are pushed; or push the files, and remove them."
            )
            yield HealthFinding("degraded", _RULE, name, message, advice)


def _folders(work: str) -> list[str]:
    try:
        with os.scandir(work) as entries:
            return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _files(folder: str, before: float) -> int:
    """Files that have waited, or were begun, for longer."""
    count = 0
    for name in ("waiting", "working"):
        try:
            with os.scandir(os.path.join(folder, name)) as entries:
                listed = [entry for entry in entries if not entry.name.startswith(".")]
                count += sum(
                    entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < before for entry in listed
                )
        except OSError:
            # It was taken a moment ago, or there is none.
            continue
    return count
