"""The engine behind the package: private, and without promises."""

from collections.abc import ItemsView, Iterator, KeysView, Mapping, Sequence, ValuesView
from typing import Any, Generic, Literal, final

from typing_extensions import TypeVar

from brightpearl.exceptions import BrightpearlError
from brightpearl.findings import MappingFailure, Reference
from brightpearl.kinds import OperationKind, WaitReason

__all__ = [
    "ArrowTable",
    "Budget",
    "Call",
    "Client",
    "Column",
    "CompiledMapping",
    "DictIterator",
    "Done",
    "Emulator",
    "Explanation",
    "Feed",
    "IdSet",
    "IdSetIterator",
    "JournalBook",
    "JournalCompaction",
    "Listed",
    "MappedRecord",
    "Metadata",
    "Outcome",
    "Page",
    "Pending",
    "RawData",
    "RawDelivery",
    "RawJournal",
    "RawReply",
    "Resource",
    "ResourceBatch",
    "Row",
    "RowIterator",
    "Send",
    "Statistics",
    "Wait",
    "__version__",
    "ask",
    "authorize_url",
    "begin_mapping",
    "catalog",
    "check_mapping",
    "describe",
    "dump_json",
    "errors",
    "explain_mapping",
    "find_resource",
    "find_search",
    "header_is_secret",
    "is_loopback_host",
    "list_resources",
    "list_searches",
    "load_json",
    "mapping_schema",
    "ready_mappings",
    "restore_mapped_record",
    "restore_page",
    "restore_row",
    "run_mapping",
    "schemes",
    "tasks",
    "tell_of_cut",
    "validate",
    "verify_callback",
]

__version__: str

_Content = TypeVar("_Content", default=Any)

@final
class Client:
    def __new__(cls, config: Mapping[str, Any] | str) -> Client: ...
    def renew(self, config: Mapping[str, Any] | str) -> bool: ...
    def start(self, operation: str) -> Call: ...
    def start_push(self, operation: str, journal: JournalBook) -> Call: ...
    def resume(self, checkpoint: str, allow_writes: bool) -> Call: ...
    def budget(self, now: int) -> Budget: ...
    def forecast(self, requests: int, now: int) -> float: ...
    def demand(self, now: int) -> dict[str, Any]: ...
    def lease(self, lease: Mapping[str, int], now: int) -> None: ...
    def statistics(self) -> Statistics: ...
    def tokens(self) -> dict[str, Any]: ...
    def token_changes(self) -> int: ...
    def events(self) -> list[dict[str, Any]]: ...

@final
class Budget:
    """What may be sent right now."""

    def __new__(cls, *, available: int, quota: int, wait_seconds: float) -> Budget: ...
    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, Any]]: ...
    @property
    def available(self) -> int:
        """Requests that may be sent right now."""
    @property
    def quota(self) -> int:
        """Requests allowed in a period."""
    @property
    def wait_seconds(self) -> float:
        """Seconds until more become available; 0 when nothing stands in the way."""

@final
class Statistics:
    """Sums over a client's life."""

    def __new__(
        cls,
        *,
        requests: int,
        retries: int,
        throttled: int,
        budget_waits: int,
        bytes_received: int,
        events_dropped: int,
    ) -> Statistics: ...
    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, Any]]: ...
    @property
    def requests(self) -> int:
        """Attempts handed to the transport."""
    @property
    def retries(self) -> int:
        """Attempts that repeated an earlier one."""
    @property
    def throttled(self) -> int:
        """Answers that said the request cap was reached."""
    @property
    def budget_waits(self) -> int:
        """Times that a request had to wait for the budget."""
    @property
    def bytes_received(self) -> int:
        """Bytes of answers' bodies."""
    @property
    def events_dropped(self) -> int:
        """Events that were dropped because nobody took them."""

@final
class Call:
    def poll(
        self, now: int
    ) -> Send | Wait | Pending | Feed | Done | Page | ResourceBatch | RawReply | RawJournal | RawData: ...
    def answer(self, exchange: int, status: int, headers: list[tuple[str, str]], body: bytes, now: int) -> None: ...
    def fail(
        self, exchange: int, sent: Literal["not-sent", "unsendable", "maybe-sent"], text: str, now: int
    ) -> None: ...
    def adjust(self, adjustment: str) -> None: ...
    def feed(self, record: bytes) -> None: ...
    def finish(self) -> None: ...
    def acknowledge(self, items: int) -> None: ...
    def cancel(self, now: int) -> None: ...
    def checkpoint(self) -> str: ...
    def explain(self, now: int) -> Explanation: ...
    @property
    def operation(self) -> OperationKind: ...

@final
class Explanation:
    """How much of a call is still to do."""

    def __new__(
        cls, *, requests_sent: int, requests_needed: int, exact: bool, items: int | None, seconds: float
    ) -> Explanation: ...
    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, Any]]: ...
    @property
    def requests_sent(self) -> int:
        """Requests sent so far, retries among them."""
    @property
    def requests_needed(self) -> int:
        """Requests still needed when nothing fails."""
    @property
    def exact(self) -> bool:
        """Whether that number is known; otherwise it is a lower bound."""
    @property
    def items(self) -> int | None:
        """Rows or ids that the whole call is about, when known."""
    @property
    def seconds(self) -> float:
        """Seconds until the last of them may be sent, at the present budget and with no one else asking."""

@final
class Send:
    @property
    def exchange(self) -> int: ...
    @property
    def attempt(self) -> int: ...
    @property
    def is_login(self) -> bool: ...
    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def body(self) -> bytes: ...

@final
class Wait:
    @property
    def until(self) -> int: ...
    @property
    def reason(self) -> WaitReason: ...

@final
class Pending: ...

@final
class Done: ...

@final
class Feed:
    @property
    def room(self) -> int: ...

@final
class RawReply:
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def body(self) -> bytes: ...

@final
class RawJournal:
    @property
    def text(self) -> str: ...

@final
class JournalBook:
    def __new__(cls) -> JournalBook: ...
    def read(self, part: bytes) -> None: ...
    def end(self) -> None: ...
    def is_worth_compacting(self) -> bool: ...

@final
class JournalCompaction:
    def __new__(cls) -> JournalCompaction: ...
    def read(self, book: JournalBook, part: bytes) -> str: ...
    def end(self, book: JournalBook) -> str: ...

@final
class RawData:
    def __len__(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    def json(self, index: int) -> str: ...
    def value(self, index: int) -> Any: ...
    def record(self, index: int) -> bytes | None: ...
    def error(self, index: int) -> BrightpearlError | None: ...

@final
class CompiledMapping:
    def __new__(cls, document: str) -> CompiledMapping: ...
    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def target(self) -> str | None: ...
    @property
    def method(self) -> str | None: ...
    @property
    def source(self) -> str | None: ...
    @property
    def key_search(self) -> tuple[str, str] | None: ...
    @property
    def group_by(self) -> str | None: ...
    def map(self, record: bytes, resolved: str) -> MappedRecord: ...
    def unreadable(self, pointer: str, reason: str) -> MappedRecord: ...
    def map_many(self, records: list[bytes], resolved: str) -> list[MappedRecord]: ...
    def map_lines(self, lines: bytes, start: int, most: int, resolved: str) -> tuple[list[MappedRecord], int]: ...

@final
class MappedRecord:
    """What a mapping made of one record. Python objects are made when they are asked for."""

    @property
    def key(self) -> str | None:
        """What tells the record from all others, where the document has a `key`."""
    @property
    def path(self) -> str | None:
        """The path that the body goes to; `None` when there is no body, or when it does not go to Brightpearl."""
    @property
    def method(self) -> str | None:
        """The verb that the body is written with."""
    @property
    def body(self) -> Any:
        """The body, parsed; `None` when there is none. Numbers with a fraction are `decimal.Decimal`."""
    @property
    def raw(self) -> bytes | None:
        """The body's JSON; `None` when there is none."""
    @property
    def references(self) -> list[Reference]:
        """What must be looked up in Brightpearl before the body is whole."""
    @property
    def skipped(self) -> str | None:
        """Why the record is to be left alone; `None` when it is not."""
    @property
    def told(self) -> list[str]:
        """What is to be told of a record that has a body: what Brightpearl does not have, in the document's words."""
    @property
    def failures(self) -> list[MappingFailure]:
        """Why the record could not be mapped; empty when it could."""

@final
class Page:
    """One page of a search, kept as columns. Python objects are made when they are asked for."""

    def __len__(self) -> int: ...
    def __iter__(self) -> RowIterator: ...
    def __getitem__(self, index: int, /) -> Row: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    def _repr_html_(self) -> str: ...
    def to_dicts(self, start: int = 0, *, dates: Literal["datetime", "text"] = "datetime") -> list[dict[str, Any]]:
        """The rows from `start` on as dicts. With `dates="text"` date-times stay the texts that the server sent."""
    def to_arrow(self) -> ArrowTable:
        """The page as an Arrow table."""
    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in the order of the answer."""
    @property
    def first_result(self) -> int:
        """Position of the page's first row in the whole result, from 1."""
    @property
    def duplicates(self) -> int:
        """Rows that were dropped from this page because an earlier one had them."""
    @property
    def metadata(self) -> Metadata:
        """What the server says of the page."""

@final
class Metadata:
    """What the server says of a page: its claims, not what it sent."""

    def __new__(
        cls,
        *,
        results_available: int | None = None,
        more_pages_available: bool | None = None,
        results_returned: int | None = None,
        first_result: int | None = None,
        last_result: int | None = None,
        sorting: Sequence[tuple[str, str]] = ...,
        columns: Sequence[Column] = ...,
    ) -> Metadata: ...
    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, Any]]: ...
    @property
    def results_available(self) -> int | None:
        """How many rows the whole search has."""
    @property
    def more_pages_available(self) -> bool | None:
        """Whether more pages follow."""
    @property
    def results_returned(self) -> int | None:
        """How many rows the page has."""
    @property
    def first_result(self) -> int | None:
        """The number of the page's first row, from 1."""
    @property
    def last_result(self) -> int | None:
        """The number of the page's last row."""
    @property
    def sorting(self) -> list[tuple[str, str]]:
        """By what the rows are sorted: column and `ASC` or `DESC`."""
    @property
    def columns(self) -> list[Column]:
        """The columns."""

@final
class Column:
    """What the server says of a column."""

    def __new__(
        cls,
        *,
        name: str,
        report_type: str | None = None,
        sortable: bool = False,
        filterable: bool = False,
        reference_data: Sequence[str] = ...,
    ) -> Column: ...
    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, Any]]: ...
    @property
    def name(self) -> str:
        """The name."""
    @property
    def report_type(self) -> str | None:
        """`reportDataType`, such as `INTEGER` or `DATETIME`."""
    @property
    def sortable(self) -> bool:
        """Whether it may be sorted by."""
    @property
    def filterable(self) -> bool:
        """Whether it may be filtered by."""
    @property
    def reference_data(self) -> list[str]:
        """The `reference` maps that label it."""

@final
class Row:
    """One row. `row["orderId"]` and `row.orderId` give a cell, `row.label("orderStatusId")` what it stands for.

    Date-times are `datetime.datetime`; texts, where one cell of the column on the page is not in Brightpearl's form."""

    def __getitem__(self, name: str, /) -> Any: ...
    def __getattr__(self, name: str, /) -> Any: ...
    def __contains__(self, name: object, /) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[str]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    def _repr_html_(self) -> str: ...
    def keys(self) -> tuple[str, ...]:
        """The names of the columns."""
    def values(self) -> tuple[Any, ...]:
        """The cells, in the order of the columns."""
    def items(self) -> list[tuple[str, Any]]:
        """Names and cells."""
    def get(self, name: str, default: Any = None) -> Any:
        """A cell, or `default` when there is no such column."""
    def label(self, name: str) -> Any:
        """What a cell stands for by the `reference` maps of the page, such as the name of an order status;
        `None` when they do not say."""
    def to_dict(self, *, dates: Literal["datetime", "text"] = "datetime") -> dict[str, Any]:
        """All cells as a dict. With `dates="text"` date-times stay the texts that the server sent."""
    def to_json(self) -> str:
        """The row as the text of a JSON object, exactly as the server meant it."""

@final
class RowIterator:
    def __iter__(self) -> RowIterator: ...
    def __next__(self) -> Row: ...
    @property
    def page(self) -> Page: ...
    @property
    def position(self) -> int: ...
    @property
    def is_exhausted(self) -> bool: ...
    def skip(self) -> None: ...
    def dicts(self, dates: Literal["datetime", "text"]) -> DictIterator: ...

@final
class DictIterator:
    def __iter__(self) -> DictIterator: ...
    def __next__(self) -> dict[str, Any]: ...

@final
class ArrowTable:
    """Rows as an Arrow table: `pyarrow.table(table)`, `polars.DataFrame(table)`, and whatever else takes the
    Arrow PyCapsule interface."""

    def __new__(
        cls, pages: list[Page], skip: int = 0, dates: Literal["instant", "local", "text"] = "instant"
    ) -> ArrowTable: ...
    def __len__(self) -> int: ...
    @property
    def column_names(self) -> list[str]:
        """The names of the columns."""
    def __arrow_c_schema__(self) -> object:
        """The schema as a capsule."""
    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows as a capsule. A consumer may ask for another schema, which the interface lets us not heed."""

@final
class ResourceBatch:
    def __len__(self) -> int: ...
    def resource(self, index: int) -> Resource: ...
    @property
    def requested(self) -> IdSet: ...
    @property
    def missing(self) -> IdSet: ...
    @property
    def refused(self) -> list[tuple[int, BrightpearlError]]: ...

@final
class Resource(Generic[_Content]):
    """One resource: `order["id"]` parses it once, `order.raw` is what the server sent."""

    @classmethod
    def __class_getitem__(cls, of: Any) -> Any: ...
    @staticmethod
    def from_json(raw: bytes) -> Resource:
        """A resource from the text of one."""
    @property
    def raw(self) -> bytes:
        """The resource's JSON, byte for byte as the server sent it."""
    @property
    def resource_id(self) -> int | None:
        """The id that the resource says, or that it stands under; `None` when it has none."""
    @property
    def value(self) -> _Content:
        """The parsed JSON: a dict as a rule. Numbers with a fraction are `decimal.Decimal`."""
    def __getitem__(self, name: str, /) -> Any: ...
    def __contains__(self, name: object, /) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[str]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    def _repr_html_(self) -> str: ...
    def keys(self) -> KeysView[str]:
        """The names of the members."""
    def values(self) -> ValuesView[Any]:
        """The values of the members."""
    def items(self) -> ItemsView[str, Any]:
        """Names and values."""
    def get(self, name: str, default: Any = None) -> Any:
        """A member's value, or `default` when there is none."""

@final
class IdSet:
    """A set of ids, kept as ascending ranges: `IdSet("1-200,320")` or `IdSet([1, 2, 3])`."""

    def __new__(cls, ids: object = None) -> IdSet: ...
    def __getnewargs__(self) -> tuple[str, ...]: ...
    def __len__(self) -> int: ...
    def __contains__(self, id: object, /) -> bool: ...
    def __iter__(self) -> IdSetIterator: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def union(self, other: IdSet) -> IdSet:
        """All ids that are in one of the two sets."""
    def difference(self, other: IdSet) -> IdSet:
        """The ids that are not in the other set."""

@final
class IdSetIterator:
    def __iter__(self) -> IdSetIterator: ...
    def __next__(self) -> int: ...

@final
class Listed:
    @property
    def path(self) -> str: ...
    @property
    def id_limit(self) -> int: ...
    @property
    def search(self) -> str | None: ...
    @property
    def key(self) -> str | None: ...
    @property
    def watermarks(self) -> list[str]: ...

@final
class Emulator:
    def __new__(cls, config: str) -> Emulator: ...
    def respond(self, method: str, url: str, headers: list[tuple[str, str]], body: bytes, now: int) -> Outcome: ...
    def serve(self, method: str, url: str, headers: list[tuple[str, str]], body: bytes, machine: int) -> Outcome: ...
    def set_desk(
        self, is_administered: bool, latency_ms: int, clock: str | None, is_logged: bool, machine: int
    ) -> None: ...
    def clock(self, machine: int) -> int: ...
    @staticmethod
    def with_faults(plan: str, faults: list[str]) -> str: ...
    @staticmethod
    def fault_words() -> list[tuple[str, str]]: ...
    @staticmethod
    def hosts() -> list[str]: ...
    @staticmethod
    def certificates(machine: int) -> tuple[str, str, str]: ...
    @staticmethod
    def editions() -> tuple[str, str]: ...
    @staticmethod
    def load(state: str) -> Emulator: ...
    def save(self) -> str: ...
    def reset(self) -> None: ...
    def audit(self) -> list[str]: ...
    def set_faults(self, faults: str) -> None: ...
    def deliveries(self, now: int) -> list[RawDelivery]: ...
    def next_delivery(self) -> int | None: ...
    def delivered(self, id: int, status: int | None, now: int) -> bool: ...
    def statistics(self) -> dict[str, Any]: ...
    @property
    def account(self) -> str: ...
    @property
    def credentials(self) -> list[list[tuple[str, str]]]: ...

@final
class Outcome:
    @property
    def status(self) -> int | None: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def after_seconds(self) -> float: ...
    @property
    def logged(self) -> str | None: ...

@final
class RawDelivery:
    @property
    def id(self) -> int: ...
    @property
    def webhook(self) -> int: ...
    @property
    def attempt(self) -> int: ...
    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def body(self) -> bytes: ...

def dump_json(value: object, place: str = "body") -> str: ...
def load_json(text: bytes) -> Any: ...
def restore_page(answer: bytes, first_result: int, duplicates: int) -> Page: ...
def restore_row(answer: bytes) -> Row: ...
def restore_mapped_record(
    key: str | None,
    method: str | None,
    whole: tuple[str, str] | None,
    skipped: str | None,
    failures: Sequence[tuple[str, str, str, str, str, str | None]],
    told: Sequence[str],
    references: Sequence[Any],
) -> MappedRecord: ...
def tell_of_cut(value: object) -> None: ...
def find_resource(name: str) -> Listed | None: ...
def list_resources() -> list[Listed]: ...
def find_search(name: str) -> str | None: ...
def list_searches() -> list[str]: ...
def catalog() -> str: ...
def check_mapping(document: str) -> str: ...
def run_mapping(document: str, record: bytes, resolved: str) -> str: ...
def begin_mapping(sample: str, target: str) -> str: ...
def explain_mapping(document: str) -> str: ...
def ready_mappings() -> str: ...
def mapping_schema() -> str: ...
def describe(resource: str) -> str: ...
def schemes() -> str: ...
def tasks() -> str: ...
def ask(question: str) -> str: ...
def errors() -> str: ...
def is_loopback_host(host: str) -> bool: ...
def validate(path: str, verb: str, body: bytes, unknown_members: str) -> str: ...
def header_is_secret(name: str) -> bool: ...
def authorize_url(account: str, app_ref: str, redirect_uri: str, state: str) -> str: ...
def verify_callback(parameters: list[tuple[str, str]], dev_secret: str, max_age_ms: int | None, now: int) -> str: ...
