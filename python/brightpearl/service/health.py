"""What the ledger says about how things go. What more there is to be known of requests and budgets is not looked at
here."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from brightpearl.ledger.ledger import Ledger

LEVELS = ("ok", "degraded", "failing")
"""How things go, the best first."""

_LATE_MS = 15 * 60_000
"""A notification that waited longer is late."""


@dataclass(frozen=True)
class HealthFinding:
    """Something that is not as it should be."""

    level: str
    """`degraded` or `failing`."""
    rule: str
    """The rule's name, such as `flow-failing`."""
    subject: str
    """The flow or account that it is about."""
    message: str
    advice: str


@dataclass(frozen=True)
class Health:
    """How things go, and why they do not go better."""

    level: str
    findings: tuple[HealthFinding, ...]

    @property
    def is_ready(self) -> bool:
        """Whether notifications and records can be taken."""
        return self.level != "failing" or all(finding.rule != "ledger" for finding in self.findings)


def health_of(findings: Iterable[HealthFinding]) -> Health:
    """The health that findings come to: the worst of them says it."""
    listed = tuple(sorted(findings, key=lambda finding: -LEVELS.index(finding.level)))
    return Health(listed[0].level if listed else "ok", listed)


def ledger_findings(ledger: Ledger, now_ms: int, flows: Iterable[str] | None = None) -> list[HealthFinding]:
    """What a ledger tells. `flows`: those that there are; all that ever ran unless given."""
    found: list[HealthFinding] = []
    states = {state.name: state for state in ledger.standings.flows()}
    names = list(states) if flows is None else list(flows)
    for name in names:
        state = states.get(name)
        if state is not None and state.failures:
            level = "failing" if state.failures >= 3 else "degraded"
            times = "once" if state.failures == 1 else f"{state.failures} times in a row"
            found.append(
                HealthFinding(
                    level,
                    "flow-failing",
                    name,
                    f"the flow failed {times}: {state.reason}",
                    "It is tried again by itself. Look at what it says; `brightpearl runs` has the runs before.",
                )
            )
        queue = ledger.notifications.queue_of(name)
        if queue.oldest_ms is not None and now_ms - queue.oldest_ms > _LATE_MS:
            found.append(
                HealthFinding(
                    "degraded",
                    "queue-late",
                    name,
                    f"{queue.waiting:,} notifications wait, the oldest for {_span(now_ms - queue.oldest_ms)}",
                    "See whether the service runs, and whether the flow fails.",
                )
            )
    for name, run in ledger.runs.last_of_each().items():
        if name in states or (flows is not None and name not in names):
            continue
        if run.outcome in ("failed", "interrupted"):
            found.append(
                HealthFinding(
                    "degraded",
                    f"run-{run.outcome}",
                    name,
                    f"the last run {'was interrupted' if run.outcome == 'interrupted' else 'failed'}: {run.reason}",
                    "Run the command again; a push goes on by its journal, a pull by its state.",
                )
            )
    if letters := ledger.dead_letters.count():
        found.append(
            HealthFinding(
                "degraded",
                "dead-letters",
                "",
                f"{letters:,} dead letter{'s' if letters > 1 else ''}",
                "`brightpearl dead-letters list` tells why; retry them when it is mended, or drop them.",
            )
        )
    for account, expires in ledger.standings.tokens():
        # One that is near its end is renewed by whoever uses it.
        if expires is not None and expires <= now_ms:
            found.append(
                HealthFinding(
                    "failing", "token-ended", account, "the token has ended", "Log in again: brightpearl login."
                )
            )
    return found


def _span(milliseconds: int) -> str:
    minutes = milliseconds // 60_000
    if minutes < 120:
        return f"{minutes} minutes"
    hours = minutes // 60
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"
