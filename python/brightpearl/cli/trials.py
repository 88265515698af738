"""Mapping documents, held against samples and what is expected of them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from brightpearl import BrightpearlError, MappedRecord, Mapping
from brightpearl._native import dump_json, load_json
from brightpearl.cli.failure import UnusableFileError, UsageError
from brightpearl.cli.mapping import failure_members, open_mapping
from brightpearl.cli.records import Input, records_of
from brightpearl.cli.visible import say, visible
from brightpearl.cli.writing import laid_out
from brightpearl.private_file import naming
from brightpearl.whole_file import LARGEST_RECORDS, read_file

_FIRST_ID = 1001
_ENDINGS = {"json", "jsonl", "csv", "tsv"}
# What a record creates beside itself is mapped when it is pushed.
_NOT_COMPARED = "created"
_NOTHING = object()


def try_folder(name: str, document: str | None, bless: bool) -> str | None:
    """Says by path where what is made differs from what is expected; in short, whether anything does."""
    folder = Path(name)
    if not folder.is_dir():
        raise UnusableFileError("there is no such directory; expected one with samples", where=f"FOLDER {name}")
    samples = sorted(path for path in folder.glob("*.sample.*") if path.suffix[1:].lower() in _ENDINGS)
    if not samples:
        raise UsageError("found no samples there; expected files such as NAME.sample.json", where=f"FOLDER {name}")
    failed = 0
    for sample in samples:
        stem = sample.name[: sample.name.rfind(".sample.")]
        expected = folder / f"{stem}.expected.json"
        mapping = _mapping(folder, stem, document)
        known = _known(expected)
        found = list(_outcomes(mapping, sample, known or []))
        if bless:
            failed += not _bless(expected, found, known)
            continue
        if known is None:
            say(f"{stem}: nothing is expected yet; --bless writes {expected.name}")
            failed += 1
            continue
        differences = list(_differences("", known, found))
        for difference in differences:
            print(visible(f"{stem}{difference}"))
        failed += bool(differences)
    if bless:
        say(f"{len(samples)} samples, {failed} results written")
        return None
    say(f"{len(samples) - failed} of {len(samples)} as expected")
    return f"{failed:,} samples do not come out as expected" if failed else None


def _mapping(folder: Path, stem: str, document: str | None) -> Mapping:
    beside = folder / f"{stem}.json"
    return open_mapping(str(beside) if beside.is_file() else document or stem)


def _known(path: Path) -> list[Any] | None:
    if not path.exists():
        return None
    try:
        known = load_json(read_file(path, LARGEST_RECORDS, "what becomes of each record", location=str(path)))
    except BrightpearlError as error:
        raise UsageError(error.message, where=f"{path}, {error.location}") from None
    if not isinstance(known, list):
        raise UsageError("expected a JSON array with what becomes of each record", where=str(path))
    return [_as_run_says(record) for record in known]


def _as_run_says(expected: Any) -> Any:
    """What is expected of a record, without members of failures that have nothing to say: a run leaves them out."""
    failures = expected.get("failures") if isinstance(expected, dict) else None
    if not isinstance(failures, list):
        return expected
    said = [
        {name: value for name, value in failure.items() if value != ""} if isinstance(failure, dict) else failure
        for failure in failures
    ]
    return expected | {"failures": said}


def _outcomes(mapping: Mapping, sample: Path, known: list[Any]) -> Iterator[dict[str, Any]]:
    with records_of(str(sample), Input(sample.suffix[1:].lower()), mapping.group_by) as records:
        for place, record in enumerate(records):
            expected = known[place] if place < len(known) and isinstance(known[place], dict) else {}
            yield _outcome(mapping, record, expected)


def _outcome(mapping: Mapping, record: dict[str, Any] | bytes, expected: dict[str, Any]) -> dict[str, Any]:
    """What becomes of a record when its references stand for what is expected, or for ids from 1001 on."""
    references = mapping.map(record).references
    given = expected.get("references")
    given = given if isinstance(given, dict) else {}
    names = {one.text: one.text if one.search else f"new {one.pointer}" for one in references}
    ids = {text: given.get(name, _FIRST_ID + place) for place, (text, name) in enumerate(names.items())}
    mapped = mapping.map(record, ids)
    if mapped.skipped is not None:
        return {"skipped": mapped.skipped}
    if mapped.failures:
        return {"failures": [failure_members(failure) for failure in mapped.failures]}
    members = _members(mapped) | {"references": {names[text]: id for text, id in ids.items()}}
    return {name: value for name, value in members.items() if value not in (None, [], {})}


def _members(mapped: MappedRecord) -> dict[str, Any]:
    return {
        "body": load_json(mapped.raw) if mapped.raw is not None else None,
        "path": mapped.path,
        "method": mapped.method if mapped.path is not None else None,
        "key": mapped.key,
        "told": mapped.told,
    }


def _bless(path: Path, found: list[dict[str, Any]], known: list[Any] | None) -> bool:
    """Writes what was found where it differs from what is there; says whether nothing did."""
    if known is not None and not list(_differences("", known, found)):
        return True
    with naming(str(path)):
        path.write_text(laid_out(dump_json(found)) + "\n", encoding="utf-8")
    say(f"written: {path}")
    return False


def _differences(pointer: str, expected: Any, found: Any) -> Iterator[str]:
    """Where two values differ: each in one line behind a JSON Pointer."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in dict.fromkeys([*expected, *found]):
            if pointer.count("/") == 1 and name == _NOT_COMPARED:
                continue
            token = name.replace("~", "~0").replace("/", "~1")
            yield from _differences(f"{pointer}/{token}", expected.get(name, _NOTHING), found.get(name, _NOTHING))
    elif isinstance(expected, list) and isinstance(found, list):
        for place in range(max(len(expected), len(found))):
            one, other = (values[place] if place < len(values) else _NOTHING for values in (expected, found))
            yield from _differences(f"{pointer}/{place}", one, other)
    elif not (_is_number(expected) and _is_number(found) and expected == found) and _text(expected) != _text(found):
        yield f" {pointer}: expected {_text(expected)}, found {_text(found)}"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _text(value: Any) -> str:
    return "nothing" if value is _NOTHING else dump_json(value)
