"""The reference of the Python package: every public class and function with its signature, its types and what it says
of itself, read by mkdocstrings from the sources.

What is public and stands on no page ends the build.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PythonPage:
    """A page, and the names on it as one imports them."""

    title: str
    name: str
    module: str
    names: tuple[str, ...] = ()
    """Without names it is all that is public in the module."""
    has_inherited: bool = True
    """Whether each class tells its bases' members, too."""

    @property
    def place(self) -> str:
        """Where it stands in the site."""
        return f"reference/python/{self.name}.md"

    @property
    def text(self) -> str:
        """What mkdocstrings makes the page of."""
        options = [] if self.has_inherited else ["inherited_members: false"]
        if not self.names:
            options += ["show_root_heading: false", "show_root_toc_entry: false"]
        lines = "".join(f"\n      {option}" for option in options)
        chosen = [f"{self.module}.{name}" for name in self.names] or [self.module]
        parts = [f"# {self.title}", *(f"::: {name}" + (f"\n    options:{lines}" if lines else "") for name in chosen)]
        return "\n\n".join(parts) + "\n"


MAIN = "brightpearl"
PAGES = (
    PythonPage("Client", "client", MAIN, ("Client",)),
    PythonPage("AsyncClient", "async-client", MAIN, ("AsyncClient",)),
    PythonPage(
        "Credentials",
        "credentials",
        MAIN,
        (
            *("PrivateApp", "StaffApp", "PublicApp", "OAuth", "LegacySession", "Credentials"),
            *("ApplicationLogin", "StaffLogin", "Callback", "authorize_url", "verify_callback"),
        ),
    ),
    PythonPage(
        "Rows and resources",
        "results",
        MAIN,
        (
            *("Rows", "AsyncRows", "Row", "Page", "Column", "Metadata", "ArrowTable"),
            *("Resources", "AsyncResources", "Resource", "Refusal", "Answered", "Reply", "Statistics", "IdSet"),
        ),
    ),
    PythonPage(
        "Writes and batches",
        "batches",
        MAIN,
        ("Write", "BatchResults", "AsyncBatchResults", "BatchResult"),
    ),
    PythonPage(
        "Pushes and pulls",
        "flows",
        MAIN,
        (
            *("Outcomes", "AsyncOutcomes", "Outcome", "Created", "Difference", "FileLease"),
            *("PulledRecords", "AsyncPulledRecords", "PulledRecord", "PullResource"),
        ),
    ),
    PythonPage(
        "Mappings",
        "mappings",
        MAIN,
        (
            *("Mapping", "MappedRecord", "MappingExplanation", "ExplainedRule", "MappingFinding", "MappingFailure"),
            *("Reference", "ReadVerification", "SearchVerification", "Violation"),
        ),
    ),
    PythonPage(
        "What the API has",
        "discovery",
        MAIN,
        ("catalog", "describe", "errors", "tasks", "validate", "ask", "Explanation", "Budget"),
    ),
    PythonPage(
        "Exceptions",
        "exceptions",
        MAIN,
        (
            *("BrightpearlError", "ValidationError", "MisuseError", "AuthenticationError", "PermissionDeniedError"),
            *("NotFoundError", "ConflictError", "RejectedError", "ThrottledError", "UnavailableError"),
            *("TransportError", "ProtocolError", "CallCancelledError", "RequestSummary"),
        ),
        has_inherited=False,
    ),
    PythonPage(
        "Transports",
        "transports",
        MAIN,
        ("Request", "Response", "Headers", "TransportFailure", "NotSent", "MaybeSent", "Unsendable"),
    ),
    PythonPage(
        "Webhooks",
        "webhooks",
        "brightpearl.webhooks",
        (
            *("WebhookReceiver", "Notification", "Accepted", "Refused", "coalesce", "CoalescedNotifications"),
            *("NotifiedRead", "WebhookPlan", "WebhookCreation", "WebhookRemoval", "WebhookFinding"),
        ),
    ),
    PythonPage("Arguments of tasks", "task-arguments", "brightpearl.task_types", has_inherited=False),
    PythonPage("Options of every call", "call-options", "brightpearl.call_option_types", has_inherited=False),
    PythonPage("Records", "records", "brightpearl.record_types", has_inherited=False),
    PythonPage("Tests", "testing", "brightpearl.testing", ("Emulator", "EmulatorServer", "VirtualClock", "Delivery")),
)


def write_python_pages(pages: Path) -> list[tuple[str, str]]:
    """Writes the pages below a folder: their titles, and where they stand."""
    for module in ("brightpearl", "brightpearl.testing"):
        shown = {name for page in PAGES if page.module == module for name in page.names}
        public = {name for name in importlib.import_module(module).__all__ if name != "__version__"}
        if shown != public:
            told = ", ".join(sorted(shown ^ public))
            raise SystemExit(f"docs/site/python_pages.py has other names than {module}.__all__: {told}")
    for page in PAGES:
        path = pages / page.place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page.text, encoding="utf-8")
    return [(page.title, page.place) for page in PAGES]
