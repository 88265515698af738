"""What is shipped for Prometheus and Grafana names metrics that the engine writes, in expressions that are right."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[3]
DEPLOY = REPOSITORY / "docs" / "deploy"
DASHBOARD = DEPLOY / "grafana-dashboard.json"


def families() -> set[str]:
    """The families of the engine's table, counters as they are written."""
    table = (REPOSITORY / "core" / "src" / "metrics" / "family.rs").read_text()
    found = re.findall(r'"(brightpearl_[a-z_]+)",\s*MetricSort::(\w+)', table)
    assert len(found) > 20
    return {f"{name}_total" if sort.endswith("Counter") else name for name, sort in found}


def written() -> set[str]:
    """Their series."""
    parts = ("bucket", "sum", "count")
    return families() | {f"{name}_{part}" for name in families() if name.endswith("_seconds") for part in parts}


def expressions() -> list[str]:
    dashboard: dict[str, Any] = json.loads(DASHBOARD.read_text())
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def test_every_name_is_one_that_the_engine_writes() -> None:
    for place in (DASHBOARD, DEPLOY / "prometheus-rules.yml"):
        names = set(re.findall(r"\bbrightpearl_[a-z_]+", place.read_text()))
        assert names - written() == set(), place.name
    # What somebody watches is on the dashboard, whatever it is.
    shown = set(re.findall(r"\bbrightpearl_[a-z_]+", " ".join(expressions())))
    as_counted_otherwise = {
        "brightpearl_budget_waits_total",
        "brightpearl_token_expiry_timestamp_seconds",
        "brightpearl_watermark_timestamp_seconds",
    }
    assert families() - {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown} == as_counted_otherwise


def test_prometheus_reads_every_expression(tmp_path: Path) -> None:
    told = [
        # JSON is YAML, too.
        {"record": f"panel:{number}", "expr": expression.replace("$__rate_interval", "5m").replace("$instance", ".*")}
        for number, expression in enumerate(expressions())
    ]
    rules = tmp_path / "rules.yml"
    rules.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": told}]}))
    done = subprocess.run(["promtool", "check", "rules", str(rules)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_panels_have_places_of_their_own() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    cells = [
        (column, row)
        for panel in panels
        for place in (panel["gridPos"],)
        for column in range(place["x"], place["x"] + place["w"])
        for row in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert all(column < 24 for column, _ in cells)
    assert len({panel["id"] for panel in panels}) == len(panels)
