"""What a configuration changes of the engine's rules of health."""

from __future__ import annotations

from typing import Any

from brightpearl.arguments import named
from brightpearl.discovery import ask
from brightpearl.exceptions import ValidationError
from brightpearl.service.members import meant
from brightpearl.service.problems import Problem


def read_health_rules(table: object, problems: list[Problem]) -> dict[str, Any]:
    """The rules of `[health]`, each by its name: false, true, or a table of `degraded`, `failing` and `required`."""
    if table is None:
        return {}
    if not isinstance(table, dict):
        problems.append(Problem("[health]", f"it is {named(table)}; expected rules such as dead-letters = false"))
        return {}
    known = [rule["name"] for rule in ask({"health_rules": {}})]
    rules = {}
    for name, wanted in table.items():
        if name not in known:
            problems.append(Problem(f"[health]: {name}", f"it is unknown; {meant(name, known)}"))
            continue
        try:
            ask({"assess_health": {"facts": {}, "rules": {name: wanted}, "now": 0}})
        except ValidationError as error:
            problems.append(Problem(f"[health]: {name}", error.message))
        except (TypeError, ValueError):
            problems.append(Problem(f"[health]: {name}", f"it is {named(wanted)}; expected false, true or thresholds"))
        else:
            rules[name] = wanted
    return rules
