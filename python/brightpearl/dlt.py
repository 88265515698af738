"""A source for dlt (`pip install 'brightpearl[dlt]'`): what changed in Brightpearl, into any destination that dlt has.

import dlt
from brightpearl.dlt import source

pipeline = dlt.pipeline("brightpearl", destination="duckdb", dataset_name="brightpearl")
pipeline.run(source("order", "product", since="2026-01-01"))
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from brightpearl._native import schemes
from brightpearl.arguments import named
from brightpearl.client import Client
from brightpearl.environment import settings
from brightpearl.exceptions import ArgumentTypeError
from brightpearl.flow_operations import PullResource
from brightpearl.record_schemas import record_schema
from brightpearl.shapes import is_map

try:
    import dlt
except ImportError as missing:
    raise ImportError(
        "the source needs the package dlt, which is not installed: pip install 'brightpearl[dlt]'"
    ) from missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime

    from dlt.extract import DltResource, DltSource

    from brightpearl.flow_operations import AnyPullResource
    from brightpearl.pulled import PulledRecord

SECTION = "sources.brightpearl"
"""Where dlt's secrets and configuration have the account: the members are those of the environment variables, in lower
case without the prefix."""

_GONE = "_deleted"


def source(
    *resources: AnyPullResource,
    client: Client | None = None,
    since: str | datetime.date | datetime.datetime | None = None,
    overlap: float | datetime.timedelta | None = None,
) -> DltSource:
    """The resources by their names, each a table that is merged by `id`. A later run of the pipeline loads only what
    changed since.

    `resources`: names such as `order`, or `brightpearl.PullResource` objects, which may have filters, a mapping,
    `deletes` and so on.
    `client`: the client to pull with. Unless given, one is made of what dlt's secrets have in `[sources.brightpearl]`,
    or else of the environment.
    `since`: from when on, where there is no state yet. `overlap`: seconds to look back behind where the last run ended.

    Maps that are keyed by ids, such as the rows of orders, become lists whose elements have an `id`, and thereby tables
    of their own. A record that could not be mapped or read is in the table `RESOURCE_failures`.
    """
    if not resources:
        raise ArgumentTypeError("there are no resources; expected names such as 'order'", location="resources")
    pulled = [_pull_resource(one, since, place) for place, one in enumerate(resources)]

    def brightpearl() -> list[DltResource]:
        return [_resource(one, client, overlap) for one in pulled]

    made: DltSource = dlt.source(brightpearl, name="brightpearl")()
    return made


def _pull_resource(one: Any, since: Any, place: int) -> PullResource:
    if isinstance(one, str):
        return PullResource(one, since=since)
    if not isinstance(one, PullResource):
        raise ArgumentTypeError(
            f"resource {place} is {named(one)}; expected a name or a brightpearl.PullResource",
            location=f"resources[{place}]",
        )
    if one.since is None and since is not None:
        members = {name: getattr(one, name) for name in one.__slots__}
        return PullResource(**members | {"since": since})
    return one


def _resource(one: PullResource, client: Client | None, overlap: Any) -> DltResource:
    made: DltResource = dlt.resource(
        _batches,
        name=_table(one),
        primary_key="id",
        write_disposition="merge",
        columns={"id": {"data_type": "bigint", "nullable": False}, **_columns(one)},
    )(one, client, overlap)
    return made


def _table(one: PullResource) -> str:
    return (one.name or one.resource.rsplit("/")[-1]).replace("-", "_")


def _columns(one: PullResource) -> dict[str, Any]:
    """What of the columns cannot be told from values: which texts are moments, and what says that a record is gone."""
    schema = {} if one.mapping is not None or one.rows else record_schema(one.resource)
    moments = [name for name, member in schema.get("properties", {}).items() if member.get("format") == "date-time"]
    gone = {_GONE: {"data_type": "bool", "hard_delete": True}} if one.deletes or one.reconcile else {}
    return {name: {"data_type": "timestamp"} for name in moments} | gone


def _batches(one: PullResource, client: Client | None, overlap: Any) -> Iterator[list[Any]]:
    """What changed, batch by batch. The state goes to the destination together with what it covers."""
    state = dlt.current.resource_state()
    with _client(client) as at_work:
        pulled = at_work.pull([one], state=state.get("checkpoint"), overlap=overlap)
        with pulled:
            for batch in pulled.batches():
                yield [_row(record) for record in batch if record.skipped is None and not record.failures]
                for record in batch:
                    if record.failures:
                        yield _failure(record, one)
            state["checkpoint"] = pulled.checkpoint()


@contextlib.contextmanager
def _client(given: Client | None) -> Iterator[Client]:
    if given is not None:
        yield given
        return
    kept: dict[str, Any] = {name: dlt.secrets.get(_member_name(name)) for name in _members()}
    variables = {f"BRIGHTPEARL_{name.upper()}": str(value) for name, value in kept.items() if value is not None}
    made = Client(**settings(variables, _member_name)) if variables else Client.from_env()
    with made as client:
        yield client


def _member_name(name: str) -> str:
    return f"{SECTION}.{name}"


def _members() -> list[str]:
    """What secrets may have: the account, and what any scheme of credentials takes."""
    texts = {text["name"] for scheme in json.loads(schemes()) for text in scheme["texts"]}
    return ["account", "datacentre", "base_url", "scheme", "read_only", *sorted(texts)]


def _row(pulled: PulledRecord) -> Any:
    if pulled.deleted:
        return {"id": pulled.id, _GONE: True}
    record = pulled.record if isinstance(pulled.record, dict) else {"value": pulled.record}
    return _with_lists(record if pulled.id is None else {"id": pulled.id} | record)


def _failure(pulled: PulledRecord, one: PullResource) -> Any:
    """A row for a table of its own, which one of the same name replaces later."""
    reasons = "; ".join(map(str, pulled.failures))
    hints = dlt.mark.make_hints(
        table_name=f"{_table(one)}_failures", primary_key="id", write_disposition="merge", columns=[]
    )
    failure = {"id": pulled.id, "changed": pulled.changed, "reason": reasons}
    return dlt.mark.with_hints(failure, hints, create_table_variant=True)


def _with_lists(value: Any) -> Any:
    """A value whose maps by id are lists: each id would become a column of its own."""
    if isinstance(value, list):
        return [_with_lists(element) for element in value]
    if not isinstance(value, dict):
        return value
    if is_map(value):
        return [
            {"id": int(name)} | (inner if isinstance(inner := _with_lists(member), dict) else {"value": inner})
            for name, member in value.items()
        ]
    return {name: _with_lists(member) for name, member in value.items()}
