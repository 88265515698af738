"""The Singer target, on an emulated account."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brightpearl import (
    BrightpearlError,
    Client,
    ConflictError,
    Outcome,
    PermissionDeniedError,
    RejectedError,
    UnavailableError,
)
from brightpearl._native import load_json
from brightpearl.cli.emulator import environment
from brightpearl.cli.singer_input import messages_of
from brightpearl.cli.target import Target
from brightpearl.cli.target_config import TargetConfig
from brightpearl.testing import EmulatorServer
from command_line import Ended, settings, start
from conftest import TOKEN
from pushed import ORDERS, found, order, orders, shop

__all__ = ["settings"]

SCHEMA = {
    "type": "object",
    "properties": {"number": {"type": "string"}, "lines": {"type": "array"}, "test": {"type": ["null", "boolean"]}},
}


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    with shop().serve() as server:
        yield server


@pytest.fixture
def client(server: EmulatorServer) -> Iterator[Client]:
    with server.client() as client:
        yield client


@pytest.fixture
def prefix(request: pytest.FixtureRequest) -> str:
    """What the numbers of a test's orders begin with: they share the account."""
    return f"T{abs(hash(request.node.name)) % 10**9}-"


class Loading:
    """A target's configuration, and what it leaves behind."""

    def __init__(self, server: EmulatorServer, folder: Path, **members: Any) -> None:
        self.folder = folder / "kept"
        self.members: dict[str, Any] = {
            name.removeprefix("BRIGHTPEARL_").lower(): value for name, value in environment(server).items()
        }
        self.members |= {"streams": {"orders": ORDERS}, "directory": str(self.folder)} | members
        self.config = folder / "target.json"
        self.config.write_text(json.dumps(self.members))

    def run(self, *messages: Any) -> Ended:
        return Ended("target", "--config", str(self.config), stdin=lines(*messages))

    def letters(self) -> list[dict[str, Any]]:
        path = self.folder / "dead-letters.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def lines(*messages: Any) -> str:
    return "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in messages)


def schema(stream: str = "orders", **members: Any) -> dict[str, Any]:
    return {"type": "SCHEMA", "stream": stream, "schema": SCHEMA, "key_properties": ["number"]} | members


def record(one: dict[str, Any], stream: str = "orders") -> dict[str, Any]:
    return {"type": "RECORD", "stream": stream, "record": one}


def state(value: int) -> dict[str, Any]:
    return {"type": "STATE", "value": {"at": value}}


def states(ended: Ended) -> list[int]:
    told = [json.loads(line) for line in ended.out.splitlines()]
    assert all(message["type"] == "STATE" for message in told)
    return [message["value"]["at"] for message in told]


def numbered(client: Client, prefix: str, count: int) -> list[dict[str, Any]]:
    return [one | {"number": f"{prefix}{place}"} for place, one in enumerate(orders(client, count))]


def test_records_are_written_once_and_the_state_follows(
    server: EmulatorServer, client: Client, tmp_path: Path, prefix: str
) -> None:
    loading = Loading(server, tmp_path)
    sold = numbered(client, prefix, 4)
    messages = [schema(), *map(record, sold[:2]), state(1), *map(record, sold[2:]), state(2)]
    ended = loading.run(*messages)
    assert ended.code == 0, ended.err
    assert states(ended) == [2]
    assert "orders: 4 created" in ended.err
    assert [found(client, one["number"]) for one in sold] == [1, 1, 1, 1]
    before = server.emulator.statistics()["requests"]
    again = loading.run(*messages)
    assert (again.code, states(again)) == (0, [2])
    assert server.emulator.statistics()["requests"] == before
    assert loading.letters() == []


def test_every_state_is_told_when_it_is_settled(
    server: EmulatorServer, client: Client, tmp_path: Path, prefix: str
) -> None:
    loading = Loading(server, tmp_path, settle_records=2)
    sold = numbered(client, prefix, 5)
    messages = [schema()]
    for place, one in enumerate(sold):
        messages += [record(one), state(place)]
    assert states(loading.run(*messages)) == [0, 1, 2, 3, 4]
    # Where all records stand before it, there is one settlement for each two.
    assert states(loading.run(schema(), *map(record, sold), state(9))) == [9]


def test_rejected_records_become_dead_letters(
    server: EmulatorServer, client: Client, tmp_path: Path, prefix: str
) -> None:
    loading = Loading(server, tmp_path)
    sold = numbered(client, prefix, 4)
    sold[0]["lines"][0]["qty"] = "many"
    sold[1]["lines"][0]["sku"] = "NO-SUCH"
    sold[2]["lines"] = "none"
    ended = loading.run(schema(), *map(record, sold), state(7))
    assert (ended.code, states(ended)) == (4, [7])
    kept = {letter["record"]["number"]: letter for letter in loading.letters()}
    assert kept.keys() == {one["number"] for one in sold[:3]}
    assert all(letter["stream"] == "orders" and letter["record"] in sold for letter in kept.values())
    assert 'lines[0].qty is "many"' in kept[sold[0]["number"]]["reason"]
    assert kept[sold[2]["number"]]["reason"] == 'it does not fit its schema: /lines: "none" is not of type "array"'
    assert found(client, sold[3]["number"]) == 1
    passed = Loading(server, tmp_path, rejected="pass").run(schema(), *map(record, sold), state(8))
    assert (passed.code, states(passed)) == (0, [8])


def test_a_broken_line_is_told_when_what_stands_before_it_is_settled(
    server: EmulatorServer, client: Client, tmp_path: Path, prefix: str
) -> None:
    sold = numbered(client, prefix, 2)
    for broken, said in (
        ('{"type": "RECORD", "stream"', "expected a Singer message"),
        ("[1]", "expected a JSON object with a type"),
        ({"type": "RECORD", "stream": "orders"}, "expected an object in 'record'"),
        ({"type": "RECORD", "stream": "orders", "record": [1]}, "expected an object in 'record'"),
        ({"type": "STATE", "value": "x"}, "expected an object in 'value'"),
        ({"type": "SCHEMA", "stream": "orders", "schema": {}}, "expected an array in 'key_properties'"),
        (schema(key_properties=[["number"]]), "expected names of properties"),
        (schema(schema={"type": "nonsense"}), "the schema of 'orders' is invalid"),
        (schema(schema={"properties": {"a": {"$ref": "http://127.0.0.1:1/x"}}}), "expected a schema that stands by"),
        ({"type": "BATCH", "stream": "orders", "manifest": []}, "expected RECORD messages"),
        ("NaN", "line 6"),
    ):
        loading = Loading(server, tmp_path)
        ended = loading.run(schema(), record(sold[0]), state(1), "", record(sold[1]), broken, state(2))
        assert (ended.code, states(ended)) == (2, [1])
        assert "line 6" in ended.err
        assert said in ended.err
    assert [found(client, one["number"]) for one in sold] == [1, 1]


def test_a_record_needs_its_schema_and_its_stream_a_mapping(server: EmulatorServer, tmp_path: Path) -> None:
    loading = Loading(server, tmp_path)
    ended = loading.run(record(order(1, "x")))
    assert (ended.code, ended.out) == (2, "")
    assert "comes before its SCHEMA" in ended.err
    ended = loading.run(schema("refunds"), record(order(1, "x"), "refunds"), state(1))
    assert (ended.code, ended.out) == (2, "")
    assert "no mapping for the stream 'refunds'" in ended.err
    loading = Loading(server, tmp_path, unmapped="ignore")
    ended = loading.run(schema("refunds"), record(order(1, "x"), "refunds"), state(1))
    assert (ended.code, states(ended)) == (0, [1])
    assert ended.err.count("refunds: it has no mapping, and is passed over") == 1


def test_other_messages_are_told_once_and_passed_over(server: EmulatorServer, tmp_path: Path) -> None:
    version = {"type": "ACTIVATE_VERSION", "stream": "orders", "version": 1}
    odd = {"type": "CHECKPOINT"}
    gone = record({"number": "x", "_sdc_deleted_at": "2026-01-31T00:00:00Z"})
    ended = Loading(server, tmp_path).run(schema(), version, version, odd, odd, gone, state(1))
    assert (ended.code, states(ended)) == (0, [1])
    assert ended.err.count("nothing is removed from Brightpearl") == 1
    assert ended.err.count("messages of type 'CHECKPOINT' are unknown") == 1
    assert "orders: 1 gone" in ended.err


def test_of_two_records_with_one_key_the_last_counts(
    server: EmulatorServer, client: Client, tmp_path: Path, prefix: str
) -> None:
    (sold,) = numbered(client, prefix, 1)
    newer = sold | {"warehouse": 3}
    ended = Loading(server, tmp_path).run(schema(), record(sold), record(newer), state(1))
    assert (ended.code, states(ended)) == (0, [1]), ended.err
    (row,) = client.search("order-service/order-search", {"customerRef": sold["number"]})
    assert next(iter(client.get("order-service/order", row["orderId"])))["warehouseId"] == 3


def test_records_without_a_key_are_told_apart(
    server: EmulatorServer, client: Client, tmp_path: Path, prefix: str
) -> None:
    sold = numbered(client, prefix, 4)
    for keys in ([], ["no such"]):
        ended = Loading(server, tmp_path).run(schema(key_properties=keys), *map(record, sold), state(1))
        assert (ended.code, states(ended)) == (0, [1])
        assert ": 4 " in ended.err
    assert [found(client, one["number"]) for one in sold] == [1, 1, 1, 1]


def test_constants_go_into_every_record(server: EmulatorServer, client: Client, tmp_path: Path, prefix: str) -> None:
    (sold,) = numbered(client, prefix, 1)
    loading = Loading(
        server, tmp_path, streams={"orders": {"mapping": ORDERS, "constants": {"warehouse": 3}, "existing": "reject"}}
    )
    assert loading.run(schema(), record(sold)).code == 0
    (row,) = client.search("order-service/order-search", {"customerRef": sold["number"]})
    assert next(iter(client.get("order-service/order", row["orderId"])))["warehouseId"] == 3


def test_amounts_keep_their_digits(server: EmulatorServer, client: Client, tmp_path: Path, prefix: str) -> None:
    (sold,) = numbered(client, prefix, 1)
    text = lines(schema(), record(sold)).replace('"12.50"', "1234567890123.1000")
    loading = Loading(server, tmp_path)
    # It is more than Brightpearl takes, so that the record is kept as it came.
    assert Ended("target", "--config", str(loading.config), stdin=text).code == 4
    assert '"price":1234567890123.1000}' in (loading.folder / "dead-letters.jsonl").read_text()


def test_an_outage_holds_the_state_back(server: EmulatorServer, client: Client, tmp_path: Path, prefix: str) -> None:
    loading = Loading(server, tmp_path)
    sold = numbered(client, prefix, 2)
    with shop().serve() as gone:
        address = environment(gone)["BRIGHTPEARL_BASE_URL"]
    away = Loading(server, tmp_path, base_url=address)
    ended = away.run(schema(), *map(record, sold), state(1))
    assert (ended.code, ended.out) == (5, "")
    assert loading.letters() == []
    loading = Loading(server, tmp_path)
    ended = loading.run(schema(), *map(record, sold), state(1))
    assert (ended.code, states(ended)) == (0, [1]), ended.err


def test_a_doubt_holds_the_state_back_unless_it_may_be_a_dead_letter(tmp_path: Path) -> None:
    # By such a document nobody can find out what became of a write.
    document = {name: value for name, value in ORDERS.items() if name != "key"} | {"key": {"target": "/ref"}}
    lost = {"rates": [{"rate": 1.0, "path": "order-service/sales-order", "fault": {"kind": "lost-response"}}]}
    with shop(faults=lost).serve() as server, server.client() as client:
        (sold,) = orders(client, 1)
        members: dict[str, Any] = {"streams": {"orders": document}, "looks": []}
        loading = Loading(server, tmp_path, **members)
        ended = loading.run(schema(), record(sold), state(1))
        assert (ended.code, ended.out, loading.letters()) == (5, "", [])
        assert "the state is held back until it is known" in ended.err
        assert Loading(server, tmp_path, **members).run(schema(), record(sold), state(1)).code == 5
        loading = Loading(server, tmp_path, **members, doubt="dead-letter")
        ended = loading.run(schema(), record(sold), state(1))
        assert (ended.code, states(ended)) == (4, [1])
        assert [letter["state"] for letter in loading.letters()] == ["maybe-applied"]
        assert found(client, sold["number"]) == 1


def test_refused_credentials_are_told_and_not_shown(
    server: EmulatorServer, client: Client, tmp_path: Path, prefix: str
) -> None:
    loading = Loading(server, tmp_path, account_token=TOKEN)
    ended = loading.run(schema(), *map(record, numbered(client, prefix, 2)), state(1))
    assert (ended.code, ended.out) == (3, ""), ended.err
    assert TOKEN not in ended.err
    kept = b"".join(path.read_bytes() for path in loading.folder.iterdir())
    assert TOKEN.encode() not in kept
    # They are none of the records' fault.
    assert loading.letters() == []


def test_without_its_package_it_says_what_to_install(
    server: EmulatorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    ended = Loading(server, tmp_path).run(schema())
    assert ended.code == 2
    assert "pip install 'brightpearl[singer]'" in ended.err
    assert Loading(server, tmp_path, validate_records=False).run(schema()).code == 0


def test_a_dry_run_writes_nothing_and_settles_nothing(
    server: EmulatorServer, client: Client, tmp_path: Path, prefix: str
) -> None:
    sold = numbered(client, prefix, 2)
    loading = Loading(server, tmp_path, dry_run=True)
    ended = loading.run(schema(), *map(record, sold), state(1))
    assert (ended.code, ended.out) == (0, "")
    assert "orders: dry run, 2 created" in ended.err
    assert found(client, sold[0]["number"]) == 0


def test_a_signal_settles_what_came(server: EmulatorServer, client: Client, tmp_path: Path, prefix: str) -> None:
    sold = numbered(client, prefix, 3)
    loading = Loading(server, tmp_path, settle_records=2)
    with start("target", "--config", str(loading.config), stdin=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(lines(schema(), record(sold[0]), record(sold[1]), state(1)))
        process.stdin.flush()
        assert json.loads(process.stdout.readline()) == state(1)
        process.stdin.write(lines(record(sold[2]), state(2), {"type": "LAST"}))
        process.stdin.flush()
        assert "messages of type 'LAST' are unknown" in process.stderr.readline()
        assert found(client, sold[2]["number"]) == 0
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 143, err
    assert "what came before is being settled" in err
    assert [json.loads(line) for line in out.splitlines()] == [state(2)]
    assert found(client, sold[2]["number"]) == 1


@pytest.mark.parametrize("signals", [1, 2])
def test_a_push_comes_to_its_end_unless_a_second_signal_comes(tmp_path: Path, signals: int) -> None:
    # Long enough for a second signal on a busy machine, which need not wait for it.
    delay = 1_500 if signals == 1 else 10_000
    slow = {"rates": [{"rate": 1.0, "path": "postal-address", "fault": {"kind": "slow", "delay_ms": delay}}]}
    with shop(faults=slow).serve() as server, server.client() as client:
        sold = orders(client, 2)
        loading = Loading(server, tmp_path, settle_records=2)
        journal = loading.folder / "orders.journal"
        with start("target", "--config", str(loading.config), stdin=True) as process:
            assert process.stdin is not None
            assert process.stderr is not None
            process.stdin.write(lines(schema(), record(sold[0]), state(1), record(sold[1])))
            process.stdin.flush()
            while not (journal.exists() and '"write"' in journal.read_text()):
                assert process.poll() is None
            process.send_signal(signal.SIGTERM)
            assert "what came before is being settled" in process.stderr.readline()
            if signals == 2:
                process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=60)
        assert process.returncode == 143, err
        assert [json.loads(line) for line in out.splitlines()] == [state(1)] * (signals == 1)
        assert ("the push ended before" in err) is (signals == 2)


def test_a_run_that_is_killed_doubles_nothing(
    server: EmulatorServer, client: Client, tmp_path: Path, prefix: str
) -> None:
    sold = numbered(client, prefix, 20)
    loading = Loading(server, tmp_path, settle_records=10, looks=[0.1, 0.3])
    text = lines(schema(), *map(record, sold), state(1))
    journal = loading.folder / "orders.journal"
    with start("target", "--config", str(loading.config), stdin=True) as process:
        assert process.stdin is not None
        process.stdin.write(text)
        process.stdin.flush()
        while not (journal.exists() and '"write"' in journal.read_text()):
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    ended = Ended("target", "--config", str(loading.config), stdin=text)
    assert (ended.code, states(ended)) == (0, [1]), ended.err
    rows = client.search("order-service/order-search", {"orderTypeId": 1}, columns=["customerRef"])
    assert sorted(row["customerRef"] for row in rows if str(row["customerRef"]).startswith(prefix)) == sorted(
        one["number"] for one in sold
    )


@pytest.mark.parametrize(
    ("error", "is_dead"),
    [
        (RejectedError("no"), True),
        (ConflictError("taken"), True),
        (PermissionDeniedError("may not"), False),
        (UnavailableError("away"), False),
        (None, True),
    ],
)
def test_only_what_is_wrong_with_the_record_makes_a_dead_letter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], error: BrightpearlError | None, is_dead: bool
) -> None:
    letters: list[dict[str, Any]] = []

    class Ended(list[Outcome]):
        def __enter__(self) -> Ended:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def close(self) -> None:
            pass

        def rest(self) -> list[Outcome]:
            return []

    class Pushing:
        def push(self, *_: object, **__: object) -> Ended:
            return Ended([Outcome(0, "W-1", "rejected", reason="because", error=error, source=b'{"number": "W-1"}')])

    class Letters:
        def keep(self, letter: dict[str, Any]) -> None:
            letters.append(letter)

        def settle(self) -> None:
            pass

        def close(self) -> None:
            pass

    members = {"streams": {"orders": ORDERS}, "directory": str(tmp_path)}
    target = Target(TargetConfig(members), Pushing(), Letters())  # type: ignore[arg-type]
    for message in messages_of(lines(schema(), record(order(1, "x")), state(1)).encode().splitlines()):
        target.take(message)
    target.settle()
    assert target.is_held is not is_dead
    assert [letter["record"] for letter in letters] == [{"number": "W-1"}] * is_dead
    assert bool(capsys.readouterr().out) is is_dead
    assert target.sum_up() == (4 if is_dead else 5)


def test_no_more_records_wait_than_are_settled_together(client: Client, tmp_path: Path, prefix: str) -> None:
    members = {"streams": {"orders": ORDERS}, "directory": str(tmp_path), "settle_records": 50}
    waiting: list[int] = []

    class Pushing:
        """Nothing of a client but its push."""

        def push(self, _: object, records: list[bytes], **__: Any) -> Any:
            waiting.append(len(records))
            return client.push(ORDERS, [], dry_run=True)

    class Letters:
        def keep(self, _: object) -> None:
            raise AssertionError

        def settle(self) -> None:
            pass

        def close(self) -> None:
            pass

    target = Target(TargetConfig(members), Pushing(), Letters())  # type: ignore[arg-type]
    text = (lines(record(order(number, "x"))).encode() for number in range(2_000))
    for message in messages_of([lines(schema()).encode(), *text]):
        target.take(message)
    target.settle()
    assert waiting == [50] * 40


def test_all_that_is_wrong_with_the_configuration_is_said_at_once(server: EmulatorServer, tmp_path: Path) -> None:
    loading = Loading(
        server,
        tmp_path,
        directory=7,
        unmaped="ignore",
        rejected="maybe",
        settle_records=0,
        looks=["soon"],
        streams={
            "a": "no-such",
            "b": {"mapping": ORDERS, "colour": 1, "existing": "x"},
            "c": 7,
            "d": "order-to-shopify",
        },
    )
    ended = loading.run()
    assert ended.code == 2
    for said in (
        "directory: it is int; expected the path of a folder",
        "unmaped: it is not known; did you mean unmapped?",
        "rejected: it is 'maybe'; expected one of fail, pass",
        "settle_records: it is 0; expected a whole number",
        "looks: expected an array of seconds",
        "streams.a: there is no file 'no-such'",
        "streams.b: 'colour' is not an option",
        "streams.b.existing: it is 'x'; expected one of update, leave, reject",
        "streams.c: expected a mapping document",
        "streams.d: the mapping document makes other systems' records",
    ):
        assert said in ended.err
    for name in ("directory", "dead_letters", "exclusive"):
        ended = Loading(server, tmp_path, **{name: "a\0b"}).run()
        assert (ended.code, f"{name}: it has a NUL character" in ended.err) == (2, True), ended.err
    ended = Loading(server, tmp_path, streams={}).run()
    assert "streams: expected an object with a mapping document for each stream" in ended.err


def test_the_messages_of_a_tap_are_read_with_their_digits() -> None:
    (message,) = messages_of([b'\xef\xbb\xbf{"type": "RECORD", "stream": "s", "record": {"net": 1.10}}\r\n'])
    assert message.members["record"] == load_json(b'{"net": 1.10}')
    assert str(message.members["record"]["net"]) == "1.10"
