"""Writes, one by one, in batches, and as tasks."""

from __future__ import annotations

import json
import sys
from typing import Any

from brightpearl import BrightpearlError, Client, Reply, tasks
from brightpearl._native import dump_json, load_json
from brightpearl.cli.failure import UsageError, describe_error
from brightpearl.cli.progress import Progress
from brightpearl.cli.visible import say, visible_json
from brightpearl.cli.wrapped import print_wrapped

_REQUEST_MEMBERS = ("method", "path", "body", "query", "headers", "idempotent", "unchecked")


def show_reply(reply: Reply) -> None:
    """Writes the answer's body to standard output, and its status to standard error."""
    say(f"HTTP {reply.status}")
    body = reply.body.strip()
    if body:
        print_json_text(body)


def print_json_text(text: bytes) -> None:
    """JSON as it came for programs, and laid out for people."""
    if sys.stdout.isatty():
        print(visible_json(laid_out(text)))
    else:
        sys.stdout.buffer.write(text.replace(b"\n", b"").replace(b"\r", b"") + b"\n")
        sys.stdout.buffer.flush()


def laid_out(text: str | bytes) -> str:
    """JSON as people read it, its numbers digit for digit."""
    # They pass through as the texts that they are.
    return _lay_out(json.loads(text, parse_float=_Verbatim, parse_int=_Verbatim), "")


def print_value(value: Any) -> None:
    """A value as JSON, its numbers digit for digit."""
    print_json_text(dump_json(value).encode())


class _Verbatim(str):
    """A number, digit for digit."""

    __slots__ = ()


def _lay_out(value: Any, indent: str) -> str:
    if isinstance(value, _Verbatim):
        return str(value)
    inner = indent + "  "
    if isinstance(value, dict) and value:
        members = (f"{inner}{json.dumps(name, ensure_ascii=False)}: {_lay_out(value[name], inner)}" for name in value)
        return "{\n" + ",\n".join(members) + f"\n{indent}}}"
    if isinstance(value, list) and value:
        elements = (f"{inner}{_lay_out(element, inner)}" for element in value)
        return "[\n" + ",\n".join(elements) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def list_tasks() -> None:
    """Every task in short."""
    records = [
        {"task": task.name, "": "writes" if task.writes else "reads", "what it does": task.summary} for task in tasks()
    ]
    print_wrapped(["task", "", "what it does"], records)
    say(f"{len(records)} tasks; the arguments of one: brightpearl task NAME --describe")


def show_task(name: str) -> None:
    """What a task takes, gives and sends."""
    found = {task.name: task for task in tasks()}.get(name)
    if found is None:
        raise UsageError(f"there is no task {name!r}", where="NAME", advice="brightpearl task lists them")
    print(f"{found.name}: {found.summary}\n  sends: {found.requests}")
    for title, schema in (("arguments", found.arguments), ("result", found.result)):
        forms = schema.get("anyOf", [schema])
        for number, form in enumerate(forms, 1):
            print(f"\n{title}{f', form {number} of {len(forms)}' if len(forms) > 1 else ''}")
            print_wrapped(["member", "type", "", "note"], list(_members(form)))


def _members(form: dict[str, Any]) -> list[dict[str, Any]]:
    required = form.get("required", [])
    return [
        {
            "member": name,
            "type": _type_words(schema),
            "": "mandatory" if name in required else "",
            "note": schema.get("description"),
        }
        for name, schema in form.get("properties", {}).items()
    ]


def _type_words(schema: dict[str, Any]) -> str:
    kinds = schema.get("type", [])
    listed = [kinds] if isinstance(kinds, str) else list(kinds)
    for form in schema.get("anyOf", []):
        listed.extend(_type_words(form).split(" or "))
    words = dict.fromkeys(kind for kind in listed if kind and kind != "null")
    return " or ".join(words) or ("one of " + ", ".join(map(str, schema["enum"])) if "enum" in schema else "")


def task_arguments(body: bytes | None, given: list[tuple[str, str]]) -> dict[str, Any]:
    """The members of a JSON object, with single ones added: a value that is JSON as that, and else as a text."""
    arguments: dict[str, Any] = {}
    if body is not None:
        try:
            read = load_json(body)
        except BrightpearlError as error:
            raise UsageError(f"{error.message}; expected a JSON object", where=f"FILE, {error.location}") from None
        if not isinstance(read, dict):
            raise UsageError(f"the arguments are a JSON {type(read).__name__}; expected an object", where="FILE")
        arguments.update(read)
    for name, text in given:
        try:
            arguments[name] = load_json(text.encode())
        except BrightpearlError:
            arguments[name] = text
    return arguments


def run_batch(client: Client, lines: bytes, order: Any, on_failure: Any, packing: Any, shown: Progress) -> int:
    """Sends the writes of a file of JSON Lines, writes a line for each and says how many were carried out, also when it
    is stopped; how many were not."""
    writes = [_write_of(line, number) for number, line in enumerate(lines.splitlines(), 1) if line.strip()]
    done = failed = 0
    shown.stage("writes", len(writes))
    with client.batch(writes, order=order, on_failure=on_failure, packing=packing) as results:
        try:
            for result in results:
                if result.error is None:
                    assert result.response is not None
                    done += 1
                    answer = _answer(result.response)
                else:
                    failed += 1
                    answer = {"error": describe_error(result.error)}
                print(dump_json({"index": result.index, **answer}), flush=True)
                shown.advance(1)
        finally:
            shown.close()
            left = len(writes) - done - failed
            say(f"{done:,} carried out, {failed:,} not" + (f", {left:,} of which nothing is known" if left else ""))
    return failed


def _answer(response: Reply) -> dict[str, Any]:
    """What a write was answered with; as a text where that is not JSON, since the write was applied all the same."""
    try:
        return {"status": response.status, "body": response.json()}
    except BrightpearlError:
        return {"status": response.status, "text": response.body.decode(errors="replace")}


def _write_of(line: bytes, number: int) -> dict[str, Any]:
    where = f"FILE line {number}"
    example = 'expected such as {"method": "PUT", "path": "order-service/order/7/status", "body": {...}}'
    try:
        write = load_json(line)
    except BrightpearlError as error:
        raise UsageError(f"{error.message}; {example}", where=f"{where}, {error.location}") from None
    if not isinstance(write, dict):
        raise UsageError(f"the line is not a JSON object; {example}", where=where)
    if "method" not in write or "path" not in write:
        raise UsageError(f"the line has no {'path' if 'method' in write else 'method'}; {example}", where=where)
    if unknown := sorted(write.keys() - set(_REQUEST_MEMBERS)):
        raise UsageError(
            f"{unknown[0]!r} is not a member of a write; expected {', '.join(_REQUEST_MEMBERS)}", where=where
        )
    return write
