"""A first mapping document, made of a sample by guessing from names."""

from __future__ import annotations

import json
from itertools import islice

from brightpearl._native import begin_mapping, dump_json
from brightpearl.cli.flat_files import Layout
from brightpearl.cli.records import Input, records_of
from brightpearl.cli.visible import print_json, say, visible
from brightpearl.cli.writing import laid_out

_LOOKED_AT = 100


def begin(file: str, target: str, format: Input | None, layout: Layout | None) -> None:
    """Writes the document to standard output, and what is to be known of it to standard error."""
    with records_of(file, format, None, layout) as records:
        texts = [
            record.decode(errors="replace") if isinstance(record, bytes) else dump_json(record)
            for record in islice(records, _LOOKED_AT)
        ]
    begun = begin_mapping(f"[{','.join(texts)}]", target)
    # The document's own text has its members in the order in which people read them.
    known = json.loads(begun)
    print_json(laid_out(json.dumps(known["document"], ensure_ascii=False)))
    for guess in known["guesses"]:
        say(f"guessed: {visible(guess['to'])} from {visible(guess['from'])}: {visible(guess['means'])}")
    for missing in known["missing"]:
        say(f"to be set: {visible(missing['to'])}: expected {visible(missing['expected'])}")
    for remark in known["remarks"]:
        say(f"to be known: {visible(remark)}")
