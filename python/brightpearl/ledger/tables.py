"""The tables of a ledger. A change to them is a new version with a step in `migrations`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, PrimaryKeyConstraint, Table, Text, UniqueConstraint

VERSION = 4
"""What this program writes."""

METADATA = MetaData()

# SQLite numbers rows by itself where the column is an INTEGER.
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")

META = Table("brightpearl_ledger", METADATA, Column("version", Integer, nullable=False))
"""One row: the version of the tables."""

RUNS = Table(
    "brightpearl_runs",
    METADATA,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("began_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("counts", Text, nullable=False, server_default="{}"),
    Column("process", Text, nullable=False),
    Index("brightpearl_runs_by_name", "name", "id"),
)
"""Each run of a command or a flow."""

NOTIFICATIONS = Table(
    "brightpearl_notifications",
    METADATA,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("account", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("raised_ms", BigInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Index("brightpearl_notifications_by_time", "received_ms"),
)
"""What webhooks have said, each once."""

HANDLINGS = Table(
    "brightpearl_handlings",
    METADATA,
    Column("notification", BigInteger, nullable=False),
    Column("flow", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_ms", BigInteger, nullable=False),
    Column("process", Text),
    Column("reason", Text, nullable=False, server_default=""),
    Column("settled_ms", BigInteger),
    PrimaryKeyConstraint("notification", "flow"),
    Index("brightpearl_handlings_by_state", "flow", "state", "next_ms"),
)
"""What each flow has done about each notification that concerns it: `waiting`, `claimed`, `handled` or `dead`."""

DEAD_LETTERS = Table(
    "brightpearl_dead_letters",
    METADATA,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("flow", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("identity", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("key", Text),
    Column("record", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("mapping", Text),
    Column("tries", Integer, nullable=False),
    Column("first_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    Column("asked_ms", BigInteger),
    UniqueConstraint("flow", "kind", "account", "identity"),
    # The number of one that was dropped never becomes that of another, which somebody would drop or retry by it.
    sqlite_autoincrement=True,
)
"""Records and notifications that nothing came of, until somebody retries or drops them."""

PULLS = Table(
    "brightpearl_pulls",
    METADATA,
    Column("name", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("name", "account"),
)
"""Where each pull stands, and how often that has changed."""

DELIVERIES = Table(
    "brightpearl_deliveries",
    METADATA,
    Column("flow", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("record", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("delivered_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("flow", "resource", "record"),
    Index("brightpearl_deliveries_by_time", "delivered_ms"),
)
"""What each flow delivered of each record last, so that it is not delivered again unchanged."""

FLOWS = Table(
    "brightpearl_flows",
    METADATA,
    Column("name", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("process", Text),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("next_ms", BigInteger),
    Column("last_ms", BigInteger),
    Column("good_ms", BigInteger),
    Column("reason", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("name", "account"),
)
"""How each flow stands: who runs it, how often it failed in a row, and when it is due."""

TOKENS = Table(
    "brightpearl_tokens",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("expires_ms", BigInteger),
    Column("noted_ms", BigInteger, nullable=False),
)
"""When each account's token ends. The token itself is nowhere in here."""

HEADS = Table(
    "brightpearl_audit_heads",
    METADATA,
    Column("trail", Text, primary_key=True),
    Column("head", Text, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("noted_ms", BigInteger, nullable=False),
)
"""The last known head of each audit trail, by which a cut-off tail is noticed."""

NOTES = Table(
    "brightpearl_notes",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("content", Text, nullable=False),
    Column("noted_ms", BigInteger, nullable=False),
)
"""What the service remembers from one start to the next: its alerts, and what it knows of its health."""

PUSH_KEYS = Table(
    "brightpearl_push_keys",
    METADATA,
    Column("flow", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("stored", Integer, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("place", Text),
    PrimaryKeyConstraint("flow", "key"),
    Index("brightpearl_push_keys_by_name", "flow", "name"),
    Index("brightpearl_push_keys_by_time", "received_ms"),
)
"""The keys with which records were posted, as digests, the digest of what came with each, and in which folder it is."""

HEARTBEATS = Table(
    "brightpearl_heartbeats",
    METADATA,
    Column("process", Text, primary_key=True),
    Column("seen_ms", BigInteger, nullable=False),
    # By the clock that counts from the start of the machine.
    Column("up_ms", BigInteger, nullable=False),
)
"""Signs of life of processes, by which others know whether they may take over what one has."""
