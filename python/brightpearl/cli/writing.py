"""Writes, one by one, in batches, and as tasks."""

from __future__ import annotations

import contextlib
import json
import sys
from collections import Counter
from decimal import Decimal
from typing import Any

from brightpearl import BatchResult, BrightpearlError, Client, Reply, tasks
from brightpearl._native import dump_json, load_json
from brightpearl.call_options import NAMES
from brightpearl.cli.error_lines import describe_error
from brightpearl.cli.failure import Done, UsageError
from brightpearl.cli.progress import Progress
from brightpearl.cli.told import Telling, delivery_of, done_before
from brightpearl.cli.visible import say, visible_json
from brightpearl.cli.wrapped import print_wrapped

_REQUEST_MEMBERS = ("method", "path", "body", "query", "headers", "idempotent", "unchecked")


def show_reply(reply: Reply) -> None:
    """Writes the answer's body to standard output, and its status to standard error."""
    with done_before(lambda: Done(_answer(reply), "applied", is_one=True)):
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


def show_result(name: str, result: Any) -> None:
    """Writes the result of a task as JSON, its numbers digit for digit."""
    writes = any(task.writes for task in tasks() if task.name == name)
    done = Done(result if isinstance(result, dict) else {"result": result}, "applied", is_one=True) if writes else None
    with contextlib.nullcontext() if done is None else done_before(lambda: done):
        print_json_text(dump_json(result).encode())


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


def task_arguments(name: str | None, body: bytes | None, given: list[tuple[str, str]]) -> dict[str, Any]:
    """The members of a JSON object, with single ones added: a value that is JSON as that, and else as a text."""
    arguments: dict[str, Any] = {}
    if body is not None:
        try:
            read = load_json(body)
        except BrightpearlError as error:
            raise UsageError(
                f"{error.message}; expected a JSON object", where=f"FILE {name}, {error.location}"
            ) from None
        if not isinstance(read, dict):
            raise UsageError(
                f"the arguments are a JSON {type(read).__name__}; expected an object", where=f"FILE {name}"
            )
        arguments.update(read)
    for argument, text in given:
        try:
            arguments[argument] = load_json(text.encode())
        except BrightpearlError:
            arguments[argument] = text
    if option := next((argument for argument in arguments if argument in NAMES), None):
        # The method of a client takes them beside the arguments; what the API has none of is no argument.
        raise UsageError(
            f"the task takes no argument {option!r}; expected those that it has",
            where="--arg" if option in dict(given) else f"FILE {name}",
            advice="brightpearl task NAME --describe lists them.",
        )
    return {argument: _as_written(value) for argument, value in arguments.items()}


_MOST_PLACES = 1000
"""A number with more is none that anything takes."""


def _as_written(value: Any) -> Any:
    """A value whose numbers with an exponent stay numbers that are not whole, as those with a fraction are: no id."""
    if isinstance(value, Decimal) and value.is_finite() and 0 <= int(value.as_tuple().exponent) < _MOST_PLACES:
        return Decimal(f"{value:f}.0")
    if isinstance(value, dict):
        return {name: _as_written(member) for name, member in value.items()}
    return [_as_written(element) for element in value] if isinstance(value, list) else value


def run_batch(
    client: Client, name: str, lines: bytes, order: Any, on_failure: Any, packing: Any, shown: Progress
) -> Done | None:
    """Sends the writes of a file of JSON Lines, writes a line for each and says how many were carried out, also when it
    is stopped; what was done, where some failed."""
    writes = [_write_of(line, number, name) for number, line in enumerate(lines.splitlines(), 1) if line.strip()]
    counts: Counter[str] = Counter()
    failed = 0
    telling = Telling()

    def take(result: BatchResult) -> None:
        nonlocal failed
        failed += not result.ok
        state = _state_of(result)
        counts[state] += 1
        shown.advance(1)
        telling.json_line(dump_json({"index": result.index, **_told(result)}), is_news=state != _LEFT)

    shown.stage("writes", len(writes))
    with (
        done_before(lambda: _done(counts)),
        client.batch(writes, order=order, on_failure=on_failure, packing=packing) as results,
    ):
        try:
            telling.each(results, take)
        finally:
            shown.close()
            say(_counted(counts, len(writes)))
        telling.end()
    return _done(counts) if failed else None


_DONE, _REFUSED, _IN_DOUBT, _LEFT = "carried out", "refused", "in doubt", "not sent"
_STATES = {"not-sent": _LEFT, "rejected": _REFUSED, "applied": _DONE}


def _state_of(result: BatchResult) -> str:
    return _DONE if result.error is None else _STATES.get(result.error.delivery, _IN_DOUBT)


def _counted(counts: Counter[str], total: int) -> str:
    told = f"{counts[_DONE]:,} carried out, {counts[_REFUSED] + counts[_LEFT]:,} not"
    told += f", {counts[_IN_DOUBT]:,} may have been" if counts[_IN_DOUBT] else ""
    left = total - counts.total()
    return told + (f", {left:,} of which nothing is known" if left else "")


def _done(counts: Counter[str]) -> Done:
    progress = {state.replace(" ", "_"): count for state, count in counts.items()}
    return Done(progress, delivery_of(bool(counts[_DONE]), bool(counts[_IN_DOUBT])))


def _told(result: BatchResult) -> dict[str, Any]:
    if result.error is not None:
        return {"error": describe_error(result.error)}
    assert result.response is not None
    return _answer(result.response)


def _answer(response: Reply) -> dict[str, Any]:
    """What a write was answered with; as a text where that is not JSON, since the write was applied all the same."""
    try:
        return {"status": response.status, "body": response.json()}
    except BrightpearlError:
        return {"status": response.status, "text": response.body.decode(errors="replace")}


def _write_of(line: bytes, number: int, name: str) -> dict[str, Any]:
    where = f"FILE {name} line {number}"
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
