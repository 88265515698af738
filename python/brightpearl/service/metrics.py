"""What a scrape finds: what the ledger and this process know. Names and units are as Prometheus has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from brightpearl.ledger import Ledger

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics_text(ledger: Ledger, flows: Iterable[str], received: Mapping[str, int], now_ms: int) -> str:
    """The metrics in Prometheus's text form."""
    states = {state.name: state for state in ledger.standings.flows()}
    names = list(flows)
    queues = {name: ledger.notifications.queue_of(name) for name in names}
    families: list[tuple[str, str, str, list[tuple[dict[str, str], float]]]] = [
        (
            "brightpearl_webhook_requests_total",
            "counter",
            "Requests to the addresses of webhooks, by what became of them.",
            [({"outcome": outcome}, number) for outcome, number in sorted(received.items())],
        ),
        (
            "brightpearl_queue_notifications",
            "gauge",
            "Notifications that a flow has not handled yet.",
            [({"flow": name}, queues[name].waiting) for name in names],
        ),
        (
            "brightpearl_queue_oldest_seconds",
            "gauge",
            "For how long the oldest notification of a flow has waited.",
            [({"flow": name}, _age(queues[name].oldest_ms, now_ms)) for name in names],
        ),
        (
            "brightpearl_flow_failures",
            "gauge",
            "How often a flow failed since it last succeeded.",
            [({"flow": name}, states[name].failures if name in states else 0) for name in names],
        ),
        (
            "brightpearl_flow_last_success_timestamp_seconds",
            "gauge",
            "When a flow last succeeded.",
            [({"flow": name}, (states[name].good_ms or 0) / 1000) for name in names if name in states],
        ),
        (
            "brightpearl_dead_letters",
            "gauge",
            "Dead letters of a flow.",
            [({"flow": name}, ledger.dead_letters.count(name)) for name in names],
        ),
    ]
    lines: list[str] = []
    for name, kind, help, samples in families:
        lines += [f"# HELP {name} {help}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{_labels(labels)} {value:g}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _age(since_ms: int | None, now_ms: int) -> float:
    return 0.0 if since_ms is None else max(now_ms - since_ms, 0) / 1000


def _labels(labels: dict[str, str]) -> str:
    told = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{told}}}" if told else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
