"""What an outbound flow delivers: one record each, with an id that stays the same when it is delivered again."""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import dataclass

GONE = b'{"deleted":true}'
"""What is digested of a record that is gone."""


@dataclass(frozen=True)
class FlowMessage:
    """One record that changed, or is gone."""

    id: str
    """The same each time that the same change is delivered: whoever takes messages drops those that they have had."""
    resource: str
    record: int | None
    """The record's id in Brightpearl."""
    number: int
    """The how manieth of this record it is."""
    digest: str
    sent_ms: int
    content: bytes | None
    """The JSON of the record, mapped where the flow maps; None of one that is gone."""

    @property
    def is_deleted(self) -> bool:
        """Whether the record is gone."""
        return self.content is None

    def line(self) -> bytes:
        """The message as JSON in one line, as Standard Webhooks lay it out."""
        time = datetime.datetime.fromtimestamp(self.sent_ms / 1000, datetime.timezone.utc)
        head = {
            "type": f"{self.resource}.{'deleted' if self.is_deleted else 'changed'}",
            "timestamp": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "id": self.id,
            "record": self.record,
        }
        # Digit for digit: the record is not read in between.
        data = b"null" if self.content is None else self.content.translate(None, b"\r\n")
        return json.dumps(head, separators=(",", ":")).encode()[:-1] + b',"data":' + data + b"}"


def digest_of(content: bytes | None) -> str:
    """What tells one content of a record from another."""
    return hashlib.sha256(GONE if content is None else content).hexdigest()


def message_id(flow: str, account: str, resource: str, record: int | None, number: int, digest: str) -> str:
    """The id of a message."""
    told = "\n".join((account, flow, resource, str(record), str(number), digest))
    return f"msg_{hashlib.sha256(told.encode()).hexdigest()[:32]}"
