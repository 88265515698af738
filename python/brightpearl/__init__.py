"""A Brightpearl client that loses no row, applies no write twice and never trips the request cap.

>>> from brightpearl import Client, PrivateApp
>>> client = Client(account="acme", datacentre="use1",
...                 credentials=PrivateApp(app_ref="acme_sync", account_token="..."))
>>> for row in client.search("order-service/order-search", {"orderTypeId": 1}, limit=10):
...     print(row["orderId"], row.label("orderStatusId"))
"""

from __future__ import annotations

from collections.abc import Mapping as _AnyMapping

from brightpearl._native import (
    ArrowTable,
    Budget,
    Column,
    Explanation,
    IdSet,
    MappedRecord,
    Metadata,
    Page,
    Resource,
    Row,
    Statistics,
    __version__,
)
from brightpearl.answered import Answered
from brightpearl.async_client import AsyncClient
from brightpearl.async_flows import AsyncOutcomes, AsyncPulledRecords
from brightpearl.async_results import AsyncBatchResults, AsyncResources, AsyncRows
from brightpearl.batch import BatchResult, BatchResults
from brightpearl.client import Client
from brightpearl.credentials import (
    ApplicationLogin,
    Credentials,
    LegacySession,
    OAuth,
    PrivateApp,
    PublicApp,
    StaffApp,
    StaffLogin,
)
from brightpearl.discovery import (
    Callback,
    ask,
    authorize_url,
    catalog,
    describe,
    errors,
    tasks,
    validate,
    verify_callback,
)
from brightpearl.exceptions import (
    AuthenticationError,
    BrightpearlError,
    CallCancelledError,
    ConflictError,
    MisuseError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    RejectedError,
    RequestSummary,
    ThrottledError,
    TransportError,
    UnavailableError,
    ValidationError,
)
from brightpearl.exclusive import FileLease
from brightpearl.findings import (
    MappingFailure,
    MappingFinding,
    ReadVerification,
    Reference,
    SearchVerification,
    Violation,
)
from brightpearl.flow_operations import PullResource
from brightpearl.mapping import ExplainedRule, Mapping, MappingExplanation
from brightpearl.messages import Headers, Request, Response
from brightpearl.operations import Write
from brightpearl.outcomes import Created, Difference, Outcome, Outcomes
from brightpearl.pulled import PulledRecord, PulledRecords
from brightpearl.reply import Reply
from brightpearl.resources import Refusal, Resources
from brightpearl.rows import Rows
from brightpearl.transport import MaybeSent, NotSent, TransportFailure, Unsendable

_AnyMapping.register(Row)
_AnyMapping.register(Resource)

__all__ = [
    "Answered",
    "ApplicationLogin",
    "ArrowTable",
    "AsyncBatchResults",
    "AsyncClient",
    "AsyncOutcomes",
    "AsyncPulledRecords",
    "AsyncResources",
    "AsyncRows",
    "AuthenticationError",
    "BatchResult",
    "BatchResults",
    "BrightpearlError",
    "Budget",
    "CallCancelledError",
    "Callback",
    "Client",
    "Column",
    "ConflictError",
    "Created",
    "Credentials",
    "Difference",
    "ExplainedRule",
    "Explanation",
    "FileLease",
    "Headers",
    "IdSet",
    "LegacySession",
    "MappedRecord",
    "Mapping",
    "MappingExplanation",
    "MappingFailure",
    "MappingFinding",
    "MaybeSent",
    "Metadata",
    "MisuseError",
    "NotFoundError",
    "NotSent",
    "OAuth",
    "Outcome",
    "Outcomes",
    "Page",
    "PermissionDeniedError",
    "PrivateApp",
    "ProtocolError",
    "PublicApp",
    "PullResource",
    "PulledRecord",
    "PulledRecords",
    "ReadVerification",
    "Reference",
    "Refusal",
    "RejectedError",
    "Reply",
    "Request",
    "RequestSummary",
    "Resource",
    "Resources",
    "Response",
    "Row",
    "Rows",
    "SearchVerification",
    "StaffApp",
    "StaffLogin",
    "Statistics",
    "ThrottledError",
    "TransportError",
    "TransportFailure",
    "UnavailableError",
    "Unsendable",
    "ValidationError",
    "Violation",
    "Write",
    "__version__",
    "ask",
    "authorize_url",
    "catalog",
    "describe",
    "errors",
    "tasks",
    "validate",
    "verify_callback",
]
