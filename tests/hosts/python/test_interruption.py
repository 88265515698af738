"""Ctrl-C, threads, and transports that break their contract."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from brightpearl import CallCancelledError, Client, MisuseError, Response, TransportError, driver
from brightpearl.journal import JournalError
from brightpearl.testing import Emulator
from conftest import NEW_ORDER, SEARCH, Account, page


def test_ctrl_c_in_a_transport_ends_the_call(account: Account, client: Client) -> None:
    account.answers(page([1, 2], available=9, more=True), KeyboardInterrupt())
    rows = client.search(SEARCH, page_size=2)
    with pytest.raises(KeyboardInterrupt):
        list(rows)
    with pytest.raises(MisuseError):
        list(rows)
    assert json.loads(rows.checkpoint())["position"]["row"]["first_result"] == 3


def test_ctrl_c_during_a_write_says_that_it_may_have_been_applied(account: Account, client: Client) -> None:
    account.answers(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt) as caught:
        client.request("POST", "order-service/order", body=NEW_ORDER)
    if sys.version_info >= (3, 11):
        assert any("may have been applied" in note for note in caught.value.__notes__)


def test_an_interruption_tells_of_a_write_also_where_the_journal_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lines:
        """What a call still has to write down."""

        text = "{}"

    class Ending:
        """A call that is ended while one write is to be written down and another one is under way."""

        def __init__(self) -> None:
            self.left = [Lines(), Lines()]

        def cancel(self, _: int) -> None:
            pass

        def poll(self, _: int) -> Lines:
            if self.left:
                return self.left.pop()
            raise CallCancelledError("cancelled", delivery="maybe-applied")

    class Full:
        tries = 0

        def append(self, _: str) -> None:
            self.tries += 1
            raise JournalError("no space left", location="journal")

    monkeypatch.setattr(driver, "RawJournal", Lines)
    call: Any = Ending()
    journal: Any = Full()
    interruption = KeyboardInterrupt()
    driver.note_unknown_outcome(call, 0, journal, [], interruption)
    unknown: CallCancelledError = interruption.unknown_outcome  # type: ignore[attr-defined]
    assert unknown.delivery == "maybe-applied"
    # Behind lines that were cut off nothing is appended.
    assert journal.tries == 1


def test_ctrl_c_in_a_wait_ends_the_call(account: Account) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    client = account.client(sleep=interrupt)
    account.answers(Response(503, {}, b"{}"))
    with pytest.raises(KeyboardInterrupt):
        client.request("GET", "order-service/order-type")


def test_a_transport_must_give_a_response(account: Account, client: Client) -> None:
    account.answers(lambda request: "not a response")  # type: ignore[arg-type,return-value]
    with pytest.raises(TransportError, match=r"answered with a str; expected a brightpearl\.Response") as caught:
        client.post("order-service/order", NEW_ORDER)
    assert caught.value.delivery == "maybe-applied"


def test_threads_share_a_client() -> None:
    emulator = Emulator(orders=1000)
    client = emulator.client()
    counts: list[int] = []

    def work() -> None:
        for _ in range(5):
            counts.append(sum(1 for _ in client.search(SEARCH)))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [1000] * 40
    assert client.statistics().requests == 40 * 3 == emulator.statistics()["requests"]
    assert emulator.statistics()["throttled"] == 0


def test_a_search_that_is_dropped_half_way_leaves_the_client_usable(account: Account, client: Client) -> None:
    account.answers(page([1, 2], available=9, more=True), page([5]))
    for _ in client.search(SEARCH, page_size=2):
        break
    assert [row["orderId"] for row in client.search(SEARCH)] == [5]


UNREAD = """
import subprocess
import sys
import pandas
from brightpearl import Mapping
from brightpearl.testing import Emulator

class Cycle:
    pass

account = Emulator(orders=50)
client, patient = account.client(), account.async_client()
document = Mapping.ready("shopify-order")
held = Cycle()
held.itself = held
held.push = client.push(document, [{"id": 1}], write=True, journal=sys.argv[1] + "/journal", exclusive=sys.argv[1])
held.batch = client.batch([("POST", "order-service/order/1/note", {"text": "x"})])
held.patient_push = patient.push(document, [{"id": 1}], write=True)
held.patient_batch = patient.batch([("POST", "order-service/order/1/note", {"text": "x"})])
held.pull = client.pull("order", state=sys.argv[1] + "/state", progress=True)
held.rows = client.search("order", progress=True, page_size=10)
for _ in range(30):
    next(held.rows)
next(held.pull)
"""


def test_what_nobody_has_read_is_told_when_the_interpreter_ends(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "always", "-c", UNREAD, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "Exception ignored" not in ended.stderr
    assert ended.stderr.count("a push was never iterated") == 2
    assert ended.stderr.count("a batch was never iterated") == 2
    assert "20/50" in ended.stderr
