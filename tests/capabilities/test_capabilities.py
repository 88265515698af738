"""The table says what is proven: its proofs are there, its page is of today, and what a run left out is told."""

from __future__ import annotations

from pathlib import Path

import pytest

import table
from proofs import HOSTS, Proof, ran_in

ROW = """
[[capability]]
name = "Searches"
vector = "search-pages-to-the-end"
python = "test_search.py::test_dicts_and_pages"
node = "rows.test.mjs::a row is an object of its columns"
node-component = { without = "for a test" }
c = "push.c"
"""
LOGS = {
    "Rust-host.log": "test vectors::all_vectors_are_reproduced ... ok\n",
    "Node-host.log": "== node: tests\n✔ a row is an object of its columns (1.5ms)\n",
    "C-host.log": "== c: valgrind --quiet /build/bin/push\n== c: /build/bin/push-sanitized http://127.0.0.1:1 acme\n",
}
REPORT = '<testsuites><testsuite><testcase classname="{}" name="{}">{}</testcase></testsuite></testsuites>'


def run_in(folder: Path, *, case: str = "", statuses: dict[str, int] | None = None) -> Path:
    """What a run leaves in a folder."""
    for name, text in LOGS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "python.xml").write_text(REPORT.format("test_search", "test_dicts_and_pages", case), encoding="utf-8")
    played = REPORT.format("tests.hosts.wasmtime.test_vectors", "test_vector[search-pages-to-the-end-json]", "")
    (folder / "component.xml").write_text(played, encoding="utf-8")
    notes = [f"{name}\t{(statuses or {}).get(name, 0)}\t1\t2\t3\t.build/steps/{name}\n" for name in LOGS]
    (folder / "notes").write_text("".join(notes), encoding="utf-8")
    return folder


def test_every_proof_is_there() -> None:
    assert list(table.wrong_with(table.read(table.SOURCE.read_text(encoding="utf-8")))) == []


def test_the_page_is_of_today() -> None:
    expected = table.page(table.read(table.SOURCE.read_text(encoding="utf-8")))
    assert table.PAGE.read_text(encoding="utf-8") == expected, "make generate writes it anew"


@pytest.mark.parametrize(
    ("host", "text", "said"),
    [
        ("python", "test_search.py::test_nothing_of_the_kind", "has no test"),
        ("rust", "/core/tests/writes.rs::nothing_of_the_kind", "has no test"),
        ("node", "rows.test.mjs::nothing of the kind", "has no test"),
        ("node-component", "component.test.mjs::both say the same: nothing of the kind", "has no test"),
        ("c", "nothing.c", "there is no file tests/hosts/c/nothing.c"),
        ("component", "vector nothing-of-the-kind", "there is no file tests/vectors/nothing-of-the-kind.json"),
    ],
)
def test_a_proof_that_is_not_there_is_told(host: str, text: str, said: str) -> None:
    assert said in str(Proof(host, text).wrong())


def test_a_run_that_ran_everything_is_whole(tmp_path: Path) -> None:
    text, is_whole = table.printed(table.read(ROW), run_in(tmp_path))
    assert (is_whole, "NOT RUN" in text) == (True, False), text
    assert "5 cells proven by tests that ran, 1 not there for a reason, 0 not yet" in text


@pytest.mark.parametrize(
    ("removed", "host"),
    [
        ("Rust-host.log", "Rust"),
        ("Node-host.log", "Node"),
        ("C-host.log", "C"),
        ("python.xml", "Python"),
        ("component.xml", "Component"),
    ],
)
def test_what_a_run_left_out_is_told(tmp_path: Path, removed: str, host: str) -> None:
    (run_in(tmp_path) / removed).unlink()
    text, is_whole = table.printed(table.read(ROW), tmp_path)
    assert not is_whole
    assert f"Searches, {host}: " in text


def test_what_failed_is_not_proven(tmp_path: Path) -> None:
    text, _ = table.printed(table.read(ROW), run_in(tmp_path, case="<failure/>", statuses={"C-host.log": 1}))
    assert [line.partition(": ")[0] for line in text.splitlines()[-2:]] == ["Searches, Python", "Searches, C"]


def test_a_test_by_the_native_library_proves_nothing_of_the_component(tmp_path: Path) -> None:
    ran = ran_in(run_in(tmp_path))
    case = "rows.test.mjs::a row is an object of its columns"
    assert [ran.has(Proof(host, case)) for host in ("node", "node-component")] == [True, False]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('name = "x"\nrust = "vectors.rs"', "says nothing of python"),
        ('name = "x"\nvector = "cancel"\nrust = { unless = "y" }', "says nothing of rust"),
        ('name = "x"\nvector = "cancel"\nruby = "y"', "has ruby"),
        ('name = "x"\nvector = "cancel"\n[[capability]]\nname = "x"\nvector = "cancel"', "stands in the table twice"),
    ],
)
def test_a_row_that_is_not_whole_is_refused(row: str, said: str) -> None:
    with pytest.raises(SystemExit, match=said):
        table.read(f"[[capability]]\n{row}")


def test_every_host_is_a_column() -> None:
    row = next(line for line in table.PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| capability"))
    assert [cell.strip() for cell in row.split("|")[2:-1]] == [host.title for host in HOSTS.values()]
