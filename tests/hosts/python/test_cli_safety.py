"""What the command does with streams, signals, files and texts that are not as it would like them."""

from __future__ import annotations

import csv
import http.server
import io
import json
import os
import shlex
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from brightpearl import Resource
from brightpearl.cli.files import CsvTable
from brightpearl.cli.flatten import defused
from brightpearl.cli.records import records_of
from brightpearl.cli.visible import visible, visible_json
from brightpearl.testing import Emulator, EmulatorServer
from command_line import Ended, server, settings, start

__all__ = ["server", "settings"]

ESCAPE = "\x1b]0;x\x07"


def shell(line: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A shell that has the command as `bp`."""
    command = f'bp() {{ {shlex.quote(sys.executable)} -m brightpearl "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=60, env=os.environ | variables, check=False
    )


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("bp catalog >&-", 7, "standard output is closed"),
        ("bp catalog 2>&-", 0, ""),
        ("bp post order-service/order/1/note - <&-", 7, "standard input is closed"),
        ("bp catalog >/dev/full", 7, "No space left"),
        ("bp catalog | true; exit ${PIPESTATUS[0]}", 141, ""),
        ("bp --help | true; exit ${PIPESTATUS[0]}", 141, ""),
        ("bp nosuch", 2, "nosuch"),
        ("bp push $'x\\e[31m' in.jsonl --dry-run", 2, "\\x1b[31m"),
    ],
)
def test_streams_and_words_of_any_kind_end_in_words(line: str, code: int, said: str) -> None:
    ended = shell(line)
    assert (ended.returncode, "Traceback" in ended.stderr) == (code, False), ended.stderr
    assert said in ended.stderr
    assert "\x1b" not in ended.stderr


def test_an_encoding_that_lacks_letters_does_no_harm() -> None:
    ended = shell("bp catalog >/dev/null && bp map show csv-order", PYTHONIOENCODING="ascii")
    assert ended.returncode == 0, ended.stderr
    json.loads(ended.stdout)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x01", b"[" * 100_000, b'{"a":' * 90_000])
def test_files_that_cannot_be_read_are_told(tmp_path: Path, content: bytes, server: EmulatorServer) -> None:
    before = server.emulator.statistics()["requests"]
    file = tmp_path / "file.json"
    file.write_bytes(content)
    name, out = str(file), str(tmp_path / "out.jsonl")
    for arguments in (
        ("pull", "order", "--state", name, "--out", out),
        ("emulator", "--state", name),
        ("tap", "--config", name),
        ("batch", name),
        ("post", "order-service/order/1/note", name),
        ("task", "add-order-note", name),
        ("map", "check", name),
        ("push", name, name + "l", "--dry-run"),
    ):
        ended = Ended(*arguments)
        assert ended.code == 2, (arguments, ended.err)
        assert len(ended.err) < 3000
    assert server.emulator.statistics()["requests"] == before


@pytest.fixture
def silent() -> Iterator[tuple[str, threading.Event]]:
    """A server that takes requests and never answers."""
    came, over = threading.Event(), threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.set()
            over.wait(30)

        def log_message(self, *_: object) -> None:
            pass

    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{served.server_address[1]}", came
    over.set()
    served.shutdown()
    served.server_close()
    thread.join()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_during_a_write_says_what_may_have_become_of_it(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, silent: tuple[str, threading.Event]
) -> None:
    url, came = silent
    monkeypatch.setenv("BRIGHTPEARL_BASE_URL", url)
    body = tmp_path / "note.json"
    body.write_text('{"text": "x"}')
    with start("post", "order-service/order/1/note", str(body)) as process:
        assert came.wait(30)
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert "the outcome is unknown" in err
    assert "look before sending it again" in err
    assert "to find out:" in err
    assert "Traceback" not in err


def test_a_batch_that_is_stopped_counts_what_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    came, over, count = threading.Event(), threading.Event(), 0

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            nonlocal count
            self.rfile.read(int(self.headers["content-length"]))
            count += 1
            if count == 3:
                came.set()
                over.wait(30)
                return
            body = b'{"response": 7}'
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    lines = tmp_path / "writes.jsonl"
    write = {"method": "POST", "path": "order-service/order/1/note", "body": {"text": "x"}}
    lines.write_text((json.dumps(write) + "\n") * 5)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        monkeypatch.setenv("BRIGHTPEARL_BASE_URL", f"http://127.0.0.1:{served.server_address[1]}")
        with start("batch", str(lines), "--packing", "never") as process:
            assert came.wait(30)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=30)
        over.set()
        served.shutdown()
        thread.join()
    assert process.returncode == 143
    states = [json.loads(line).get("error", {}).get("delivery", "applied") for line in out.splitlines()]
    assert states == ["applied", "applied", "maybe-applied", "not-sent", "not-sent"]
    assert "2 carried out, 2 not, 1 may have been" in err
    assert "the outcome is unknown" in err


def test_a_signal_that_was_ignored_from_the_start_stays_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, silent: tuple[str, threading.Event]
) -> None:
    url, came = silent
    monkeypatch.setenv("BRIGHTPEARL_BASE_URL", url)
    body = tmp_path / "note.json"
    body.write_text('{"text": "x"}')
    arguments = ("post", "order-service/order/1/note", str(body))
    with start(*arguments, ignored=(signal.SIGHUP,)) as process:
        assert came.wait(30)
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    assert "terminated" in err


def test_options_that_name_one_file_are_refused(tmp_path: Path, server: EmulatorServer) -> None:
    before = server.emulator.statistics()["requests"]
    file = tmp_path / "in.jsonl"
    file.write_text('{"a": 1}\n')
    (tmp_path / "soft").symlink_to(file)
    os.link(file, tmp_path / "hard")
    new = tmp_path / "new.jsonl"
    for other in (file, tmp_path / "soft", tmp_path / "hard", tmp_path / "." / "in.jsonl"):
        for option in ("--dead-letters", "--journal"):
            ended = Ended("push", "csv-order", str(file), "--write", option, str(other))
            assert ended.code == 2, ended.err
            assert "same file" in ended.err
    assert Ended("push", "csv-order", str(file), "--write", "--journal", str(new), "--dead-letters", str(new)).code == 2
    assert Ended("pull", "order", "--out", str(new), "--state", str(new)).code == 2
    assert Ended("pull", "order", "--out", str(new), "--dead-letters", str(new)).code == 2
    assert file.read_text() == '{"a": 1}\n'
    assert not new.exists()
    assert server.emulator.statistics()["requests"] == before


def test_an_output_that_cannot_be_is_refused_before_the_first_request(tmp_path: Path, server: EmulatorServer) -> None:
    before = server.emulator.statistics()["requests"]
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "device.csv").symlink_to("/dev/null")
    for name in ("folder.jsonl", "device.csv"):
        for more in ((), ("--since", "2026-01-01")):
            ended = Ended("pull", "order", "--out", str(tmp_path / name), *more)
            assert ended.code == 2
            assert "expected a regular file" in ended.err
    assert server.emulator.statistics()["requests"] == before


def test_new_files_are_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        names = {name: str(tmp_path / name) for name in ("out.csv", "state", "letters")}
        arguments = ("--out", names["out.csv"], "--state", names["state"], "--dead-letters", names["letters"])
        assert Ended("pull", "order", *arguments, "--limit", "3").code == 0
        os.chmod(names["out.csv"], 0o640)
        # What was read is taken out: a file with something in it is not replaced.
        Path(names["out.csv"]).write_bytes(b"")
        assert Ended("pull", "order", *arguments, "--limit", "3").code == 0
    finally:
        os.umask(before)
    modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in tmp_path.iterdir()}
    assert modes == {"out.csv": 0o640, "state": 0o600, "letters": 0o600}


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|x", "-2+3", "@SUM(A1)", "\t=1", "\rx", "  =1", '"=1', "'=1", "＝1", "＋1", "－1", "＠x"],
)
def test_formulas_are_defused(text: str) -> None:
    assert defused(text) == "'" + text
    spool, target = io.BytesIO(), io.BytesIO()
    table = CsvTable(spool, target)
    table.add(Resource.from_json(json.dumps({text: text}).encode()))
    table.finish()
    assert list(csv.reader(io.StringIO(target.getvalue().decode(), newline=""))) == [["'" + text], ["'" + text]]


@pytest.mark.parametrize("text", ["", "-1", "+1.5", "-0.10", "1e-5", "a=b", "2026-01-01", "Ada - Example", "(1)"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert defused(text) == text


def test_what_a_terminal_obeys_is_shown() -> None:
    assert visible("a\x1b[31m\x07\x9b\u202e\r\n\u2028é") == "a\\x1b[31m\\x07\\x9b\\u202e\\r\\n\\u2028é"
    text = json.dumps(ESCAPE + "\x9b\u202e\U000e0001", ensure_ascii=False)
    assert json.loads(visible_json(text)) == json.loads(text)
    assert visible_json(text).isascii()


def test_texts_of_customers_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    with Emulator(orders=3).serve() as own, own.client() as client:
        monkeypatch.setenv("BRIGHTPEARL_BASE_URL", own.url)
        order = {"orderTypeCode": "SO", "parties": {"customer": {"contactId": 200}}}
        client.post("order-service/order", order | {"reference": "=HYPERLINK(1)"})
        client.post("order-service/order", order | {"reference": "x" + ESCAPE})
        search = ("search", "order", "--columns", "orderId,customerRef", "--format")
        assert "'=HYPERLINK(1)" in Ended(*search, "csv").out
        kept = Ended(*search, "csv", "--csv-formulas", "keep").out
        assert ",=HYPERLINK(1)" in kept
        table = Ended(*search, "table").out
        assert "\x07" not in table
        assert "\\x1b]0;x\\x07" in table


def test_the_emulator_prints_nothing_that_a_shell_would_run(tmp_path: Path) -> None:
    wild = "x$(touch pwned)\n'\"; echo y"
    state = json.loads(Emulator(orders=1).save())
    text = json.dumps(state)
    own = Emulator(orders=1).credentials._configuration()["app_ref"]
    (tmp_path / "state.json").write_text(text.replace(json.dumps(own), json.dumps("x$(touch pwned)")))
    with start("emulator", "--state", str(tmp_path / "state.json")) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        process.terminate()
        process.communicate(timeout=30)
    assert "export BRIGHTPEARL_APP_REF='x$(touch pwned)'\n" in lines
    assert shlex.split(f"export A={shlex.quote(wild)}")[1] == f"A={wild}"


def test_a_wide_flat_file_is_read_in_linear_time(tmp_path: Path) -> None:
    wide = tmp_path / "wide.csv"
    header = ",".join(f"c{number}" for number in range(100_000))
    wide.write_text(f"{header}\n{header}\n")
    with records_of(str(wide), None, None) as records:
        [record] = list(records)
    assert isinstance(record, dict)
    assert len(record) == 100_000
    with pytest.raises(Exception, match="no column") as raised, records_of(str(wide), None, "missing") as records:
        list(records)
    assert len(str(raised.value)) < 500
