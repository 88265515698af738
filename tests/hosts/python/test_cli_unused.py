"""What records have and a mapping document does not read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brightpearl import Mapping
from brightpearl.cli.unused import Unused
from command_line import Ended, server, settings

__all__ = ["server", "settings"]

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "tests" / "mappings"


def document(*fields: dict[str, Any], **members: Any) -> Mapping:
    return Mapping({"version": 1, "name": "x", "source": "order", "fields": list(fields), **members})


def unused(mapping: Mapping, *records: Any) -> list[str]:
    found = Unused(mapping)
    assert list(found.watch(records)) == list(records)
    return sorted(found._found)


def test_only_expressions_read_and_not_what_else_a_document_says() -> None:
    mapping = document(
        {
            "to": "/rows",
            "each": "lines",
            "fields": [
                {"to": "/net", "from": "price"},
                {"to": "/tax", "value": "0.00"},
                {"to": "/quantity", "value": "1", "note": "gift_wrap is not known here"},
            ],
        },
        description="Orders of the shop; the discount stays in it.",
        checks=[{"name": "the shipping total", "is": "total", "equals": "sum(rows[].to_number(net))"}],
    )
    line = {"price": "5.00", "tax": "1.00", "quantity": "12", "gift_wrap": "2.00", "fee": "4", "empty": ""}
    record = {"total": "5.00", "discount": "1.00", "shipping": "3.00", "tax": "9.99", "sum": "7", "lines": [line]}
    assert unused(mapping, record) == [
        "discount",
        "lines[].fee",
        "lines[].gift_wrap",
        "lines[].quantity",
        "lines[].tax",
        "shipping",
        "sum",
        "tax",
    ]


@pytest.mark.parametrize(
    ("expression", "record", "told"),
    [
        ("a.b", {"a": {"b": 1, "c": 2}, "b": 3, "a.b": 4}, ['"a.b"', "a.c", "b"]),
        ("a", {"a": {"b": 1, "c": [2]}}, []),
        ("let $z = zed in $z.q", {"zed": {"q": 1, "r": 2}}, ["zed.r"]),
        ("values(o)[0]", {"o": {"m": 1, "n": {"k": 2}}}, []),
        ("items(o)[*].{v: [1]}.v.x", {"o": {"7": {"x": 1, "y": 2}, "8": {"y": 3}}}, ["o.*.y"]),
        ("o.*.x", {"o": {"7": {"x": 1, "y": 2}}}, ["o.*.y"]),
        ("d[*].x", {"d": [{"x": 1, "y": 2}, {"z": 3}]}, ["d[].y", "d[].z"]),
        ("d[?k == 'a'].x | [0]", {"d": [{"x": 1, "k": "a", "y": 2}]}, ["d[].y"]),
        ("d[].e[].x", {"d": [{"e": [{"x": 1, "y": 2}], "f": 3}]}, ["d[].e[].y", "d[].f"]),
        ("d[-1].x || d[0:2].y", {"d": [{"x": 1, "y": 2, "z": 3}]}, ["d[].z"]),
        ("sum(d[].to_number(n) * r)", {"d": [{"n": 1}], "r": 2, "n": 3}, ["n"]),
        ("sort_by(d, &n)[0].x", {"d": [{"n": 1, "x": 2, "y": 3}]}, ["d[].y"]),
        ("group_by(d, &k).a[].x", {"d": [{"k": "a", "x": 2, "y": 3}]}, ["d[].y"]),
        ("map(&x, d)", {"d": [{"x": 1, "y": 2}]}, ["d[].y"]),
        # Which of a pair is the value is not known of arrays in general.
        (
            "from_items(m[].[key, value]).vat.no",
            {"m": [{"key": "vat", "value": {"no": 1, "of": 2}, "id": 3}]},
            ["m[].id", "m[].value.of"],
        ),
        ("{a: d, b: e}.a.x", {"d": {"x": 1, "y": 2}, "e": {"z": 3}}, ["d.y", "e.z"]),
        ("merge(d, e).x", {"d": {"x": 1, "y": 2}, "e": {"x": 3, "z": 4}}, ["d.y", "e.z"]),
        ("not_null(d, e).x", {"d": {"x": 1}, "e": {"z": 4}}, ["e.z"]),
        ("length(d) > `1` ? e : f", {"d": [{"x": 1}], "e": 1, "f": {"g": 2}, "h": 3}, ["d[].x", "h"]),
        ("!d && e", {"d": {"x": 1}, "e": 1}, ["d.x"]),
        ("'d' == \"a b\"", {"d": 1, "a b": 2, "": 3}, ['""', "d"]),
        ("d.split(@, e)[0].trim(@)", {"d": "x", "e": ",", "trim": 1}, ["e", "trim"]),
        ("[?x].y", [], []),
    ],
)
def test_each_member_is_told_by_its_place(expression: str, record: Any, told: list[str]) -> None:
    assert unused(document({"to": "/x", "from": expression}), record) == told


def test_of_what_is_kept_as_it_was_picked_that_is_read_which_uses_read() -> None:
    record = {"lines": [{"q": 1, "n": 2}], "ships": [{"a": 1, "b": 2}]}
    kept = {"name": "any", "from": "lines[?q] || ships[?a]"}
    asks, takes = {"to": "/x", "when": {"made": "any"}, "value": 1}, {"to": "/y", "from": {"made": "any"}}
    reads = {"to": "/z", "from": {"made": "any", "from": "[0].n"}}
    assert unused(document(kept, asks), record) == ["lines[].n", "ships[].b"]
    assert unused(document(kept, asks, reads), record) == ["ships[].b"]
    assert unused(document(kept, takes), record) == []
    assert unused(document(kept | {"as": "string"}, asks), record) == []


def test_what_is_told_is_in_one_order(capsys: pytest.CaptureFixture[str]) -> None:
    found = Unused(document({"to": "/x", "from": "x"}))
    names = [f"n{place}" for place in range(9)]
    list(found.watch([dict.fromkeys(reversed(names), 1), {"n5": 1}]))
    found.tell()
    told = [line.split()[1] for line in capsys.readouterr().err.splitlines()]
    assert told == ["n5", *[name for name in names if name != "n5"]]


def test_expressions_are_found_wherever_they_stand() -> None:
    mapping = document(
        {"to": "/a", "when": "w1", "template": "{{no}} {t1}", "math": [{"times": "m1"}], "required": True},
        {"to": "/b", "concat": ["c1", {"from": "c2", "scope": "record"}]},
        {"to": "/c", "from": "f1", "unit": {"from": {"from": "u1"}, "to": "kg"}},
        {"to": "/d", "from": "f2", "as": {"type": "money", "currency": {"from": "cur"}}},
        {"name": "kept", "from": "f3"},
        {"to": "/e", "from": {"made": "kept", "from": "no"}},
        {
            "to": "/rows",
            "each": "lines",
            "when": "w2",
            "where": "w3",
            "fields": [
                {"to": "/x", "from": {"from": "p1", "scope": "record"}},
                {"to": "/y", "from": {"from": "q1", "scope": "element"}},
                {"to": "/z", "reject": "{z1} and {$.r1}", "when": "w4"},
                {"to": "/n", "each": "inner", "fields": [{"to": "/m", "scope": "parent", "from": "i1"}]},
            ],
        },
        {"to": "/tags", "each": "tags"},
        key={"from": "k1", "newest": "k2"},
        when=["d1", {"is": "d2", "reject": "{d3}"}],
        checks=[
            {"name": "no", "is": "s1", "equals": "no", "within": {"minor": "s2", "currency": {"from": "s3"}}},
        ],
        csv={"groupBy": "no"},
    )
    read = [
        "w1",
        "t1",
        "m1",
        "c1",
        "c2",
        "f1",
        "u1",
        "f2",
        "cur",
        "f3",
        "w2",
        "p1",
        "r1",
        "k1",
        "k2",
        "d1",
        "d2",
        "d3",
        "s1",
        "s2",
        "s3",
    ]
    line = dict.fromkeys(["w3", "q1", "z1", "w4", "i1", "w1", "p1"], "1") | {"inner": [{"i1": 1}]}
    record = dict.fromkeys([*read, "no", "to", "kept", "kg"], "1") | {"lines": [line], "tags": [{"deep": 1}]}
    assert unused(mapping, record) == [
        *["kept", "kg", "lines[].inner[].i1", "lines[].p1", "lines[].w1", "no", "to"],
    ]


def test_what_creates_something_reads_for_it() -> None:
    resolve = {"search": "contact-service/contact-search", "column": "primaryEmail", "else": {"create": "contact"}}
    addresses = [{"to": f"/postAddressIds/{kind}", "value": 1} for kind in ("DEF", "BIL", "DEL")]
    contact = {
        "name": "contact",
        "target": "contact-service/contact",
        "fields": [{"to": "/firstName", "from": "buyer.first"}, {"to": "/lastName", "from": "buyer.last"}, *addresses],
    }
    mapping = Mapping(
        {
            "version": 1,
            "name": "orders",
            "target": "sales-order",
            "mappings": {"contact": contact},
            "key": {
                "target": "/externalRef",
                "verify": {
                    "search": "order-service/order-search",
                    "column": "externalRef",
                    "by": {"orderTypeId": {"from": "ch"}},
                },
            },
            "fields": [
                {"to": "/externalRef", "from": "id", "as": "string"},
                {"to": "/customer/id", "from": "buyer.email", "resolve": resolve},
            ],
        }
    )
    record = {"id": 1, "ch": 2, "buyer": {"email": "a", "first": "b", "last": "c", "middle": "d"}}
    assert unused(mapping, record) == ["buyer.middle"]


def without(value: Any, told: set[str], path: str = "") -> Any:
    """A record without what was told of it."""
    if isinstance(value, list):
        return [without(member, told, f"{path}[]") for member in value if f"{path}[]" not in told]
    if not isinstance(value, dict):
        return value
    kept = {}
    for name, member in value.items():
        written = name if re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name) else json.dumps(name, ensure_ascii=False)
        places = {f"{path}.{one}" if path else one for one in (written, "*")}
        if not places & told:
            within = [without(member, told, place) for place in sorted(places)]
            kept[name] = min(within, key=lambda one: len(json.dumps(one)))
    # What is there stays there.
    return kept if kept or not value else {"": None}


def made(mapping: Mapping, record: Any) -> tuple[Any, ...]:
    mapped = mapping.map(record)
    return mapped.raw, mapped.key, mapped.path, mapped.skipped, [str(one) for one in mapped.failures], mapped.told


@pytest.mark.parametrize("name", Mapping.ready_names())
def test_a_record_without_what_is_told_comes_out_as_before(name: str) -> None:
    mapping = Mapping.ready(name)
    records = json.loads((SAMPLES / f"{name}.sample.json").read_text())
    for record in records:
        pruned = without(record, set(unused(mapping, record)))
        assert made(mapping, pruned) == made(mapping, record)
        assert unused(mapping, pruned) == []


def examples() -> Iterator[tuple[str, Any]]:
    """The expressions of the reference that make something, each with what it is given."""
    text = (ROOT / "docs" / "expressions.md").read_text()
    for block in re.findall(r"```jmespath\n(.*?)```", text, re.DOTALL):
        given, end = json.JSONDecoder().raw_decode(block.removeprefix("given "))
        for line in block.removeprefix("given ")[end:].strip().splitlines():
            expression, found, _ = line.rpartition(" => ")
            if found:
                yield expression.strip(), given


def test_every_example_of_the_reference_comes_out_as_before() -> None:
    count = 0
    for expression, given in examples():
        mapping = document({"to": "/x", "from": expression})
        pruned = without(given, set(unused(mapping, given)))
        assert made(mapping, pruned)[0] == made(mapping, given)[0], expression
        count += 1
    assert count > 100


def test_a_command_tells_what_is_unused(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Order,SKU,Unit Price,Internal Note\nA,Mug,1.50,\nB,Bowl,2.00,x\n")
    path = tmp_path / "document.json"
    field = {"to": "/lines", "each": "rows", "fields": [{"to": "/sku", "from": "SKU"}]}
    path.write_text(
        json.dumps({"version": 1, "name": "x", "source": "order", "csv": {"groupBy": "Order"}, "fields": [field]})
    )
    ended = Ended("map", "run", str(path), str(file), "--report-unused")
    assert ended.err.splitlines() == [
        'unused: rows[]."Unit Price" (2 records)',
        'unused: rows[]."Internal Note" (1 record)',
    ]
    columns = (
        "Order Number,Order Date,First Name,Last Name,Email,Address 1,Postcode,Country,Currency,SKU,Description,"
        "Quantity,Unit Price,Line Tax,VAT Rate,Internal Note"
    )
    line = "7,01/03/2026,Pat,Sample,pat@example.com,1 Example Road,EX1 2PL,GB,GBP,,Mug,1,10.00,2.00,20,x"
    file.write_text(f"{columns}\n{line}\n")
    pushed = Ended("push", "csv-order", str(file), "--dry-run", "--report-unused")
    assert [line for line in pushed.err.splitlines() if line.startswith("unused")] == [
        'unused: rows[]."Internal Note" (1 record)'
    ]
    assert unused(Mapping.ready("shopify-order"), b"{", 7) == []
