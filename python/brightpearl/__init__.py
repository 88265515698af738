"""A Brightpearl client that loses no row, applies no write twice and never trips the request cap.

>>> from brightpearl import Client, PrivateApp
>>> client = Client(account="acme", datacentre="use1",
...                 credentials=PrivateApp(app_ref="acme_sync", account_token="..."))
>>> for row in client.search("order-service/order-search", {"orderTypeId": 1}, limit=10):
...     print(row["orderId"], row.label("orderStatusId"))
"""

from __future__ import annotations

from collections.abc import Mapping

from brightpearl._native import (
    ArrowTable,
    Budget,
    Column,
    Explanation,
    IdSet,
    Metadata,
    Page,
    Resource,
    Row,
    Statistics,
    __version__,
)
from brightpearl.async_client import AsyncClient
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
from brightpearl.discovery import authorize_url, catalog, describe, errors, tasks, validate, verify_callback
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
from brightpearl.findings import ReadVerification, SearchVerification, Violation
from brightpearl.messages import Headers, Request, Response
from brightpearl.operations import Write
from brightpearl.reply import Reply
from brightpearl.resources import Refusal, Resources
from brightpearl.rows import Rows
from brightpearl.transport import MaybeSent, NotSent, TransportFailure

Mapping.register(Row)
Mapping.register(Resource)

__all__ = [
    "ApplicationLogin",
    "ArrowTable",
    "AsyncBatchResults",
    "AsyncClient",
    "AsyncResources",
    "AsyncRows",
    "AuthenticationError",
    "BatchResult",
    "BatchResults",
    "BrightpearlError",
    "Budget",
    "CallCancelledError",
    "Client",
    "Column",
    "ConflictError",
    "Credentials",
    "Explanation",
    "Headers",
    "IdSet",
    "LegacySession",
    "MaybeSent",
    "Metadata",
    "MisuseError",
    "NotFoundError",
    "NotSent",
    "OAuth",
    "Page",
    "PermissionDeniedError",
    "PrivateApp",
    "ProtocolError",
    "PublicApp",
    "ReadVerification",
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
    "ValidationError",
    "Violation",
    "Write",
    "__version__",
    "authorize_url",
    "catalog",
    "describe",
    "errors",
    "tasks",
    "validate",
    "verify_callback",
]
