"""The transport of `drive.py` sends no write twice by itself, whatever becomes of its connection."""

from __future__ import annotations

import pytest
from wasmtime.component import Variant

from drive import transmit
from vanishing import BODIES, ENDINGS, STATUSES, vanishing


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("verb", ["POST", "PUT", "DELETE"])
def test_a_write_is_sent_once(verb: str, body: bytes) -> None:
    for ending in ENDINGS:
        with vanishing(ending) as seen:
            failure = transmit({"url": seen.url, "method": verb, "headers": [], "body": body.decode()})
            assert isinstance(failure, Variant)
            assert (failure.tag, seen.connections, seen.writes) == ("maybe-sent", 1, 1), ending
    for status in STATUSES:
        with vanishing(status) as seen:
            answer = transmit({"url": seen.url, "method": verb, "headers": [], "body": body.decode()})
            assert isinstance(answer, tuple)
            assert (answer[0], seen.writes) == (status, 1)
