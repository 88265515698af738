"""Options that a file gives: `[command.search]` and the like, beside the profiles."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping
from typing import Any

from brightpearl.arguments import did_you_mean
from brightpearl.exceptions import ValidationError
from brightpearl.profiles import FILE_VARIABLE, file_of_profiles, in_toml, tables_in
from brightpearl.text import one_line


def is_group(command: Any) -> bool:
    """Whether it has commands of its own. Their classes are those of whichever parser the library brings."""
    return hasattr(command, "list_commands")


OF_THE_PROGRAM = ("errors", "profile", "read-only", "timeout")
"""Options before any command that the file may give, too. Those of an account belong into a profile."""


def take_defaults(context: Any) -> dict[str, Any]:
    """Has every command begin with what the file says of its options, and answers what it says of those before any
    command that the command line leaves open. The command line and the environment win."""
    path = file_of_profiles()
    if not os.path.exists(path) and not os.environ.get(FILE_VARIABLE):
        # Whoever names a profile of it is told so.
        return {}
    found = tables_in(path).get("command", {})
    if not found:
        return {}
    _require_table(found, path, "command")
    own = _names_of_the_program(found, path)
    context.default_map = _of_group(
        context, context.command, {name: table for name, table in found.items() if name not in own}, path, "command"
    )
    given = _of_command(context.command, {name: found[name] for name in own}, path, "command")
    return {name: value for name, value in given.items() if context.params.get(name) in (None, False)}


def _names_of_the_program(found: Mapping[str, Any], path: str) -> list[str]:
    own = [name for name, value in found.items() if not isinstance(value, Mapping)]
    for name in own:
        if name.replace("_", "-") in ("account", "datacentre", "base-url", "app-ref", "secret"):
            where = f"{path} command.{name}"
            message = f"{name} belongs to an account; expected it in a profile, such as [profiles.acme]"
            advice = "Name that profile by `profile` under [command], or by --profile."
            raise ValidationError(message, location=where, advice=advice)
    return [name for name in own if name.replace("_", "-") in OF_THE_PROGRAM]


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
        given[parameter.name] = _value(parameter, value, path, where)
    return given


def _value(parameter: Any, value: Any, path: str, where: str) -> Any:
    """The value of an option, which has the type that the option has."""
    if parameter.is_flag:
        if not isinstance(value, bool):
            raise _wrong(f"it is {in_toml(value)}; expected true or false", path, where)
        return value
    if not parameter.multiple:
        return _one(parameter, value, path, where)
    if not isinstance(value, list):
        raise _wrong(f"it is {in_toml(value)}; expected a list", path, where)
    return [_one(parameter, element, path, f"{where}[{place}]") for place, element in enumerate(value)]


def _one(parameter: Any, value: Any, path: str, where: str) -> Any:
    kind = parameter.type.name
    types, expected = next((found for name, found in _KINDS.items() if name in kind), _TEXT)
    # To Python, true is the number 1.
    if isinstance(value, bool) or not isinstance(value, types):
        raise _wrong(f"it is {in_toml(value)}; expected {expected}", path, where)
    return value.isoformat() if isinstance(value, datetime.date) else value


_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    # What a text says is looked at as on the command line.
    "int": ((int, str), "a whole number"),
    "float": ((int, float, str), "a number"),
}
_TEXT = ((str, int, float, datetime.date), "a text or a number")


def is_from_file(context: Any, name: str) -> bool:
    """Whether the file gave an option, and the command line said nothing of it."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "DEFAULT_MAP"


def _require_table(table: Any, path: str, place: str) -> None:
    if not isinstance(table, Mapping):
        raise _wrong(f"it is {in_toml(table)}; expected a table such as [command.search]", path, place)


def _unknown(name: str, known: Any, path: str, place: str, what: str) -> ValidationError:
    nearest = did_you_mean(name, known)
    hint = f"did you mean {nearest}?" if nearest else f"expected one of {', '.join(sorted(known))}"
    return _wrong(f"there is no {what} {one_line(name)[:100]!r}; {hint}", path, place)


def _wrong(message: str, path: str, place: str) -> ValidationError:
    return ValidationError(message, location=f"{path} {place}", advice="Correct the file; nothing was sent.")
