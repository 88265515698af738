"""The man page, from what the commands say of themselves, so that it is never old."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from brightpearl import __version__
from brightpearl.cli.defaults import is_group


def manual(program: Any) -> str:
    """The page in the form that `man` reads."""
    lines = [
        f'.TH BRIGHTPEARL 1 "" "brightpearl {__version__}" "User Commands"',
        ".SH NAME",
        "brightpearl \\- reads and writes a Brightpearl account",
        ".SH SYNOPSIS",
        ".B brightpearl",
        "[OPTIONS] COMMAND [ARGUMENTS]",
        ".SH DESCRIPTION",
        *_prose(program.help),
        ".SH OPTIONS",
        *_options(program),
        ".SH COMMANDS",
        *_commands(_context(program, "brightpearl"), "brightpearl"),
        ".SH EXIT STATUS",
        *_exit_codes(program.epilog),
        ".SH FILES",
        ".TP",
        "~/.config/brightpearl/config.toml",
        "Profiles, and in tables such as [command.search] the options of commands.",
    ]
    return "\n".join(lines) + "\n"


def _commands(context: Any, before: str) -> Iterator[str]:
    group = context.command
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        if is_group(command):
            yield from _commands(_context(command, name), f"{before} {name}")
            continue
        arguments = " ".join(
            parameter.metavar or parameter.name.upper()
            for parameter in command.params
            if parameter.param_type_name == "argument"
        )
        usage = f"{before} {name} {arguments}".strip()
        yield f".SS {_escaped(usage)}"
        yield from _prose(command.help)
        yield from _options(command)


def _options(command: Any) -> Iterator[str]:
    context = _context(command, "")
    for parameter in command.params:
        told = None if parameter.param_type_name == "argument" else parameter.get_help_record(context)
        if told is not None:
            yield from (".TP", f".B {_escaped(told[0])}")
            yield from _prose(told[1])


def _prose(text: str | None) -> Iterator[str]:
    for number, paragraph in enumerate(inspect.cleandoc(text or "").replace("\b\n", "").split("\n\n")):
        if number:
            yield ".PP"
        yield from filter(None, (_escaped(line.strip()) for line in paragraph.split("\n")))


def _exit_codes(text: str | None) -> Iterator[str]:
    for line in (text or "").split("\n"):
        code, _, meaning = line.strip().partition(" ")
        if code.isdecimal():
            yield from (".TP", f".B {code}", _escaped(meaning.strip()))


def _escaped(line: str) -> str:
    """A line that says to the formatter what it says to a reader."""
    escaped = line.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _context(command: Any, name: str) -> Any:
    return command.context_class(command, info_name=name)
