"""Mapping documents: what goes where between another system's records and Brightpearl's."""

from __future__ import annotations

import os
from collections.abc import Mapping as AnyMappingType
from itertools import islice

from brightpearl import _native
from brightpearl._native import CompiledMapping, dump_json
from brightpearl.arguments import checked_path, checked_text, did_you_mean, wrong_type
from brightpearl.exceptions import ValidationError
from brightpearl.findings import MappingFinding
from brightpearl.record import Record
from brightpearl.records import records_of
from brightpearl.whole_file import LARGEST_DOCUMENT, read_whole
from brightpearl.wire import json_of, record_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as AnyMapping
    from typing import Any

    from brightpearl._native import MappedRecord
    from brightpearl.records import AnyRecords
    from brightpearl.wire import AnyRecord

    AnyDocument = str | os.PathLike[str] | AnyMapping[str, Any]
    """A document's JSON text, the path of its file, or its members."""

_LONGEST_PATH = 1024
"""Letters of a text that is looked for as the path of a file."""

_TOGETHER = 64
"""Records that are mapped in one go: enough that the way into the engine and back costs nothing, and few enough that
what becomes of them is still in the processor's cache when it is asked for."""


class Mapping:
    """A mapping document, compiled and checked against the catalog of the API.

    `document`: its JSON as a text, the path of its file (a `pathlib.Path`), or a dict. `Mapping.ready(name)` gives
    one of those that come with the package.

    May be shared by threads. Raises `ValidationError` at `document` when it cannot be used; `Mapping.check` says
    everything that is wrong.

    >>> mapping = Mapping({"version": 1, "name": "notes", "target": "order-service/order/{ORDER-ID}/note",
    ...                    "path": {"ORDER-ID": {"from": "order", "required": True}},
    ...                    "fields": [{"to": "/text", "from": "remark"}]})
    >>> mapped = mapping.map({"order": 7, "remark": "Leave it with the neighbour"})
    >>> mapped.method, mapped.path, mapped.body
    ('POST', 'order-service/order/7/note', {'text': 'Leave it with the neighbour'})
    """

    __slots__ = ("_compiled", "_document")

    def __init__(self, document: AnyDocument) -> None:
        self._document = _text_of(document)
        self._compiled = CompiledMapping(self._document)

    def __reduce__(self) -> tuple[Any, ...]:
        return Mapping, (self._document,)

    @property
    def document(self) -> str:
        """The document's JSON."""
        return self._document

    @property
    def name(self) -> str:
        """The document's name."""
        return self._compiled.name

    @property
    def description(self) -> str:
        """What the document says of itself; empty when nothing."""
        return self._compiled.description

    @property
    def target(self) -> str | None:
        """The path that bodies are written to, with placeholders such as `{ID}`; `None` when records of another
        system are built."""
        return self._compiled.target

    @property
    def method(self) -> str | None:
        """The verb that bodies are written with; `None` when records of another system are built."""
        return self._compiled.method

    @property
    def source(self) -> str | None:
        """The short name of the resource whose records are mapped, when records of another system are built."""
        return self._compiled.source

    @property
    def key_search(self) -> tuple[str, str] | None:
        """The search and its column by which records are found in Brightpearl, where the document says so."""
        return self._compiled.key_search

    @property
    def group_by(self) -> str | None:
        """The column by which lines of a flat file belong together: those with the same value there are one record,
        `{"rows": [line, ...]}`. `None` when every line is a record."""
        return self._compiled.group_by

    def map(self, record: AnyRecord, resolved: AnyMapping[str, int | str | None] | None = None) -> MappedRecord:
        """What becomes of one record. Nothing is sent; whatever is wrong with the record is in the result.

        `record`: JSON as bytes or a text, or an object that has a JSON form.
        `resolved`: says for the `text` of references what they stand for: an id, a text, or None when Brightpearl
        does not have it. What it does not say stands in the body as its text in braces.
        """
        text = _resolved_text(resolved)
        try:
            read = record_bytes(record)
        except ValidationError as error:
            return self._unreadable(error)
        return self._compiled.map(read, text)

    def map_many(
        self, records: AnyRecords | str | bytes, resolved: AnyMapping[str, int | str | None] | None = None
    ) -> Iterator[MappedRecord]:
        """What becomes of many records, in their order; far quicker than one by one.

        `records`: several, as `map` takes them; or bytes of JSON Lines, which are the quickest.
        """
        text = _resolved_text(resolved)
        if isinstance(records, (bytes, bytearray, memoryview)):
            return self._of_lines(bytes(records), text)
        if isinstance(records, str):
            return self._of_lines(checked_text(records, "records").encode(), text)
        return self._in_chunks(iter(records_of(records)), text)

    def _in_chunks(self, records: Iterator[AnyRecord], resolved: str) -> Iterator[MappedRecord]:
        while chunk := list(islice(records, _TOGETHER)):
            unreadable: dict[int, ValidationError] = {}
            texts = []
            for place, record in enumerate(chunk):
                try:
                    texts.append(record_bytes(record))
                except ValidationError as error:
                    texts.append(b"")
                    unreadable[place] = error
            for place, mapped in enumerate(self._compiled.map_many(texts, resolved)):
                yield self._unreadable(unreadable[place]) if place in unreadable else mapped

    def _unreadable(self, error: ValidationError) -> MappedRecord:
        """What becomes of a record that has no JSON form."""
        pointer = (error.location or "").removeprefix("record").strip()
        return self._compiled.unreadable(pointer or "the record", error.message)

    def _of_lines(self, lines: bytes, resolved: str) -> Iterator[MappedRecord]:
        at = 0
        while at < len(lines):
            mapped, at = self._compiled.map_lines(lines, at, _TOGETHER, resolved)
            yield from mapped

    def explain(self) -> MappingExplanation:
        """What goes where, in words. `str()` of it is laid out for people."""
        import json

        return read_explanation(json.loads(_native.explain_mapping(self._document)))

    def findings(self) -> list[MappingFinding]:
        """What there is to know about the document though it can be used: warnings."""
        return Mapping.check(self._document)

    @staticmethod
    def check(document: AnyDocument) -> list[MappingFinding]:
        """Everything that is to be said about a document. It cannot be used when any has the severity `error`."""
        import json

        found = json.loads(_native.check_mapping(_text_of(document)))["findings"]
        return [MappingFinding(**members) for members in found]

    @staticmethod
    def ready(name: str) -> Mapping:
        """One of the documents that come with the package, such as `shopify-order`. Ids of an account in them are
        examples: copy the document and set your own.

        Raises `ValidationError` with the names that there are.
        """
        return Mapping(dump_json(ready_document(name)))

    @staticmethod
    def ready_names() -> list[str]:
        """The names of the documents that come with the package."""
        return sorted(_ready_documents())

    @staticmethod
    def schema() -> dict[str, Any]:
        """The JSON Schema (draft 2020-12) of documents, for editors."""
        import json

        schema: dict[str, Any] = json.loads(_native.mapping_schema())
        return schema

    def __repr__(self) -> str:
        if not hasattr(self, "_compiled"):
            # The document was refused.
            return "<Mapping>"
        where = f"to {self.target}" if self.target is not None else f"from {self.source}"
        return f"<Mapping {self.name} {where}>"


class ExplainedRule(Record):
    """One rule of a mapping, in words."""

    __slots__ = ("to", "text", "type", "mandatory", "note", "rule")  # noqa: RUF023 - as it is constructed

    to: str
    """Where the value goes: a JSON Pointer into the body with `*` for any element, or `{ID}` for a part of the
    path."""
    text: str
    """Where it comes from, and what happens to it on the way."""
    type: str
    """What the target takes; empty where that is not known."""
    mandatory: bool
    """Whether the target must have it."""
    note: str
    """What else the catalog says of the target; empty when nothing."""
    rule: str
    """The rule: a JSON Pointer into the document."""

    def __init__(self, to: str, text: str, type: str, mandatory: bool, note: str, rule: str) -> None:
        self.to = to
        self.text = text
        self.type = type
        self.mandatory = mandatory
        self.note = note
        self.rule = rule

    def __str__(self) -> str:
        return f"{self.to}: {self.text}"


class MappingExplanation(Record):
    """What a mapping does, in words."""

    __slots__ = (  # noqa: RUF023 - as it is constructed
        "name",
        "description",
        "target",
        "method",
        "source",
        "rules",
    )

    name: str
    """The document's name."""
    description: str
    """What it says of itself."""
    target: str | None
    """The path that bodies are written to."""
    method: str | None
    """The verb that they are written with."""
    source: str | None
    """The resource whose records are mapped."""
    rules: tuple[ExplainedRule, ...]
    """What goes where, in the order of the body."""

    def __init__(
        self,
        name: str,
        description: str,
        target: str | None,
        method: str | None,
        source: str | None,
        rules: Iterable[ExplainedRule],
    ) -> None:
        self.name = name
        self.description = description
        self.target = target
        self.method = method
        self.source = source
        self.rules = tuple(rules)

    def __str__(self) -> str:
        where = f"{self.method} {self.target}" if self.target is not None else f"from {self.source}"
        return "\n".join([f"{self.name}: {where}", *(f"  {rule}" for rule in self.rules)])


def read_explanation(members: AnyMapping[str, Any]) -> MappingExplanation:
    """An explanation from the engine's JSON."""
    rules = [
        ExplainedRule(
            rule["to"], rule["text"], rule.get("type", ""), rule["mandatory"], rule.get("note", ""), rule["rule"]
        )
        for rule in members["rules"]
    ]
    return MappingExplanation(
        members["name"],
        members["description"],
        members.get("target"),
        members.get("method"),
        members.get("source"),
        rules,
    )


def mapping_of(mapping: Mapping | AnyDocument) -> Mapping:
    """A mapping, or the one of a document."""
    return mapping if isinstance(mapping, Mapping) else Mapping(mapping)


def ready_document(name: str) -> Any:
    """The members of a document that comes with the package."""
    documents = _ready_documents()
    if checked_text(name, "name") not in documents:
        nearest = did_you_mean(name, documents)
        if nearest is not None:
            message = f"no mapping document {name!r} comes with the package; did you mean {nearest}?"
            raise ValidationError(message, location="name")
        raise ValidationError(
            f"no mapping document {name!r} comes with the package; expected one of {', '.join(sorted(documents))}",
            location="name",
        )
    return documents[name]


def _ready_documents() -> dict[str, Any]:
    from brightpearl._native import load_json

    return {entry["name"]: entry["document"] for entry in load_json(_native.ready_mappings().encode())}


def _text_of(document: AnyDocument) -> str:
    if isinstance(document, str):
        _refuse_name(checked_text(document, "document"))
        return document
    if isinstance(document, os.PathLike):
        try:
            return read_document(checked_path(document, "document"))
        except UnicodeDecodeError as error:
            message = f"the file {os.fspath(document)!r} is not UTF-8: {error.reason}; expected JSON"
            raise ValidationError(message, location="document") from None
    if not isinstance(document, AnyMappingType):
        raise wrong_type("document", document, "a dict, the JSON as a text, or the path of a file as a pathlib.Path")
    return json_of(dict(document), "document")


def read_document(path: str, location: str = "document") -> str:
    """The text of a document's file, which may be a pipe, such as a shell makes for `<(...)`. Raises `OSError` and
    `UnicodeDecodeError`, and `ValidationError` where it is too large."""
    with open(path, "rb") as file:
        content = read_whole(file, LARGEST_DOCUMENT, "a mapping document", location=location)
    return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def _refuse_name(text: str) -> None:
    """Raises `ValidationError` for the name of a ready document or of a file, where a document is expected."""
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return
    if text in _ready_documents():
        raise ValidationError(
            f"{text!r} is the name of a mapping document; expected the document, such as Mapping.ready({text!r})",
            location="document",
        )
    if len(text) <= _LONGEST_PATH and _is_file(text):
        raise ValidationError(
            f"{text!r} is the path of a file; expected it as a path: pathlib.Path({text!r})", location="document"
        )


def _is_file(text: str) -> bool:
    try:
        return os.path.isfile(text)
    except ValueError:  # such as a NUL within
        return False


def _resolved_text(resolved: AnyMapping[str, int | str | None] | None) -> str:
    if resolved is None:
        return ""
    if not isinstance(resolved, AnyMappingType):
        raise wrong_type("resolved", resolved, "a mapping of references to what they stand for")
    return json_of(dict(resolved), "resolved")
