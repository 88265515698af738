"""Options that a file gives: `[command.search]` and the like, beside the profiles."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from brightpearl.arguments import did_you_mean, named
from brightpearl.exceptions import ValidationError
from brightpearl.profiles import file_of_profiles, tables_in
from brightpearl.text import one_line


def is_group(command: Any) -> bool:
    """Whether it has commands of its own. Their classes are those of whichever parser the library brings."""
    return hasattr(command, "list_commands")


def take_defaults(context: Any) -> None:
    """Has every command begin with what the file says of its options. The command line and the environment win."""
    path = file_of_profiles()
    if not os.path.exists(path):
        # Whoever names a profile of it is told so.
        return
    found = tables_in(path).get("command", {})
    if found:
        context.default_map = _of_group(context, context.command, found, path, "command")


def _of_group(context: Any, group: Any, tables: Any, path: str, place: str) -> dict[str, Any]:
    """The options of a group's commands, by their names within the program."""
    _require_table(tables, path, place)
    given: dict[str, Any] = {}
    for name, table in tables.items():
        command = group.get_command(context, name)
        where = f"{place}.{one_line(name)[:100]}"
        if command is None:
            raise _unknown(name, group.list_commands(context), path, where, "command")
        if is_group(command):
            given[name] = _of_group(context, command, table, path, where)
        else:
            given[name] = _of_command(command, table, path, where)
    return given


def _of_command(command: Any, table: Any, path: str, place: str) -> dict[str, Any]:
    _require_table(table, path, place)
    options = {
        option.lstrip("-"): parameter
        for parameter in command.params
        if parameter.param_type_name == "option"
        for option in parameter.opts
        if option.startswith("--") and parameter.name != "help"
    }
    given = {}
    for name, value in table.items():
        where = f"{place}.{one_line(name)[:100]}"
        parameter = options.get(name.replace("_", "-"))
        if parameter is None or parameter.name is None:
            raise _unknown(name, options, path, where, "option")
        if parameter.is_flag and not isinstance(value, bool):
            raise _wrong(f"it is {named(value)}; expected true or false", path, where)
        if parameter.multiple and not isinstance(value, list):
            raise _wrong(f"it is {named(value)}; expected a list", path, where)
        if isinstance(value, (dict, list)) and not parameter.multiple:
            raise _wrong(f"it is {named(value)}; expected a text or a number", path, where)
        given[parameter.name] = value
    return given


def _require_table(table: Any, path: str, place: str) -> None:
    if not isinstance(table, Mapping):
        raise _wrong(f"it is {named(table)}; expected a table such as [command.search]", path, place)


def _unknown(name: str, known: Any, path: str, place: str, what: str) -> ValidationError:
    nearest = did_you_mean(name, known)
    hint = f"did you mean {nearest}?" if nearest else f"expected one of {', '.join(sorted(known))}"
    return _wrong(f"there is no {what} {one_line(name)[:100]!r}; {hint}", path, place)


def _wrong(message: str, path: str, place: str) -> ValidationError:
    return ValidationError(message, location=f"{path} {place}", advice="Correct the file; nothing was sent.")
