"""Outbound flows: what changed is pulled, mapped and delivered, and what cannot be delivered is not lost."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

import served
from brightpearl import Client
from brightpearl.ledger import Ledger, open_ledger
from brightpearl.testing import Emulator, EmulatorServer
from command_line import Ended
from served import Beside, address, change, configured, lines, notification, until

SIGNING = "whsec_aW52ZW50ZWQtc2VjcmV0LW9mLWEtc2hvcA=="


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    with Emulator(orders=30, seed=5, uncapped=True).serve() as server:
        yield server


@pytest.fixture
def client(server: EmulatorServer) -> Iterator[Client]:
    with server.client() as client:
        yield client


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch, server: EmulatorServer) -> None:
    for name, value in served.variables(server).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SIGNING", SIGNING)


def flow(to: str, **members: str) -> str:
    """A flow of orders."""
    listed = {"name": "orders", "pull": ["order"], "every": "1h", "to": to} | members
    return "[[flow]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in listed.items())


def ledger_of(folder: Path) -> Ledger:
    return open_ledger(folder / "brightpearl-ledger.sqlite")


def last_run(folder: Path, outcome: str) -> bool:
    """Whether the last run of the flow ended so."""
    with ledger_of(folder) as ledger:
        runs = ledger.runs.list(name="orders", limit=1)
        return bool(runs) and runs[0].outcome == outcome


class Shop:
    """An address that takes messages, or answers with other statuses first."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.received: list[tuple[dict[str, str], bytes]] = []
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                shop.received.append((dict(self.headers.items()), body))
                self.send_response(shop.statuses.pop(0) if shop.statuses else 204)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Shop:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_all_that_changed_is_pulled_and_the_next_run_goes_on_from_there(tmp_path: Path, client: Client) -> None:
    text = flow("file: out.jsonl") + "filters = { orderTypeId = 1 }\n"
    with Beside(configured(tmp_path, text)):
        until(lambda: last_run(tmp_path, "done"))
    sales = sum(1 for _ in client.search("order-service/order-search", {"orderTypeId": 1}))
    first = lines(tmp_path / "out.jsonl")
    assert len(first) == sales
    assert all(message["data"]["id"] == message["record"] for message in first)
    changed = change(client, 2)
    # A restart, an hour later as it were.
    with ledger_of(tmp_path) as ledger, ledger._database.writing() as connection:
        connection.exec_driver_sql("UPDATE brightpearl_flows SET last_ms = 0")
    with Beside(configured(tmp_path, text)):
        until(lambda: len(lines(tmp_path / "out.jsonl")) == sales + 2)
    assert sorted(message["record"] for message in lines(tmp_path / "out.jsonl")[sales:]) == changed


def test_a_directory_has_a_file_for_each_message(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with Beside(configured(tmp_path, flow("directory: out"))):
        until(lambda: last_run(tmp_path, "done"))
    files = sorted((tmp_path / "out").iterdir())
    assert len(files) == 30
    assert {json.loads(path.read_text())["id"] for path in files} == {path.stem for path in files}


def test_a_command_takes_lines_and_its_exit_code_decides(tmp_path: Path, client: Client) -> None:
    program = tmp_path / "take.py"
    program.write_text(
        "import json, pathlib, sys\n"
        "messages = [json.loads(line) for line in sys.stdin]\n"
        "folder = pathlib.Path(__file__).parent\n"
        "if not (folder / 'ready').exists():\n"
        "    (folder / 'ready').touch()\n"
        "    sys.exit('the shop is closed')\n"
        "if any(message['record'] == 7 for message in messages):\n"
        "    print('never', file=sys.stderr)\n"
        "    sys.exit(65)\n"
        "with open(folder / 'taken', 'a') as file:\n"
        "    file.writelines(f\"{message['record']}\\n\" for message in messages)\n"
    )
    with Beside(configured(tmp_path, flow(f"command: {sys.executable} take.py"))):
        until(lambda: last_run(tmp_path, "partly"))
    taken = sorted(map(int, (tmp_path / "taken").read_text().split()))
    there = sorted(row["orderId"] for row in client.search("order-service/order-search"))
    assert taken == [number for number in there if number != 7]
    with ledger_of(tmp_path) as ledger:
        [letter] = ledger.dead_letters.list()
        assert (letter.kind, letter.key) == ("delivery", "7")
        assert "never" in letter.reason
        failed = ledger.runs.list()[1]
        assert (failed.outcome, "the shop is closed" in failed.reason) == ("failed", True)


def test_an_address_gets_signed_messages_and_the_same_id_when_they_come_again(tmp_path: Path, client: Client) -> None:
    with Shop(500, 204, 429) as shop:
        text = flow(shop.url, secret="env:SIGNING", on="order.modified", every="").replace('every = ""\n', "")
        with Beside(configured(tmp_path, text)) as service:
            ids = change(client, 2)
            for id in ids:
                assert service.request("POST", address(), json.dumps(notification(id)).encode()).status_code == 200
            until(lambda: last_run(tmp_path, "done"))
    bodies = [Webhook(SIGNING).verify(body, headers) for headers, body in shop.received]
    assert sorted({body["record"] for body in bodies}) == ids
    by_record: dict[int, set[str]] = {}
    for body, (headers, _) in zip(bodies, shop.received, strict=True):
        by_record.setdefault(body["record"], set()).add(body["id"])
        assert headers["webhook-id"] == body["id"]
    assert len(bodies) > 2
    assert all(len(ids) == 1 for ids in by_record.values())


def test_what_an_address_refuses_is_a_dead_letter_that_can_be_retried(tmp_path: Path, client: Client) -> None:
    with Shop(422) as shop:
        text = flow(shop.url, on="order.modified", every="").replace('every = ""\n', "")
        path = configured(tmp_path, text)
        with Beside(path) as service:
            [id] = change(client)
            service.request("POST", address(), json.dumps(notification(id)).encode())
            until(lambda: last_run(tmp_path, "partly"))
            ledger = str(tmp_path / "brightpearl-ledger.sqlite")
            assert Ended("status", "--ledger", ledger).code == 4
            assert "HTTP 422" in Ended("dead-letters", "list", "--ledger", ledger).out
            ended = Ended("dead-letters", "retry", "--all", "--ledger", ledger)
            assert ended.code == 0
            assert "the service tries them" in ended.err
            until(lambda: len(shop.received) == 2)
            until(lambda: Ended("status", "--ledger", ledger).code == 0)


def test_a_function_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop_of_the_test.py").write_text("taken = []\ndef take(message):\n    taken.append(message)\n")
    monkeypatch.syspath_prepend(tmp_path)
    with Beside(configured(tmp_path, flow("shop_of_the_test:take"))):
        until(lambda: last_run(tmp_path, "done"))
    import shop_of_the_test  # type: ignore[import-not-found,unused-ignore]

    assert len(shop_of_the_test.taken) == 30
    assert shop_of_the_test.taken[0]["type"] == "order.changed"


def test_a_mapping_that_vanished_stops_its_own_flow_only(tmp_path: Path) -> None:
    document = {"version": 1, "name": "out", "source": "order", "fields": [{"to": "/number", "from": "id"}]}
    mapping = tmp_path / "own.json"
    mapping.write_text(json.dumps(document))
    other = flow("file: other.jsonl", name="other")
    path = configured(tmp_path, flow("file: out.jsonl", mapping="own.json") + other)
    app = Beside(path)
    mapping.unlink()
    with app as service:
        until(lambda: len(lines(tmp_path / "other.jsonl")) == 30)
        until(lambda: service.request("GET", "/healthz").json()["rules"] == ["flow"])
        [finding] = service.service.health().findings
        assert (finding.subject, "own.json" in finding.message) == ("orders", True)
        mapping.write_text(json.dumps(document))
        until(lambda: len(lines(tmp_path / "out.jsonl")) == 30)
        until(lambda: service.request("GET", "/healthz").json()["level"] == "ok")
    assert lines(tmp_path / "out.jsonl")[0]["data"] == {"number": 1}


def test_records_that_cannot_be_mapped_are_retried_with_the_mended_mapping(tmp_path: Path) -> None:
    wrong = {"to": "/day", "from": "reference", "as": "datetime", "required": True}
    document: dict[str, Any] = {"version": 1, "name": "out", "source": "order", "fields": [wrong]}
    mapping = tmp_path / "own.json"
    mapping.write_text(json.dumps(document))
    with Beside(configured(tmp_path, flow("file: out.jsonl", mapping="own.json"))) as service:
        until(lambda: last_run(tmp_path, "partly"))
        document["fields"] = [{"to": "/number", "from": "id"}]
        mapping.write_text(json.dumps(document))
        ledger = service.service.ledger
        letters = list(ledger.dead_letters.all("orders"))
        assert (len(letters), letters[0].kind) == (30, "pull")
        ledger.dead_letters.ask_again(letter.id for letter in letters)
        until(lambda: ledger.dead_letters.count() == 0)
    assert len(lines(tmp_path / "out.jsonl")) == 30


def test_a_flow_never_runs_beside_itself_also_where_two_services_have_it(tmp_path: Path, client: Client) -> None:
    program = tmp_path / "take.py"
    program.write_text(
        "import os, pathlib, sys, time\n"
        "sys.stdin.read()\n"
        "busy = pathlib.Path(__file__).parent / 'busy'\n"
        "os.close(os.open(busy, os.O_CREAT | os.O_EXCL))\n"
        "time.sleep(0.2)\n"
        "busy.unlink()\n"
        "open(pathlib.Path(__file__).parent / 'taken', 'a').write('x')\n"
    )
    text = flow(f"command: {sys.executable} take.py", every="1s", on="order.modified")
    path = configured(tmp_path, text)
    taken = tmp_path / "taken"
    with Beside(path) as one, Beside(path) as other:
        for number in range(1, 5):
            for service in (one, other):
                for id in change(client, 2):
                    service.request(
                        "POST",
                        address(),
                        json.dumps(notification(id, raisedOn=f"2026-06-0{number}T10:00:00.000+00:00")).encode(),
                    )
        until(lambda: one.service.ledger.notifications.queue_of("orders").waiting == 0)
        until(lambda: taken.exists() and len(taken.read_text()) > 1)
        assert {run.outcome for run in one.service.ledger.runs.list(limit=1000)} <= {"done", "running"}


def test_a_disk_that_is_full_fails_the_flow_and_nothing_is_taken_for_delivered(tmp_path: Path) -> None:
    with Beside(configured(tmp_path, flow("file: full"))) as service:
        until(lambda: last_run(tmp_path, "done"))
    (tmp_path / "full").unlink()
    (tmp_path / "full").symlink_to("/dev/full")
    with ledger_of(tmp_path) as ledger, ledger._database.writing() as connection:
        for table in ("deliveries", "pulls", "flows"):
            connection.exec_driver_sql(f"DELETE FROM brightpearl_{table}")
    with Beside(configured(tmp_path, flow("file: full"))) as service:
        until(lambda: service.request("GET", "/healthz").json()["rules"] == ["flow"])
        assert service.service.ledger.standings.delivered("demo orders", [("order", 1)]) == {}
        (tmp_path / "full").unlink()
        until(lambda: len(lines(tmp_path / "full")) == 30)
