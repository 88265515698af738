"""How things go: what the ledger and a running service know, held against the engine's rules."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from brightpearl.discovery import ask
from brightpearl.ledger.process import this_process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from brightpearl.ledger.ledger import Ledger
    from brightpearl.ledger.standings import FlowState

LEVELS = ("ok", "degraded", "failing")
"""How things go, the best first."""

_NOTE = "health "
_FORGOTTEN_MS = 24 * 60 * 60_000
_FRESH_MS = 5 * 60_000
"""For how long what a service left in the ledger is taken to hold."""


@dataclass(frozen=True)
class HealthFinding:
    """Something that is not as it should be."""

    level: str
    """`degraded` or `failing`."""
    rule: str
    """The engine's rule, such as `flow`; or `audit`, `flow-dead`, `leftover`, `ledger` or `service`, which are this
    program's own."""
    subject: str
    """The flow, queue or account that it is about."""
    message: str
    advice: str

    def alerting(self) -> dict[str, str]:
        """The same as the engine's alerts take it."""
        return {
            "rule": self.rule,
            "subject": self.subject,
            "state": self.level,
            "why": self.message,
            "todo": self.advice,
        }


@dataclass(frozen=True)
class Health:
    """How things go, and why they do not go better."""

    level: str
    findings: tuple[HealthFinding, ...]

    @property
    def is_ready(self) -> bool:
        """Whether notifications and records can be taken."""
        return all(finding.rule != "ledger" for finding in self.findings)

    @property
    def is_alive(self) -> bool:
        """Whether the process does what only another start of it would bring back."""
        return all(finding.rule != "flow-dead" for finding in self.findings)


def health_of(findings: Iterable[HealthFinding]) -> Health:
    """The health that findings come to: the worst of them says it."""
    listed = tuple(sorted(findings, key=lambda finding: -LEVELS.index(finding.level)))
    return Health(listed[0].level if listed else "ok", listed)


def assessed(facts: Mapping[str, Any], rules: Mapping[str, Any] | None, now_ms: int) -> list[HealthFinding]:
    """What the engine finds of facts."""
    found = ask({"assess_health": {"facts": dict(facts), "rules": rules, "now": now_ms}})["findings"]
    return [HealthFinding(one["state"], one["rule"], one["subject"], one["why"], one["todo"]) for one in found]


def ledger_facts(ledger: Ledger, now_ms: int, flows: Iterable[str] | None = None) -> dict[str, Any]:
    """The facts that a ledger has. `flows`: those that there are; all that ever ran, and commands, unless given."""
    states = {state.name: state for state in ledger.standings.flows()}
    names = list(states) if flows is None else list(flows)
    standing = []
    queues = []
    for name in names:
        state = states.get(name)
        if state is not None and (flows is not None or not _is_forgotten(state, now_ms)):
            standing.append({"subject": name, "failures": state.failures, "error": state.reason})
        queue = ledger.notifications.queue_of(name)
        told = {"subject": name, "length": queue.waiting}
        queues.append(told if queue.oldest_ms is None else told | {"oldest_ms": queue.oldest_ms})
    for name, run in ledger.runs.last_of_each().items():
        if flows is None and name not in states:
            standing.append(_command(name, run.outcome, run.reason))
    return {
        "flows": standing,
        "queues": queues,
        "dead_letters": [{"subject": name, "count": count} for name, count in ledger.dead_letters.counts().items()],
        "tokens": [
            # Whether it is renewed before its end, only who uses it knows, and tells; one that has ended was not.
            {"subject": account, "expires_ms": expires, "renewable": expires > now_ms}
            for account, expires in ledger.standings.tokens()
            if expires is not None
        ],
    }


def _is_forgotten(state: FlowState, now_ms: int) -> bool:
    """Whether it failed and nobody has tried it again for a day although it was due, such as one that was renamed."""
    return state.failures > 0 and state.next_ms is not None and state.next_ms < now_ms - _FORGOTTEN_MS


def ledger_health(ledger: Ledger, now_ms: int) -> Health:
    """What a ledger says of how things go, with what running services have noted in it."""
    findings: list[HealthFinding] = []
    fresh: list[dict[str, Any]] = []
    for _, note in ledger.notes.named(_NOTE):
        # Of one from the future, which a clock that was set back leaves, nobody knows how old it is.
        if abs(now_ms - note.noted_ms) > _FRESH_MS:
            findings.append(_silent(note.content, max(now_ms - note.noted_ms, 0)))
        else:
            fresh.append(note.content)
            findings += [HealthFinding(**one) for one in note.content["findings"]]
    facts = ledger_facts(ledger, now_ms)
    for name in facts:
        # What a service has measured says more than its tables.
        told = {one["subject"] for content in fresh for one in content["facts"].get(name, ())}
        facts[name] = [one for one in facts[name] if one["subject"] not in told]
    if not fresh:
        return health_of([*findings, *assessed(facts, None, now_ms)])
    for content in fresh:
        own: dict[str, Any] = content["facts"]
        merged = {name: [*facts.get(name, ()), *own.get(name, ())] for name in (*facts, *own)}
        findings += assessed(merged, content["rules"] or None, now_ms)
    return health_of(_worst_of_each(findings))


def _worst_of_each(findings: Iterable[HealthFinding]) -> Iterable[HealthFinding]:
    """What several services find of the same thing is told once, as the worst of them has it."""
    worst: dict[tuple[str, str, str], HealthFinding] = {}
    for finding in findings:
        # Several services may be silent.
        place = (finding.rule, finding.subject, finding.message if finding.rule == "service" else "")
        known = worst.get(place)
        if known is None or LEVELS.index(finding.level) > LEVELS.index(known.level):
            worst[place] = finding
    return worst.values()


def note_health(
    ledger: Ledger,
    account: str,
    facts: Mapping[str, Any],
    rules: Mapping[str, Any],
    findings: Iterable[HealthFinding],
    *,
    flows: Sequence[str] = (),
    place: str = "",
    instance: str = "",
) -> None:
    """Leaves in the ledger what only this service knows, so that `brightpearl status` finds the same. `flows`: those
    that it runs. `place`: its configuration. `instance`: what tells it from others of this process."""
    content = {
        "account": account,
        "process": this_process(),
        "flows": list(flows),
        "place": place,
        "facts": dict(facts),
        "rules": dict(rules),
        "findings": [asdict(finding) for finding in findings],
    }
    ledger.notes.put(_name_of_note(account, instance), content)
    _forget_predecessors(ledger, content)


def _forget_predecessors(ledger: Ledger, mine: Mapping[str, Any]) -> None:
    """Takes away what processes have left that ended, and whose work this one does now."""
    left = {
        name: note.content
        for name, note in ledger.notes.named(_NOTE)
        if note.content["process"] != mine["process"] and note.content["account"] == mine["account"]
    }
    if not left:
        return
    ended = ledger.heartbeats.ended(content["process"] for content in left.values())
    for name, content in left.items():
        is_same = content["place"] == mine["place"] or bool(set(content["flows"]) & set(mine["flows"]))
        if is_same and content["process"] in ended:
            ledger.notes.drop(f"{_NOTE}{name}")


def forget_health(ledger: Ledger, account: str, instance: str = "") -> None:
    """Takes away what was left, since the service was stopped on purpose."""
    ledger.notes.drop(_name_of_note(account, instance))


def _name_of_note(account: str, instance: str) -> str:
    """Each service has a note of its own: of two of one account, neither hides what is wrong with the other."""
    return f"{_NOTE}{account} {hashlib.sha256(f'{this_process()} {instance}'.encode()).hexdigest()[:16]}"


def _command(name: str, outcome: str, reason: str) -> dict[str, Any]:
    if outcome not in ("failed", "interrupted"):
        return {"subject": name, "failures": 0}
    return {
        "subject": name,
        "failures": 1,
        "error": f"the last run {'was interrupted' if outcome == 'interrupted' else 'failed'}: {reason}",
        "todo": "Run the command again; a push goes on by its journal, a pull by its state.",
    }


def _silent(content: Mapping[str, Any], milliseconds: int) -> HealthFinding:
    flows = ", ".join(content["flows"])
    which = f"the service of the flows {flows}" if flows else "the service"
    since = f"for {milliseconds // 60_000:,} minutes" if milliseconds else "since the clock was set back"
    return HealthFinding(
        "failing",
        "service",
        content["account"],
        f"{which} has not been heard of {since}, and was not stopped on purpose",
        "Start it again: brightpearl serve. It goes on where it was.",
    )
