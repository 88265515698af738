"""A Singer tap for the test: the records of a file of JSON Lines that it has not written before.

lines_tap.py --config FILE [--state FILE] [--catalog FILE] [--discover]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

SCHEMA = {"type": "object", "properties": {"number": {"type": "string"}, "lines": {"type": "array"}}}


def main() -> None:
    """Writes the messages."""
    parser = argparse.ArgumentParser()
    for name in ("--config", "--state", "--catalog"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--discover", action="store_true")
    arguments = parser.parse_args()
    if arguments.discover:
        entry = {"tap_stream_id": "orders", "stream": "orders", "key_properties": ["number"], "schema": SCHEMA}
        write({"streams": [entry | {"metadata": [{"breadcrumb": [], "metadata": {"inclusion": "available"}}]}]})
        return
    lines = Path(json.loads(arguments.config.read_text())["file"]).read_text().splitlines()
    state = {} if arguments.state is None else json.loads(arguments.state.read_text())
    done = state.get("bookmarks", {}).get("orders", {}).get("done", 0)
    write({"type": "SCHEMA", "stream": "orders", "schema": SCHEMA, "key_properties": ["number"]})
    for number, line in enumerate(lines[done:], done + 1):
        write({"type": "RECORD", "stream": "orders", "record": json.loads(line)})
        write({"type": "STATE", "value": {"bookmarks": {"orders": {"done": number}}}})


def write(message: dict[str, Any]) -> None:
    """Writes a message."""
    print(json.dumps(message), flush=True)


if __name__ == "__main__":
    main()
