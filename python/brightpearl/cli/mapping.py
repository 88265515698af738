"""Mapping documents: checked, tried, explained. Nothing is sent."""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from brightpearl import BrightpearlError, MappedRecord, Mapping, MappingFailure
from brightpearl._native import check_mapping, dump_json, explain_mapping, load_json
from brightpearl.cli.failure import UnusableFileError, UsageError
from brightpearl.cli.flat_files import Layout
from brightpearl.cli.records import Input, records_of
from brightpearl.cli.unused import Unused
from brightpearl.cli.visible import print_json, say, visible, visible_lines
from brightpearl.cli.wrapped import print_wrapped
from brightpearl.cli.writing import print_json_text
from brightpearl.mapping import read_document, ready_document


def document_text(name: str) -> str:
    """A document's text: that of a file, or of one that comes with the package."""
    if Path(name).exists() and not Path(name).is_dir():
        try:
            return _text_of(name)
        except UnicodeDecodeError as error:
            raise UsageError(f"the file is not UTF-8: {error.reason}", where=f"DOCUMENT {name}") from None
    if name in Mapping.ready_names():
        return dump_json(ready_document(name))
    if Path(name).name != name or Path(name).suffix:
        # No ready document is called so.
        raise UnusableFileError("the file does not exist; expected a mapping document", where=f"DOCUMENT {name}")
    meant = get_close_matches(name, Mapping.ready_names(), 1)
    raise UsageError(
        f"there is no file {name!r}, and no mapping document of that name comes with the package"
        + (f"; did you mean {meant[0]}?" if meant else ""),
        where="DOCUMENT",
        advice="brightpearl map list shows those that do",
    )


def _text_of(name: str) -> str:
    # A pipe, such as a shell makes for `<(...)`, can be read once.
    if name in _READ:
        return _READ[name]
    text = read_document(name, f"DOCUMENT {name}")
    if not Path(name).is_file():
        _READ[name] = text
    return text


_READ: dict[str, str] = {}


def open_mapping(name: str, decimal_mark: str | None = None) -> Mapping:
    """The mapping of a document; with everything that is wrong with it where it cannot be used.

    `decimal_mark`: what stands before decimals, whatever the document says.
    """
    text = document_text(name)
    if decimal_mark is not None:
        text = _with_decimal_mark(text, decimal_mark)
    errors = [finding for finding in Mapping.check(text) if finding.severity == "error"]
    if errors:
        lines = "\n".join(map(str, errors))
        raise UsageError("the mapping document cannot be used", where=f"DOCUMENT {name}\n{lines}")
    return Mapping(text)


def _with_decimal_mark(text: str, mark: str) -> str:
    try:
        document = load_json(text.encode())
    except BrightpearlError:
        return text
    if not isinstance(document, dict):
        return text
    reads = dict(document.get("reads") or {}) | {"decimalMark": mark}
    if reads.get("groupMark") == mark:
        # Groups are set apart by the other one, as far as that is used at all.
        reads["groupMark"] = "." if mark == "," else ","
    return dump_json(document | {"reads": reads})


def check(name: str, as_json: bool) -> str | None:
    """Says everything that is to be said about a document; in short, why it cannot be used."""
    text = document_text(name)
    checked = json.loads(check_mapping(text))
    if as_json:
        print_json(json.dumps(checked, ensure_ascii=False))
    else:
        for finding in Mapping.check(text):
            print(visible(str(finding)))
        say("it can be used" if checked["usable"] else "it cannot be used")
    return None if checked["usable"] else "the mapping document cannot be used"


def run(
    mapping: Mapping, file: str, format: Input | None, layout: Layout | None, report_unused: bool, as_json: bool
) -> str | None:
    """Writes what a document makes of records; in short, what is wrong with some."""
    failed = 0
    unused = Unused(mapping)
    with records_of(file, format, mapping.group_by, layout) as records:
        for place, mapped in enumerate(mapping.map_many(unused.watch(records) if report_unused else records)):
            failed += bool(mapped.failures)
            if as_json:
                print_json(dump_json({"record": place, **described(mapped)}))
            else:
                _show(place, mapped)
    if report_unused:
        unused.tell()
    return f"{failed:,} records cannot be mapped" if failed else None


def described(mapped: MappedRecord) -> dict[str, Any]:
    """What became of a record, as data."""
    members: dict[str, Any] = {
        "key": mapped.key,
        "path": mapped.path,
        "method": mapped.method if mapped.path is not None else None,
        "body": mapped.body,
        "skipped": mapped.skipped,
        "told": mapped.told,
        "references": [
            {"text": one.text, "pointer": one.pointer, "on_missing": one.on_missing} for one in mapped.references
        ],
        "failures": [failure_members(failure) for failure in mapped.failures],
    }
    return {name: value for name, value in members.items() if value not in (None, [])}


def failure_members(failure: MappingFailure) -> dict[str, Any]:
    """A failure as data."""
    return {name: getattr(failure, name) for name in failure.__slots__ if getattr(failure, name) not in (None, "")}


def without_key(failure: MappingFailure) -> str:
    """A failure in words, where its record is named already."""
    return str(failure).removeprefix(f"record {failure.record}: ")


def _show(place: int, mapped: MappedRecord) -> None:
    key = "" if mapped.key is None else f" {visible(mapped.key)}"
    if mapped.skipped is not None:
        say(f"record {place}{key}: skipped: {visible(mapped.skipped)}")
    for failure in mapped.failures:
        say(f"record {place}{key}: {visible(without_key(failure))}")
    if mapped.raw is None:
        return
    if mapped.path is not None:
        say(f"record {place}{key}: {mapped.method} {mapped.path}")
    for told in mapped.told:
        say(f"record {place}{key}: {visible(told)}")
    for reference in mapped.references:
        say(f"  looked up first: {reference.text} ({reference.on_missing} when missing)")
    print_json_text(mapped.raw)


def explain(name: str, as_json: bool) -> None:
    """Says what a document does."""
    text = document_text(name)
    if as_json:
        print_json(json.dumps(json.loads(explain_mapping(text)), ensure_ascii=False))
        return
    explanation = open_mapping(name).explain()
    where = f"{explanation.method} {explanation.target}" if explanation.target else f"from {explanation.source}"
    print(visible_lines(f"{explanation.name}: {where}\n{explanation.description}\n"))
    records = [
        {
            "to": rule.to,
            "from": rule.text,
            "type": rule.type,
            "": "mandatory" if rule.mandatory else "",
            "note": rule.note,
        }
        for rule in explanation.rules
    ]
    print_wrapped(["to", "from", "type", "", "note"], records)


def list_ready(as_json: bool) -> None:
    """The documents that come with the package, in short."""
    mappings = [Mapping.ready(name) for name in Mapping.ready_names()]
    records = [
        {
            "name": mapping.name,
            "maps": f"to {mapping.target}" if mapping.target is not None else f"from {mapping.source}",
            "what it does": mapping.description,
        }
        for mapping in mappings
    ]
    if as_json:
        print_json(json.dumps(records, ensure_ascii=False))
        return
    print_wrapped(["name", "maps", "what it does"], records)
    say(f"{len(records)} documents; one of them: brightpearl map show NAME > mine.json")


def show(name: str) -> None:
    """Writes a document, laid out for people to change."""
    print_json(json.dumps(json.loads(document_text(name), parse_float=_Verbatim), indent=2, ensure_ascii=False))


class _Verbatim(float):
    """A number with a fraction, digit for digit."""

    def __new__(cls, text: str) -> _Verbatim:
        number = super().__new__(cls, text)
        number.text = text
        return number

    text: str

    def __repr__(self) -> str:
        return self.text
