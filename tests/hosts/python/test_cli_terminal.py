"""What the command writes to a terminal: nothing of others' that it would obey."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

import brightpearl.cli
from brightpearl.testing import EmulatorServer
from command_line import Ended, server, settings
from terminal import on_terminal

__all__ = ["server", "settings"]

pytestmark = pytest.mark.usefixtures("settings")

OBEYED = "T\x1b]0;title\x07\x1b[31mX\x9b\u202e\u200b\u2028Y"
FORBIDDEN = re.compile("\x1b\\]|\x1b\\[31m|\x07|\x9b|\u202e|\u200b|\u2028")


@pytest.fixture(scope="module")
def order(server: EmulatorServer) -> int:
    """An order whose reference has what a terminal obeys."""
    with server.client() as client:
        row = {"name": OBEYED, "quantity": 1, "net": "1.00", "tax": "0", "taxCode": "T20"}
        made = client.create_sales_order(customer={"contactId": 208}, reference=OBEYED, orderRows=[row])
        return int(made["orderId"])


@pytest.fixture
def document(tmp_path: Path) -> str:
    """A mapping document whose description has it."""
    file = tmp_path / "document.json"
    verify = {"search": "order-service/order-search", "column": "customerRef"}
    members = {
        "version": 1,
        "name": "x",
        "description": OBEYED,
        "target": "order-service/sales-order",
        "key": {"target": "/ref", "verify": verify},
        "checks": [],
        "fields": [{"to": "/ref", "from": "ref", "note": OBEYED}, {"to": "/customer/id", "value": 208}],
    }
    file.write_text(json.dumps(members, ensure_ascii=False))
    (tmp_path / "records.jsonl").write_text(json.dumps({"ref": OBEYED}, ensure_ascii=False))
    return str(file)


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "table"])
@pytest.mark.parametrize("words", [("search", "order", "orderId={order}"), ("get", "order", "{order}")], ids=" ".join)
def test_rows_and_records_do_not_reach_a_terminal_as_commands(words: tuple[str, ...], form: str, order: int) -> None:
    written = on_terminal(*(word.format(order=order) for word in words), "-o", form)
    assert "T" in written
    assert form == "table" or "title" in written
    assert not FORBIDDEN.search(written), written
    if form == "csv":
        assert "\\x1b]0;title\\x07" in written
        assert "\\u202e" in written


@pytest.mark.parametrize(
    "words",
    [
        ("get", "order", "{order}", "--field", "reference"),
        ("pull", "order", "--where", "orderId={order}", "--out", "-"),
        ("pull", "order", "--where", "orderId={order}", "--since", "2020-01-01", "--out", "-"),
        ("map", "run", "{document}", "{records}"),
        ("map", "run", "{document}", "{records}", "--json"),
        ("map", "show", "{document}"),
        ("map", "explain", "{document}"),
        ("map", "explain", "{document}", "--json"),
        ("map", "check", "{document}", "--json"),
        ("map", "init", "--from", "{records}", "--target", "sales-order"),
        ("push", "{document}", "{records}", "--dry-run"),
        ("push", "{document}", "{records}", "--dry-run", "--json"),
        ("tap", "--config", "{config}"),
    ],
    ids=" ".join,
)
def test_nothing_else_reaches_a_terminal_as_a_command(
    words: tuple[str, ...], order: int, document: str, tmp_path: Path
) -> None:
    config = tmp_path / "tap.json"
    config.write_text(json.dumps({"streams": [{"resource": "order", "filters": {"orderId": order}}]}))
    named = {"order": order, "document": document, "records": tmp_path / "records.jsonl", "config": config}
    written = on_terminal(*(word.format(**named) for word in words))
    assert written
    assert not FORBIDDEN.search(written), written


def test_data_for_programs_is_as_it_came(order: int) -> None:
    assert json.loads(Ended("get", "order", str(order)).out)["reference"] == OBEYED
    assert "\x1b]0;title\x07" in Ended("get", "order", str(order), "-o", "csv").out


def test_json_is_printed_in_one_way() -> None:
    """By what looks at whether a terminal shows it."""
    for file in Path(brightpearl.cli.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                for argument in node.args:
                    assert not re.match(r"(dump_json|json\.dumps|laid_out)\(", ast.unparse(argument)), file.name
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "json.dump":
                raise AssertionError(file.name)


def test_a_width_that_nobody_knows_is_a_usual_one() -> None:
    for words in (("search", "order", "--limit", "2", "--columns", "orderId,customerRef"), ("catalog",), ("task",)):
        usual, unknown = (on_terminal(*words, COLUMNS=columns) for columns in ("80", "0"))
        assert unknown == usual
        assert len(unknown.splitlines()[0].strip()) > 10
