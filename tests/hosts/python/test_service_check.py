"""The configuration of a service: everything that is wrong with it is told at once, each with its place."""

from __future__ import annotations

import datetime
import json
import random
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from brightpearl import Mapping
from brightpearl.service.accounts import service_client
from brightpearl.service.configuration import examine, read_configuration
from brightpearl.service.problems import ConfigurationError
from brightpearl.service.timing import LONGEST_WAIT_MS, Schedule, back_off_ms, milliseconds_of
from command_line import Ended, server, settings
from served import SECRET

__all__ = ["server", "settings"]

GOOD = """
zone = "Europe/London"
stop_within = "5s"

[listen]
public_url = "https://hooks.example.com/brightpearl"
secrets = ["env:HOOK_SECRET"]

[keep]
runs = "30d"

[[flow]]
name = "orders to the shop"
pull = ["order"]
on = ["order.modified", "sales-order.created"]
every = "15m"
mapping = "order-to-shopify"
to = "file: out.jsonl"
filters = { orderTypeId = 1 }

[[flow]]
name = "orders of the shop"
push = "shopify-order"
from = "directory: inbox"
cron = "30 6 * * mon-fri"
"""


@pytest.fixture(autouse=True)
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "inbox").mkdir()
    monkeypatch.setenv("HOOK_SECRET", SECRET)


def told(folder: Path, text: str) -> dict[str, str]:
    """What is wrong with a configuration, by its place."""
    (folder / "brightpearl.toml").write_text(text)
    return {problem.place: problem.message for problem in examine(folder / "brightpearl.toml")[1]}


def test_what_is_right_is_read(tmp_path: Path) -> None:
    assert told(tmp_path, GOOD) == {}
    found = read_configuration(tmp_path / "brightpearl.toml")
    [out], [into] = found.outbound, found.inbound
    assert (out.schedule.every_ms, out.filters) == (900_000, (("orderTypeId", "1"),))
    assert into.schedule.cron == "30 6 * * mon-fri"
    assert into.schedule.zone == ZoneInfo("Europe/London")
    assert found.keeping.runs_ms == 30 * 86_400_000
    assert found.stop_within_ms == 5_000
    assert found.ledger == str(tmp_path / "brightpearl-ledger.sqlite")
    assert out.concerns("order.modified.order-status")
    assert not out.concerns("order.modified-otherwise")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"version": 1, "nmae": "x"}')
    found = told(
        tmp_path,
        """
ledgr = "x"
zone = "Europe/Lundon"
[listen]
address = "8080"
public_url = "hooks"
secrets = ["env:NOT_SET_AT_ALL", "env:"]
prot = 3
[keep]
runs = "never"
[[flow]]
name = "out"
pull = ["ordr"]
on = ["order.created", "oder.modified"]
every = "15 minutes"
mapping = "order-to-shopfy.json"
to = "comand: python send.py"
[[flow]]
name = "out"
pull = "order"
to = "https://me:secret@shop.example.com/hook"
cron = "61 * * * *"
every = "5m"
[[flow]]
name = "in"
push = "order-to-shopify"
from = "directory: nowhere"
evry = "5m"
[[flow]]
push = "broken.json"
from = "POST /push/orders"
[[flow]]
name = "both"
push = "shopify-order"
pull = ["order"]
[[flow]]
name = "never"
pull = ["order"]
to = "no_such_module_here:send"
secret = "env:HOOK_SECRET"
""",
    )
    expected = {
        "ledgr": "did you mean ledger?",
        "zone": "did you mean Europe/London?",
        "[listen]: address": "expected a host and a port",
        "[listen]: public_url": "expected an address",
        "[listen]: secrets[0]": "NOT_SET_AT_ALL is not set",
        "[listen]: secrets[1]": "names no variable",
        "[listen]: prot": "expected one of address, public_url",
        "[keep]: runs": "expected a duration",
        "flow 'out': every": "expected a duration such as 90s, 15m",
        "flow 'out': pull": "did you mean order?",
        "flow 'out': on": "order.modified",
        "flow 'out': mapping": "did you mean order-to-shopify?",
        "flow 'out': to": "without a user or password",
        "flow 'out': cron": "`every` is there as well",
        "flow 'in': push": "expected one with a `target`",
        "flow 'in': from": "there is no directory",
        "flow 'in': evry": "did you mean every?",
        "flow 4: name": "it is missing",
        "flow 4: push": "cannot be used",
        "flow 4: token": "it is missing",
        "flow 'both'": "both `pull` and `push`",
        "flow 'never': every": "the flow would never run",
        "flow 'never': to": "there is no module no_such_module_here",
    }
    for place, part in expected.items():
        assert part in found.get(place, ""), f"{place}: {found.get(place)}"
    assert set(found) == set(expected)
    assert "secret@" not in json.dumps(found)


def test_the_address_of_webhooks_is_none_of_the_services_own(tmp_path: Path) -> None:
    for path, is_right in (("/push/orders", False), ("/dashboard/retry", False), ("/push", True), ("/metrics", True)):
        found = told(tmp_path, GOOD.replace("hooks.example.com/brightpearl", f"hooks.example.com{path}"))
        assert ("[listen]: public_url" not in found) == is_right, found


def test_flows_do_not_take_each_others_files(tmp_path: Path) -> None:
    (tmp_path / "other").symlink_to(tmp_path / "inbox")
    (tmp_path / "inbox" / "working").mkdir()
    flows = [
        f'[[flow]]\nname = "{name}"\npush = "shopify-order"\nfrom = "directory: {folder}"\nevery = "5m"\n'
        for name, folder in (("a", "inbox"), ("b", "other"), ("c", "inbox/working"))
    ]
    found = told(tmp_path, "".join(flows))
    assert {place: "takes these files" in message for place, message in found.items()} == {
        "flow 'b': from": True,
        "flow 'c': from": True,
    }


@pytest.mark.parametrize("name", ["ledger", "work", "mapping", "to", "exclusive", "file"])
def test_no_text_has_a_nul_character(tmp_path: Path, name: str) -> None:
    line = f'{name} = "file: a\\u0000b"\n'
    texts = {
        "mapping": GOOD.replace('mapping = "order-to-shopify"\n', line),
        "to": GOOD.replace('to = "file: out.jsonl"\n', line),
        "exclusive": f"{GOOD}{line}",
        "file": f"{GOOD}[audit]\n{line}",
    }
    found = told(tmp_path, texts.get(name, f"{line}{GOOD}"))
    assert any("NUL" in message and place.endswith(name) for place, message in found.items()), found


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"[listen", "the file is not TOML"),
        (b"\xff\xfe", "the file is not UTF-8"),
        (b"flow = 3", "expected tables that begin with [[flow]]"),
        (b"", "there is no flow"),
        (b"[[flow]]\nname = 3\npull = 4", "it is an int"),
        (b"listen = []\n[[flow]]\nname = 'x'", "expected a table"),
        (b"a = " + b"[" * 100_000, "the file"),
        (b"# " + b"x" * (1 << 20), "it has more than 1 MiB, or no end; expected a configuration"),
    ],
)
def test_no_file_makes_it_fail(tmp_path: Path, content: bytes, part: str) -> None:
    path = tmp_path / "brightpearl.toml"
    path.write_bytes(content)
    configuration, problems = examine(path)
    assert configuration is None
    assert any(part in str(problem) for problem in problems), problems
    with pytest.raises(ConfigurationError, match="wrong with the configuration"):
        read_configuration(path)


def test_events_need_an_address_and_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = '[[flow]]\nname = "a"\npull = "order"\non = "order.modified"\nto = "file: out"\n'
    assert set(told(tmp_path, flow)) == {"[listen]: public_url", "[listen]: secrets"}
    monkeypatch.setenv("HOOK_SECRET", "short")
    assert "[listen]: secrets" in told(tmp_path, GOOD)


def test_the_ledger_is_a_file_a_url_or_where_that_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "LEDGER_URL" in told(tmp_path, f'ledger = "env:LEDGER_URL"\n{GOOD}')["ledger"]
    monkeypatch.setenv("LEDGER_URL", "postgresql+psycopg://me:secret@host/name")
    for text, ledger in {
        "env:LEDGER_URL": "env:LEDGER_URL",
        "postgresql://h/n": "postgresql://h/n",
        "/a/b": "/a/b",
    }.items():
        assert told(tmp_path, f'ledger = "{text}"\n{GOOD}') == {}
        assert read_configuration(tmp_path / "brightpearl.toml").ledger == ledger


def test_what_the_engine_refuses_to_pull_is_told(tmp_path: Path) -> None:
    assert "orderTypId" in told(tmp_path, GOOD.replace("orderTypeId", "orderTypId"))["flow 'orders to the shop': pull"]
    early = GOOD.replace("every =", 'since = "yesterday"\nevery =')
    assert "yesterday" in told(tmp_path, early)["flow 'orders to the shop': pull"]


def test_the_application_is_a_function_whatever_was_imported() -> None:
    import brightpearl.service.asgi
    from brightpearl import service

    assert callable(service.application)
    assert brightpearl.service.asgi.application_of.__module__ == "brightpearl.service.asgi"


@pytest.mark.parametrize("looks", ["3", "[-1]", '["2"]', "[true]"])
def test_looks_are_numbers_of_seconds(tmp_path: Path, looks: str) -> None:
    assert told(tmp_path, f"{GOOD}looks = [0, 2.5]\n") == {}
    assert (
        "expected numbers of seconds" in told(tmp_path, f"{GOOD}looks = {looks}\n")["flow 'orders of the shop': looks"]
    )


def test_an_account_that_is_not_named_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRIGHTPEARL_ACCOUNT")
    assert "BRIGHTPEARL_ACCOUNT" in told(tmp_path, GOOD)["the environment"]
    assert "profile" in told(tmp_path, f'profile = "nobody"\n{GOOD}')


def test_the_command_tells_it(tmp_path: Path) -> None:
    path = tmp_path / "brightpearl.toml"
    path.write_text(GOOD)
    ended = Ended("check", str(path))
    assert (ended.code, ended.err) == (0, "it can be used: 2 flows\n")
    path.write_text(GOOD.replace("every", "evry"))
    ended = Ended("check", str(path), "--json")
    assert ended.code == 2
    [problem] = [json.loads(line) for line in ended.out.splitlines()]
    assert (problem["place"], problem["warning"]) == ("flow 'orders to the shop': evry", False)
    ended = Ended("serve", str(path))
    assert ended.code == 2
    assert "did you mean every?" in ended.err
    assert Ended("check", str(tmp_path / "none.toml")).code == 7


def test_schedules_are_kept_by_zone_and_what_was_missed_is_made_up_for() -> None:
    zone = ZoneInfo("Europe/London")

    def at(*parts: int) -> int:
        return int(datetime.datetime(*parts, tzinfo=zone).timestamp() * 1000)  # type: ignore[misc,arg-type]

    morning = Schedule(cron="30 6 * * *", zone=zone)
    # Over the night in which clocks go forward there are 23 hours between two mornings.
    assert morning.next_ms(at(2026, 3, 28, 6, 30), at(2026, 3, 28, 7)) == at(2026, 3, 29, 6, 30)
    assert at(2026, 3, 29, 6, 30) - at(2026, 3, 28, 6, 30) == 23 * 3_600_000
    assert morning.next_ms(at(2026, 6, 1, 6, 30), at(2026, 6, 5, 12)) == at(2026, 6, 2, 6, 30)
    assert morning.next_ms(None, at(2026, 6, 1, 12)) == at(2026, 6, 2, 6, 30)
    every = Schedule(every_ms=milliseconds_of("1h30m"))
    assert every.next_ms(None, 7) == 7
    assert every.next_ms(7, 8) == 5_400_007
    assert Schedule().next_ms(7, 8) is None


def test_waits_grow_and_differ() -> None:
    draw = random.Random(7)
    waits = [back_off_ms(failures, draw) for failures in range(1, 40)]
    assert 500 <= waits[0] <= 1_000
    assert all(LONGEST_WAIT_MS / 2 <= wait <= LONGEST_WAIT_MS for wait in waits[12:])
    assert len(set(waits)) > 30


def test_ready_documents_are_named_and_files_win(tmp_path: Path) -> None:
    text = GOOD.replace('"order-to-shopify"', '"own.json"')
    document = json.loads(Mapping.ready("order-to-shopify").document)
    (tmp_path / "own.json").write_text(json.dumps(document))
    assert told(tmp_path, text) == {}
    assert read_configuration(tmp_path / "brightpearl.toml").outbound[0].mapping == str(tmp_path / "own.json")


def test_a_quota_may_be_shared_and_its_server_named_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTA_URL", "redis://user:an-invented-password@127.0.0.1:1/0?clients=4")
    path = tmp_path / "brightpearl.toml"
    for text in ("env:QUOTA_URL", "redis://127.0.0.1:1/0?clients=4"):
        path.write_text(f'shared_quota = "{text}"\n{GOOD}')
        configuration = read_configuration(path)
        client = service_client(configuration.profile, shared_quota=configuration.shared_quota)
        assert client._leases is not None
        assert client._leases._quota.clients == 4
        client.close()
    for text, why in (
        ("127.0.0.1", "expected"),
        ("env:NO_SUCH_NAME", "expected a secret there"),
        ("redis://u:p@127.0.0.1:1/0", "better say where it is"),
    ):
        problem = told(tmp_path, f'shared_quota = "{text}"\n{GOOD}')["shared_quota"]
        assert why in problem, problem
        assert "an-invented-password" not in problem
