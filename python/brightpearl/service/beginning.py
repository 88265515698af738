"""A first configuration, with what it may have besides in comments."""

from __future__ import annotations

import json
from dataclasses import dataclass

from brightpearl._native import find_resource
from brightpearl.discovery import ask


def events_for(resource: str) -> list[str]:
    """The events after which a resource is to be read, as the engine has it; none where nothing tells of it."""
    found: list[str] = []
    for source in ask({"webhook_events": {}}):
        read = source["read"]
        if read is not None and read["resource"] == resource:
            found.append(source["resource_type"])
        for happening, other in source.get("exceptions", ()):
            if other["resource"] == resource:
                found.append(f"{source['resource_type']}.{happening}")
    return found


@dataclass(frozen=True)
class FirstConfiguration:
    """What somebody wants to begin with."""

    profile: str | None = None
    public_url: str | None = None
    """Where Brightpearl reaches the service; None for schedules only."""
    pull: str | None = "order"
    mapping: str | None = None
    to: str = "file: orders.jsonl"
    push: str | None = None
    origin: str = "directory: inbox"
    every: str = "15m"

    def text(self) -> str:
        """The configuration."""
        parts = [_HEAD, self._account(), self._listen(), _KEEP]
        if self.pull is not None:
            parts.append(self._outbound(self.pull))
        if self.push is not None:
            parts.append(self._inbound(self.push))
        return "\n".join(parts)

    def _account(self) -> str:
        profile = _line("profile", self.profile or "acme", self.profile is not None)
        return (
            "# The account: a profile, or else what the environment says (BRIGHTPEARL_ACCOUNT and so on).\n"
            f"{profile}{_ACCOUNT}"
        )

    def _listen(self) -> str:
        has = self.public_url is not None
        return (
            "[listen]\n"
            "# Where the service listens. Put a proxy with TLS before it, which lets through the path of public_url,\n"
            "# and /push/ where records are posted; /healthz, /readyz and /metrics are for your own eyes.\n"
            '# address = "127.0.0.1:8080"\n'
            "# Where Brightpearl reaches it, and the secret in that address: at least 16 letters and digits.\n"
            "# While the secret is changed, the new one stands first and the old one second.\n"
            + _line("public_url", self.public_url or "https://hooks.example.com/brightpearl", has)
            + _line("secrets", ["env:HOOK_SECRET"], has)
        )

    def _outbound(self, resource: str) -> str:
        events = events_for(resource)
        has_events = self.public_url is not None and bool(events)
        listed = find_resource(resource)
        # What no search finds is read by its ids, after events.
        is_pulled = not has_events or (listed is not None and listed.search is not None)
        signed = self.to.startswith(("http://", "https://"))
        return (
            "[[flow]]  # what changes in Brightpearl goes out\n"
            + _line("name", f"{resource} out", True)
            + _line("pull", [resource], True)
            + "# On events, as soon as they are told; and every so often, in case one was missed.\n"
            + _line("on", events or ["order"], has_events)
            + _line("every", self.every, is_pulled)
            + '# cron = "30 6 * * mon-fri"  # instead of every, in `zone`\n'
            "# A mapping document, or the name of a ready one (brightpearl map list); without any, records go out as\n"
            "# Brightpearl has them.\n"
            + _line("mapping", self.mapping or "order-to-shopify", self.mapping is not None)
            + "# file: PATH, directory: PATH, command: PROGRAM ARGUMENTS, https://... or module:function\n"
            + _line("to", self.to, True)
            + "# By which messages to an address are signed, as Standard Webhooks are: whsec_ and base64.\n"
            + _line("secret", "env:SHOP_SECRET", signed)
            + '# since = "2026-01-31"  # where the first pull begins; all there is unless given\n'
            "# filters = { orderTypeId = 1 }\n"
            "# deletes = true  # tells of records that are gone, too\n"
        )

    def _inbound(self, mapping: str) -> str:
        is_posted = self.origin.startswith("POST")
        return (
            "[[flow]]  # records of another system go into Brightpearl\n"
            + _line("name", f"{mapping.rpartition('/')[2].removesuffix('.json')} in", True)
            + "# A mapping document, or the name of a ready one: copy it (brightpearl map show) and set your own ids.\n"
            + _line("push", mapping, True)
            + "# directory: PATH, command: PROGRAM ARGUMENTS (which prints records), or POST /push/NAME with a token\n"
            + _line("from", self.origin, True)
            + _line("token", "env:PUSH_TOKEN", is_posted)
            + _line("every", self.every, not is_posted)
            + '# existing = "update"  # or leave, or reject\n'
            "# max_writes = 1000  # in one run\n"
            '# exclusive = "locks"  # a folder of lock files, where others push records of the same kind, too\n'
        )


def _line(name: str, value: object, is_set: bool) -> str:
    return f"{'' if is_set else '# '}{name} = {json.dumps(value, ensure_ascii=False)}\n"


_HEAD = """# What `brightpearl serve` does. `brightpearl check` says everything that is wrong with this file.
# Secrets stand elsewhere: env:NAME, file:PATH, keyring:SERVICE/USER or command:PROGRAM ARGUMENTS.
# Paths are those beside this file.
"""

_ACCOUNT = """
# The ledger has runs, notifications, dead letters and where pulls stand: a file, or postgresql+psycopg://HOST/NAME.
# ledger = "brightpearl-ledger.sqlite"
# Journals, and records that were taken and are not settled yet.
# work = "brightpearl-work"
# zone = "Europe/London"  # of cron
# stop_within = "20s"  # how long flows have to end
"""

_KEEP = """[keep]
# For how long the ledger keeps what is done with, and dead letters that nobody deals with.
# runs = "90d"
# notifications = "30d"
# dead_letters = "365d"
# deliveries = "180d"
"""
